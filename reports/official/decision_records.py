"""What a decision says of its dossiers, with its papers and its body, as the documents on it want it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from actions import decision_page, meeting_page
from config.programme import Programme
from models.assessments import Assessment
from models.decisions import Decision, DecisionItem, Document
from models.installation import installation
from models.rounds import Round
from reports.contents import Head
from reports.official.entry import Item
from reports.official.heads import of_body, of_programme
from reports.records import grounded, own_paper, papers_of
from reports.values import Paper
from reports.view import RoundView
from states.actor import Actor
from states.errors import Unknown
from states.permits import bodies

Pair = tuple[DecisionItem, Assessment]


@dataclass(frozen=True, slots=True)
class Line:
    """What a decision says of one dossier; `level` is empty while nobody has confirmed the bands (RULES 7.1)."""

    assessment_id: int
    name: str
    person: bool
    kind: str
    total: Decimal | None
    level: str
    proposed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision on many dossiers, those of one kind together; `replaced` are the papers of those it replaces.

    Of one that is *Mật* no reason is told, here and in its lines.
    """

    id: int
    programme: Programme
    year: int
    head: Head
    paper: Paper
    minutes: Paper
    reason: str
    decided_at: datetime
    replaced: tuple[Paper, ...]
    lines: tuple[Line, ...]
    scored: bool
    levels: Sequence[str]
    rehearsal: bool

    @property
    def advised(self) -> bool:
        """Whether the body decides on the proposal of the programme's owner."""
        owner, here = self.programme.bodies.owner, self.head
        return here.issuer == self.programme.letterhead.issuer and owner != here.sender

    @property
    def rates(self) -> bool:
        """Whether it gives levels, and not points only."""
        return any(line.level for line in self.lines)

    @property
    def is_draft(self) -> bool:
        return not self.paper.number or self.paper.dated is None


def read(session: Session, decision_id: int) -> Decided:
    """A decision with everything it says; Unknown when there is none."""
    found = session.get(Decision, decision_id)
    if found is None:
        raise Unknown(f"quyết định số {decision_id}")
    around = meeting_page.around(session, found.round_id)
    chosen = select(DecisionItem, Assessment).join(Assessment, col(Assessment.id) == col(DecisionItem.assessment_id))
    pairs = session.exec(chosen.where(DecisionItem.decision_id == decision_id)).all()
    view = RoundView(session.get_one(Round, found.round_id), around.programme, {row.id: row for _, row in pairs})
    former = session.exec(select(Decision).where(Decision.replaced_by == decision_id).order_by(col(Decision.id))).all()
    papers = papers_of(session, [found.minutes_id, *(one.document_id for one in former)])
    own = own_paper(session.get(Document, found.document_id) if found.document_id else None)
    return Decided(
        id=decision_id,
        programme=around.programme,
        year=around.year,
        head=_head(session, around.programme, pairs),
        paper=own,
        minutes=papers[found.minutes_id],
        reason=grounded(found.reason, own).reason,
        decided_at=found.decided_at,
        replaced=tuple(papers[one.document_id] for one in former),
        lines=_lines(view, pairs, own),
        scored=any(item.total is not None for item, _ in pairs),
        levels=tuple(view.bands.values()),
        rehearsal=installation(session).made_as == "rehearsal",
    )


def read_line(session: Session, decision_id: int, assessment_id: int) -> tuple[Decided, Line]:
    """A decision, and what it says of one of its dossiers."""
    found = read(session, decision_id)
    return found, next(line for line in found.lines if line.assessment_id == assessment_id)


def _head(session: Session, programme: Programme, pairs: Sequence[Pair]) -> Head:
    """The head of the body on whose dossiers it is; of the programme's own where they are of several."""
    bodies = {row.body for _, row in pairs}
    return of_body(session, programme, bodies.pop()) if len(bodies) == 1 else of_programme(programme)


def _lines(view: RoundView, pairs: Sequence[Pair], own: Paper) -> tuple[Line, ...]:
    kinds = list(view.programme.subject_kinds)
    ordered = sorted(pairs, key=lambda pair: (kinds.index(pair[1].kind), pair[1].name, pair[1].id))
    return tuple(_line(view, item, row, own) for item, row in ordered)


def _line(view: RoundView, item: DecisionItem, row: Assessment, own: Paper) -> Line:
    return Line(
        assessment_id=row.id,
        name=row.name,
        person=view.programme.subject_kinds[row.kind].person,
        kind=view.label(row.kind),
        total=None if item.total is None else Decimal(item.total),
        level=view.level(item.level),
        proposed=view.proposed(row.proposed_level),
        reason=grounded(item.reason, own).reason,
    )


def decisions_of(session: Session, round_id: int, actor: Actor) -> list[Item]:
    """The decisions of a round that the actor may have as a whole, the newest first."""
    around, own = meeting_page.around(session, round_id), bodies(session, actor, "number", round_id)
    found = decision_page.listed(session, around, actor)
    return [Item(one.id, _label(one)) for one in found if own is None or own.issuperset(one.bodies)]


def _label(one: decision_page.Listed) -> str:
    number = f"Quyết định số {one.number}" if one.number else f"Quyết định thứ {one.id} (chưa có số)"
    by = "; ".join(one.bodies.values())
    return f"{number}, {by}, {one.dossiers} hồ sơ{', đã được thay thế' if one.annulled else ''}"
