"""The official documents of a round and of a dossier: what an account may have, handed out; and their numbers."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from http import HTTPStatus
from pathlib import PurePath
from typing import Final, NamedTuple

from actions import meeting_page
from actions.handing_out import Official, hand_out, issued, number_document
from evidence.store import OTHER
from models.savepoint import savepoint
from reports.official import offered
from reports.official.entry import File
from reports.official.offered import Wanted, as_pdf
from reports.official.opinion_records import letter_id
from states.errors import Refused, Unknown
from states.facts import Dossier
from states.permits import VERBS, can_round
from states.tasks import UNIT
from web import papers
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import OfDossier, OfRequest, OfRound
from web.ballot_papers import WORD
from web.drafts import take_files
from web.edge import Desk, Here
from web.routes.history import number
from web.words import _

desk: Final = Desk()
ROUND: Final = "/rounds/{round_id:id}/documents"
MEDIA: Final = {".docx": WORD, ".pdf": "application/pdf"}
DOSSIER: Final = "/assessments/{assessment_id:id}/documents"
KEPT: Final = _("Đã ghi số, ngày, người ký; lần tải sau văn bản in theo nội dung này.")


class Made(NamedTuple):
    """A document that was made, and how the history names it."""

    file: File
    official: Official


@desk.get(ROUND, asks=OfRound("view", by_body=True))
def round_page(here: Here) -> Answer:
    """Official documents of a round."""
    return _round_page(here)


def _round_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    around = meeting_page.around(here.session, here.path["round_id"])
    return page(
        "documents/round.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        offers=offered.of_round(here.session, around.id, here.actor),
        address=f"/rounds/{around.id}/documents",
        issued=issued(here.session, f"round:{around.id}"),
        may_number=can_round(here.session, here.actor, "number", around.id),
        typed=papers.typed(here, _form(here)),
        told=told,
    )


@desk.get(DOSSIER, asks=OfDossier("papers"))
def dossier_page(here: Here) -> Answer:
    """Official documents of a dossier."""
    return _dossier_page(here)


def _dossier_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    facts = _facts(here)
    return page(
        "documents/dossier.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        facts=facts,
        offers=offered.of_dossier(here.session, facts, here.actor),
        address=f"/assessments/{facts.id}/documents",
        issued=issued(here.session, facts.entity),
        may_number=not facts.relations.isdisjoint(VERBS["number"]),
        typed=papers.typed(here, _form(here)),
        told=told,
    )


def _facts(here: Here) -> Dossier:
    """The dossier; who came by a link stands to it as its unit, whatever else the account is."""
    facts = here.dossier
    return replace(facts, relations=facts.relations & UNIT) if here.account.by_link else facts


def _of_round(here: Here) -> Wanted:
    item = here.path.get("item_id")
    return offered.from_round(here.session, here.path["round_id"], here.path["key"], item, here.actor)


def _of_dossier(here: Here) -> Wanted:
    return offered.from_dossier(here.session, _facts(here), here.path["key"], here.path.get("item_id"), here.actor)


def _round_file(here: Here) -> Made:
    return _made(here, _of_round(here))


def _dossier_file(here: Here) -> Made:
    return _made(here, _of_dossier(here))


def _made(here: Here, wanted: Wanted) -> Made:
    """The document as it stands, or set as a PDF; before the transaction, for that takes a moment."""
    file = wanted.made(here.session, here.now)
    return Made(as_pdf(file) if here.typed.get("form") == "pdf" else file, wanted.official)


@desk.post(f"{ROUND}/{{key}}", asks=OfRound("view", by_body=True), first=_round_file)
def of_round(here: Here) -> Answer:
    """Hand out an official document of a round."""
    return _handed_out(here)


@desk.post(f"{ROUND}/{{key}}/{{item_id:id}}", asks=OfRound("view", by_body=True), first=_round_file)
def of_round_item(here: Here) -> Answer:
    """Hand out one of several official documents of a round."""
    return _handed_out(here)


@desk.post(f"{DOSSIER}/{{key}}", asks=OfDossier("papers"), first=_dossier_file)
def of_dossier(here: Here) -> Answer:
    """Hand out an official document of a dossier."""
    return _handed_out(here)


@desk.post(f"{DOSSIER}/{{key}}/{{item_id:id}}", asks=OfDossier("papers"), first=_dossier_file)
def of_dossier_item(here: Here) -> Answer:
    """Hand out one of several official documents of a dossier."""
    return _handed_out(here)


def _own_letter(here: Here) -> Made:
    """What the body that asks has said to a request, or room to say it."""
    wanted = letter_id(here.path["request_id"], here.account.account_id)
    return _made(here, offered.own_letter(here.session, wanted))


@desk.post("/opinions/{request_id:id}/letter", asks=OfRequest("opine"), first=_own_letter)
def own_letter(here: Here) -> Answer:
    """A body fetches its own letter of opinions."""
    return _handed_out(here)


def _handed_out(here: Here) -> Answer:
    """The file, and that it was handed out, to whom, by the hash of its bytes."""
    file, official = here.before
    kind = PurePath(file.name).suffix
    digest = sha256(file.content).hexdigest()
    hand_out(here.session, official, kind.lstrip("."), digest, actor=here.actor, now=here.now)
    return Download(file.content, file.name, MEDIA.get(kind, OTHER))


@desk.post(f"{ROUND}/{{key}}/number", asks=OfRound("number"), first=take_files)
def number_of_round(here: Here) -> Answer:
    """Keep number, day and signer of a document of the round."""
    round_id, key = here.path["round_id"], here.path["key"]
    told = _number(here, offered.from_round(here.session, round_id, key, _item(here), here.actor))
    return _round_page(here, told=told) if told else redirect_with_note(f"/rounds/{round_id}/documents", KEPT)


@desk.post(f"{DOSSIER}/{{key}}/number", asks=OfDossier("number"), first=take_files)
def number_of_dossier(here: Here) -> Answer:
    """Keep number, day and signer of a document of the dossier."""
    facts = _facts(here)
    told = _number(here, offered.from_dossier(here.session, facts, here.path["key"], _item(here), here.actor))
    return _dossier_page(here, told=told) if told else redirect_with_note(f"/assessments/{facts.id}/documents", KEPT)


def _item(here: Here) -> int | None:
    return number(dict(here.typed.fields), "item")


def _form(here: Here) -> str:
    """How the fields of the form begin that was sent: each document on the page has its own."""
    return f"{here.path.get('key', '')}-{here.typed.line('item')}"


def _number(here: Here, wanted: Wanted) -> list[str]:
    """Keep the number; or why it is not kept."""
    if not wanted.entry.numbered:
        raise Unknown(_("văn bản này"))
    try:
        with savepoint(here.session):
            document = papers.put(here, _form(here), "official", _("văn bản"), scan=False)
            number_document(here.session, wanted.official, document, actor=here.actor, now=here.now)
    except Refused as refused:
        return [one.sentence for one in refused.refusals]
    return []
