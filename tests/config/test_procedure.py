"""Whether the parts of a programme that decide who is rated how fit each other; all is told when it is loaded."""

from pathlib import Path
from shutil import copytree

import pytest

from config.errors import ConfigError
from config.load import HOME, load_programme

WARD = "kiem-diem-xep-loai"
POINTS = "xep-loai-tap-the"
SPOTS = "diem-sang"


def problems(root: Path, slug: str, old: str, new: str) -> list[str]:
    """What is wrong with a programme of ours once some text in its file is another."""
    for name in ("programmes", "workflows", "sheets", "regimes"):
        copytree(HOME / name, root / name)
    file = root / "programmes" / f"{slug}.yaml"
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_programme(file)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize("slug", [WARD, POINTS, SPOTS])
def test_the_programmes_of_the_sources_fit(slug: str) -> None:
    assert load_programme(slug).slug == slug


@pytest.mark.rule("HT-9.2")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  level: htxsnv", "  level: xuat_sac", 'quota.level: there is no level "xuat_sac"'),
        ("  counted: httnv", "  counted: tot", 'quota.counted: there is no level "tot"'),
        (
            "    tap_the: tap_the\n    dang_vien",
            "    tap_the: [tap_the, xom]\n    dang_vien",
            'quota.groups: there is no kind or group of subjects "xom"',
        ),
    ],
)
def test_a_quota_is_of_levels_and_kinds_that_are_there(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert problems(tmp_path, WARD, old, new) == [told]


@pytest.mark.rule("HT-6.2", "HT-11.3")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "    - {link: member_of, first: from, to_kinds: to_chuc_dang, unless: leads}",
            "    - {link: member_of, first: from, from_kinds: xom, to_kinds: to_chuc_dang, unless: leads}",
            ['order.rating_order[1]: there is no kind or group of subjects "xom"'],
        ),
        (
            "  review_order:\n",
            "  another_order:\n",
            ['order: the workflow asks for the order "review_order", which is not here'],
        ),
    ],
)
def test_an_order_is_of_kinds_that_are_there_and_under_the_name_asked_for(
    tmp_path: Path, old: str, new: str, told: list[str]
) -> None:
    assert problems(tmp_path, WARD, old, new) == told


@pytest.mark.rule("HT-6.1", "HT-6.3")
def test_every_box_that_the_workflow_opens_is_there(tmp_path: Path) -> None:
    told = problems(tmp_path, WARD, "  second_decision: {", "  third_decision: {")
    assert told == ['boxes: the workflow opens the ballot "second_decision", which is not here']


def test_without_levels_nothing_is_voted_between_them(tmp_path: Path) -> None:
    box = "boxes:\n  vote: {label: Phiếu, options: levels}\npart_labels:\n"
    told = problems(tmp_path, SPOTS, "part_labels:\n", box)
    assert told == ["boxes.vote.options: the programme has no levels to vote between"]


@pytest.mark.rule("HT-10.1")
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "for: [tap_the_thanh_pho, can_bo_thanh_pho]}",
            "for: [tap_the_thanh_pho, xom]}",
            ['authorities.nhom_1: there is no kind or group of subjects "xom"'],
        ),
        (
            "within: [dang_bo_co_so, chi_bo_co_so]}",
            "within: [dang_bo_co_so, xom]}",
            ['authorities.co_so: there is no kind or group of subjects "xom"'],
        ),
        (
            "for: [chi_bo_truc_thuoc, tap_the_co_so, can_bo_co_so, dang_vien]",
            "for: [tap_the_co_so, can_bo_co_so, dang_vien]",
            ['authorities: nobody decides on "chi_bo_truc_thuoc"'],
        ),
    ],
)
def test_somebody_decides_on_every_kind(tmp_path: Path, old: str, new: str, told: list[str]) -> None:
    assert problems(tmp_path, WARD, old, new) == told


@pytest.mark.rule("HT-5.5")
def test_levels_come_from_bands_or_from_conditions(tmp_path: Path) -> None:
    bands = (
        "levels: {status: confirmed, bands: [{at_least: 0, code: htnv, label: Hoàn thành nhiệm vụ}]}\nrating: qd-124\n"
    )
    told = problems(tmp_path, WARD, "rating: qd-124\n", bands)
    assert told == ["rating: levels come either from the bands or from a regime, not from both"]


def test_the_conditions_are_of_the_kinds_of_the_programme(tmp_path: Path) -> None:
    told = problems(tmp_path, POINTS, "rating: qd-366\n", "rating: qd-124\n")
    assert [one for one in told if one.endswith('there is no kind or group of subjects "to_chuc_dang"')]
