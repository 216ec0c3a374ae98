"""What the history and the documents of a round say of its dossiers, each in one query."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from models.decisions import Document
from models.history import History
from reports.values import NO_GROUNDS, Grounds, Paper
from reports.view import RoundView

PREFIX = "assessment:"


class Act(NamedTuple):
    """One act on a dossier, what its history row says of it, and when it was."""

    do: str
    what: Mapping[str, str | int]
    at: datetime

    def number(self, name: str) -> int | None:
        """The id of the document, or of the minutes, that the act rests on."""
        found = self.what.get(name)
        return None if found is None else int(found)


Acts = Mapping[int, Mapping[str, Act]]
"""By dossier, the last act of each name."""
Papers = Mapping[int | None, Paper]


def acts_of(session: Session, view: RoundView, *names: str) -> Acts:
    """The last acts of these names on each dossier, in the order in which they were done."""
    chosen = select(History).where(History.round_id == view.round.id, col(History.act).in_(names))
    found: dict[int, dict[str, Act]] = {}
    for row in session.exec(chosen.order_by(col(History.entity), col(History.seq))):
        if row.entity.startswith(PREFIX):
            of_dossier = found.setdefault(int(row.entity.removeprefix(PREFIX)), {})
            of_dossier.pop(row.act, None)
            of_dossier[row.act] = Act(row.act, json.loads(row.body)["what"], row.at)
    return found


def last(acts: Acts, key: int, *names: str) -> Act | None:
    """The latest of these acts on a dossier."""
    return next((act for act in reversed([*acts.get(key, {}).values()]) if act.do in names), None)


def papers_of(session: Session, numbers: Iterable[int | None]) -> Papers:
    """The documents with these ids, as others cite them; an empty paper for none."""
    wanted = {number for number in numbers if number is not None}
    documents = session.exec(select(Document).where(col(Document.id).in_(wanted)))
    return {None: Paper()} | {one.id: paper_of(one) for one in documents}


def paper_of(document: Document | None) -> Paper:
    """A document as others cite it; an empty paper for none, and nothing but that of one that is *Mật* (DESIGN §6)."""
    if document is None:
        return Paper()
    if document.confidential:
        return Paper(confidential=True)
    return Paper(document.number, document.dated, document.signer)


def own_paper(document: Document | None) -> Paper:
    """A document as it stands in its own head; of one that is *Mật* number and date alone are known (DESIGN §6)."""
    if document is None:
        return Paper()
    signer = "" if document.confidential else document.signer
    return Paper(document.number, document.dated, signer, document.confidential)


def cited(acts: Acts) -> Iterable[int | None]:
    """The ids of all documents and minutes that acts rest on."""
    return (act.number(name) for found in acts.values() for act in found.values() for name in ("document", "minutes"))


def grounds(act: Act | None, papers: Papers) -> Grounds:
    """The reason of an act with its documents; nothing of no act."""
    if act is None:
        return NO_GROUNDS
    paper, minutes = (papers[act.number(name)] for name in ("document", "minutes"))
    return grounded(str(act.what.get("reason", "")), paper, minutes)


def grounded(reason: str, paper: Paper, minutes: Paper = NO_GROUNDS.minutes) -> Grounds:
    """A reason with the documents that say so; of one that is *Mật* the reason is not told either."""
    secret = paper.confidential or minutes.confidential
    return Grounds("" if secret else reason, paper, minutes)
