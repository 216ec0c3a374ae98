"""What every page of a unit's dossier shows: where it stands, until when, what happens then, what may be done."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from actions import self_assess, unit_page
from config.vocabulary import Late, StateKind
from models.assessments import marks
from models.evidence import evidence_of
from notifications.wording import EFFECTS, REVISED
from states.errors import Refused
from states.facts import Dossier
from states.glance import glance
from states.permits import VERBS
from states.tasks import TASKS, is_open
from web import drafts
from web.answers import Answer, Page, page
from web.dossier_parts import extras
from web.drafts import Saved
from web.edge import Here
from web.evidence_view import pieces
from web.sheet_form import Fields
from web.sheet_view import View, view_of
from web.words import _

OPEN_TRIGGERS: Final = ("submit", "revise", "discard_revision", "answer_explanation")
UNSETTLED: Final = frozenset({StateKind.WORKING, StateKind.WAITING, StateKind.LOCKED})


def common(here: Here) -> dict[str, Any]:
    """The context of every page of a unit."""
    facts = here.dossier
    deadline, closes_at = unit_page.ahead(facts)
    return {
        "facts": facts,
        "closes_at": closes_at,
        "address": f"/assessments/{facts.id}",
        "state": facts.programme.workflow.assessment.states[facts.state],
        "launched": unit_page.launched(here.session, facts.round_id),
        "deadline_label": deadline.label if deadline else "",
        "effect": effect(facts),
        "open": frozenset(one for one in OPEN_TRIGGERS if is_open(facts, one) and _in_task(here, one)),
        "may_draft": unit_page.may_draft(facts),
        "may_raise": _may_raise(here),
        "waits_for_head": unit_page.waits_for_head(facts),
        "can_extend": bool(facts.programme.workflow.assessment.steps("reopen", facts.state)) and _may_raise(here),
    }


def effect(facts: Dossier) -> str:
    """What happens when the dossier's own closing passes."""
    deadline, _closes_at = unit_page.ahead(facts)
    if deadline is None:
        return ""
    return REVISED if facts.submitted_at else EFFECTS[Late(deadline.late)]


def _in_task(here: Here, trigger: str) -> bool:
    task = TASKS.get(here.account.task or "")
    return not here.account.by_link or (task is not None and trigger in task.triggers)


def _may_raise(here: Here) -> bool:
    task = TASKS.get(here.account.task or "")
    return not here.account.by_link or (task is not None and "draft" in task.verbs)


def fresh(here: Here) -> Here:
    """The same, with the facts as the request has left them."""
    return replace(here, found=glance(here.session, here.dossier.id, actor=here.actor, now=here.now))


def sheet_page(here: Here, done: Saved | None = None) -> Page:
    """The sheet to be filled in, after a save with what it could not keep."""
    here = fresh(here) if done else here
    every = unit_page.questions(here.session, here.dossier.id) if here.dossier.asked else []
    asked = [one for one in every if one.request.status == "open"]
    status = done.status if done else HTTPStatus.OK
    shown = drafts.view(here, done)
    grown = extras(here)
    return page("unit/sheet.html", status=status, questions=asked, view=shown, done=done, **common(here), **grown)


def saved_part(here: Here, done: Saved, code: str) -> Page:
    """What changes on the page of the sheet after one criterion was saved."""
    here = fresh(here)
    shown = drafts.view(here, done)
    return page("unit/saved.html", status=done.status, view=shown, row=shown.rows[code], **common(here))


def rest_page(here: Here, *, unsaved: Mapping[str, Fields] | None = None, refused: Refused | None = None) -> Page:
    """The dossier where nothing is to be filled in: receipt, lock, question or result, and the sheet to be read."""
    facts, session = here.dossier, here.session
    report = unit_page.report(session, facts.id)
    return page(
        "unit/rest.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        view=read_view(here),
        decided=_decided(here),
        receipt=unit_page.receipt(session, facts),
        result=unit_page.result(session, facts),
        report=report,
        questions=unit_page.questions(session, facts.id),
        difficulties=unit_page.difficulties(session, facts.id),
        extensions=unit_page.extensions(session, facts.id),
        is_past=here.now >= facts.closes_at,
        unsaved=unsaved or {},
        problems=[one.sentence for one in refused.refusals] if refused else [],
        wants_report=unit_page.wants_report(facts, bool(report)),
        typed={name: here.typed.get(name) for name in ("number", "dated", "signer")},
        task=_(TASKS[here.account.task].label) if here.account.task else "",
        **common(here),
        **extras(here),
    )


def read_view(here: Here) -> View:
    """The copy in force; the draft where nothing was ever submitted."""
    facts = here.dossier
    copy = "self" if facts.submitted_at else "draft"
    evidence = pieces(here.session, facts, evidence_of(here.session, facts.id))
    return view_of(self_assess.sheet_of(facts), marks(here.session, facts.id, copy), evidence)


def _decided(here: Here) -> View | None:
    """The decided marks, once they are announced; None where marks were not decided one by one."""
    if not unit_page.is_announced(here.dossier):
        return None
    found = marks(here.session, here.dossier.id, "decided")
    return view_of(self_assess.sheet_of(here.dossier), found) if found else None


def other_home(here: Here) -> Page:
    """The first page of a dossier for its superior, the staff and who decides: the sheet once it is handed in."""
    facts = here.dossier
    reads = facts.submitted_at is not None and not facts.relations.isdisjoint(VERBS["papers"])
    return page(
        "dossier.html",
        facts=facts,
        address=f"/assessments/{facts.id}",
        state=facts.programme.workflow.assessment.states[facts.state],
        view=read_view(here) if reads else None,
        closes_at=unit_page.ahead(facts)[1],
        task=_(TASKS[here.account.task].label) if here.account.task else "",
        may_draft=False,
        may_raise=False,
        **extras(here),
    )


def unit_home(here: Here) -> Answer:
    """The first page of a dossier for its unit."""
    return sheet_page(here) if unit_page.may_draft(here.dossier) else rest_page(here)
