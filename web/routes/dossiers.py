"""The first page of a dossier and of a round: where it stands, and what comes next."""

from typing import Final

from actions import unit_page
from states.errors import Unknown
from states.mine import rounds
from states.permits import can_round
from states.tasks import TASKS
from web.answers import Answer, Redirect, page
from web.asks import OfDossier, OfRound, appraises_only
from web.edge import Desk, Here
from web.units import unit_home

desk: Final = Desk()


@desk.get("/assessments/{assessment_id:id}", asks=OfDossier("view"))
def dossier_page(here: Here) -> Answer:
    facts = here.dossier
    if unit_page.is_unit(facts):
        return unit_home(here)
    if appraises_only(facts):
        return Redirect(f"/assessments/{facts.id}/appraise")
    workflow = facts.programme.workflow
    task = TASKS[here.account.task].label if here.account.task else ""
    return page("dossier.html", facts=facts, state=workflow.assessment.states[facts.state], task=task)


@desk.get("/rounds/{round_id:id}", asks=OfRound("view"))
def round_page(here: Here) -> Answer:
    found = next((one for one in rounds(here.session, here.actor) if one.id == here.path["round_id"]), None)
    if found is None:
        raise Unknown(f"đợt số {here.path['round_id']}")
    may_assign = can_round(here.session, here.actor, "assign", found.id)
    return page("round.html", round=found, may_assign=may_assign)
