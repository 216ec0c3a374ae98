"""The decision procedure of RULES 4.13: order, gaps, caps, months, what is unknown, and the switches."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pytest

from config.ballots import Of
from config.conditions import CONDITIONS
from config.rating import Regime
from scoring import conditions
from scoring.rating import Case, Discipline, Finding, Flag, Proposal, Tried, Votes, complete_months, rate
from tests.scoring.rated import (
    FAIR_SCORED,
    GOOD_LEADER,
    GOOD_ORG,
    GOOD_SCORED,
    LEADER,
    MEMBER,
    ORG,
    QD_124,
    QD_366,
    SCORED,
    P,
    but,
    held,
    tried,
    votes,
    without,
)


def switched(**switches: object) -> Regime:
    regime = QD_124.model_copy(update={"switches": QD_124.switches.model_copy(update=switches)})
    return Regime.model_validate_json(regime.model_dump_json())


def codes(proposal: Proposal) -> list[str]:
    return [flag.code for flag in proposal.flags]


@pytest.mark.rule("HT-7.6")
def test_triggers_of_the_lowest_level_come_first() -> None:
    proposal = rate(QD_124, "dang_bo_co_so", but(ORG, disciplines=(Discipline("self"),)))
    assert [(one.level, one.held) for one in proposal.tried] == [
        ("htxsnv", True),
        ("httnv", True),
        ("htnv", True),
        ("khtnv", True),
    ]
    assert (proposal.level, proposal.possible) == ("khtnv", ("khtnv",))


def test_nothing_known_leaves_everything_open() -> None:
    for kind in ("dang_bo_co_so", "tap_the_co_so", "dang_vien"):
        proposal = rate(QD_124, kind, Case(leaves=ORG.leaves))
        assert (proposal.level, proposal.possible) == (None, ("htxsnv", "httnv", "htnv", "khtnv"))
        assert {one.held for one in proposal.tried} == {None}


def test_a_level_that_is_certain_is_proposed_though_a_better_one_is_not_known() -> None:
    unsaid = without(ORG, "declared", "outstanding")
    proposal = rate(QD_124, "dang_bo_co_so", unsaid)
    assert (proposal.level, proposal.possible) == (None, ("htxsnv", "httnv"))


@pytest.mark.rule("HT-7.3", "HT-7.6", "AMB-HT-6")
def test_vector_13_a_disciplined_member_fits_no_level() -> None:
    proposal = rate(QD_124, "dang_bo_co_so", but(GOOD_ORG, disciplines=(Discipline("member"),)))
    assert {one.held for one in proposal.tried} == {False}
    assert (proposal.level, codes(proposal)) == ("khtnv", ["ANO-HT-7", "RULES-4.13"])
    excused = rate(QD_124, "dang_bo_co_so", but(GOOD_ORG, disciplines=(Discipline("member", remedied=True),)))
    assert (excused.level, codes(excused)) == ("httnv", [])


@pytest.mark.rule("HT-7.4", "HT-7.7")
def test_a_disciplined_subordinate_of_a_collective_fits_no_level() -> None:
    case = Case(
        leaves=ORG.leaves,
        degrees=ORG.degrees,
        disciplines=(Discipline("subordinate"),),
        figures=ORG.figures,
        declared={"united": True, "disunity": False, "member_degraded": False},
    )
    proposal = rate(QD_124, "tap_the_co_so", case)
    assert (proposal.level, codes(proposal)) == ("khtnv", ["ANO-HT-7", "RULES-4.13"])


@pytest.mark.rule("HT-8.2", "HT-8.3", "HT-8.4")
def test_vector_14_exactly_70_percent_fits_no_level() -> None:
    proposal = rate(QD_124, "can_bo_co_so", but(GOOD_LEADER, figures={"targets_done": 70}))
    assert {one.held for one in proposal.tried} == {False}
    assert (proposal.level, codes(proposal)) == ("htnv", ["ANO-HT-4", "RULES-4.13"])
    assert [flag.text for flag in proposal.flags] == [
        "Hoàn thành đúng 70% chỉ tiêu. Hướng dẫn chỉ nêu trên 70% và dưới 70%, nên không thuộc mức nào.",
        (
            "Không mức nào có đủ điều kiện. Đề xuất theo mặc định: hoàn thành nhiệm vụ; "
            "cấp có thẩm quyền xem xét, quyết định."
        ),
    ]


@pytest.mark.rule("HT-8.3")
def test_ballots_that_are_split_fit_no_level() -> None:
    counts = {"htxsnv": 40, "httnv": 30, "htnv": 19, "khtnv": 11}
    proposal = rate(QD_124, "can_bo_co_so", but(LEADER, ballots={"workplace": Votes(counts, 100, 100, 100)}))
    assert (proposal.level, codes(proposal)) == ("htnv", ["ANO-HT-8", "RULES-4.13"])


@pytest.mark.rule("HT-11.14")
def test_vector_11_a_head_is_not_above_what_he_heads() -> None:
    case = but(LEADER, post="secretary", related={"headed": ("httnv",)}, declared={"leap": True})
    capped = rate(QD_124, "can_bo_co_so", case)
    assert (held("can_bo_co_so", "htxsnv", case), capped.level) == (True, "httnv")
    assert [(one.held, one.clause, one.rule, one.text) for one in capped.caps] == [
        (
            False,
            "7.15",
            "HT-11.14",
            (
                "Đề xuất hoàn thành xuất sắc nhiệm vụ cao hơn mức xếp loại của tập thể, tổ chức do mình đứng đầu "
                "(hoàn thành tốt nhiệm vụ); hạ xuống hoàn thành tốt nhiệm vụ"
            ),
        )
    ]


@pytest.mark.parametrize("post", ["secretary", "head"])
@pytest.mark.rule("HT-11.14")
def test_vector_11_a_head_newly_arrived_and_not_involved_is_not_capped(post: str) -> None:
    case = but(LEADER, post=post, related={"headed": ("httnv",)}, declared={"leap": True, "new_head": True})
    proposal = rate(QD_124, "can_bo_co_so", case)
    assert (proposal.level, [one.held for one in proposal.caps]) == ("htxsnv", [True])


@pytest.mark.rule("HT-11.14", "AMB-HT-8")
def test_a_leap_helps_a_deputy_secretary_who_is_not_capped() -> None:
    case = but(LEADER, post="deputy_secretary", related={"headed": ("httnv",)}, declared={"leap": True})
    proposal = rate(QD_124, "can_bo_co_so", case)
    assert (proposal.level, proposal.caps) == ("htxsnv", ())


@pytest.mark.rule("HT-11.14")
def test_a_cap_that_is_not_known_leaves_levels_open() -> None:
    case = but(LEADER, post="secretary", related={"headed": ("httnv", None)}, declared={"leap": True})
    proposal = rate(QD_124, "can_bo_co_so", without(case, "declared", "new_head"))
    assert (proposal.level, proposal.possible) == (None, ("htxsnv", "httnv", "htnv", "khtnv"))
    assert [one.held for one in proposal.caps] == [None]


CAPPED = but(LEADER, post="secretary", declared={"leap": True})
UNCERTAIN = without(CAPPED, "declared", "outstanding")
CEILING = "mức xếp loại của tập thể, tổ chức do mình đứng đầu"
XS, T, HT = "hoàn thành xuất sắc nhiệm vụ", "hoàn thành tốt nhiệm vụ", "hoàn thành nhiệm vụ"


@pytest.mark.parametrize(
    ("case", "headed", "possible", "held", "text"),
    [
        (CAPPED, ("htxsnv", "httnv"), 1, False, f"Đề xuất {XS} cao hơn {CEILING} ({XS}, {T}); hạ xuống {T}"),
        (CAPPED, (None,), 4, None, f"Chưa xác định được mức trần theo {CEILING} (chưa xếp loại)"),
        (CAPPED, (), 1, True, "Không có tập thể, tổ chức do mình đứng đầu thuộc diện xếp loại trong năm"),
        (
            but(CAPPED, declared={"new_head": True}),
            ("httnv",),
            1,
            True,
            f"Người đứng đầu được miễn mức trần theo {CEILING}",
        ),
        (but(CAPPED, disciplines=(Discipline("self"),)), (None,), 1, True, f"Không cao hơn {CEILING} (chưa xếp loại)"),
        (UNCERTAIN, ("htxsnv",), 2, True, f"Không cao hơn {CEILING} ({XS})"),
        (UNCERTAIN, ("htnv",), 1, False, f"Đề xuất {XS} hoặc {T} cao hơn {CEILING} ({HT}); hạ xuống {HT}"),
        (
            without(CAPPED, "declared", "new_head"),
            ("httnv",),
            2,
            None,
            f"Chưa xác định được mức trần theo {CEILING} ({T})",
        ),
    ],
)
@pytest.mark.rule("HT-11.14")
def test_what_a_cap_did_is_told(
    case: Case, headed: tuple[str | None, ...], possible: int, *, held: bool | None, text: str
) -> None:
    proposal = rate(QD_124, "can_bo_co_so", but(case, related={"headed": headed}))
    assert [(one.held, one.text) for one in proposal.caps] == [(held, text)]
    assert len(proposal.possible) == possible


@pytest.mark.rule("HT-11.14")
def test_a_cap_that_nothing_lifts_is_there_whatever_is_stated() -> None:
    data = QD_124.model_dump(mode="json")
    bare = Regime.model_validate_json(json.dumps({**data, "caps": [{**data["caps"][0], "unless": None}]}))
    proposal = rate(bare, "can_bo_co_so", but(CAPPED, related={"headed": ("httnv",)}, declared={"new_head": True}))
    assert (proposal.level, [one.held for one in proposal.caps]) == ("httnv", [False])


def test_a_gap_where_no_level_fits_is_no_gap_where_one_does() -> None:
    both = but(ORG, disciplines=(Discipline("member"), Discipline("self")))
    proposal = rate(QD_124, "dang_bo_co_so", both)
    assert (proposal.level, proposal.flags) == ("khtnv", ())


@pytest.mark.rule("HT-11.14")
def test_the_level_of_a_body_of_which_nothing_is_known_is_open() -> None:
    proposal = rate(QD_124, "can_bo_co_so", without(CAPPED, "related", "headed"))
    assert (proposal.level, len(proposal.possible)) == (None, 4)
    assert proposal.caps[0].text == f"Chưa xác định được mức trần theo {CEILING} (chưa xếp loại)"


@pytest.mark.parametrize(
    ("since", "on", "months"),
    [
        (date(2024, 7, 15), date(2024, 12, 10), 4),
        (date(2024, 6, 10), date(2024, 12, 10), 6),
        (date(2024, 6, 11), date(2024, 12, 10), 5),
        (date(2023, 8, 31), date(2024, 2, 29), 6),
        (date(2023, 8, 31), date(2024, 2, 28), 5),
        (date(2023, 12, 31), date(2024, 12, 31), 12),
        (date(2024, 1, 1), date(2023, 12, 1), 0),
    ],
)
@pytest.mark.rule("HT-11.10", "AMB-HT-10")
def test_vector_12_months_are_complete_calendar_months(since: date, on: date, months: int) -> None:
    assert complete_months(since, on) == months


@pytest.mark.rule("HT-11.10")
def test_vector_12_under_six_months_there_is_no_rating() -> None:
    new = rate(QD_124, "can_bo_co_so", but(LEADER, months_in_post=4))
    assert (new.level, new.possible, codes(new), len(new.tried)) == (None, (), ["HT-11.10"], 4)
    assert "4 tháng, chưa đủ 6 tháng" in new.flags[0].text
    assert rate(QD_124, "can_bo_co_so", but(LEADER, months_in_post=6)).level == "htxsnv"


def test_a_kind_the_regime_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        rate(QD_124, "diem_sang", ORG)


@pytest.mark.parametrize(
    ("switches", "case", "level"),
    [
        ({"member_disciplined_default": "htnv"}, but(ORG, disciplines=(Discipline("member"),)), "htnv"),
        ({"poor_basic": "all"}, but(ORG, degrees={"A.1": P}), "htnv"),
        ({"poor_basic": "all"}, but(ORG, degrees=dict.fromkeys(ORG.degrees, P)), "khtnv"),
    ],
)
@pytest.mark.rule("AMB-HT-4", "AMB-HT-6")
def test_switches_of_collectives(switches: dict[str, object], case: Case, level: str) -> None:
    assert rate(switched(**switches), "dang_bo_co_so", case).level == level


SECRETARY = but(LEADER, post="secretary", related={"headed": ("httnv",)}, declared={"leap": True})
QUIET = but(LEADER, polls=frozenset())
MIXED = but(LEADER, ballots={"workplace": Votes({"htxsnv": 60, "httnv": 40}, valid=100, issued=100, summoned=100)})


@pytest.mark.parametrize(
    ("switches", "case", "level"),
    [
        ({"leap_excuses": True}, SECRETARY, "htxsnv"),
        ({"ballots_cumulative": True}, MIXED, "httnv"),
        ({"ballots_cumulative": False}, MIXED, "htnv"),
        ({"ballots_cumulative": False, "unlisted_default": "khtnv"}, MIXED, "khtnv"),
        ({"ballot_base": Of.ISSUED}, but(QUIET, ballots={"workplace": votes(99)}), "htxsnv"),
        ({"ballot_base": Of.ISSUED}, but(QUIET, ballots={"workplace": votes(98)}), "htnv"),
        ({"ballot_base": Of.SUMMONED}, but(QUIET, ballots={"workplace": votes(99)}), "htnv"),
        (
            {"polls_flagged": False},
            but(QUIET, ballots={"residence": votes(51, option="bad")}),
            "khtnv",
        ),
        ({"months_to_be_rated": 4}, but(LEADER, months_in_post=4), "htxsnv"),
    ],
)
@pytest.mark.rule("AMB-HT-3", "AMB-HT-8", "AMB-HT-11")
def test_switches_of_individuals(switches: dict[str, object], case: Case, level: str) -> None:
    assert rate(switched(**switches), "can_bo_co_so", case).level == level


@pytest.mark.rule("AMB-HT-3", "AMB-HT-4")
def test_the_words_follow_the_switches() -> None:
    alone = rate(switched(ballots_cumulative=False), "can_bo_co_so", MIXED)
    said = [one.text for one in tried(alone, "httnv").findings if "phiếu hợp lệ của nơi công tác" in one.text]
    assert len(said) == 1
    assert said[0].startswith("40/100 phiếu hợp lệ của nơi công tác (40%) đánh giá hoàn thành tốt nhiệm vụ; yêu cầu ")
    wholly = rate(switched(poor_basic="all"), "dang_bo_co_so", but(ORG, degrees={"A.1": P}))
    assert "1/10 tiêu chí cơ bản ở mức Kém: A.1; ngưỡng tất cả tiêu chí" in [
        one.text for one in tried(wholly, "khtnv").findings
    ]


@pytest.mark.parametrize(("case", "level"), [(SCORED, "htxsnv"), (GOOD_SCORED, "httnv"), (FAIR_SCORED, "htnv")])
@pytest.mark.rule("ANO-S2-3")
def test_qd_366_a_collective_just_reaches_a_level(case: Case, level: str) -> None:
    proposal = rate(QD_366, "tham_muu", case)
    assert (proposal.level, proposal.flags) == (level, ())


@pytest.mark.parametrize(
    ("case", "level"),
    [
        (but(SCORED, total=Decimal("89.9999")), "httnv"),
        (but(SCORED, figures={"tasks": 100, "tasks_on_time": 100, "tasks_done": 100, "tasks_exceeded": 29}), "httnv"),
        (but(SCORED, disciplines=(Discipline("member", remedied=True),)), "httnv"),
        (but(SCORED, disciplines=(Discipline("subordinate", remedied=True),)), "httnv"),
        (but(SCORED, figures={"shortcomings": 10, "shortcomings_remedied": 9}), "httnv"),
        (but(SCORED, figures={"tasks_on_time": 9}), "htnv"),
        (but(GOOD_SCORED, total=Decimal("69.75")), "htnv"),
        (but(GOOD_SCORED, figures={"tasks_on_time": 9}), "htnv"),
        (but(SCORED, total=Decimal("49.9")), "khtnv"),
    ],
)
@pytest.mark.rule("ANO-S2-3")
def test_qd_366_below_its_line_a_level_is_not_reached(case: Case, level: str) -> None:
    assert rate(QD_366, "hanh_chinh", case).level == level


@pytest.mark.parametrize("figures", [{"tasks_done": 9, "tasks_on_time": 8}, {"tasks_on_time": 7}])
@pytest.mark.rule("ANO-S2-3")
def test_qd_366_points_enough_and_tasks_not_fit_no_level(figures: dict[str, int]) -> None:
    proposal = rate(QD_366, "tham_muu", but(FAIR_SCORED, figures=figures))
    assert (tried(proposal, "htnv").held, proposal.level, codes(proposal)) == (False, "htnv", ["RULES-4.13"])


def test_qd_366_no_earlier_shortcoming_is_no_obstacle() -> None:
    assert (
        rate(QD_366, "tham_muu", but(SCORED, figures={"shortcomings": 0, "shortcomings_remedied": 0})).level == "htxsnv"
    )


def test_figures_that_contradict_each_other_count_for_nothing() -> None:
    proposal = rate(QD_366, "tham_muu", but(SCORED, figures={"tasks_exceeded": 11}))
    assert [one.text for one in tried(proposal, "htxsnv").findings if one.held is None] == [
        "Nhiệm vụ hoàn thành vượt mức: số liệu mâu thuẫn (11/10 nhiệm vụ được giao trong năm); yêu cầu từ 30%"
    ]


def test_a_proposal_is_json() -> None:
    for case in (LEADER, Case(post="secretary")):
        data = rate(QD_124, "can_bo_co_so", case).as_dict()
        assert json.loads(json.dumps(data, ensure_ascii=False)) == data
        assert set(data) == {"level", "possible", "tried", "flags", "caps"}
    assert isinstance(rate(QD_124, "dang_vien", MEMBER).as_dict(), Mapping)


def test_the_json_of_a_proposal_names_each_part() -> None:
    finding = Finding(held=None, clause="7.15", rule="HT-11.14", text="vì")
    tried = (Tried("htnv", held=False, findings=(finding,)),)
    proposal = Proposal("htnv", ("htnv",), tried, (Flag("ANO-HT-4", "cờ"),), (finding,))
    found = {"held": None, "clause": "7.15", "rule": "HT-11.14", "text": "vì"}
    assert proposal.as_dict() == {
        "level": "htnv",
        "possible": ["htnv"],
        "tried": [{"level": "htnv", "held": False, "findings": [found]}],
        "flags": [{"code": "ANO-HT-4", "text": "cờ"}],
        "caps": [found],
    }


def test_every_condition_that_may_be_written_can_be_asked() -> None:
    assert set(conditions._TESTS) == set(CONDITIONS)
