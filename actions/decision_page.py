"""Decisions as their pages show them: what waits for one, what was decided on what paper. Read only.

Whatever the number of dossiers, the number of queries is the same; each list holds what the actor may see.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, NamedTuple

from sqlmodel import Session, col, select

from actions import meeting_page
from actions.meeting_page import Around, Line
from config.programme import Programme
from config.vocabulary import Box
from models.assessments import Assessment
from models.db import run
from models.decisions import Decision, DecisionItem, Document
from models.meetings import BallotBox, Meeting
from models.order import Waiver
from models.types import from_day, from_micros
from states.actor import Actor
from states.errors import Unknown
from states.permits import DOSSIER, VERBS, allowed

Way = Literal["recognise", "decide", ""]
MOST: Final = 500
"""As many dossiers as one decision is offered at once."""


class Listed(NamedTuple):
    """A decision in a list, with its paper, the bodies that decided, and how many of its dossiers wait to be told."""

    id: int
    decided_at: datetime
    annulled: bool
    replaced_by: int | None
    number: str
    dated: date | None
    signer: str
    is_signed: bool
    dossiers: int
    waiting: int
    bodies: Mapping[str, str]


class Shown(NamedTuple):
    """A decision with its papers."""

    decision: Decision
    document: Document | None
    minutes: Document | None

    @property
    def is_signed(self) -> bool:
        """Whether number, day, signer and signed copy are there (or it is *Mật*)."""
        one = self.document
        complete = one is not None and bool(one.number) and one.dated is not None
        return complete and one is not None and (one.confidential or bool(one.signer and one.file_hash))


class Item(NamedTuple):
    """What a decision says of one dossier, and where that stands now."""

    dossier: Assessment
    total: str | None
    level: str | None
    reason: str
    stands: bool


def way_of(programme: Programme) -> Way:
    """How dossiers get their result: levels recognised by ballot, totals decided, or neither in one decision."""
    steps = programme.workflow.assessment.transitions
    if any(step.do == "decide" for step in steps):
        return "decide"
    calls = (call for step in steps if step.do == "recognise" for call in step.guards)
    return "recognise" if any(isinstance(call.parameters, Box) for call in calls) else ""


def ready(session: Session, around: Around, actor: Actor, way: Way) -> list[Line]:
    """The dossiers on which the actor may decide now, each with what bears on it, in the order of kinds and names."""
    found = _from(session, around, actor, way, "decide")
    lines = meeting_page.lines(session, found[:MOST])
    return [line for line in lines if way == "decide" or line.voted]


def at_step(session: Session, around: Around, actor: Actor, trigger: str, verb: str) -> list[Line]:
    """The dossiers from whose state a trigger goes, of those to which the actor may do `verb`."""
    return meeting_page.lines(session, _from(session, around, actor, trigger, verb)[:MOST])


def _from(session: Session, around: Around, actor: Actor, trigger: str, verb: str) -> list[Assessment]:
    steps = [step for step in around.programme.workflow.assessment.transitions if step.do == trigger]
    states = {(state, kind) for step in steps for state in step.sources for kind in step.kinds or (None,)}
    ids = _visible(session, around.id, actor, verb, {state for state, _ in states})
    rows = session.exec(select(Assessment).where(col(Assessment.id).in_(ids))).all()
    fit = [one for one in rows if not {(one.state, one.kind), (one.state, None)}.isdisjoint(states)]
    kinds = list(around.programme.subject_kinds)
    return sorted(fit, key=lambda one: (kinds.index(one.kind), one.name, one.id))


def at_poll(session: Session, around: Around, actor: Actor, name: str) -> list[Line]:
    """The dossiers on which the actor may hold a ballot outside a meeting now."""
    kinds = around.programme.subject_kinds
    states = {state for kind in kinds for state in meeting_page.ballot_states(around.programme, kind, name)}
    ids = _visible(session, around.id, actor, "meet", states)
    rows = session.exec(select(Assessment).where(col(Assessment.id).in_(ids)).order_by(Assessment.name)).all()
    return meeting_page.fit(around.programme, meeting_page.lines(session, rows[:MOST]), name)


def polls(session: Session, around: Around, actor: Actor) -> Sequence[BallotBox]:
    """The ballot boxes outside meetings that the actor holds, the newest first."""
    sql = (
        "SELECT b.id FROM ballot_box b WHERE b.round_id = :round AND b.meeting_id IS NULL AND NOT EXISTS (SELECT 1 "
        "FROM ballot_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.box_id = b.id "
        f"AND NOT ({_for(actor, 'meet')}))"
    )
    ids = [row[0] for row in run(session, sql, {"round": around.id, "actor": actor.account_id}).fetchall()]
    return session.exec(select(BallotBox).where(col(BallotBox.id).in_(ids)).order_by(col(BallotBox.id).desc())).all()


def _visible(session: Session, round_id: int, actor: Actor, verb: str, states: Collection[str]) -> list[int]:
    among = ", ".join(f"'{state}'" for state in sorted(states)) or "NULL"
    sql = f"SELECT a.id FROM assessment a WHERE a.round_id = :round AND a.state IN ({among}) AND {_for(actor, verb)}"
    return [row[0] for row in run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()]


def _for(actor: Actor, verb: str) -> str:
    return "1 = 1" if actor.standing & set(VERBS[verb]) else allowed(verb, DOSSIER)


def listed(session: Session, around: Around, actor: Actor) -> list[Listed]:
    """The decisions of a round on dossiers of the actor's, the newest first."""
    unsaid = ", ".join(f"'{state}'" for state in sorted(before_announcing(around.programme))) or "NULL"
    mine = f"SELECT 1 FROM decision_item i JOIN assessment a ON a.id = i.assessment_id WHERE {_for(actor, 'number')}"
    sql = (
        "SELECT c.id, c.decided_at, c.annulled_at IS NOT NULL, c.replaced_by, coalesce(d.number, ''), d.dated, "
        "coalesce(d.signer, ''), d.number <> '' AND d.dated IS NOT NULL AND (d.confidential OR (d.signer <> '' "
        "AND d.file_hash <> '')), (SELECT count(*) FROM decision_item i WHERE i.decision_id = c.id), (SELECT count(*) "
        f"FROM assessment w WHERE w.decision_id = c.id AND w.state IN ({unsaid})) FROM decision c "
        "LEFT JOIN document d ON d.id = c.document_id WHERE c.round_id = :round "
        f"AND EXISTS ({mine} AND i.decision_id = c.id) ORDER BY c.id DESC"
    )
    rows = run(session, sql, {"round": around.id, "actor": actor.account_id}).fetchall()
    bodies = _bodies(session, around)
    return [_listed(row, bodies.get(row[0], {})) for row in rows]


def _bodies(session: Session, around: Around) -> dict[int, dict[str, str]]:
    """Which bodies decided, by decision."""
    sql = (
        "SELECT DISTINCT i.decision_id, a.body FROM decision_item i JOIN assessment a ON a.id = i.assessment_id "
        "WHERE a.round_id = :round ORDER BY i.decision_id, a.body"
    )
    found = run(session, sql, {"round": around.id}).fetchall()
    labels = meeting_page.body_labels(session, around.programme, {code for _, code in found})
    named: dict[int, dict[str, str]] = {}
    for key, code in found:
        named.setdefault(key, {})[code] = labels[code]
    return named


def _listed(row: Sequence[Any], bodies: Mapping[str, str]) -> Listed:
    key, at, annulled, replaced, number, dated, signer, signed, dossiers, waiting = row
    day = from_day(dated)
    return Listed(
        key, from_micros(at), bool(annulled), replaced, number, day, signer, bool(signed), dossiers, waiting, bodies
    )


def before_announcing(programme: Programme) -> frozenset[str]:
    """The states in which a result waits to be announced; none where recognising tells it at once."""
    steps = programme.workflow.assessment.transitions
    return frozenset(state for step in steps if step.do == "announce" for state in step.sources)


def shown(session: Session, around: Around, decision_id: int, actor: Actor) -> Shown:
    """A decision of a round; Unknown when there is none on dossiers of the actor's."""
    sql = (
        "SELECT 1 FROM decision_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.decision_id = :id "
        f"AND a.round_id = :round AND {_for(actor, 'number')}"
    )
    where = {"id": decision_id, "round": around.id, "actor": actor.account_id}
    if run(session, sql, where).fetchone() is None:
        raise Unknown(f"quyết định số {decision_id}")
    found = session.get_one(Decision, decision_id)
    document, minutes = (session.get(Document, key or 0) for key in (found.document_id, found.minutes_id))
    return Shown(found, document, minutes)


def items_in(session: Session, decision_id: int, actor: Actor) -> list[Item]:
    """What a decision says of each dossier of the actor's, by name: it may be on those of several bodies."""
    sql = (
        "SELECT a.id FROM decision_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.decision_id = :id "
        f"AND {_for(actor, 'number')}"
    )
    known = {row[0] for row in run(session, sql, {"id": decision_id, "actor": actor.account_id}).fetchall()}
    chosen = select(DecisionItem, Assessment).join(Assessment, col(Assessment.id) == col(DecisionItem.assessment_id))
    rows = session.exec(
        chosen.where(DecisionItem.decision_id == decision_id).order_by(Assessment.name, col(Assessment.id))
    )
    own = [(item, one) for item, one in rows if one.id in known]
    return [Item(one, item.total, item.level, item.reason, one.decision_id == decision_id) for item, one in own]


def ended_meetings(session: Session, around: Around, actor: Actor) -> Sequence[tuple[Meeting, Document | None]]:
    """The closed meetings of the bodies for which the actor decides, with their minutes, the newest first."""
    codes = meeting_page.bodies(session, around, actor, "decide")
    chosen = select(Meeting, Document).join(Document, col(Document.id) == col(Meeting.minutes_document_id))
    chosen = chosen.where(Meeting.round_id == around.id, Meeting.status == "closed", col(Meeting.body).in_(codes))
    return session.exec(chosen.order_by(col(Meeting.held_at).desc(), col(Meeting.id).desc())).all()


def waived(session: Session, around: Around, actor: Actor) -> Sequence[tuple[Assessment, Waiver]]:
    """The dossiers of the actor's for which nobody waits any more, the latest first."""
    chosen = select(Assessment, Waiver).join(Waiver, col(Waiver.assessment_id) == col(Assessment.id))
    rows = session.exec(chosen.where(Assessment.round_id == around.id).order_by(col(Waiver.at).desc())).all()
    sql = f"SELECT a.id FROM assessment a WHERE a.round_id = :round AND {_for(actor, 'waive')}"
    known = {row[0] for row in run(session, sql, {"round": around.id, "actor": actor.account_id}).fetchall()}
    return [(one, waiver) for one, waiver in rows if one.id in known]
