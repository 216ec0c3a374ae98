"""A meeting as its page shows it: who stands to it how, its agenda with proposals and opinions, its boxes. Read only.

Whatever the number of dossiers, the number of queries is the same. The route has asked the permit before.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from sqlmodel import Session, col, select

from actions.boxes import repeats
from actions.recognise import BOXES
from config.programme import Programme
from config.vocabulary import Child
from models.assessments import Assessment
from models.db import run
from models.meetings import AgendaItem, BallotBox, BallotItem, Meeting
from models.opinions import Opinion, body_names
from models.people import Subject
from models.rounds import ProgrammeVersion, Round
from models.statements import Proposal
from models.types import from_micros
from states.actor import Actor
from states.errors import Unknown
from states.hold import programme_of
from states.permits import DOSSIER, VERBS, Target, allowed

MEETING: Final = Target("m.round_id", assessment="CAST(NULL AS BIGINT)", body="m.body")
BOX_LABELS: Final = {"open": "đang bỏ phiếu", "closed": "đã kiểm phiếu"}
PEOPLE_OF: Final = "(SELECT count(*) FROM attendance p WHERE p.meeting_id = m.id)"
PRESENT: Final = "(SELECT count(*) FROM attendance p WHERE p.meeting_id = m.id AND p.present)"
DOSSIERS: Final = "(SELECT count(*) FROM agenda_item i WHERE i.meeting_id = m.id)"
Part = Literal["hold", "read"]


class Standing(NamedTuple):
    """How an account stands to a meeting."""

    holds: bool
    decides: bool
    audits: bool
    takes_part: bool

    def may(self, part: Part) -> bool:
        """Whether it may hold the meeting, or read what is before it."""
        return self.holds if part == "hold" else any(self)


class Listed(NamedTuple):
    """A meeting in a list."""

    id: int
    title: str
    body: str
    held_at: datetime
    status: str
    electronic: bool
    dossiers: int
    summoned: int
    present: int


class Around(NamedTuple):
    """The round that a page is about."""

    id: int
    title: str
    year: int
    programme: Programme


class Said(NamedTuple):
    """What one body said of a dossier when it was asked for its opinion."""

    body: str
    level: str
    comment: str


class Vote(NamedTuple):
    """What a ballot on a dossier came to; without counts while its box is open."""

    box_id: int
    name: str
    closed: bool
    winner: str | None
    counts: Mapping[str, int]


class Line(NamedTuple):
    """One dossier of the agenda with everything that bears on its level."""

    dossier: Assessment
    proposal: Mapping[str, Any] | None
    flagged: bool
    opinions: Sequence[Said]
    votes: Sequence[Vote]

    @property
    def proposed(self) -> str | None:
        """The level that the conditions propose."""
        return self.proposal["level"] if self.proposal else None

    @property
    def voted(self) -> str | None:
        """The level that won the last ballot that decides."""
        return next((one.winner for one in reversed(self.votes) if one.closed and one.name in BOXES), None)


def standing(session: Session, meeting_id: int, actor: Actor) -> Standing | None:
    """How the actor stands to a meeting; None when there is none."""
    meet, decide, audit = (f"(m.body <> '' AND {allowed(verb, MEETING)})" for verb in ("meet", "decide", "audit"))
    everywhere = f"(m.body = '' AND {allowed('meet', MEETING)})"
    own = (
        "(m.body = '' AND EXISTS (SELECT 1 FROM agenda_item i WHERE i.meeting_id = m.id) AND NOT EXISTS (SELECT 1 "
        "FROM agenda_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.meeting_id = m.id AND NOT "
        f"{allowed('draft', DOSSIER)}))"
    )
    part = (
        "(m.chair_id = :actor OR EXISTS (SELECT 1 FROM attendance p WHERE p.meeting_id = m.id "
        "AND p.account_id = :actor))"
    )
    sql = f"SELECT {meet} OR {everywhere} OR {own}, {decide}, {audit}, {part} FROM meeting m WHERE m.id = :id"
    row = run(session, sql, {"id": meeting_id, "actor": actor.account_id}).fetchone()
    return None if row is None else Standing(*map(bool, row))


def around(session: Session, round_id: int) -> Around:
    """The round with its programme."""
    chosen = select(Round, ProgrammeVersion.digest).join(
        ProgrammeVersion, col(ProgrammeVersion.id) == col(Round.programme_version_id)
    )
    found = session.exec(chosen.where(Round.id == round_id)).first()
    if found is None:
        raise Unknown(f"đợt số {round_id}")
    one, digest = found
    return Around(one.id, one.title, one.year, programme_of(session, digest))


def listed(session: Session, round_id: int, actor: Actor) -> list[Listed]:
    """The meetings of a round that the actor may hold, the next first."""
    sql = (
        f"SELECT m.id, m.title, m.body, m.held_at, m.status, m.electronic, {DOSSIERS}, {PEOPLE_OF}, {PRESENT} "
        f"FROM meeting m WHERE m.round_id = :round AND {_for(actor, 'meet', MEETING)} "
        "ORDER BY m.held_at DESC, m.id DESC"
    )
    rows = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()
    return [_listed(row) for row in rows]


def of_account(session: Session, actor: Actor) -> list[Listed]:
    """The meetings that have not ended to which the account is summoned or which it chairs, the next first."""
    sql = (
        f"SELECT m.id, m.title, m.body, m.held_at, m.status, m.electronic, {DOSSIERS}, {PEOPLE_OF}, {PRESENT} "
        "FROM meeting m WHERE m.status <> 'closed' AND (m.chair_id = :actor OR EXISTS (SELECT 1 FROM attendance p "
        "WHERE p.meeting_id = m.id AND p.account_id = :actor)) ORDER BY m.held_at, m.id"
    )
    return [_listed(row) for row in run(session, sql, {"actor": actor.account_id}).fetchall()]


def _listed(row: Sequence[Any]) -> Listed:
    key, title, body, held_at, status, electronic, dossiers, summoned, present = row
    return Listed(key, title, body, from_micros(held_at), status, bool(electronic), dossiers, summoned, present)


def bodies(session: Session, around: Around, actor: Actor, verb: str = "meet") -> dict[str, str]:
    """The deciding bodies of a round for which the actor may do `verb`, by code with their names."""
    sql = (
        f"SELECT DISTINCT a.body FROM assessment a WHERE a.round_id = :round AND {_for(actor, verb, DOSSIER)} "
        "ORDER BY a.body"
    )
    codes = [row[0] for row in run(session, sql, {"round": around.id, "actor": actor.account_id}).fetchall()]
    return body_labels(session, around.programme, codes)


def body_labels(session: Session, programme: Programme, codes: Collection[str]) -> dict[str, str]:
    """What deciding bodies are called: as the programme says, else the name of the subject of that code."""
    known = {code: one.label for code, one in programme.authorities.items()} | {"": programme.bodies.authority}
    other = [code for code in codes if code not in known]
    named = session.exec(select(Subject.code, Subject.name).where(col(Subject.code).in_(other))).all()
    return {code: (known | dict(named)).get(code, code) for code in codes}


def _for(actor: Actor, verb: str, target: Target) -> str:
    return "1 = 1" if actor.standing & set(VERBS[verb]) else allowed(verb, target)


def waiting(session: Session, around: Around, body: str) -> list[Assessment]:
    """The dossiers of a body that a ballot which decides may be held on, or soon, in the order of kinds and names."""
    states = before_ballot(around.programme) | at_ballot(around.programme)
    chosen = select(Assessment).where(Assessment.round_id == around.id, Assessment.body == body)
    found = session.exec(chosen.where(col(Assessment.state).in_(states))).all()
    kinds = list(around.programme.subject_kinds)
    return sorted(found, key=lambda one: (kinds.index(one.kind), one.name, one.id))


def at_ballot(programme: Programme) -> frozenset[str]:
    """The states in which a ballot that decides is held."""
    steps = programme.workflow.assessment.transitions
    return frozenset(step.target for step in steps if any(one.name in BOXES for one in step.opens))


def before_ballot(programme: Programme) -> frozenset[str]:
    """The states from which a dossier comes to the ballot that decides."""
    steps = programme.workflow.assessment.transitions
    opening = (step for step in steps if any(one.name in BOXES for one in step.opens))
    return frozenset(state for step in opening for state in step.sources) - at_ballot(programme)


def agenda(session: Session, meeting_id: int) -> list[Line]:
    """The dossiers of a meeting in their order, each with what bears on its level."""
    chosen = select(Assessment).join(AgendaItem, col(AgendaItem.assessment_id) == col(Assessment.id))
    chosen = chosen.where(AgendaItem.meeting_id == meeting_id).order_by(col(AgendaItem.position))
    return lines(session, session.exec(chosen).all())


def lines(session: Session, dossiers: Sequence[Assessment]) -> list[Line]:
    """Some dossiers, each with what bears on its level."""
    ids = [one.id for one in dossiers]
    proposals = {
        one.assessment_id: one for one in session.exec(select(Proposal).where(col(Proposal.assessment_id).in_(ids)))
    }
    said, votes = _opinions(session, ids), _votes(session, ids)
    return [_line(one, proposals.get(one.id), said.get(one.id, ()), votes.get(one.id, ())) for one in dossiers]


def _line(one: Assessment, proposal: Proposal | None, said: Sequence[Said], votes: Sequence[Vote]) -> Line:
    explained = None if proposal is None else json.loads(proposal.body)
    return Line(one, explained, proposal is not None and proposal.flagged, said, votes)


def _opinions(session: Session, ids: Collection[int]) -> dict[int, list[Said]]:
    chosen = select(Opinion).where(col(Opinion.assessment_id).in_(ids), Opinion.status == "given")
    given = session.exec(chosen.order_by(col(Opinion.assessment_id), col(Opinion.account_id))).all()
    names = body_names(session, {one.account_id for one in given})
    found: dict[int, list[Said]] = {}
    for one in given:
        found.setdefault(one.assessment_id, []).append(Said(names[one.account_id], one.level or "", one.comment))
    return found


def _votes(session: Session, ids: Collection[int]) -> dict[int, list[Vote]]:
    chosen = select(BallotBox, BallotItem).join(BallotItem, col(BallotItem.box_id) == col(BallotBox.id))
    rows = session.exec(chosen.where(col(BallotItem.assessment_id).in_(ids)).order_by(col(BallotBox.id))).all()
    found: dict[int, list[Vote]] = {}
    for box, item in rows:
        counts = json.loads(item.counts or "{}") if box.status == "closed" else {}
        vote = Vote(box.id, box.name, box.status == "closed", item.winner, counts)
        found.setdefault(item.assessment_id, []).append(vote)
    return found


def fit(programme: Programme, lines: Sequence[Line], name: str) -> list[Line]:
    """The dossiers that have come to a ballot and have not had it, as far as states and ballots tell; a box asks again.

    A second ballot is for those whose first one is closed without a majority (AMB-HT-7).
    """
    return [line for line in lines if _may_vote(programme, line, name)]


def _may_vote(programme: Programme, line: Line, name: str) -> bool:
    if line.dossier.state not in ballot_states(programme, line.dossier.kind, name):
        return False
    first = repeats(programme, line.dossier.kind, name)
    votes = [one for one in line.votes if one.name in {name, first}]
    if first is not None:
        return bool(votes) and votes[-1].name == first and votes[-1].closed and votes[-1].winner is None
    return not votes


def ballot_states(programme: Programme, kind: str, name: str) -> frozenset[str]:
    """The states in which a kind of subject has a ballot."""
    own = programme.workflow.assessment.only_for(kind).transitions
    return frozenset(
        step.target for step in own if any((one.child, one.name) == (Child.BALLOT, name) for one in step.opens)
    )


def meeting(session: Session, meeting_id: int) -> Meeting:
    """A meeting; Unknown when there is none."""
    found = session.get(Meeting, meeting_id)
    if found is None:
        raise Unknown(f"phiên họp số {meeting_id}")
    return found
