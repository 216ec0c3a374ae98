from collections.abc import Mapping
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.rating import Regime, check_against, load_regime
from config.sheet import Criterion, Kind, Sheet, load_sheet

CONFIG = Path(__file__).parents[2] / "config"
REGIMES = sorted((CONFIG / "regimes").glob("*.yaml"))
GROUPS = {
    "to_chuc_dang": ("dang_bo_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc"),
    "tap_the": ("tap_the_thanh_pho", "tap_the_co_so"),
    "ca_nhan": ("dang_vien", "can_bo_thanh_pho", "can_bo_co_so"),
    "cap_tinh": ("can_bo_dien_tinh",),
}
KINDS = tuple(kind for kinds in GROUPS.values() for kind in kinds)

GOOD = """\
slug: thu
title: Thử
basis: Quy định thử
levels:
  - {code: tot, label: Tốt, short: T}
  - {code: dat, label: Đạt, short: Đ}
  - {code: kem, label: Kém, short: K}
later_discipline: current
switches: {member_disciplined_default: kem, unlisted_default: dat}
statements:
  viec: {label: Việc được giao, kind: count}
  xong: {label: Việc đã xong, kind: count}
  lo: {label: Có lỗi, kind: yes_no, for: nhom}
rules:
  - for: nhom
    level: tot
    all_of:
      - {total: {at_least: 80}, clause: "1", rule: HT-1.1}
      - {figures: {part: xong, of: viec, at_least: 4/5}, clause: "1", rule: HT-1.1}
  - for: nhom
    level: dat
    all_of:
      - {total: {at_least: 50}, clause: "2", rule: HT-1.1}
      - {not: {declared: {statement: lo}}, clause: "2", rule: HT-1.1}
  - for: nhom
    level: kem
    any_of:
      - {total: {below: 50}, clause: "3", rule: HT-1.1}
      - any:
          - {level: {whom: headed, exactly: kem}}
          - {degrees: {of: task, at_least: tot}}
        clause: "3"
        rule: HT-1.1
caps:
  - {for: nhom, whom: headed, unless: lo, clause: "4", rule: HT-1.1}
gaps:
  - {code: ANO-1, for: nhom, when: {declared: {statement: lo}}, levels: dat, text: Có lỗi.}
"""


def loaded(folder: Path, text: str) -> Regime:
    path = folder / "thu.yaml"
    path.write_text(text, encoding="utf-8")
    return load_regime(path)


def sheet(*, task: bool = True) -> Sheet:
    leaves = (Criterion(code="A", label="A", kind=Kind.DEGREE, task=task),)
    return Sheet.model_validate({"slug": "s", "title": "S", "status": "sample", "total": 0, "criteria": leaves})


def against(
    regime: Regime, kinds: tuple[str, ...] = ("a", "b"), groups: Mapping[str, tuple[str, ...]] | None = None
) -> list[str]:
    found = check_against(regime, kinds, groups or {"nhom": ("a", "b")}, {"a": sheet(), "b": sheet()})
    return [defect.message for defect in found]


@pytest.mark.parametrize("path", REGIMES, ids=lambda path: path.stem)
@pytest.mark.rule("HT-5.5")
def test_the_shipped_regimes_load_and_survive_their_document(path: Path) -> None:
    regime = load_regime(path)
    assert regime.slug == path.stem
    assert Regime.model_validate_json(regime.model_dump_json()) == regime
    assert [level.short for level in regime.levels] == ["HTXSNV", "HTTNV", "HTNV", "KHTNV"]


@pytest.mark.parametrize("path", REGIMES, ids=lambda path: path.stem)
def test_the_shipped_regimes_name_every_switch(path: Path) -> None:
    assert load_regime(path).switches.model_fields_set == set(load_regime(path).switches.model_dump())


@pytest.mark.rule("HT-11.8")
def test_which_year_bears_a_later_measure_belongs_to_the_regime() -> None:
    assert {path.stem: load_regime(path).later_discipline for path in REGIMES} == {
        "qd-124": "original_year",
        "qd-366": "current",
    }


def test_the_regime_of_seed_001_fits_its_kinds_and_sheets() -> None:
    collective, person = (load_sheet(CONFIG / "sheets" / f"kiem-diem-{name}.yaml") for name in ("tap-the", "ca-nhan"))
    party = GROUPS["to_chuc_dang"] + GROUPS["tap_the"]
    sheets = {kind: collective if kind in party else person for kind in KINDS}
    regime = load_regime(CONFIG / "regimes" / "qd-124.yaml")
    assert list(check_against(regime, KINDS, GROUPS, sheets)) == []
    assert regime.boxes == {"workplace", "residence", "confidence"}


def test_the_regime_of_the_30_70_sheet_fits_a_group_of_collectives() -> None:
    regime = load_regime(CONFIG / "regimes" / "qd-366.yaml")
    assert list(check_against(regime, ("a", "b"), {"tap_the": ("a", "b")}, {})) == []


def test_a_regime_says_what_holds_for_a_kind_in_a_post() -> None:
    regime = load_regime(CONFIG / "regimes" / "qd-124.yaml").spelled_out(GROUPS)
    numbers = {post: len(regime.rulebook("can_bo_co_so", post).trials[0].conditions) for post in ("", "head", "deputy")}
    assert numbers == {"": 14, "head": 15, "deputy": 14}
    assert len(regime.rulebook("dang_vien").trials[0].conditions) == 7
    assert [cap.clause for cap in regime.rulebook("can_bo_co_so", "head").caps] == ["7.15"]
    assert regime.rulebook("can_bo_co_so", "deputy").caps == ()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{total: {at_least: 80}", "{points: {at_least: 80}", 'there is no condition "points"'),
        ("{total: {at_least: 80}", "{total: {at_least: 80, below: 90}", "exactly one of at_least, below is needed"),
        ("{total: {at_least: 80}", "{total: {from: 80}", 'unknown key "from"'),
        ("{total: {at_least: 80}", "{total: {at_least: 50}", "the bands overlap: each must begin below"),
        ("{total: {at_least: 80}", "{declared: {statement: lo}", "every level needs exactly one on the total"),
        ("{below: 50}", "{below: 49}", "the bands leave a gap between 49 and 50"),
        ("{below: 50}", "{below: 51}", "the bands overlap between 51 and 50"),
        ("{below: 50}", "{at_least: 10}", 'a band is written "at_least", and "below" for the lowest level'),
        ("part: xong", "part: xog", 'there is no statement "xog"'),
        ("part: xong", "part: lo", '"lo" is stated as yes_no, and needed as count'),
        ("unless: lo", "unless: viec", '"viec" is stated as count, and needed as yes_no'),
        ("at_least: 4/5", "at_least: 5/4", "less than or equal to 1"),
        ("at_least: 4/5", "at_least: nhiều", "not a valid fraction"),
        ("at_least: 4/5", "if_none: holds", "exactly one of at_least, more_than, at_most, below, equals is needed"),
        ("exactly: kem", "exactly: kém", "kém"),
        ("exactly: kem", "exactly: yeu", 'there is no level "yeu"'),
        ("level: dat", "level: duoc", 'there is no level "duoc"'),
        ("levels: dat", "levels: duoc", 'there is no level "duoc"'),
        ("levels: dat", "levels: dat, unlisted: true", 'a gap is for some "levels" or "unlisted", not both'),
        ("levels: dat", "default: member_disciplined_default", "only what is unlisted has a default"),
        ("unlisted_default: dat", "unlisted_default: duoc", 'there is no level "duoc"'),
        ("    level: dat\n", "    level: tot\n", 'no rule is for the level "dat"'),
        ("{code: dat,", "{code: tot,", 'the level "tot" stands twice'),
        ("any_of:", "all_of:", 'the lowest level is triggered by "any_of"'),
        ("level: tot\n    all_of:", "level: tot\n    any_of:", "every other one needs"),
        ('clause: "1", rule: HT-1.1', "rule: HT-1.1", '"clause" is missing'),
        ("rule: HT-1.1}", "rule: bất kỳ}", "bất kỳ"),
        ("whom: headed, exactly", "whom: ai, exactly", '"ai" is not allowed here'),
        ("at_least: tot}", "at_least: gioi}", '"gioi" is not allowed here'),
        ("later_discipline: current", "later_discipline: never", '"never" is not allowed here'),
        ("{not: {declared: {statement: lo}},", "{not: {declared: {statement: lo}}, total: {below: 1},", "as one name"),
        ("- {total: {below: 50}", "- {any: [{total: {below: 50}}]", "at least 2 items"),
        ("default: kem,", "default: kem, guess: true,", 'unknown key "guess"'),
    ],
)
def test_a_regime_that_contradicts_itself_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, GOOD.replace(old, new, 1))
    assert any(said in problem.message for problem in caught.value.problems)
    assert all(problem.line for problem in caught.value.problems)


def test_a_good_regime_fits_its_programme(tmp_path: Path) -> None:
    regime = loaded(tmp_path, GOOD)
    assert Regime.model_validate_json(regime.model_dump_json()) == regime
    assert against(regime) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- for: nhom", "- for: nhóm_khác", "nhóm_khác"),
        ("- {for: nhom, whom", "- {for: la, whom", 'there is no kind or group of subjects "la"'),
        ("for: nhom, when", "for: la, when", 'there is no kind or group of subjects "la"'),
        ("kind: yes_no, for: nhom", "kind: yes_no, for: la", 'there is no kind or group of subjects "la"'),
        ("kind: yes_no, for: nhom", "kind: yes_no, for: a", '"lo" is needed for "b" and cannot be stated of it'),
        ("for: nhom\n    level: dat", "for: a\n    level: dat", 'no rule is for "b" at the level "dat"'),
        (
            "for: nhom\n    level: dat",
            "for: nhom\n    posts: head\n    level: dat",
            'no rule is for "a" at the level "dat"',
        ),
        ("of: task", "of: not_basic", 'the sheet of "a" has no "not_basic" criteria graded in degrees'),
    ],
)
def test_what_a_programme_does_not_know_is_found(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    try:
        found = against(loaded(tmp_path, text))
    except ConfigError as error:
        found = [problem.message for problem in error.problems]
    assert any(said in message for message in found)


def test_a_kind_without_rules_is_found(tmp_path: Path) -> None:
    found = against(loaded(tmp_path, GOOD), ("a", "b", "c"))
    assert found == [f'no rule is for "c" at the level "{level}"' for level in ("tot", "dat", "kem")]


def test_bands_are_checked_for_each_kind_of_a_group(tmp_path: Path) -> None:
    more = '  - {for: a, level: tot, all_of: [{total: {at_least: 90}, clause: "5", rule: HT-1.1}]}\n'
    text = GOOD.replace("caps:", f"{more}caps:", 1)
    assert against(loaded(tmp_path, text)) == [
        '"a": the bands leave a gap or overlap: every level needs exactly one on the total'
    ]
