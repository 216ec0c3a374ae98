"""What the page of a dossier's papers shows: enclosures, statements, disciplines, shortcomings. Read only."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlmodel import Session, col, select

from actions.statements import enclosable, offered_parts
from config.graph import RESTING
from config.statements import Statement as Stated
from config.statements import StatementKind
from config.vocabulary import StateKind
from models.decisions import Document
from models.people import Account
from models.statements import (
    Discipline,
    Enclosure,
    Shortcoming,
    Statement,
    disciplines,
    enclosures,
    shortcomings_before,
    shortcomings_of,
    statements,
)
from states.errors import Unknown, refuse
from states.facts import Dossier
from states.permits import VERBS

UNIT = frozenset(VERBS["draft"])


class Paper(NamedTuple):
    """A document of the dossier, and what it is there."""

    enclosure: Enclosure
    document: Document
    label: str


class Line(NamedTuple):
    """One thing that may be stated, what is stated, by whom, and whether it counts."""

    name: str
    spec: Stated
    found: Statement | None
    document: Document | None
    by: str
    accepted_by: str

    @property
    def waits(self) -> bool:
        """Whether the second key is still to be turned."""
        return self.spec.two_keys and self.found is not None and self.found.accepted_at is None

    @property
    def shown(self) -> str:
        """What is stated, as its field shows it."""
        return shown(self.spec, self.found.value if self.found else None)

    @property
    def choices(self) -> Mapping[str, str]:
        """What may be chosen, by value; none where it is written."""
        return {"yes": "Có", "no": "Không"} if self.spec.kind is StatementKind.YES_NO else {}


class Measured(NamedTuple):
    """A discipline with its document, and who recorded it."""

    one: Discipline
    document: Document | None
    by: str


class Beside(NamedTuple):
    """All of it; `parts` may be enclosed, by label."""

    papers: Sequence[Paper]
    parts: Mapping[str, str]
    lines: Sequence[Line]
    disciplines: Sequence[Measured]
    before: Sequence[Shortcoming]
    concluded: Sequence[Shortcoming]

    @property
    def takes_disciplines(self) -> bool:
        """Whether disciplines bear on the result at all."""
        return bool(self.lines)

    @property
    def wants_ground(self) -> bool:
        """Whether something is stated by two keys, with a document."""
        return any(line.spec.two_keys for line in self.lines)


def beside(session: Session, facts: Dossier) -> Beside:
    """What goes with a dossier beside its sheet, in a fixed number of queries."""
    stated, measured = statements(session, facts.id), disciplines(session, facts.id)
    documents = _documents(session, [*stated.values(), *measured])
    accounts = _accounts(session, [*stated.values(), *measured])
    known = facts.programme.rating.statements if facts.programme.rating else {}
    labels = enclosable(facts)
    return Beside(
        [Paper(one, paper, labels.get(one.part, one.part)) for one, paper in enclosures(session, facts.id)],
        offered_parts(session, facts),
        [
            _line(name, spec, stated.get(name), documents, accounts)
            for name, spec in known.items()
            if spec.is_for(facts.kind)
        ],
        [Measured(one, documents.get(one.document_id or 0), accounts.get(one.account_id, "")) for one in measured],
        shortcomings_before(session, facts.id),
        shortcomings_of(session, facts.id),
    )


def _line(
    name: str,
    spec: Stated,
    found: Statement | None,
    documents: Mapping[int, Document],
    accounts: Mapping[int | None, str],
) -> Line:
    if found is None:
        return Line(name, spec, None, None, "", "")
    by, accepted = accounts.get(found.account_id, ""), accounts.get(found.accepted_by, "")
    return Line(name, spec, found, documents.get(found.document_id or 0), by, accepted)


def _documents(session: Session, rows: Sequence[Statement | Discipline]) -> dict[int, Document]:
    wanted = {one.document_id for one in rows if one.document_id}
    found = session.exec(select(Document).where(col(Document.id).in_(wanted))) if wanted else ()
    return {one.id: one for one in found}


def _accounts(session: Session, rows: Sequence[Statement | Discipline]) -> dict[int | None, str]:
    wanted = {key for one in rows for key in (one.account_id, one.accepted_by) if key}
    found = session.exec(select(Account).where(col(Account.id).in_(wanted))) if wanted else ()
    return {one.id: one.name or one.email for one in found}


def may_write(facts: Dossier, verb: str) -> bool:
    """Whether the state leaves the actor anything to write: a unit until there is a result, nobody once it is out."""
    kind = facts.programme.workflow.assessment.states[facts.state].kind
    able = facts.relations & set(VERBS[verb])
    return kind is not StateKind.FINAL and (kind not in RESTING or not able <= UNIT)


def changed(session: Session, facts: Dossier, written: Mapping[str, str]) -> dict[str, str | None]:
    """What a form would change of what is stated: text by name, None for what was emptied."""
    stands = {name: one.value for name, one in statements(session, facts.id).items()}
    known = facts.programme.rating.statements if facts.programme.rating else {}
    texts = {name: text.strip() for name, text in written.items() if name in known}
    kept = {name: text or None for name, text in texts.items() if text != shown(known[name], stands.get(name))}
    return {name: text for name, text in kept.items() if text is not None or name in stands}


def shown(spec: Stated, value: str | None) -> str:
    """A stated value as its field shows it."""
    if value is None or spec.kind is not StatementKind.DAY:
        return value or ""
    year, month, day = value.split("-")
    return f"{day}/{month}/{year}"


def demand_seen(session: Session, assessment_id: int, name: str, value: str) -> None:
    """Refused when what is stated is no longer what was looked at."""
    found = statements(session, assessment_id).get(name)
    if found is not None and found.value != value:
        raise refuse("seen", "Nội dung khai báo vừa được sửa; xem lại rồi mới chấp nhận.")


def demand_discipline(session: Session, assessment_id: int, discipline_id: int) -> None:
    """Unknown unless the discipline bears on the dossier."""
    if discipline_id not in {one.id for one in disciplines(session, assessment_id)}:
        raise Unknown(f"quyết định kỷ luật số {discipline_id} trong hồ sơ này")


def enclosed(session: Session, assessment_id: int, enclosure_id: int) -> Document:
    """A document that the dossier holds; Unknown when it holds none of that number."""
    found = next((paper for one, paper in enclosures(session, assessment_id) if one.id == enclosure_id), None)
    if found is None:
        raise Unknown(f"tài liệu số {enclosure_id} trong hồ sơ này")
    return found
