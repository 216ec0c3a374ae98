"""The official documents of a round and of a dossier: what an account may have, and the document itself."""

from dataclasses import replace
from pathlib import PurePath
from typing import Final

from actions import meeting_page
from evidence.store import OTHER
from reports.official import offered
from reports.official.entry import File
from reports.official.offered import as_pdf
from states.facts import Dossier
from states.tasks import UNIT
from web.answers import Answer, Download, page
from web.asks import OfDossier, OfRound
from web.ballot_papers import WORD
from web.edge import Desk, Here

desk: Final = Desk()
ROUND: Final = "/rounds/{round_id:id}/documents"
MEDIA: Final = {".docx": WORD, ".pdf": "application/pdf"}
DOSSIER: Final = "/assessments/{assessment_id:id}/documents"


@desk.get(ROUND, asks=OfRound("view", by_body=True))
def round_page(here: Here) -> Answer:
    around = meeting_page.around(here.session, here.path["round_id"])
    offers = offered.of_round(here.session, around.id, here.actor)
    return page("documents/round.html", around=around, offers=offers, address=f"/rounds/{around.id}/documents")


@desk.get(DOSSIER, asks=OfDossier("papers"))
def dossier_page(here: Here) -> Answer:
    facts = _facts(here)
    offers = offered.of_dossier(here.session, facts, here.actor)
    return page("documents/dossier.html", facts=facts, offers=offers, address=f"/assessments/{facts.id}/documents")


@desk.get(f"{ROUND}/{{key}}", asks=OfRound("view", by_body=True))
def of_round(here: Here) -> Answer:
    return _from_round(here, None)


@desk.get(f"{ROUND}/{{key}}/{{item_id:id}}", asks=OfRound("view", by_body=True))
def of_round_item(here: Here) -> Answer:
    return _from_round(here, here.path["item_id"])


@desk.get(f"{DOSSIER}/{{key}}", asks=OfDossier("papers"))
def of_dossier(here: Here) -> Answer:
    return _from_dossier(here, None)


@desk.get(f"{DOSSIER}/{{key}}/{{item_id:id}}", asks=OfDossier("papers"))
def of_dossier_item(here: Here) -> Answer:
    return _from_dossier(here, here.path["item_id"])


def _from_round(here: Here, item: int | None) -> Answer:
    round_id, key = here.path["round_id"], here.path["key"]
    return _download(here, offered.from_round(here.session, round_id, key, item, here.actor, here.now))


def _from_dossier(here: Here, item: int | None) -> Answer:
    return _download(here, offered.from_dossier(here.session, _facts(here), here.path["key"], item, here.actor))


def _facts(here: Here) -> Dossier:
    """The dossier; who came by a link stands to it as its unit, whatever else the account is."""
    facts = here.dossier
    return replace(facts, relations=facts.relations & UNIT) if here.account.by_link else facts


def _download(here: Here, file: File) -> Answer:
    """The document as it was made, or set as a PDF."""
    made = as_pdf(file) if here.query.get("form") == "pdf" else file
    return Download(made.content, made.name, MEDIA.get(PurePath(made.name).suffix, OTHER))
