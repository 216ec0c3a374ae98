import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.graph import Transition
from config.load import load_programme, programme_from_document
from config.programme import Programme
from config.vocabulary import Need, Relation
from danhgia.bench.world import CLOSES_AT, NOW, SLUG
from states.errors import NotAllowed, Refusal, Refused
from states.facts import Dossier, Facts, Span
from states.machine import choose, demand_open
from tests.states.worlds import TICK, dossier, round_facts

WORKFLOW = load_programme(SLUG).workflow
EVERYBODY = frozenset(str(relation) for relation in Relation)
EVERYTHING = frozenset(Need)
NOTHING: frozenset[Need] = frozenset()
GENERIC = "Điều kiện để làm việc này không còn đúng với hồ sơ."
REFUSED = "Tài khoản này không có quyền thực hiện việc đó đối với hồ sơ này."
LATE = Refusal("window", "Đã quá thời hạn: hết ngày 09/12/2026 (trước ngày 10/12); phần mềm đã khóa.")
UNSCORED = Refusal("all_scored", "Còn 3 tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được.")
EXTENDED = Refusal(
    "extension_granted", "Hồ sơ đang được gia hạn đến hết ngày 14/12/2026 (trước ngày 15/12); chờ hết hạn."
)
NOT_IN_STAGE = Refusal(
    "during", "Việc này chỉ làm được khi đợt ở giai đoạn «Đang thẩm định», «Đang quyết định kết quả»."
)


def refusals(facts: Facts, trigger: str, given: frozenset[Need] = NOTHING) -> list[Refusal]:
    with pytest.raises(Refused) as caught:
        choose(facts, trigger, given)
    return list(caught.value.refusals)


def target(facts: Facts, trigger: str, given: frozenset[Need] = NOTHING) -> str:
    return choose(facts, trigger, given).target


def changed(slug: str, change: Callable[[dict[str, Any]], object]) -> Programme:
    """A programme of ours with another workflow, loaded as a round loads it."""
    document = json.loads(load_programme(slug).document())
    change(document["workflow"])
    return programme_from_document(json.dumps(document))


def test_a_submission_in_time_is_taken() -> None:
    assert choose(dossier(), "submit", NOTHING) is WORKFLOW.assessment.steps("submit", "self_assessing")[0]


@pytest.mark.rule("DN-4.1")
def test_all_refusals_are_collected() -> None:
    facts = dossier(scored=17, now=CLOSES_AT)
    assert refusals(facts, "submit") == [LATE, UNSCORED]
    assert str(Refused([LATE, UNSCORED])) == f"{LATE.sentence} {UNSCORED.sentence}"


def test_each_refusal_is_told_once() -> None:
    facts = dossier(
        state="appraising", relations={"lead"}, round_state="self_assessment", unreasoned=1, submitted_at=NOW
    )
    rules = [refusal.rule for refusal in refusals(facts, "conclude_appraisal")]
    assert rules == ["during", "all_marks_appraised", "differences_reasoned"]


def test_what_is_needed_is_told_with_the_rest() -> None:
    facts = dossier(state="appraised", relations={"lead"})
    assert refusals(facts, "reopen_appraisal") == [
        NOT_IN_STAGE,
        Refusal("needs_reason", "Phải ghi lý do cho việc này."),
    ]


@pytest.mark.parametrize(
    ("given", "sentences"),
    [
        (NOTHING, ["Phải ghi lý do cho việc này.", "Phải nêu văn bản làm căn cứ (số, ngày, người ký)."]),
        (frozenset({Need.REASON}), ["Phải nêu văn bản làm căn cứ (số, ngày, người ký)."]),
        (frozenset({Need.DOCUMENT, Need.MINUTES}), ["Phải ghi lý do cho việc này."]),
    ],
)
def test_needs(given: frozenset[Need], sentences: list[str]) -> None:
    facts = dossier(state="submitted", relations={"administrator"})
    assert [refusal.sentence for refusal in refusals(facts, "reopen", given)] == sentences
    assert target(facts, "reopen", frozenset({Need.REASON, Need.DOCUMENT})) == "submitted"


def test_minutes_are_asked_for_by_name() -> None:
    programme = changed(SLUG, lambda workflow: workflow["assessment"]["transitions"][0].update(needs=["minutes"]))
    facts = dossier(programme=programme, state="assigned")
    assert refusals(facts, "start_self") == [Refusal("needs_minutes", "Phải kèm biên bản.")]
    assert target(facts, "start_self", frozenset({Need.MINUTES})) == "self_assessing"


@pytest.mark.parametrize("relations", [frozenset(), frozenset({"reader"})])
def test_not_allowed_tells_nothing_else(relations: frozenset[str]) -> None:
    spec = WORKFLOW.assessment
    for trigger in spec.triggers:
        for state in spec.states:
            facts = dossier(state=state, relations=relations, scored=0, now=CLOSES_AT, round_state="archived")
            with pytest.raises(NotAllowed) as caught:
                choose(facts, trigger, NOTHING)
            assert str(caught.value) == REFUSED


def test_a_stranger_learns_nothing_from_a_trigger_that_is_unknown() -> None:
    with pytest.raises(NotAllowed, match=REFUSED):
        choose(dossier(relations=frozenset()), "bay", NOTHING)
    assert refusals(dossier(), "bay")[0].sentence == (
        "Hồ sơ đang ở trạng thái «Đang tự đánh giá»; không thực hiện được bước «bay» từ đây."
    )


def test_from_a_wrong_state_the_label_of_the_state_is_told() -> None:
    spec = WORKFLOW.assessment
    for trigger, words in spec.triggers.items():
        for state in spec.states.keys() - {
            name for step in spec.transitions if step.do == trigger for name in step.sources
        }:
            facts = dossier(state=state, relations=EVERYBODY)
            told = f"Hồ sơ đang ở trạng thái «{spec.states[state].label}»; không thực hiện được bước «{words}» từ đây."
            assert refusals(facts, trigger, EVERYTHING) == [Refusal("state", told)]


def test_a_round_has_its_own_words() -> None:
    assert refusals(round_facts(), "archive") == [
        Refusal("state", "Đợt đang ở trạng thái «Đang tự đánh giá»; không thực hiện được bước «Lưu trữ đợt» từ đây.")
    ]
    with pytest.raises(NotAllowed):
        choose(round_facts(relations=frozenset({"lead"})), "archive", NOTHING)


def test_the_guards_of_a_round_are_asked() -> None:
    early = Refusal("milestone_passed", "Chưa hết thời hạn của giai đoạn này (hết ngày 09/12/2026 (trước ngày 10/12)).")
    assert refusals(round_facts(), "close_self_assessment") == [early]
    assert target(round_facts(now=CLOSES_AT), "close_self_assessment") == "appraisal"
    facts = round_facts(state="decision", counts={"decided": 1})
    rules = ["all_announced", "report_numbered", "needs_document"]
    assert [refusal.rule for refusal in refusals(facts, "report")] == rules


def test_of_several_alternatives_the_first_that_fits_is_taken() -> None:
    unsent = dossier(relations={"system"}, now=CLOSES_AT)
    sent = replace(unsent, submitted_at=NOW)
    revising = replace(unsent, state="revising")
    assert [target(facts, "lock") for facts in (unsent, sent, revising)] == ["locked_zero", "submitted", "submitted"]
    answered = dossier(state="explaining", asked=0)
    assert [target(facts, "answer_explanation") for facts in (answered, replace(answered, asked=1))] == [
        "appraising",
        "explaining",
    ]


def test_a_sweep_before_the_closing_is_refused() -> None:
    facts = dossier(state="revising", relations={"system"}, now=CLOSES_AT - TICK)
    early = Refusal("not_early", "Chưa đến hạn: hết ngày 09/12/2026 (trước ngày 10/12).")
    assert refusals(facts, "lock") == [early]
    assert target(replace(facts, now=CLOSES_AT), "lock") == "submitted"


def test_a_window_has_two_ends() -> None:
    span = {"self_assessment": Span(NOW, CLOSES_AT)}
    early = Refusal("window", "Chưa đến thời gian thực hiện; thời hạn là hết ngày 09/12/2026 (trước ngày 10/12).")
    assert refusals(dossier(windows=span, now=NOW - TICK), "submit") == [early]
    assert [target(dossier(windows=span, now=now), "submit") for now in (NOW, CLOSES_AT - TICK)] == ["submitted"] * 2
    assert refusals(dossier(windows=span, now=CLOSES_AT), "submit") == [LATE]


def test_a_window_that_the_chain_has_seen_close_stays_closed() -> None:
    assert refusals(dossier(chain_at=CLOSES_AT), "submit") == [LATE]
    assert target(dossier(chain_at=CLOSES_AT - TICK), "submit") == "submitted"
    with pytest.raises(Refused, match="Đã quá thời hạn"):
        demand_open(dossier(chain_at=CLOSES_AT), "submit")


@pytest.mark.parametrize("round_state", WORKFLOW.round.states)
def test_only_what_says_during_is_gated(round_state: str) -> None:
    assert target(dossier(round_state=round_state), "submit") == "submitted"
    facts = dossier(state="submitted", relations={"lead"}, round_state=round_state, now=CLOSES_AT)
    if round_state in {"appraisal", "decision"}:
        assert target(facts, "start_appraisal") == "appraising"
    else:
        assert refusals(facts, "start_appraisal") == [NOT_IN_STAGE]


def test_that_a_guard_must_not_hold_is_not_told_beside_other_refusals() -> None:
    facts = dossier(
        state="appraising", relations={"lead"}, round_state="appraisal", submitted_at=NOW, appraised=18, now=CLOSES_AT
    )
    missing = Refusal("all_marks_appraised", "Còn 2 tiêu chí thành phần chưa có điểm thẩm định.")
    assert refusals(facts, "conclude_appraisal") == [missing]
    assert target(replace(facts, submitted_at=None), "conclude_appraisal") == "appraised"


def test_that_a_guard_must_not_hold_is_told_when_nothing_else_is() -> None:
    facts = dossier(state="assigned", relations={"system"}, submitted_at=NOW, now=CLOSES_AT)
    assert refusals(facts, "lock") == [Refusal("ever_submitted", GENERIC)]


def test_an_extension_that_runs_has_its_own_sentence() -> None:
    closes_at = CLOSES_AT + timedelta(days=5)
    facts = dossier(
        state="submitted", relations={"lead"}, round_state="appraisal", closes_at=closes_at, now=closes_at - TICK
    )
    assert refusals(facts, "start_appraisal") == [EXTENDED]
    assert refusals(replace(facts, round_state="archived"), "start_appraisal") == [NOT_IN_STAGE]
    assert target(replace(facts, now=closes_at), "start_appraisal") == "appraising"


@pytest.mark.rule("VG-1.6")
def test_a_step_for_other_kinds_is_not_there() -> None:
    programme = load_programme("dan-van-chinh-quyen")
    step = next(step for step in programme.workflow.assessment.transitions if step.do == "start_appraisal")
    others = [kind for kind in programme.subject_kinds if kind not in step.kinds]
    assert (len(step.kinds), len(others)) == (3, 1)
    facts = dossier(programme=programme, state="submitted", relations={"lead"}, round_state="appraisal", now=CLOSES_AT)
    assert [target(replace(facts, kind=kind), "start_appraisal") for kind in step.kinds] == ["appraising"] * 3
    with pytest.raises(NotAllowed):
        choose(replace(facts, kind=others[0]), "start_appraisal", NOTHING)


def test_an_open_step_opens_what_it_acts_on() -> None:
    demand_open(dossier(scored=0), "submit")
    demand_open(dossier(state="submitted", relations={"administrator"}), "reopen")
    with pytest.raises(Refused) as caught:
        demand_open(dossier(scored=0, now=CLOSES_AT), "submit")
    assert caught.value.refusals == (LATE,)
    with pytest.raises(Refused) as caught:
        demand_open(dossier(state="appraising", relations={"lead"}), "ask_explanation")
    assert caught.value.refusals == (NOT_IN_STAGE,)
    with pytest.raises(Refused, match="Đã thông báo kết quả"):
        demand_open(dossier(state="announced"), "submit")
    for facts in (dossier(relations={"reader"}), dossier(relations={"reader"}, state="announced")):
        with pytest.raises(NotAllowed, match=REFUSED):
            demand_open(facts, "submit")


def fields() -> Iterator[tuple[str, st.SearchStrategy[Any]]]:
    yield "state", st.sampled_from(sorted(WORKFLOW.assessment.states))
    yield "round_state", st.sampled_from(["self_assessment", "appraisal", "decision", "reported"])
    yield "relations", st.frozensets(st.sampled_from(sorted(EVERYBODY)), max_size=3)
    yield "now", st.sampled_from([NOW, CLOSES_AT - TICK, CLOSES_AT])
    yield "submitted_at", st.sampled_from([None, NOW])
    yield "scored", st.sampled_from([19, 20])
    yield "appraised", st.sampled_from([19, 20])
    yield "unreasoned", st.sampled_from([0, 1])
    yield "asked", st.sampled_from([0, 1])
    yield "decision_numbered", st.booleans()


HOLDS: Mapping[str, Callable[[Dossier], bool]] = {
    "all_scored": lambda facts: facts.scored >= facts.leaves,
    "ever_submitted": lambda facts: facts.submitted_at is not None,
    "no_open_explanation": lambda facts: facts.asked == 0,
    "all_marks_appraised": lambda facts: facts.appraised >= facts.leaves,
    "differences_reasoned": lambda facts: facts.unreasoned == 0,
    "decision_numbered": lambda facts: facts.decision_numbered,
    "extension_granted": lambda facts: facts.now < facts.closes_at,
}


def fits(step: Transition, facts: Dossier) -> bool:
    """Whether a step may be taken with everything it needs, read off the workflow."""
    in_time = facts.now < CLOSES_AT
    return (
        not facts.relations.isdisjoint(step.by)
        and (not step.during or facts.round_state in step.during)
        and (step.window is None or in_time)
        and (step.do != "lock" or not in_time)
        and all(HOLDS[call.name](facts) is not call.negated for call in step.guards)
    )


@settings(max_examples=500)
@given(st.fixed_dictionaries(dict(fields())), st.sampled_from(sorted(WORKFLOW.assessment.triggers)))
def test_the_machine_does_what_the_workflow_says(facts_given: dict[str, Any], trigger: str) -> None:
    facts = dossier(**facts_given)
    steps = WORKFLOW.assessment.steps(trigger, facts.state)
    expected = next((step for step in steps if fits(step, facts)), None)
    if expected is not None:
        assert choose(facts, trigger, EVERYTHING) is expected
        return
    by = {relation for step in WORKFLOW.assessment.transitions if step.do == trigger for relation in step.by}
    here = {relation for step in steps for relation in step.by} or by
    with pytest.raises(NotAllowed if facts.relations.isdisjoint(here) else Refused) as caught:
        choose(facts, trigger, EVERYTHING)
    sentences = {one.sentence for one in caught.value.refusals} if isinstance(caught.value, Refused) else {REFUSED}
    assert GENERIC not in sentences or sentences == {GENERIC}
