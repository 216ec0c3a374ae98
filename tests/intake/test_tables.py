"""Documents with several tables: which may be the sheet, which most probably is, and that the choice is told."""

from pathlib import Path

import pytest

from intake.oddities import Kind
from intake.questions import Unfit, settled_by
from intake.settled import About, Parting, Settlement
from intake.sheets import made_of
from intake.sources import Document, read_document
from intake.surroundings import LONGEST_SLUG
from intake.tables import MOST_ROWS
from tests.intake.test_bad_input import refusal
from tests.intake.writing import Cells, excel, excel_of, several, word, word_of

HEAD = ("TT", "Nội dung", "Điểm tối đa")
NAME = 'Biểu <1> & "xã"'


def taken(document: Document, number: int) -> list[str]:
    return [str(one["label"]) for one in made_of(document.source(number)).document["criteria"]]


def choice(document: Document, number: int) -> str:
    found = made_of(document.source(number))
    (told,) = (one.what for one in found.oddities if one.kind == Kind.PARTS)
    assert f"# {told}" in found.as_yaml()
    return told


def test_a_word_document_of_three_tables_tells_of_each(tmp_path: Path) -> None:
    document = read_document(word_of(tmp_path / "phu-luc.docx", several(2)))
    told = [(one.number, one.place, one.title, len(one.body), one.scored) for one in document.tables]
    assert told == [(1, 1, "", 1, 0), (2, 2, "BIỂU SỐ 1", 3, 3), (3, 3, "BIỂU SỐ 2", 2, 2)]
    assert [one.begins for one in document.tables[:2]] == [
        "TT | Nội dung công việc | Đơn vị thực hiện",
        "TT | Nội dung | Điểm tối đa",
    ]
    assert document.probable == 2
    assert taken(document, 2) == ["Việc thứ nhất của biểu 1", "Việc thứ hai của biểu 1"]
    assert taken(document, 3) == ["Việc thứ nhất của biểu 2"]
    assert [document.source(number).slug for number in (2, 3)] == ["phu-luc-2", "phu-luc-3"]
    said = choice(document, 2)
    assert said.startswith("Tệp có 3 bảng tiêu chí; đã nhập bảng 2 («BIỂU SỐ 1», 3 dòng). Chưa nhập: bảng 1 («TT | ")
    assert "không phải bảng 2 mà phần mềm đề nghị" in choice(document, 3)
    with pytest.raises(LookupError):
        document.source(4)


def test_worksheets_are_told_by_their_names_whatever_these_hold(tmp_path: Path) -> None:
    sheets: dict[str, list[Cells]] = {
        "Ghi chép": [("Ghi",), ("chép",)],
        NAME: [("BIỂU SỐ 1",), HEAD, ("1", "Đánh giá việc dân chủ", "5")],
        "Biểu 2": [HEAD, ("1", "Đối thoại", "5")],
    }
    document = read_document(excel_of(tmp_path / "bieu.xlsx", sheets))
    assert [(one.number, one.place, one.name, one.title) for one in document.tables] == [
        (1, 2, NAME, "BIỂU SỐ 1"),
        (2, 3, "Biểu 2", ""),
    ]
    assert f"Chưa nhập: bảng 1 («{NAME}», «BIỂU SỐ 1», 1 dòng)." in choice(document, 2)


def test_of_forty_tables_the_report_names_a_few(tmp_path: Path) -> None:
    document = read_document(word_of(tmp_path / "bieu.docx", several(40)))
    assert (len(document.tables), document.probable) == (41, 2)
    assert choice(document, 7).endswith("và 36 bảng khác.")
    parts = [([f"BIỂU SỐ {at}"], [HEAD, ("1", "Đánh giá việc dân chủ", "5")]) for at in range(101)]
    assert "hơn 100 bảng" in refusal(word_of(tmp_path / "nhieu.docx", parts))


def test_what_goes_on_is_one_table_and_what_begins_anew_is_another(tmp_path: Path) -> None:
    first = [HEAD, ("1", "Việc thứ nhất của biểu", "4")]
    on = [HEAD, ("2", "Việc thứ hai của biểu", "6")]
    others = [(["BIỂU SỐ 2"], [HEAD, ("1", "Việc của biểu khác", "1")]), ([], [HEAD, ("1", "Việc lại từ đầu", "1")])]
    parts = [
        (["BIỂU SỐ 1"], first),
        (["Tiêu chí công khai"], on),
        (["BIỂU SỐ 1 (tiếp theo)"], [HEAD, ("3", "Việc thứ ba", "1")]),
        *others,
    ]
    document = read_document(word_of(tmp_path / "bieu.docx", parts))
    assert [(one.place, len(one.body)) for one in document.tables] == [(1, 5), (4, 1), (5, 1)]
    assert len(taken(document, 1)) == 3


def test_what_was_joined_is_parted_again(tmp_path: Path) -> None:
    parts = [
        (["BIỂU SỐ 1"], [HEAD, ("1", "Việc thứ nhất của biểu", "4")]),
        ([], [("2", "Việc thứ hai của biểu", "6")]),
        (["PHỤ LỤC"], [HEAD, ("3", "Việc thứ ba của biểu", "1")]),
        (["BIỂU SỐ 2"], [HEAD, ("1", "Việc của biểu khác", "1")]),
    ]
    document = read_document(word_of(tmp_path / "bieu.docx", parts))
    assert [len(one.parts) for one in document.tables] == [3, 0]
    assert document.tables[0].joints == [(2, "2 | Việc thứ hai của biểu | 6"), (3, "3 | Việc thứ ba của biểu | 1")]
    third = document.part(Parting(1, 3))
    assert [(one.number, one.place, len(one.body), len(one.parts)) for one in third.tables] == [
        (1, 1, 2, 2),
        (2, 3, 1, 0),
        (3, 4, 1, 0),
    ]
    all_apart = third.part(Parting(1, 2))
    assert [taken(all_apart, number) for number in (1, 2, 3)] == [
        ["Việc thứ nhất của biểu"],
        ["Việc thứ hai của biểu"],
        ["Việc thứ ba của biểu"],
    ]
    assert "# Phần mềm đã nối bảng này với bảng liền kề; người nhập đã tách ra." in made_of(third.source(2)).as_yaml()
    assert all_apart.source(2).parted == ((1, 3), (1, 2))
    for wrong in ((1, 1), (1, 4), (2, 2), (3, 2)):
        with pytest.raises(LookupError):
            document.part(Parting(*wrong))


def test_a_table_without_rows_is_none_and_a_single_one_needs_no_choice(tmp_path: Path) -> None:
    assert "Không thấy bảng tiêu chí" in refusal(word(tmp_path / "rong.docx", [HEAD]))
    parts = [(["BIỂU SỐ 1"], [HEAD]), (["BIỂU SỐ 2"], [HEAD, ("1", "Đánh giá việc dân chủ", "5")])]
    source = read_document(word_of(tmp_path / "bieu.docx", parts)).source(1)
    assert (source.number, source.slug, source.oddities) == (0, "bieu", ())
    assert "dòng" in refusal(excel(tmp_path / "dai.xlsx", [HEAD, *[("1", "Việc", "1")] * MOST_ROWS]))


def test_a_long_name_of_a_file_makes_a_code_that_is_the_name_of_one(tmp_path: Path) -> None:
    document = read_document(word_of(tmp_path / f"{'phu luc ' * 25}.docx", several(2)))
    assert [document.source(number).slug[-6:] for number in (2, 3)] == ["-luc-2", "-luc-3"]
    assert len(document.source(2).slug) <= LONGEST_SLUG
    with pytest.raises(Unfit, match="không dùng làm mã được"):
        settled_by(document.source(2), [Settlement(about=About.SLUG, value="x" * 81)])


def test_a_table_whose_columns_nobody_recognises_waits_for_a_person_to_name_them(tmp_path: Path) -> None:
    strange = [("Ký hiệu", "Bậc", "Ý"), ("a1", "5", "KH"), ("b2", "10", "HN"), ("c3", "x", "BC"), ("d4", "y", "SK")]
    source = read_document(word(tmp_path / "la.docx", strange)).source(1)
    told = [one.what for one in made_of(source).oddities if one.kind == Kind.COLUMNS]
    assert told[0].startswith("Không nhận ra các cột theo tiêu đề; cột 1 tạm được coi là cột nội dung.")
    columns = ((About.COLUMN_CONTENT, "3"), (About.COLUMN_NUMBER, "1"), (About.COLUMN_MAX, "2"))
    chosen = [Settlement(row=None, about=about, value=value) for about, value in columns]
    made = settled_by(source, chosen).document["criteria"]
    assert [(one["label"], one.get("max")) for one in made[:2]] == [("a1 KH", 5), ("b2 HN c3 BC d4 SK", 10)]
    degrees = [("Tiêu chí", "Tốt", "Khá"), *[(f"{what} nội bộ", "", "") for what in ("Đoàn kết", "Kỷ luật", "Học tập")]]
    (only,) = read_document(word(tmp_path / "muc.docx", degrees)).tables
    assert [one.what for one in only.layout.oddities] == [
        f"Cột «{head}» không rõ vai trò; đã bỏ qua." for head in ("Tốt", "Khá")
    ]
    letter = [("TỈNH ỦY MẪU", "ĐẢNG CỘNG SẢN VIỆT NAM"), ("Số 12-CV/TU", "Ngày 01/10"), ("Nơi nhận", "T/M")]
    assert "Không thấy bảng tiêu chí" in refusal(word(tmp_path / "cong-van.docx", letter))
