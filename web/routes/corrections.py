"""Corrections of a running round: chosen, looked at, confirmed; what was corrected stands below (DESIGN §4)."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from actions.correcting import CORRECTIONS, Correction
from config.calendar import deadline_text
from config.graph import RESTING
from config.programme import Programme
from config.vocabulary import MESSAGES
from models.rounds import milestones
from models.savepoint import savepoint
from states import desk as desks
from states import directory, pick
from states.desk import Desk as Found
from states.directory import Entry
from states.errors import Refused, Unknown, refuse
from web import acts, confirming, correcting
from web.answers import Answer, Page, page
from web.asks import OfRound
from web.confirming import Place
from web.correcting import FORMS
from web.edge import Desk, Here
from web.forms import clean
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = OfRound("administer")
LONGEST: Final = 200


def _round(here: Here) -> Found:
    return desks.round_as_desk(here.session, here.path["round_id"])


def _place(found: Found, kind: str) -> Place:
    base = f"/rounds/{found.id}/corrections"
    return Place(base, f"{base}/{kind}", FORMS[kind].title, found.title)


@desk.get("/rounds/{round_id:id}/corrections", asks=ADMINISTER)
def corrections_page(here: Here) -> Answer:
    """Corrections that a launched round allows."""
    found = _round(here)
    return page(
        "steer/corrections.html",
        desk=found,
        is_over=found.workflow.round.states[found.state].kind in RESTING,
        forms=FORMS,
        entries=directory.corrections(here.session, found.id),
        told=partial(_told, found),
        acts=acts.ACTS,
        triggers=found.workflow.round.triggers,
    )


def _told(found: Found, entry: Entry) -> str:
    """What a correction was about, as far as its row says."""
    what = entry.what
    if entry.act != "move_milestone":
        return ""
    label = next((one.label for one in found.workflow.deadlines if one.stage == what["stage"]), what["stage"])
    until = deadline_text(datetime.fromisoformat(what["closes_at"]))
    text = _("«%(stage)s» đến %(until)s; %(moved)s hồ sơ dời hạn, %(reopened)s hồ sơ mở lại")
    return text % {"stage": label, "until": until, "moved": what["moved"], "reopened": what["reopened"]}


@desk.get("/rounds/{round_id:id}/corrections/{kind}", asks=ADMINISTER)
def form_page(here: Here) -> Answer:
    """The form of one kind of correction."""
    return _form(here, _round(here), here.path["kind"])


def _form(here: Here, found: Found, kind: str, *, told: Sequence[str] = ()) -> Page:
    if kind not in FORMS:
        raise Unknown(_("loại điều chỉnh này"))
    sought = " ".join(clean(here.query.get("q", "")).split())[:LONGEST]
    return page(
        "steer/correction.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        desk=found,
        kind=kind,
        form=FORMS[kind],
        sought=sought,
        told=told,
        typed={name: here.typed.get(name) for name in ("stage", "until", "subject_kind", "code", "id", "into", "mail")},
        ticked=here.typed.all("id"),
        again=bool(here.typed.get("reopening")),
        messages=MESSAGES,
        **_choices(here, found, kind, sought),
    )


def _choices(here: Here, found: Found, kind: str, sought: str) -> dict[str, Any]:
    """What there is to choose from on a form."""
    match kind:
        case "move_milestone":
            return {"stages": _stages(here, found), "reopening": correcting.reopening(found)}
        case "add_subject":
            kinds = list(found.programme.subject_kinds)
            return {"subjects": pick.subjects(here.session, found.id, sought, kinds)}
        case "resend":
            return {"mails": pick.mails(here.session, found.id, sought)}
        case "remove_subject" | "merge":
            return {"dossiers": pick.dossiers(here.session, found.id, sought)}
        case "correct_sheet":
            return {"changed": _changed_sheets(found)}
    return {}


def _stages(here: Here, found: Found) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Each stage with its label and what kinds close when."""
    spans = milestones(here.session, found.id)
    kinds = found.programme.subject_kinds
    return [
        (
            deadline.stage,
            deadline.label,
            [(kinds[one.kind].label, deadline_text(one.closes_at)) for one in spans if one.stage == deadline.stage],
        )
        for deadline in found.workflow.deadlines
    ]


def _changed_sheets(found: Found) -> list[str]:
    new = correcting.corrected(found)
    kinds = found.programme.subject_kinds
    return [kind.label for name, kind in kinds.items() if new.sheet_for(name) != found.programme.sheet_for(name)]


def _installed(here: Here) -> Programme | None:
    """The corrected programme as it is installed, read before the transaction."""
    return correcting.corrected(_round(here)) if here.typed.get("kind") == "correct_sheet" else None


@desk.post("/rounds/{round_id:id}/corrections/look", asks=ADMINISTER, first=_installed)
def look(here: Here) -> Answer:
    """The second look."""
    found, kind = _round(here), here.typed.get("kind")
    if kind not in FORMS:
        raise Unknown(_("loại điều chỉnh này"))
    try:
        with savepoint(here.session):
            act = correcting.read(here, found, kind)
            return confirming.look(here, act, _place(found, kind))
    except Refused as refused:
        return _form(here, found, kind, told=correcting.problems(refused))


@desk.post("/rounds/{round_id:id}/corrections", asks=ADMINISTER)
def do(here: Here) -> Answer:
    """Make a correction that was looked at."""
    found, act = _round(here), _carried(here)
    return confirming.confirm(here, act, _place(found, act.kind), done=f"/rounds/{found.id}/corrections")


def _carried(here: Here) -> Correction:
    act = confirming.carried(here, CORRECTIONS)
    if act.round_id != here.path["round_id"]:
        raise refuse("act", _("Nội dung xác nhận thuộc đợt khác; quay lại và làm lại từ đầu."))
    return act
