"""The appraiser's queue, and the question about conflicts of interest before a dossier opens (DN-4.2)."""

from http import HTTPStatus
from typing import Final

from actions.assign import confirm_no_conflict, declare_conflict
from states import desk as desks
from states.errors import Refused
from web.answers import Answer, Page, Redirect, page, redirect_with_note
from web.asks import OfDossier, Own
from web.desk_queue import address, carried, choices, page_of, wanted_of
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()


@desk.get("/rounds/{round_id:id}/desk", asks=Own())
def queue_page(here: Here) -> Answer:
    """The appraiser's desk: dossiers by what is to be done with them."""
    found = desks.desk_of(here.session, here.actor, here.path["round_id"])
    wanted = wanted_of(here.query)
    queue = desks.queue(here.session, here.actor, found, wanted, now=here.now)
    number, pages = page_of(here.query, len(queue.rows))
    rows = queue.rows[(number - 1) * desks.PAGE : number * desks.PAGE]
    ids = [row.id for row in rows]
    return page(
        "desk/queue.html",
        desk=found,
        is_lead=desks.is_lead(here.session, here.actor, found.id),
        wanted=wanted,
        queue=queue,
        rows=rows,
        number=number,
        pages=pages,
        query=carried(wanted),
        carried=carried,
        choices=choices(found, queue),
        differences=desks.differences(here.session, ids),
        confirmed=desks.confirmed(here.session, here.actor, ids),
        parts_of=desks.parts(here.session, here.actor, ids),
        declared=desks.declared(here.session, here.actor, found.id),
    )


@desk.get("/assessments/{assessment_id:id}/conflict", asks=OfDossier("mark"))
def conflict_page(here: Here) -> Answer:
    """Ask for a conflict of interest before a dossier opens."""
    return _conflict(here)


def _conflict(here: Here, *, problem: str = "") -> Page:
    key = here.dossier.id
    return page(
        "desk/conflict.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        facts=here.dossier,
        state=here.dossier.programme.workflow.assessment.states[here.dossier.state],
        is_confirmed=bool(desks.confirmed(here.session, here.actor, [key])),
        reason=here.typed.get("reason"),
        problem=problem,
        query=carried(wanted_of(here.query)),
    )


@desk.post("/assessments/{assessment_id:id}/conflict/none", asks=OfDossier("mark"))
def confirm(here: Here) -> Answer:
    """Deny a conflict of interest."""
    key = here.dossier.id
    confirm_no_conflict(here.session, key, actor=here.actor, now=here.now)
    return Redirect(address(f"/assessments/{key}/appraise", carried(wanted_of(here.query))))


@desk.post("/assessments/{assessment_id:id}/conflict", asks=OfDossier("mark"))
def declare(here: Here) -> Answer:
    """Declare a conflict of interest: the dossier goes to somebody else."""
    facts = here.dossier
    try:
        declare_conflict(here.session, facts.id, here.typed.get("reason"), actor=here.actor, now=here.now)
    except Refused as refused:
        return _conflict(here, problem=str(refused))
    note = _("Đã ghi nhận khai báo xung đột lợi ích đối với «%(name)s»; hồ sơ không còn trong danh sách được giao.")
    query = carried(wanted_of(here.query))
    return redirect_with_note(address(f"/rounds/{facts.round_id}/desk", query), note % {"name": facts.name})
