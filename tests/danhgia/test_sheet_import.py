import json
from pathlib import Path

from config.sheet import load_sheet
from tests.danhgia.conftest import Shell
from tests.intake.two_sheets import VAN_GIANG_BEFORE, van_giang
from tests.intake.writing import word

SUMS = [("TT", "Nội dung", "Điểm tối đa"), ("I", "Nhóm", "5"), ("1", "Việc của nhóm", "4")]


def test_a_sheet_is_imported_from_a_document(lite: Shell) -> None:
    source = word(lite.directory / "van-giang.docx", van_giang(), VAN_GIANG_BEFORE)
    out = lite.directory / "van-giang.yaml"
    ran = lite("sheet", "import", source, "--out", out, "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err) == (0, "")
    assert (told["total"], told["scored_items"], told["choose_one"]) == ("100", 28, 4)
    assert sum(one["kind"] == "joined" for one in told["problems"]) == 7
    assert all(one["what"] and (one["row"] is None or one["row"] > 0) for one in told["problems"])
    assert not any(one["blocks"] for one in told["problems"])
    assert load_sheet(out).slug == "van-giang"
    checked = json.loads(lite("sheet", "check", out, "--json").out)
    assert checked == {"total": "100", "scored_items": 28, "choose_one": 4, "problems": []}
    shown = lite("sheet", "import", source)
    assert (shown.code, "đã nối vào dòng" in shown.out, "slug: van-giang" in shown.out) == (0, True, True)


def test_what_has_to_be_settled_is_1_and_the_draft_is_still_written(lite: Shell) -> None:
    source = word(lite.directory / "bieu.docx", SUMS)
    ran = lite("sheet", "import", source, "--out", "bieu.yaml", "--json")
    assert ran.code == 1
    assert ran.err == f"{source}: Biểu chưa dùng được: còn 1 chỗ phải giải quyết.\n"
    assert [one["row"] for one in json.loads(ran.out)["problems"] if one["blocks"]] == [2]
    draft = Path(lite.directory / "bieu.yaml")
    assert draft.read_text(encoding="utf-8").startswith("# Còn phải giải quyết trước khi dùng:\n# Dòng 2: Điểm 5 của I")
    assert lite("sheet", "check", draft).code == 1


def test_what_is_no_document_is_one_sentence_and_1(lite: Shell) -> None:
    ran = lite("sheet", "import", "no.docx", "--json")
    assert (ran.code, json.loads(ran.out)["total"], ran.err.count("\n")) == (1, None, 1)
    assert ran.err.startswith("no.docx: Không đọc được tệp")
