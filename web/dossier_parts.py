"""What the pages of a dossier grow by its workflow: steps, papers, a spot's name, a cell's members."""

from typing import Any

from actions import member_table
from actions.self_assess import sealing
from models.decisions import Document
from models.meetings import boxes_of
from models.statements import Enclosure, enclosures
from states.next_steps import step_of
from states.tasks import is_open
from web import steps
from web.edge import Here


def extras(here: Here) -> dict[str, Any]:
    """The parts of a page that depend on where the dossier stands and on the programme."""
    facts = here.dossier
    has_file = bool(facts.programme.part_labels) or facts.programme.rating is not None
    is_entered = facts.programme.workflow.intake == "open"
    sealed = _sealing(here)
    grown = steps.parts(here)
    grown["ahead"] = [step for step in grown["ahead"] if sealed is None or step.trigger != sealed["trigger"]]
    return {
        **grown,
        "sealing": sealed,
        "spot_typed": {name: here.typed.get(name) for name in ("name", "place")},
        "has_submit": any(step.do == "submit" for step in facts.programme.workflow.assessment.transitions),
        "enclosed": _enclosed(here) if has_file else [],
        "has_file": has_file,
        "may_name": is_entered and facts.state == facts.programme.workflow.assessment.start,
        "has_spots": is_entered,
        "members": 0 if here.account.by_link else member_table.count(here.session, facts),
        "boxes": [] if here.account.by_link else _boxes(here),
    }


def _enclosed(here: Here) -> list[tuple[Enclosure, Document, str]]:
    labels = here.dossier.programme.part_labels
    found = enclosures(here.session, here.dossier.id)
    return [(one, document, labels.get(one.part, one.part)) for one, document in found]


def _sealing(here: Here) -> dict[str, str] | None:
    """The step that takes the draft, where it has a page of its own."""
    trigger = sealing(here.dossier)
    if trigger not in steps.steps_here(here.dossier) or not is_open(here.dossier, trigger):
        return None
    step = step_of(here.dossier, trigger)
    if step is None or not steps.in_task(here, trigger):
        return None
    return {"trigger": trigger, "label": step.label}


def _boxes(here: Here) -> list[tuple[int, str, str]]:
    """The ballot papers on which the dossier is, newest first: number, label, status."""
    labels = here.dossier.programme.boxes
    found = boxes_of(here.session, here.dossier.id) if labels else []
    return [(box.id, labels[box.name].label, box.status) for box, _ in reversed(found)]
