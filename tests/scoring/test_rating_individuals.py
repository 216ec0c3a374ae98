"""Every condition of RULES 4.8, on both sides of its line."""

import pytest

from scoring.rating import Case, Discipline, rate
from tests.scoring.rated import (
    FAIR_LEADER,
    FAIR_MEMBER,
    GOOD_LEADER,
    GOOD_MEMBER,
    GROUPS,
    LEADER,
    MEMBER,
    QD_124,
    A,
    G,
    P,
    but,
    degrees,
    held,
    tried,
    votes,
)

LEADERS = [kind for kind in (*GROUPS["ca_nhan"], *GROUPS["cap_tinh"]) if kind.startswith("can_bo")]
Change = dict[str, object]

MEMBER_OUT: list[Change] = [
    {"declared": {"outstanding": False}},
    {"declared": {"exemplary": False}},
    {"degrees": {"B.1": G}},
    {"degrees": {"A.2": A}},
    {"figures": {"tasks_on_time": 9}},
    {"figures": {"tasks": 100, "tasks_on_time": 100, "tasks_exceeded": 49}},
    {"related": {"civil_servant": ("httnv",)}},
]
MEMBER_GOOD_OUT: list[Change] = [
    {"degrees": {"B.1": A}},
    {"degrees": {"A.2": P}},
    {"figures": {"tasks_on_time": 9}},
    {"related": {"civil_servant": ("htnv",)}},
]
MEMBER_FAIR_OUT: list[Change] = [
    {"degrees": {"A.2": P}},
    {"figures": {"tasks_done": 9}},
    {"figures": {"criteria_not_ensured": 3}},
    {"related": {"civil_servant": ("khtnv",)}},
]


def split(level: str) -> Change:
    return {"ballots": {"workplace": votes(89, option=level)}}


def residents(good: int) -> Change:
    return {"ballots": {"residence": votes(good, option="good")}}


LEADER_OUT: list[Change] = [
    {"declared": {"leader_exemplary": False}},
    {"figures": {"targets_done": 99}},
    {"figures": {"basic_targets": 100, "basic_targets_exceeded": 49}},
    {"related": {"managed": ("httnv",) * 9 + ("khtnv",)}},
    {"related": {"managed": ("httnv",) * 69 + ("htnv",) * 31}},
    {"related": {"headed": ("httnv",)}},
    {"related": {"headed": ("htxsnv", "httnv")}},
    split("htxsnv"),
    residents(79),
]
LEADER_GOOD_OUT: list[Change] = [
    {"declared": {"leader_exemplary": False}},
    {"figures": {"targets_done": 70}},
    {"related": {"managed": ("htnv",) * 69 + ("khtnv",) * 31}},
    {"related": {"headed": ("htnv",)}},
    split("httnv"),
    residents(74),
]
LEADER_FAIR_OUT: list[Change] = [
    {"declared": {"leader_exemplary": False}},
    {"figures": {"targets_done": 70}},
    {"related": {"managed": ("htnv",) * 69 + ("khtnv",) * 31}},
    split("htnv"),
    residents(69),
]


@pytest.mark.parametrize(
    ("kind", "case", "level"),
    [("dang_vien", MEMBER, "htxsnv"), ("dang_vien", GOOD_MEMBER, "httnv"), ("dang_vien", FAIR_MEMBER, "htnv")]
    + [(kind, LEADER, "htxsnv") for kind in LEADERS]
    + [(kind, FAIR_LEADER, "htnv") for kind in LEADERS],
)
@pytest.mark.rule("HT-8.1", "HT-8.2", "HT-8.3")
def test_an_individual_just_reaches_a_level(kind: str, case: Case, level: str) -> None:
    proposal = rate(QD_124, kind, case)
    assert (proposal.level, proposal.possible, proposal.flags) == (level, (level,), ())


@pytest.mark.parametrize("kind", LEADERS)
@pytest.mark.rule("HT-8.2")
def test_a_leader_just_reaches_httnv_with_the_copied_thresholds_flagged(kind: str) -> None:
    proposal = rate(QD_124, kind, GOOD_LEADER)
    assert (proposal.level, [flag.code for flag in proposal.flags]) == ("httnv", ["ANO-HT-3"])


@pytest.mark.parametrize("change", MEMBER_OUT)
@pytest.mark.rule("HT-8.1")
def test_an_outstanding_member_meets_every_condition(change: Change) -> None:
    assert held("dang_vien", "htxsnv", but(MEMBER, **change)) is False
    assert held("can_bo_co_so", "htxsnv", but(LEADER, **change)) is False


@pytest.mark.parametrize("change", LEADER_OUT)
@pytest.mark.rule("HT-8.1")
def test_an_outstanding_leader_meets_every_further_condition(change: Change) -> None:
    assert held("can_bo_thanh_pho", "htxsnv", but(LEADER, **change)) is False


@pytest.mark.parametrize("change", MEMBER_GOOD_OUT)
@pytest.mark.rule("HT-8.2")
def test_a_good_member_meets_every_condition(change: Change) -> None:
    assert held("dang_vien", "httnv", but(GOOD_MEMBER, **change)) is False


@pytest.mark.parametrize("change", LEADER_GOOD_OUT)
@pytest.mark.rule("HT-8.2")
def test_a_good_leader_meets_every_further_condition(change: Change) -> None:
    assert held("can_bo_co_so", "httnv", but(GOOD_LEADER, **change)) is False


@pytest.mark.parametrize("change", MEMBER_FAIR_OUT)
@pytest.mark.rule("HT-8.3")
def test_a_fair_member_meets_every_condition(change: Change) -> None:
    assert held("dang_vien", "htnv", but(FAIR_MEMBER, **change)) is False


@pytest.mark.parametrize("change", LEADER_FAIR_OUT)
@pytest.mark.rule("HT-8.3")
def test_a_fair_leader_meets_every_further_condition(change: Change) -> None:
    assert held("can_bo_dien_tinh", "htnv", but(FAIR_LEADER, **change)) is False


@pytest.mark.parametrize("post", ["secretary", "deputy_secretary"])
@pytest.mark.parametrize(("case", "level", "lower"), [(LEADER, "htxsnv", "httnv"), (GOOD_LEADER, "httnv", "htnv")])
@pytest.mark.rule("HT-8.1", "HT-8.2")
def test_a_secretary_has_a_good_organisation_or_a_leap(post: str, case: Case, level: str, lower: str) -> None:
    below = but(case, post=post, related={"headed": (lower,)})
    assert held("can_bo_co_so", level, but(case, post=post)) is True
    assert held("can_bo_co_so", level, below) is False
    assert held("can_bo_co_so", level, but(below, declared={"leap": True})) is True


@pytest.mark.parametrize(("case", "level"), [(LEADER, "htxsnv"), (GOOD_LEADER, "httnv")])
@pytest.mark.rule("HT-8.1", "HT-8.2")
def test_a_leap_is_of_no_use_to_another_head_and_a_deputy_needs_no_collective(case: Case, level: str) -> None:
    below = but(case, related={"headed": ("htnv",)}, declared={"leap": True})
    assert held("can_bo_co_so", level, below) is False
    assert held("can_bo_co_so", level, but(below, post="deputy")) is True


@pytest.mark.parametrize(("case", "level"), [(LEADER, "htxsnv"), (GOOD_LEADER, "httnv"), (FAIR_LEADER, "htnv")])
@pytest.mark.rule("HT-8.1", "HT-8.2", "HT-8.3")
def test_residents_are_asked_only_in_poll_years(case: Case, level: str) -> None:
    for polled, expected in (("residence", False), ("confidence", True)):
        low = but(case, polls=frozenset({polled}), **residents(1))
        assert held("can_bo_co_so", level, low) is expected


@pytest.mark.parametrize(("case", "level"), [(LEADER, "htxsnv"), (GOOD_LEADER, "httnv"), (FAIR_LEADER, "htnv")])
@pytest.mark.rule("HT-8.1", "HT-8.2", "HT-8.3")
def test_who_is_no_civil_servant_and_manages_nothing_is_not_measured_by_it(case: Case, level: str) -> None:
    alone = but(case, related={"civil_servant": (), "managed": ()})
    assert held("can_bo_co_so", level, alone) is True


@pytest.mark.parametrize(
    "change",
    [
        {"degrees": {"A.1": P}},
        {"declared": {"breach_concluded": True}},
        {"disciplines": (Discipline("self"),)},
        {"polls": frozenset({"confidence"}), "ballots": {"confidence": votes(51, option="low")}},
    ],
)
@pytest.mark.rule("HT-8.4")
def test_one_trigger_makes_a_member_khtnv(change: Change) -> None:
    assert rate(QD_124, "dang_vien", but(MEMBER, **change)).level == "khtnv"


@pytest.mark.parametrize(
    "change",
    [
        {"degrees": degrees(A, A)},
        {"disciplines": (Discipline("self", remedied=True),)},
        {"polls": frozenset({"confidence"}), "ballots": {"confidence": votes(50, option="low")}},
        {"ballots": {"confidence": votes(51, option="low")}},
    ],
)
@pytest.mark.rule("HT-8.4")
def test_what_does_not_quite_trigger_khtnv_for_a_member(change: Change) -> None:
    assert held("dang_vien", "khtnv", but(MEMBER, **change)) is False


@pytest.mark.parametrize(("poor", "expected", "percent"), [(1, False, "33,3"), (2, True, "66,7")])
@pytest.mark.rule("HT-8.4")
def test_more_than_half_of_the_task_criteria_not_completed(poor: int, expected: bool, percent: str) -> None:  # noqa: FBT001
    leaves = tuple(leaf.model_copy(update={"basic": not leaf.task}) for leaf in MEMBER.leaves)
    given = {f"B.{number}": P for number in range(1, poor + 1)}
    case = but(MEMBER, leaves=leaves, degrees=given)
    finding = tried(rate(QD_124, "dang_vien", case), "khtnv").findings[2]
    assert (finding.held, finding.text) == (
        expected,
        f"{poor}/3 tiêu chí về kết quả thực hiện nhiệm vụ ({percent}%) ở mức Kém; ngưỡng trên 50%",
    )


@pytest.mark.parametrize(
    "change",
    [
        {"figures": {"targets_done": 69}},
        {"related": {"headed": ("khtnv",)}},
        {"related": {"headed": ("htxsnv", "khtnv")}},
        {"disciplines": (Discipline("subordinate", corruption=True),)},
        {"disciplines": (Discipline("member", corruption=True),)},
        {"ballots": {"residence": votes(51, option="bad")}},
    ],
)
@pytest.mark.rule("HT-8.4")
def test_one_further_trigger_makes_a_leader_khtnv(change: Change) -> None:
    case = but(LEADER, **change)
    assert (held("can_bo_co_so", "khtnv", case), rate(QD_124, "can_bo_co_so", case).level) == (True, "khtnv")


@pytest.mark.parametrize(
    "change",
    [
        {"figures": {"targets_done": 70}},
        {"related": {"headed": ("htnv",)}},
        {"related": {"headed": ()}},
        {"disciplines": (Discipline("subordinate"),)},
        {"disciplines": (Discipline("member", remedied=True, corruption=True),)},
        {"ballots": {"residence": votes(50, option="bad")}},
        {"ballots": {"residence": votes(51, option="bad")}, "polls": frozenset()},
    ],
)
@pytest.mark.rule("HT-8.4")
def test_what_does_not_quite_trigger_khtnv_for_a_leader(change: Change) -> None:
    assert held("can_bo_co_so", "khtnv", but(LEADER, **change)) is False


@pytest.mark.rule("HT-8.4")
def test_the_restated_clause_without_exception_is_flagged() -> None:
    remedied = (Discipline("subordinate", remedied=True, corruption=True),)
    proposal = rate(QD_124, "can_bo_co_so", but(LEADER, disciplines=remedied))
    assert (proposal.level, [flag.code for flag in proposal.flags]) == ("htxsnv", ["HT-8.4"])
