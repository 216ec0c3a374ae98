"""The first page of a dossier and of a round: where it stands, and what comes next."""

from typing import Final

from states.errors import Unknown
from states.mine import rounds
from states.tasks import TASKS
from web.answers import Answer, page
from web.asks import OfDossier, OfRound
from web.edge import Desk, Here

desk: Final = Desk()


@desk.get("/assessments/{assessment_id:id}", asks=OfDossier("view"))
def dossier_page(here: Here) -> Answer:
    facts = here.dossier
    workflow = facts.programme.workflow
    task = TASKS[here.account.task].label if here.account.task else ""
    return page("dossier.html", facts=facts, state=workflow.assessment.states[facts.state], task=task)


@desk.get("/rounds/{round_id:id}", asks=OfRound("view"))
def round_page(here: Here) -> Answer:
    found = next((one for one in rounds(here.session, here.actor) if one.id == here.path["round_id"]), None)
    if found is None:
        raise Unknown(f"đợt số {here.path['round_id']}")
    return page("round.html", round=found)
