"""What is odd is settled row by row: every kind of answer, what cannot be, and that the wording stays the source's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from config.sheet import load_sheet
from intake.columns import Role
from intake.questions import Unfit, asked, held, points_of, rest, settled_by
from intake.settled import About, Settlement, by_key
from intake.sheets import Imported
from intake.sources import Source, read_source
from tests.intake.messy_tables import HEAD, MESSY
from tests.intake.writing import ODD, word

Answers = Mapping[tuple[int | None, str], str]
BY = "Lê Văn Tám"
COLUMNS = ("column_max", "column_note")


def source(folder: Path, rows: Sequence[Sequence[str]]) -> Source:
    return read_source(word(folder / "bieu.docx", rows, ["BIỂU CHẤM ĐIỂM"]))


def settled(found: Source, answers: Answers) -> Imported:
    given = [
        Settlement(row=row, about=About(about), value=value, by="Lê Văn Tám") for (row, about), value in answers.items()
    ]
    return settled_by(found, given)


def leaves(found: Imported) -> list[str]:
    return [f"{one['code']} {one['kind']} {one.get('max', '')}" for one in found._leaves()]


def of(name: str) -> Sequence[Sequence[str]]:
    return next(messy.rows for messy in MESSY if messy.name.startswith(name))


CASES: list[tuple[str, Answers, list[str]]] = [
    ("sums", {(2, "points"): "4", (3, "points"): "10"}, []),
    (
        "sums",
        {(2, "points"): "4", (4, "points"): "8", (6, "points"): "1,25", (7, "points"): "1,75", (8, "points"): "12"},
        ["I.1 graded 4", "II.1 graded 5", "II.2 graded 1.25", "II.3 graded 1.75"],
    ),
    (
        "sums",
        {
            (3, "points"): "10",
            (6, "place"): "joined",
            (7, "place"): "left_out",
            (4, "points"): "5",
            (8, "points"): "15",
        },
        ["I.1 graded 10", "II.1 graded 5"],
    ),
    ("choices", {(6, "points"): "1"}, ["1 choice 5", "2 choice 1"]),
    ("choices", {(6, "kind"): "group", (6, "points"): "1", (8, "place"): "left_out"}, ["1 choice 5", "2.1 graded 1"]),
    (
        "choices",
        {(2, "kind"): "group", (2, "points"): "9", (6, "points"): "1"},
        ["1.a graded 5", "1.b graded 3", "1.c graded 1", "2 choice 1"],
    ),
    ("letters", {(3, "number"): "c", (5, "number"): "e"}, []),
    ("criteria without", {(3, "kind"): "degree"}, ["I.1 degree ", "I.2 check "]),
    ("bonus", {(9, "kind"): "graded"}, []),
    ("footnotes", {(6, "place"): "left_out", (3, "place"): "joined"}, ["1 graded 3", "2 graded 2"]),
    ("a ratio", {(2, "kind"): "graded"}, ["1 graded 4", "2 graded 1"]),
]


@pytest.mark.parametrize(("name", "answers", "wanted"), CASES)
def test_answers_change_structure_and_points_and_are_told(
    name: str, answers: Answers, wanted: list[str], tmp_path: Path
) -> None:
    found = settled(source(tmp_path, of(name)), answers)
    assert len(found.settled) == len(answers)
    (tmp_path / "out.yaml").write_text(found.as_yaml(), encoding="utf-8")
    if wanted:
        assert leaves(found) == wanted
        assert found.sheet == load_sheet(tmp_path / "out.yaml")
    assert found.as_yaml().count(f"({BY})") == len(answers)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({(99, "points"): "5"}, "Dòng 99: không có dòng này trong bảng của nguồn."),
        ({(4, "points"): "nhiều"}, "Dòng 4: «nhiều» không phải điểm; ghi một số, ví dụ 5 hoặc 1,25."),
        ({(4, "points"): "-1"}, "«-1» không phải điểm"),
        ({(4, "kind"): "choice"}, "Dòng 4: không giải quyết được cách chấm ở chỗ này như vậy."),
        ({(6, "kind"): "graded"}, "Dòng 6: không giải quyết được cách chấm"),
        ({(7, "kind"): "graded"}, "Dòng 7: không giải quyết được cách chấm"),
        ({(2, "place"): "joined"}, "Dòng 2: không giải quyết được vị trí ở chỗ này như vậy."),
        ({(2, "place"): "ở đâu đó"}, "Dòng 2: không giải quyết được vị trí"),
        ({(8, "number"): "bốn mươi"}, "Dòng 8: «bốn mươi» không phải số thứ tự"),
        ({(3, "wording"): ""}, "Dòng 3: không giải quyết được lời văn"),
        ({(None, "slug"): "Biểu của xã"}, "Cả biểu: «Biểu của xã» không dùng làm mã được"),
        ({(None, "title"): ""}, "Cả biểu: Tên biểu phải có"),
        ({(4, "place"): "left_out", (4, "points"): "5"}, "Dòng 4: không giải quyết được điểm ở chỗ này như vậy."),
    ],
)
def test_what_cannot_be_is_refused_with_its_row(answers: Answers, said: str, tmp_path: Path) -> None:
    with pytest.raises(Unfit) as refused:
        settled(source(tmp_path, ODD), answers)
    assert said in str(refused.value)


def test_what_no_longer_applies_is_dropped_and_nothing_is_joined_twice(tmp_path: Path) -> None:
    document = source(tmp_path, ODD)
    found = settled(document, {(4, "points"): "6", (5, "place"): "own", (5, "number"): "3", (5, "points"): "1"})
    assert leaves(found)[:3] == ["I.1 graded 4", "I.2 graded 6", "I.3 graded 1"]
    back = held(document, {**found.settled, **by_key([Settlement(row=5, about=About.PLACE, value="joined")])})
    assert set(back.settled) == {(4, About.POINTS), (5, About.PLACE)}
    assert leaves(back)[:2] == ["I.1 graded 4", "I.2 graded 6"]
    joined = next(one for one in back._leaves() if one["code"] == "I.2")["label"]
    assert joined == "Việc chưa ghi điểm Giải thích thêm cho việc thứ hai."


def test_a_choice_is_never_made_of_what_has_criteria_below_its_options(tmp_path: Path) -> None:
    rows = [HEAD, ("1", "Việc", "2", ""), ("a", "Ý đầu", "2", ""), ("b", "Ý sau", "1", ""), ("c", "Ý cuối", "1", "")]
    deep = [*rows[:3], ("a.1", "Phần của ý đầu", "2", ""), *rows[3:]]
    document = source(tmp_path, deep)
    with pytest.raises(Unfit, match="Dòng 2"):
        settled(document, {(2, "kind"): "choice"})
    forced = held(document, by_key([Settlement(row=2, about=About.KIND, value="choice")]))
    assert forced.settled == {}


def test_columns_may_be_other_ones_than_they_seem(tmp_path: Path) -> None:
    rows = [
        ("TT", "Nội dung", "Điểm năm trước", "Điểm năm nay", "Người theo dõi"),
        ("1", "Việc thứ nhất trong năm", "2", "3", "Văn phòng"),
        ("2", "Việc thứ hai trong năm", "2", "4", "Ban Dân vận"),
    ]
    document = source(tmp_path, rows)
    raw = settled_by(document, ())
    assert ([one.row for one in points_of(raw)[None].oddities if one.row], f"{raw.total}") == ([1, 1], "4")
    found = settled(document, {(None, "column_max"): "4", (None, "column_note"): "5"})
    assert (f"{found.total}", found._leaves()[0]["note"]) == ("7", "Văn phòng")
    assert "# cột điểm tối đa là cột 4." in found.as_yaml()
    for answers in ({"column_max": "2"}, {"column_max": "9"}, {"column_max": "x"}, dict.fromkeys(COLUMNS, "4")):
        with pytest.raises(Unfit, match=r"^Cả biểu: "):
            settled(document, {(None, about): value for about, value in answers.items()})


def test_the_content_may_be_another_column_too(tmp_path: Path) -> None:
    rows = [
        ("TT", "Nội dung chính", "Yêu cầu phải làm", "Điểm", "Điểm phúc tra"),
        ("1", "Nhóm việc đầu", "Ban hành kế hoạch năm", "2", "1"),
        ("2", "Nhóm việc sau", "Sơ kết sáu tháng đầu năm", "3", "2"),
    ]
    document = source(tmp_path, rows)
    raw = settled_by(document, ())
    assert [one["label"] for one in raw._leaves()] == ["Nhóm việc đầu", "Nhóm việc sau"]
    assert [one.what for one in raw.oddities if one.row == 1] == [
        "Cột «Yêu cầu phải làm» trùng vai trò với một cột trước; đã bỏ qua."
    ]
    swapped: Answers = {(None, "column_content"): "3", (None, "column_note"): "2", (None, "column_self"): "5"}
    found = settled(document, {**swapped, (None, "column_appraised"): ""})
    assert [(one["label"], one["note"]) for one in found._leaves()] == [
        ("Ban hành kế hoạch năm", "Nhóm việc đầu"),
        ("Sơ kết sáu tháng đầu năm", "Nhóm việc sau"),
    ]
    assert not any("trùng vai trò" in one.what for one in found.oddities)
    assert all(f"# {told}." in found.as_yaml() for told in ("cột nội dung là cột 3", "cột tự chấm là cột 5"))
    assert f"# cột thẩm định không có. ({BY})" in found.as_yaml()
    for answers in ({"column_content": ""}, {"column_content": "6"}, {"column_note": "2"}):
        with pytest.raises(Unfit, match=r"^Cả biểu: "):
            settled(document, {(None, about): value for about, value in answers.items()})


@pytest.mark.parametrize("name", ["sums", "letters", "a ratio", "choices"])
def test_any_column_may_be_taken_for_the_content(name: str, tmp_path: Path) -> None:
    document = source(tmp_path, of(name))
    for number in range(1, document.width + 1):
        found = held(document, by_key([Settlement(about=About.COLUMN_CONTENT, value=str(number))]))
        assert found.layout.columns[Role.CONTENT] == number - 1
        assert points_of(found)
        assert found.as_yaml()


def test_what_is_asked_is_settled_by_its_own_answers(tmp_path: Path) -> None:
    document = source(tmp_path, ODD)
    found = settled_by(document, asked(settled_by(document, ())))
    assert found.sheet is not None
    assert not any(point.is_open for point in points_of(found).values())
    assert rest(found) == []
