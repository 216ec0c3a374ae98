"""Whatever a person may do by a workflow, a form of the portal does: no step is left to the command line."""

from collections.abc import Iterator, Mapping

import pytest

from config.graph import Machine, Transition
from config.load import list_programmes, load_programme
from config.programme import Programme
from web.app import DESKS
from web.asks import OfDossier, OfStep
from web.routes import stages
from web.steps import OF_RATING, STEPS

SHEET = "/assessments/{assessment_id:id}/criteria/{code}"
APPRAISAL = "/assessments/{assessment_id:id}/appraise"
DECISIONS = "/rounds/{round_id:id}/decisions"
WIDE = "/rounds/{round_id:id}/steps/"
CORRECTIONS = "/rounds/{round_id:id}/corrections"
BY_OTHERS: Mapping[str, str] = {
    "start_self": SHEET,
    "start_appraisal": APPRAISAL,
    "enter_result": "/assessments/{assessment_id:id}/members/enter",
    "open_decision": WIDE,
    "refer_up": WIDE,
    "send_up": WIDE,
    "record_superior_decision": WIDE,
    "second_ballot": "/meetings/{meeting_id:id}/ballots",
    "decide": DECISIONS,
    "redecide": DECISIONS,
    "announce": DECISIONS,
    "recognise": DECISIONS,
    "annul_and_recognise": DECISIONS,
    "report": "/rounds/{round_id:id}/stages/{trigger}",
    "reopen": "/rounds/{round_id:id}/extensions",
    "correct": CORRECTIONS,
    "remove": CORRECTIONS,
    "cancel": CORRECTIONS,
    "launch": "/launches/",
}
"""Steps that are taken on pages of their own: how the address of the form begins that takes them."""
FORMS = [route for desk in DESKS for route in desk.routes if route.method == "POST"]
OWN = {route.asks.trigger for route in FORMS if isinstance(route.asks, OfDossier) and route.asks.trigger}
PROGRAMMES = list_programmes()


def is_taken(step: Transition, programme: Programme, machine: Machine) -> bool:
    """Whether a form takes the step."""
    if machine is programme.workflow.round:
        return step.do in stages.STEPS or begins(BY_OTHERS.get(step.do))
    simple = step.do in STEPS and not (programme.rating and step.do in OF_RATING)
    by_form = simple and any(isinstance(route.asks, OfStep) for route in FORMS)
    return by_form or step.do in OWN or begins(BY_OTHERS.get(step.do))


def begins(prefix: str | None) -> bool:
    return prefix is not None and any(route.path.startswith(prefix) for route in FORMS)


def of_people(programme: Programme) -> Iterator[tuple[Transition, Machine]]:
    """Every step that somebody who is not the software may take."""
    for machine in (programme.workflow.round, programme.workflow.assessment):
        yield from ((step, machine) for step in machine.transitions if set(step.by) - {"system"})


@pytest.mark.parametrize("slug", PROGRAMMES)
def test_every_step_of_a_person_has_a_form(slug: str) -> None:
    programme = load_programme(slug)
    found = list(of_people(programme))
    assert len(found) > 10
    assert sorted({step.do for step, machine in found if not is_taken(step, programme, machine)}) == []


def test_a_step_without_a_form_is_found() -> None:
    programme = load_programme("diem-sang")
    machine = programme.workflow.assessment
    unknown = machine.transitions[0].model_copy(update={"do": "applaud"})
    assert not is_taken(unknown, programme, machine)


def test_no_page_is_named_that_no_step_needs() -> None:
    needed = {step.do for slug in PROGRAMMES for step, _ in of_people(load_programme(slug))}
    assert BY_OTHERS.keys() <= needed
    assert STEPS.keys() <= needed
    assert stages.STEPS.keys() <= needed
