"""The lead steers: who has come how far, who appraises what, many at once after a second look (DN-4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from actions.assign import assign, unassign
from models.savepoint import savepoint
from states import desk as desks
from states import desk_team as teams
from states.desk import Desk as Found
from states.desk import Row
from states.desk_team import Appraiser, Given
from states.errors import Refused, refuse
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.desk_queue import address, carried, choices, page_of, wanted_of
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is about to be done: to these dossiers, for this appraiser, whole ("") or one criterion group."""

    rows: Sequence[Row]
    who: Appraiser
    part: str
    takes: bool


@desk.get("/rounds/{round_id:id}/appraisers", asks=OfRound("assign"))
def progress_page(here: Here) -> Answer:
    """How far each appraiser is."""
    found = desks.round_as_desk(here.session, here.path["round_id"])
    queue = desks.queue(here.session, here.actor, found, wanted_of({}), now=here.now, verb="assign")
    names = {row.id: row.name for row in queue.rows}
    who = {one.id: one.shown for one in teams.team(here.session, found.id)}
    conflicts = [one for one in teams.conflicts(here.session, found.id) if one.assessment_id in names]
    return page(
        "desk/appraisers.html",
        desk=found,
        is_lead=True,
        queue=queue,
        progress=teams.progress(here.session, found, queue.rows),
        unassigned=len(teams.unassigned(here.session, names)),
        conflicts=[(names[one.assessment_id], who.get(one.account_id, ""), one) for one in conflicts],
        query="",
    )


@desk.get("/rounds/{round_id:id}/assignments", asks=OfRound("assign"))
def assignments_page(here: Here) -> Answer:
    """Who appraises which dossier."""
    return _page(here)


def _page(here: Here, *, told: Sequence[str] = ()) -> Page:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    rows = _filtered(here, found)
    number, pages = page_of(here.query, len(rows))
    queue = desks.queue(here.session, here.actor, found, wanted_of({}), now=here.now, verb="assign")
    return page(
        "desk/assignments.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        desk=found,
        is_lead=True,
        wanted=wanted_of(here.query),
        whose=here.query.get("whose", ""),
        queue=queue,
        choices=choices(found, queue),
        count=len(rows),
        rows=rows[(number - 1) * desks.PAGE : number * desks.PAGE],
        number=number,
        pages=pages,
        query=_query(here),
        given=_by_dossier(here, found),
        team=teams.team(here.session, found.id),
        parts_offered=[(code, f"{code}. {label}") for code, label in _parts(found, queue.kinds).items()],
        told=told,
    )


def _query(here: Here) -> str:
    whose = here.query.get("whose", "")
    return carried(wanted_of(here.query), whose=whose)


def _filtered(here: Here, found: Found) -> list[Row]:
    """The dossiers the address asks for; `whose` is an appraiser, or "none"."""
    wanted, whose = wanted_of(here.query), here.query.get("whose", "")
    rows = list(desks.queue(here.session, here.actor, found, wanted, now=here.now, verb="assign").rows)
    if whose == "none":
        nobodys = teams.unassigned(here.session, [row.id for row in rows])
        return [row for row in rows if row.id in nobodys]
    if whose:
        every = teams.assignments(here.session, found.id)
        own = {one.assessment_id for one in every if str(one.account_id) == whose}
        return [row for row in rows if row.id in own]
    return rows


def _by_dossier(here: Here, found: Found) -> dict[int, list[tuple[str, str]]]:
    """Names and criterion groups of those who have each dossier."""
    names = {one.id: one.shown for one in teams.team(here.session, found.id)}
    given: dict[int, list[tuple[str, str]]] = {}
    for one in teams.assignments(here.session, found.id):
        given.setdefault(one.assessment_id, []).append((names.get(one.account_id, f"{one.account_id}"), one.part))
    return given


def _parts(found: Found, kinds: Sequence[str]) -> Mapping[str, str]:
    """The criterion groups that may be given by themselves, by code; one that sheets call differently has no label."""
    parts: dict[str, str] = {}
    for kind in kinds:
        for criterion in found.programme.sheet_for(kind).criteria:
            known = parts.setdefault(criterion.code, criterion.label)
            parts[criterion.code] = known if known == criterion.label else _("theo biểu của từng đơn vị")
    return parts


@desk.post("/rounds/{round_id:id}/assignments/look", asks=OfRound("assign"))
def look(here: Here) -> Answer:
    """The second look: everything that is about to happen, and nothing has yet."""
    try:
        return _look(here, _chosen(here))
    except Refused as refused:
        return _page(here, told=[refusal.sentence for refusal in refused.refusals])


def _look(here: Here, chosen: Chosen, *, told: Sequence[str] = ()) -> Page:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    given = set(teams.assignments(here.session, found.id))
    has = {row.id for row in chosen.rows if Given(row.id, chosen.who.id, chosen.part) in given}
    return page(
        "desk/assign_look.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        desk=found,
        is_lead=True,
        chosen=chosen,
        label=_parts(found, [row.kind for row in chosen.rows]).get(chosen.part, ""),
        changing=[row for row in chosen.rows if (row.id in has) == chosen.takes],
        same=[row for row in chosen.rows if (row.id in has) != chosen.takes],
        query=_query(here),
        told=told,
    )


def _chosen(here: Here) -> Chosen:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    who = next((one for one in teams.team(here.session, found.id) if str(one.id) == here.typed.get("who")), None)
    if who is None:
        raise refuse("appraiser", _("Chọn người thẩm định."))
    rows = _ticked(here, found)
    if not rows:
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    return Chosen(rows, who, here.typed.get("part"), here.typed.get("do") == "unassign")


def _ticked(here: Here, found: Found) -> list[Row]:
    if here.typed.get("every") == "1":
        return _filtered(here, found)
    ticked = set(here.typed.all("id"))
    every = desks.rows(here.session, here.actor, found.id, wanted_of({}), verb="assign")
    return [row for row in every if str(row.id) in ticked]


@desk.post("/rounds/{round_id:id}/assignments", asks=OfRound("assign"))
def do(here: Here) -> Answer:
    """Assign dossiers to appraisers, or take them back."""
    chosen = _chosen(here)
    try:
        with savepoint(here.session):
            count = _take(here, chosen) if chosen.takes else _give(here, chosen)
    except Refused as refused:
        return _look(here, chosen, told=[refusal.sentence for refusal in refused.refusals])
    told = _("Đã thu hồi %(count)s hồ sơ của %(who)s.") if chosen.takes else _("Đã giao %(count)s hồ sơ cho %(who)s.")
    to = address(f"/rounds/{here.path['round_id']}/assignments", _query(here))
    return redirect_with_note(to, told % {"count": count, "who": chosen.who.shown})


def _give(here: Here, chosen: Chosen) -> int:
    ids = [row.id for row in chosen.rows]
    given = assign(
        here.session,
        here.path["round_id"],
        ids,
        chosen.who.id,
        criterion_group=chosen.part,
        actor=here.actor,
        now=here.now,
    )
    return len(given)


def _take(here: Here, chosen: Chosen) -> int:
    """What is not given any more is passed over, so that a second click takes nothing."""
    given = set(teams.assignments(here.session, here.path["round_id"]))
    ids = [row.id for row in chosen.rows if Given(row.id, chosen.who.id, chosen.part) in given]
    for key in ids:
        unassign(here.session, key, chosen.who.id, criterion_group=chosen.part, actor=here.actor, now=here.now)
    return len(ids)
