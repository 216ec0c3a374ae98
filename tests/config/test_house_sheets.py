"""The sheets of the house: their figures are those of the sources."""

from decimal import Decimal
from pathlib import Path

import pytest

from config.sheet import Criterion, Kind, Sheet, load_sheet

SHEETS = Path(__file__).parents[2] / "config" / "sheets"


@pytest.mark.parametrize("path", sorted(SHEETS.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_sheet_of_the_house_is_whole(path: Path) -> None:
    sheet = load_sheet(path)
    scored = {leaf.kind for leaf in sheet.leaves()}.isdisjoint({Kind.DEGREE, Kind.CHECK})
    assert (sheet.slug, sheet.total) == (path.stem, Decimal(100 if scored else 0))
    assert all(leaf.evidence for leaf in sheet.leaves())
    assert not [piece for leaf in sheet.leaves() for piece in leaf.evidence if piece[0].islower()]


def test_the_sheet_of_van_giang_has_the_figures_of_the_source() -> None:
    sheet = load_sheet(SHEETS / "dan-van-chinh-quyen-2022.yaml")
    choices = [leaf for leaf in sheet.leaves() if leaf.kind == Kind.CHOICE]
    assert [int(group.ceiling) for group in sheet.criteria] == [14, 10, 15, 23, 8, 10, 10, 10]
    assert len(sheet.leaves()) == 28
    assert {leaf.kind for leaf in sheet.leaves()} == {Kind.GRADED, Kind.CHOICE}
    assert {leaf.code: [int(option.points) for option in leaf.options] for leaf in choices} == {
        "IV.1": [7, 3, 0],
        "IV.4": [6, 3, 0],
        "V.2": [5, 2, 0],
        "VIII.2": [5, 3, 0],
    }


FRAME = load_sheet(SHEETS / "khung-30-70.yaml")
FRAMED = [FRAME, *(load_sheet(path) for path in sorted(SHEETS.glob("khung-30-70-*.yaml")))]


def named(sheet: Sheet, code: str) -> Criterion:
    criteria = list(sheet.criteria)
    for criterion in criteria:
        criteria += criterion.children
    return next(criterion for criterion in criteria if criterion.code == code)


@pytest.mark.rule("S2-1.2", "S2-1.3", "S2-2.1")
def test_the_30_70_sheet_has_the_figures_of_the_source() -> None:
    groups = {code: int(named(FRAME, code).ceiling) for code in ("I", "II", "II.1", "II.2", "II.3")}
    assert groups == {"I": 30, "II": 70, "II.1": 10, "II.2": 40, "II.3": 20}
    assert [int(group.ceiling) for group in named(FRAME, "I").children] == [12, 5, 4, 3, 3, 3]
    assert {leaf.code: int(leaf.ceiling) for leaf in FRAME.leaves() if leaf.ceiling > 1} == {
        "I.1.e": 4,
        "I.1.f": 4,
        "II.1.a": 5,
        "II.1.b": 2,
        "II.1.c": 3,
        "II.2.a": 10,
        "II.2.b": 20,
        "II.2.c": 10,
        "II.3": 20,
    }
    assert len(FRAME.leaves()) == 31
    assert {leaf.kind for leaf in FRAME.leaves()} == {Kind.GRADED, Kind.CAPPED_CHOICE}


@pytest.mark.rule("S2-2.1")
def test_the_letters_of_the_30_70_sheet_are_those_that_are_printed() -> None:
    letters = [leaf.code.removeprefix("I.1.") for leaf in FRAME.leaves() if leaf.code.startswith("I.1.")]
    assert letters == ["a", "b", "c", "d", "e", "f"]  # no đ, and f as printed (ANO-S2-2)
    assert [leaf.code for leaf in FRAME.leaves() if "trống trong nguồn" in (leaf.note or "")] == ["I.1.a", "I.1.b"]


@pytest.mark.rule("S2-2.2", "X-N2")
def test_the_choice_by_share_is_worth_one_option() -> None:
    choice = FRAME.leaf("II.3")
    assert [(option.code, int(option.points), str(option.share)) for option in choice.options] == [
        ("II.3.a", 20, "9/10"),
        ("II.3.b", 15, "4/5"),
        ("II.3.c", 10, "3/5"),
        ("II.3.d", 5, "0"),
    ]
    naive = sum(option.points for leaf in FRAME.leaves() for option in leaf.options) + sum(
        leaf.ceiling for leaf in FRAME.leaves() if not leaf.options
    )
    assert [int(naive), int(FRAME.total)] == [130, 100]


@pytest.mark.rule("S2-2.4")
def test_ten_variants_replace_one_group_and_keep_its_points() -> None:
    assert len(FRAMED) == 11
    for sheet in FRAMED:
        assert (int(sheet.total), int(named(sheet, "II.2").ceiling)) == (100, 40)
        assert sheet.status == "own_wording"
        assert len(named(sheet, "II.2").children) in {3, 4}
        others = [leaf for leaf in sheet.leaves() if not leaf.code.startswith("II.2.")]
        assert others == [leaf for leaf in FRAME.leaves() if not leaf.code.startswith("II.2.")]
    assert len({sheet.title for sheet in FRAMED}) == len({named(sheet, "II.2") for sheet in FRAMED}) == 11


@pytest.mark.rule("S2-2.3")
@pytest.mark.parametrize("sheet", FRAMED, ids=lambda sheet: str(sheet.slug))
def test_results_have_to_state_what_share_was_done(sheet: Sheet) -> None:
    asked = [leaf.evidence for leaf in sheet.leaves() if leaf.code.startswith("II.2.")]
    assert all("Tỷ lệ phần trăm chỉ tiêu, nhiệm vụ hoàn thành" in evidence for evidence in asked)


@pytest.mark.rule("S2-2.5")
def test_no_request_for_accountability_costs_nothing() -> None:
    assert "không bị trừ điểm" in (FRAME.leaf("I.2.c").note or "")


@pytest.mark.rule("S2-1.2")
def test_the_70_points_are_for_tasks() -> None:
    tasks = [leaf for leaf in FRAME.leaves() if leaf.task]
    assert sum(leaf.ceiling for leaf in tasks) == 70
    assert all(leaf.code.startswith("II.") for leaf in tasks)


@pytest.mark.rule("HT-5.3", "HT-5.4")
@pytest.mark.parametrize(
    ("slug", "groups", "tasks"),
    [
        ("kiem-diem-tap-the", {"A": 3, "B": 3, "C": 0}, ["B.1", "B.2", "B.3"]),
        ("kiem-diem-ca-nhan", {"A": 4, "B": 3}, ["B.1", "B.2", "B.3"]),
        ("kiem-diem-can-bo", {"A": 4, "B": 3, "C": 0}, ["B.1", "B.2", "B.3"]),
    ],
)
def test_the_frames_of_a_review_are_graded_by_degrees(slug: str, groups: dict[str, int], tasks: list[str]) -> None:
    sheet = load_sheet(SHEETS / f"{slug}.yaml")
    assert {group.code: len(group.children) for group in sheet.criteria} == groups
    assert {leaf.kind for leaf in sheet.leaves()} == {Kind.DEGREE}
    assert [leaf.code for leaf in sheet.leaves() if leaf.task] == tasks
    assert all(leaf.basic for leaf in sheet.leaves())


@pytest.mark.rule("HT-5.3")
def test_only_leaders_are_held_against_their_post() -> None:
    member, leader = (load_sheet(SHEETS / f"kiem-diem-{slug}.yaml") for slug in ("ca-nhan", "can-bo"))
    assert leader.leaves()[:-1] == member.leaves()
    assert "458-QĐ/ThU" in leader.leaf("C").label


@pytest.mark.rule("NA-2.1", "NA-2.2", "NA-2.3")
@pytest.mark.parametrize(("slug", "own"), [("diem-sang-qcdc", 7), ("diem-sang-dvcq", 6)])
def test_a_spot_is_checked_by_six_general_criteria_and_those_of_its_kind(slug: str, own: int) -> None:
    sheet = load_sheet(SHEETS / f"{slug}.yaml")
    assert [len(group.children) for group in sheet.criteria] == [6, own]
    assert {leaf.kind for leaf in sheet.leaves()} == {Kind.CHECK}
    assert [leaf.code for leaf in sheet.leaves() if leaf.met_by] == ["I.5"]
    assert "ANO-NA-1" in (sheet.leaf("I.5").note or "")


@pytest.mark.rule("NA-1.1", "NA-2.1")
def test_both_kinds_of_spots_share_the_general_criteria_and_no_others() -> None:
    qcdc, dvcq = (load_sheet(SHEETS / f"diem-sang-{kind}.yaml") for kind in ("qcdc", "dvcq"))
    assert qcdc.criteria[0] == dvcq.criteria[0]
    assert {leaf.label for leaf in qcdc.criteria[1].children}.isdisjoint(
        leaf.label for leaf in dvcq.criteria[1].children
    )
    assert [leaf.code for sheet in (qcdc, dvcq) for leaf in sheet.leaves() if leaf.optional] == ["II.6"]


def test_the_samples_stand_for_no_official_sheet() -> None:
    samples = [load_sheet(SHEETS / f"{slug}.yaml") for slug in ("bieu-1-mau", "bieu-2-mau")]
    assert [sheet.status for sheet in samples] == ["sample", "sample"]
    kinds = {leaf.kind for sheet in samples for leaf in sheet.leaves()}
    assert kinds == {Kind.GRADED, Kind.CHOICE, Kind.BINARY, Kind.RATIO, Kind.COUNT}
