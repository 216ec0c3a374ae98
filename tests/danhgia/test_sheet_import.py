import json
from pathlib import Path

import yaml

from config.sheet import load_sheet
from tests.danhgia.conftest import Shell
from tests.intake.two_sheets import VAN_GIANG_BEFORE, van_giang
from tests.intake.writing import ODD, Parts, several, word, word_of

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


def test_what_is_open_is_settled_by_a_file(lite: Shell) -> None:
    source, asked, out = (
        word(lite.directory / "bieu.docx", ODD),
        lite.directory / "mo.yaml",
        lite.directory / "bieu.yaml",
    )
    assert lite("sheet", "import", source, "--ask", asked, "--json").code == 1
    file = yaml.safe_load(asked.read_text(encoding="utf-8"))
    assert [(one.get("row"), one["about"], one.get("value", "")) for one in file["settled"]] == [
        (None, "title", "bieu"),
        (4, "points", "6"),
        (5, "place", "joined"),
        (6, "kind", "choice"),
        (8, "number", "f"),
        (9, "points", "12"),
    ]
    file["settled"] = [one for one in file["settled"] if one.get("row") in {4, 6, 9}]
    file["settled"][1] |= {"by": "Trần Thị Bé", "at": "2026-11-22T08:00:00+07:00"}
    asked.write_text(yaml.safe_dump(file, allow_unicode=True), encoding="utf-8")
    ran = lite("sheet", "import", source, "--settled", asked, "--out", out, "--json")
    assert (ran.code, ran.err, json.loads(ran.out)["total"]) == (0, "", "12")
    text = out.read_text(encoding="utf-8")
    assert "# Dòng 4: điểm 6. Vì: Tiêu chí I.2 chưa có điểm" in text
    assert "(console:" in text
    assert "đã coi là chọn một. (Trần Thị Bé, 22/11/2026 08:00)" in text
    assert "# Dòng 5: Dòng không có số" in text
    assert load_sheet(out).leaf("I.2").max == 6
    assert lite("sheet", "import", source, "--settled", asked, "--keep-rest", "--out", out).code == 0
    kept = out.read_text(encoding="utf-8")
    assert "# Dòng 8: số thứ tự «f». Vì: Trước «f» thiếu số thứ tự" in kept
    ran = lite("sheet", "import", word(lite.directory / "khac.docx", SUMS), "--settled", asked)
    assert (ran.code, ran.err.count("\n")) == (1, 1)
    assert "lập cho tài liệu khác («bieu.docx»); hãy chọn đúng tài liệu nguồn." in ran.err
    asked.write_text("settled: [{row: 99, about: points, value: 5}]", encoding="utf-8")
    assert lite("sheet", "import", source, "--settled", asked).code == 1


def test_of_several_tables_one_is_named(lite: Shell) -> None:
    source, out = word_of(lite.directory / "phu-luc.docx", several(2)), lite.directory / "bieu.yaml"
    ran = lite("sheet", "import", source)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.splitlines() == [
        f"{source}: say which table is the sheet: of 3 that may be one, --table 2 most probably is",
        f"{source}: --table 1: table 1 of the document; 1 row(s); TT | Nội dung công việc | Đơn vị thực hiện",
        f"{source}: --table 2: table 2 of the document; 3 row(s); BIỂU SỐ 1; TT | Nội dung | Điểm tối đa",
        f"{source}: --table 3: table 3 of the document; 2 row(s); BIỂU SỐ 2; TT | Nội dung | Điểm tối đa",
    ]
    told = json.loads(lite("sheet", "import", source, "--json").out)
    assert ([one["what"][:9] for one in told["problems"][1:]], told["total"]) == (
        ["--table 1", "--table 2", "--table 3"],
        None,
    )
    assert "there is no table 4" in lite("sheet", "import", source, "--table", "4").err
    assert lite("sheet", "import", source, "--table", "0").code == 2
    asked = lite.directory / "mo.yaml"
    ran = lite("sheet", "import", source, "--table", "3", "--out", out, "--ask", asked, "--json")
    assert (ran.code, json.loads(ran.out)["total"]) == (0, "4")
    assert "# Tệp có 3 bảng tiêu chí; đã nhập bảng 3" in out.read_text(encoding="utf-8")
    again = lite("sheet", "import", source, "--settled", asked, "--json")
    assert (again.code, json.loads(again.out)["total"]) == (0, "4")
    other = lite("sheet", "import", source, "--settled", asked, "--table", "2")
    assert (other.code, "it settles table 3 and not table 2" in other.err) == (1, True)
    single = word(lite.directory / "mot.docx", ODD)
    assert "there is no table 2" in lite("sheet", "import", single, "--table", "2").err


def test_columns_are_named(lite: Shell) -> None:
    rows = [
        ("TT", "Nội dung", "Điểm cũ", "Điểm mới"),
        ("1", "Việc đầu trong năm", "2", "4"),
        ("2", "Việc sau", "2", "6"),
    ]
    source, out = word(lite.directory / "cot.docx", rows), lite.directory / "cot.yaml"
    ran = lite("sheet", "import", source, "--column", "max=4", "--column", "note=3", "--out", out, "--json")
    assert (ran.code, json.loads(ran.out)["total"]) == (0, "10")
    assert "# cột điểm tối đa là cột 4. (console:" in out.read_text(encoding="utf-8")
    for wrong in ("most=4", "max"):
        ran = lite("sheet", "import", source, "--column", wrong)
        assert (ran.code, "is no role of a column" in ran.err) == (2, True)
    for wrong in ("max=9", "max=2", "content="):
        ran = lite("sheet", "import", source, "--column", wrong)
        assert (ran.code, "Cả biểu: " in ran.err) == (1, True)


def test_tables_are_parted_as_the_file_of_settlements_says(lite: Shell) -> None:
    head = ("TT", "Nội dung", "Điểm tối đa")
    parts: Parts = [([], [head, ("1", "Việc đầu của biểu", "4")]), ([], [head, ("2", "Việc của biểu khác", "6")])]
    source, settled = word_of(lite.directory / "hai.docx", parts), lite.directory / "tach.yaml"
    assert json.loads(lite("sheet", "import", source, "--json").out)["total"] == "10"
    settled.write_text("parted:\n- [1, 2]\ntable: 2\n", encoding="utf-8")
    ran = lite("sheet", "import", source, "--settled", settled, "--ask", settled, "--keep-rest", "--json")
    assert json.loads(ran.out)["total"] == "6"
    assert yaml.safe_load(settled.read_text(encoding="utf-8"))["parted"] == [[1, 2]]
    settled.write_text("parted:\n- [1, 5]\n", encoding="utf-8")
    ran = lite("sheet", "import", source, "--settled", settled)
    assert (ran.code, "it parts tables that were not joined" in ran.err) == (1, True)
