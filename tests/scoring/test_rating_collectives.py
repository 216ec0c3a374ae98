"""Every condition of RULES 4.7, on both sides of its line."""

import pytest

from scoring.rating import Case, Discipline, rate
from tests.scoring.rated import (
    COLLECTIVE,
    EXCUSED,
    FAIR_COLLECTIVE,
    FAIR_ORG,
    GOOD_COLLECTIVE,
    GOOD_ORG,
    ORG,
    QD_124,
    A,
    G,
    P,
    but,
    held,
    tried,
    without,
)

BAD_MEMBER, BAD_UNIT, BAD_SELF = Discipline("member"), Discipline("subordinate"), Discipline("self")


@pytest.mark.parametrize("kind", ["dang_bo_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc"])
@pytest.mark.parametrize(("case", "level"), [(ORG, "htxsnv"), (GOOD_ORG, "httnv"), (FAIR_ORG, "htnv")])
@pytest.mark.rule("HT-7.1", "HT-7.3", "HT-7.5")
def test_a_party_organisation_just_reaches_a_level(kind: str, case: Case, level: str) -> None:
    proposal = rate(QD_124, kind, case)
    assert (proposal.level, proposal.possible, proposal.flags) == (level, (level,), ())


@pytest.mark.parametrize("kind", ["tap_the_thanh_pho", "tap_the_co_so"])
@pytest.mark.parametrize(
    ("case", "level"), [(COLLECTIVE, "htxsnv"), (GOOD_COLLECTIVE, "httnv"), (FAIR_COLLECTIVE, "htnv")]
)
@pytest.mark.rule("HT-7.2", "HT-7.4", "HT-7.5")
def test_a_collective_just_reaches_a_level(kind: str, case: Case, level: str) -> None:
    proposal = rate(QD_124, kind, case)
    assert (proposal.level, proposal.possible, proposal.flags) == (level, (level,), ())


@pytest.mark.parametrize(
    "case",
    [
        but(ORG, declared={"outstanding": False}),
        but(ORG, declared={"new_models": False}),
        but(ORG, degrees={"B.2": G}),
        but(ORG, degrees={"A.1": A}),
        but(ORG, disciplines=EXCUSED[:1]),
        but(ORG, disciplines=EXCUSED[1:]),
        but(ORG, related={"peers": ("httnv",) * 9 + ("htnv",)}),
        but(ORG, related={"subordinates": ("httnv",) * 79 + ("htnv",) * 21}),
        but(ORG, related={"subordinates": ("httnv",) * 9 + ("khtnv",)}),
    ],
)
@pytest.mark.rule("HT-7.1")
def test_an_outstanding_party_organisation_meets_every_condition(case: Case) -> None:
    assert held("dang_bo_co_so", "htxsnv", case) is False


@pytest.mark.parametrize(
    "members", [("httnv",) * 79 + ("htnv",) * 21, ("httnv",) * 9 + ("khtnv",)], ids=["below-80", "one-khtnv"]
)
@pytest.mark.parametrize("kind", ["chi_bo_co_so", "chi_bo_truc_thuoc"])
@pytest.mark.rule("HT-7.1")
def test_a_cell_is_measured_by_its_members(kind: str, members: tuple[str, ...]) -> None:
    assert held(kind, "htxsnv", but(ORG, related={"members": members})) is False
    assert held("dang_bo_co_so", "htxsnv", but(ORG, related={"members": members})) is True


@pytest.mark.parametrize(
    "case",
    [
        but(COLLECTIVE, declared={"united": False}),
        but(COLLECTIVE, degrees={"B.1": G}),
        but(COLLECTIVE, degrees={"A.2": A}),
        but(COLLECTIVE, disciplines=EXCUSED[:1]),
        but(COLLECTIVE, disciplines=EXCUSED[1:]),
    ],
)
@pytest.mark.rule("HT-7.2")
def test_an_outstanding_collective_meets_every_condition(case: Case) -> None:
    assert held("tap_the_co_so", "htxsnv", case) is False


@pytest.mark.parametrize(
    "case",
    [
        but(GOOD_ORG, degrees={"B.3": A}),
        but(GOOD_ORG, degrees={"A.1": P}),
        but(GOOD_ORG, disciplines=(BAD_MEMBER,)),
        but(GOOD_ORG, disciplines=(BAD_UNIT,)),
        but(GOOD_ORG, related={"peers": ("httnv",) * 9 + ("khtnv",)}),
        but(GOOD_ORG, related={"subordinates": ("httnv",) * 49 + ("htnv",) * 51}),
        but(GOOD_ORG, related={"subordinates": ("httnv",) * 9 + ("khtnv",)}),
    ],
)
@pytest.mark.rule("HT-7.3")
def test_a_good_party_organisation_meets_every_condition(case: Case) -> None:
    assert held("dang_bo_co_so", "httnv", case) is False


@pytest.mark.parametrize(
    "members", [("httnv",) * 49 + ("htnv",) * 51, ("httnv",) * 9 + ("khtnv",)], ids=["below-50", "one-khtnv"]
)
@pytest.mark.parametrize("kind", ["chi_bo_co_so", "chi_bo_truc_thuoc"])
@pytest.mark.rule("HT-7.3")
def test_a_good_cell_is_measured_by_its_members(kind: str, members: tuple[str, ...]) -> None:
    assert held(kind, "httnv", but(GOOD_ORG, related={"members": members})) is False


@pytest.mark.parametrize(
    "change",
    [{"degrees": {"B.3": A}}, {"degrees": {"A.1": P}}, {"disciplines": (BAD_MEMBER,)}, {"disciplines": (BAD_UNIT,)}],
)
@pytest.mark.rule("HT-7.4")
def test_a_good_collective_meets_every_condition(change: dict[str, object]) -> None:
    assert held("tap_the_thanh_pho", "httnv", but(GOOD_COLLECTIVE, **change)) is False


@pytest.mark.parametrize(("kind", "case"), [("dang_bo_co_so", FAIR_ORG), ("tap_the_co_so", FAIR_COLLECTIVE)])
@pytest.mark.parametrize(
    "change",
    [{"degrees": {"B.3": P}}, {"degrees": {"A.1": P}}, {"disciplines": (BAD_MEMBER,)}, {"disciplines": (BAD_UNIT,)}],
)
@pytest.mark.rule("HT-7.5")
def test_a_fair_one_meets_every_condition(kind: str, case: Case, change: dict[str, object]) -> None:
    assert held(kind, "htnv", but(case, **change)) is False


@pytest.mark.parametrize(("kind", "case"), [("dang_bo_co_so", FAIR_ORG), ("tap_the_co_so", FAIR_COLLECTIVE)])
@pytest.mark.rule("HT-7.5", "AMB-HT-4", "AMB-HT-5")
def test_htnv_asks_for_basic_criteria_only(kind: str, case: Case) -> None:
    leaves = tuple(leaf.model_copy(update={"basic": leaf.code != "A.1"}) for leaf in case.leaves)
    proposal = rate(QD_124, kind, but(case, leaves=leaves, degrees={"A.1": P}))
    assert (proposal.level, [flag.code for flag in proposal.flags]) == ("htnv", ["AMB-HT-4"])


FAILED = {"targets": 100, "targets_done": 49, "main_targets_missed": 1}


@pytest.mark.parametrize(
    "case",
    [
        but(ORG, degrees={"A.1": P}),
        but(ORG, disciplines=(BAD_UNIT,)),
        but(ORG, disciplines=(Discipline("self", remedied=True),)),
        but(ORG, disciplines=EXCUSED[:1] * 3),
        but(ORG, figures=FAILED),
    ],
)
@pytest.mark.rule("HT-7.6")
def test_one_trigger_makes_a_party_organisation_khtnv(case: Case) -> None:
    assert rate(QD_124, "dang_bo_co_so", case).level == "khtnv"


@pytest.mark.parametrize(
    "case",
    [
        but(ORG, disciplines=EXCUSED[:1]),
        but(ORG, disciplines=EXCUSED[:1] * 2),
        but(ORG, disciplines=EXCUSED[1:] * 9),
        but(ORG, figures=FAILED | {"targets_done": 50}),
        but(ORG, figures=FAILED | {"main_targets_missed": 0}),
        but(ORG, figures=FAILED, declared={"force_majeure": True}),
    ],
)
@pytest.mark.rule("HT-7.6")
def test_what_does_not_quite_trigger_khtnv_for_a_party_organisation(case: Case) -> None:
    assert held("dang_bo_co_so", "khtnv", case) is False


@pytest.mark.parametrize(
    "case",
    [
        but(COLLECTIVE, declared={"disunity": True}),
        but(COLLECTIVE, declared={"member_degraded": True}),
        but(COLLECTIVE, disciplines=(BAD_SELF,)),
        but(COLLECTIVE, disciplines=(BAD_MEMBER,)),
        but(COLLECTIVE, figures=FAILED),
    ],
)
@pytest.mark.rule("HT-7.7")
def test_one_trigger_makes_a_collective_khtnv(case: Case) -> None:
    assert rate(QD_124, "tap_the_co_so", case).level == "khtnv"


@pytest.mark.parametrize(
    "case",
    [
        but(COLLECTIVE, disciplines=(Discipline("self", remedied=True), EXCUSED[1])),
        but(COLLECTIVE, figures=FAILED | {"targets_done": 50}),
        but(COLLECTIVE, figures=FAILED | {"main_targets_missed": 0}),
        but(COLLECTIVE, figures=FAILED, declared={"force_majeure": True}),
    ],
)
@pytest.mark.rule("HT-7.7")
def test_what_does_not_quite_trigger_khtnv_for_a_collective(case: Case) -> None:
    assert held("tap_the_co_so", "khtnv", case) is False


@pytest.mark.rule("HT-7.6", "AMB-HT-14")
def test_force_majeure_is_asked_only_where_it_matters() -> None:
    missed = without(but(ORG, figures=FAILED), "declared", "force_majeure")
    assert held("dang_bo_co_so", "khtnv", missed) is None
    assert held("dang_bo_co_so", "khtnv", without(ORG, "declared", "force_majeure")) is False


@pytest.mark.parametrize(("case", "level"), [(ORG, "htxsnv"), (GOOD_ORG, "httnv")])
@pytest.mark.rule("HT-7.1", "HT-7.3")
def test_without_same_level_bodies_nothing_is_asked_of_them_but_subordinates_are_missed(case: Case, level: str) -> None:
    assert held("dang_bo_co_so", level, but(case, related={"peers": ()})) is True
    assert held("dang_bo_co_so", level, but(case, related={"subordinates": ()})) is None


@pytest.mark.rule("HT-7.1")
def test_subordinates_still_to_be_rated_leave_it_open_only_while_they_matter() -> None:
    waiting = but(ORG, related={"subordinates": ("httnv",) * 8 + ("htnv", None)})
    proposal = rate(QD_124, "dang_bo_co_so", waiting)
    assert [proposal.level, proposal.possible] == [None, ("htxsnv", "httnv", "htnv")]
    texts = [finding.text for finding in tried(proposal, "htxsnv").findings if finding.held is not True]
    assert texts == [
        "9/10 tổ chức đảng trực thuộc (90%) hoàn thành nhiệm vụ trở lên, 1 nơi chưa xếp loại; yêu cầu 100%"
    ]


@pytest.mark.rule("HT-7.1")
def test_shares_are_exact_and_said_with_their_figures() -> None:
    few = but(ORG, related={"subordinates": ("httnv",) * 8 + ("htnv",)})
    assert [finding.text for finding in tried(rate(QD_124, "dang_bo_co_so", few), "htxsnv").findings[-2:]] == [
        "9/9 tổ chức đảng trực thuộc (100%) hoàn thành nhiệm vụ trở lên; yêu cầu 100%",
        "8/9 tổ chức đảng trực thuộc (88,9%) hoàn thành tốt nhiệm vụ trở lên; yêu cầu từ 80%",
    ]
    close = but(ORG, related={"subordinates": ("httnv",) * 1999 + ("htnv",) * 501})
    finding = tried(rate(QD_124, "dang_bo_co_so", close), "htxsnv").findings[-1]
    assert (finding.held, "(79,96%)" in finding.text) == (False, True)
