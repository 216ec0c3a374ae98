from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest

from config import vocabulary
from config.vocabulary import Parameters, Stage
from danhgia.bench.world import CLOSES_AT, NOW
from states.errors import Refusal
from states.facts import Dossier, RoundFacts
from states.guards import GUARDS, NEGATED, ask, holds
from tests.states import test_procedure
from tests.states.worlds import TICK, dossier, round_facts

NOTHING = Parameters()
SELF_ASSESSMENT = Stage(stage="self_assessment")


class Case(NamedTuple):
    """Facts for which a guard holds, facts for which it does not, and the sentence of the refusal."""

    guard: str
    held: Dossier | RoundFacts
    broken: Dossier | RoundFacts
    sentence: str
    parameters: Parameters = NOTHING


CASES = [
    Case(
        "all_scored",
        dossier(scored=20, leaves=20),
        dossier(scored=19, leaves=20),
        "Còn 1 tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được.",
    ),
    Case(
        "all_scored",
        dossier(scored=20, leaves=20),
        dossier(scored=20, leaves=40),
        "Còn 20 tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được.",
    ),
    Case(
        "ever_submitted",
        dossier(submitted_at=NOW),
        dossier(submitted_at=None),
        "Đơn vị chưa nộp bản tự đánh giá lần nào.",
    ),
    Case(
        "no_open_explanation",
        dossier(asked=0),
        dossier(asked=2),
        "Còn 2 yêu cầu giải trình đang mở; chờ đơn vị trả lời, hết hạn hoặc rút yêu cầu trước.",
    ),
    Case(
        "all_marks_appraised",
        dossier(appraised=20, leaves=20),
        dossier(appraised=17, leaves=20),
        "Còn 3 tiêu chí thành phần chưa có điểm thẩm định.",
    ),
    Case(
        "all_marks_appraised",
        dossier(appraised=20, leaves=20),
        dossier(appraised=20, leaves=21),
        "Còn 1 tiêu chí thành phần chưa có điểm thẩm định.",
    ),
    Case(
        "differences_reasoned",
        dossier(unreasoned=0),
        dossier(unreasoned=4),
        "Còn 4 điểm thẩm định khác điểm tự chấm mà chưa ghi lý do.",
    ),
    Case(
        "decision_numbered",
        dossier(decision_numbered=True),
        dossier(decision_numbered=False),
        "Quyết định chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước khi công bố.",
    ),
    Case(
        "extension_granted",
        dossier(closes_at=NOW + TICK),
        dossier(closes_at=NOW),
        "Thời hạn mới phải sau thời điểm hiện tại; hạn đang ghi là hết ngày 08/12/2026 (trước ngày 09/12).",
    ),
    Case(
        "all_settled",
        round_facts(counts={"decided": 2, "announced": 1, "reported": 3, "removed": 1, "cancelled": 1}),
        round_facts(counts={"decided": 2, "appraised": 1, "locked_zero": 3}),
        "Còn 4 hồ sơ chưa có kết quả.",
    ),
    Case(
        "all_announced",
        round_facts(counts={"announced": 1, "reported": 3, "removed": 1, "cancelled": 1}),
        round_facts(counts={"decided": 2, "announced": 1, "appraised": 1}),
        "Còn 3 hồ sơ chưa công bố kết quả cho đơn vị.",
    ),
    Case(
        "report_numbered",
        round_facts(document_signed=True),
        round_facts(document_signed=False),
        "Báo cáo chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước.",
    ),
    Case(
        "milestone_passed",
        round_facts(now=CLOSES_AT),
        round_facts(now=CLOSES_AT - TICK),
        "Chưa hết thời hạn của giai đoạn này (hết ngày 09/12/2026 (trước ngày 10/12)).",
        SELF_ASSESSMENT,
    ),
    Case(
        "milestone_passed",
        round_facts(closings={"report": CLOSES_AT}),
        round_facts(closings={"report": CLOSES_AT, "self_assessment": NOW + timedelta(hours=1)}),
        "Chưa hết thời hạn của giai đoạn này (01 giờ 00 phút ngày 09/12/2026).",
        SELF_ASSESSMENT,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.guard)
def test_a_guard_has_both_answers(case: Case) -> None:
    assert ask(case.guard, case.parameters, case.held) is None
    assert ask(case.guard, case.parameters, case.broken) == Refusal(case.guard, case.sentence)


def test_every_guard_is_in_the_vocabulary_and_tried_here() -> None:
    tried = {case.guard for case in CASES} | {case.guard for case in test_procedure.CASES}
    assert tried == GUARDS.keys() == vocabulary.GUARDS.keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.guard)
def test_a_guard_takes_the_parameters_and_facts_of_the_vocabulary(case: Case) -> None:
    assert type(case.parameters) is vocabulary.GUARDS[case.guard]
    assert isinstance(case.held, RoundFacts) == (case.guard in vocabulary.ROUND_GUARDS)


def mixed(case: Case) -> Iterator[tuple[Dossier | RoundFacts, Dossier | RoundFacts]]:
    """Facts with only what the guard reads taken over from the other ones, and those others."""
    reads = GUARDS[case.guard].reads
    for facts, others in ((case.held, case.broken), (case.broken, case.held)):
        yield replace(others, **{name: getattr(facts, name) for name in reads}), facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.guard)
def test_a_guard_reads_nothing_else(case: Case) -> None:
    for mixture, facts in mixed(case):
        assert ask(case.guard, case.parameters, mixture) == ask(case.guard, case.parameters, facts)


def test_zero_is_a_score_and_an_extra_one_does_no_harm() -> None:
    assert ask("all_scored", NOTHING, dossier(scored=21, leaves=20)) is None
    assert ask("all_marks_appraised", NOTHING, dossier(appraised=21, leaves=20)) is None


@pytest.mark.parametrize("state", ["assigned", "self_assessing", "submitted", "revising", "explaining", "appraised"])
def test_a_dossier_without_a_result_keeps_the_round_open(state: str) -> None:
    refusal = Refusal("all_settled", "Còn 1 hồ sơ chưa có kết quả.")
    assert ask("all_settled", NOTHING, round_facts(counts={state: 1, "announced": 5})) == refusal


def test_an_extension_that_runs_has_its_own_sentence() -> None:
    facts = dossier(closes_at=CLOSES_AT + timedelta(days=5))
    assert holds("extension_granted", facts) == Refusal(
        "extension_granted",
        "Hồ sơ đang được gia hạn đến hết ngày 14/12/2026 (trước ngày 15/12); chờ hết hạn.",
    )


@pytest.mark.parametrize("name", sorted(GUARDS.keys() - NEGATED.keys()))
def test_any_other_guard_that_holds_is_told_of_in_general(name: str) -> None:
    assert holds(name, dossier()) == Refusal(name, "Điều kiện để làm việc này không còn đúng với hồ sơ.")


def test_sentences_are_for_guards_that_are_there() -> None:
    assert NEGATED.keys() <= GUARDS.keys()
