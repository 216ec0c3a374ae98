"""A ballot box as its page shows it: who stands to it how, what is on its paper, what it came to. Read only.

Before it is closed nobody is told anything of what was voted, and nobody another's count before his own is in (X-A2).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from sqlmodel import Session, col, select

from actions import meeting_page
from actions.ballots import Entry, Paper, differ, own_count
from actions.boxes import offered, repeats, tally_of
from actions.meeting_page import Around
from config.ballots import Box
from models.assessments import Assessment
from models.db import run
from models.meetings import BallotBox, BallotItem, Meeting, attendance_of, counts_in, roll_of
from scoring.majority import Outcome, outcome
from states.actor import Actor
from states.errors import Unknown
from states.permits import DOSSIER, allowed

Part = Literal["hold", "read", "close", "vote"]
BEYOND: Final = "EXISTS (SELECT 1 FROM ballot_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.box_id = b.id"


class Standing(NamedTuple):
    """How an account stands to a box."""

    holds: bool
    chairs: bool
    votes: bool
    reads: bool

    def may(self, part: Part) -> bool:
        """Whether it may hold the box, close it, vote in it, or see that it is there."""
        ways = {"hold": self.holds, "close": self.holds or self.chairs, "vote": self.votes, "read": any(self)}
        return ways[part]


class Line(NamedTuple):
    """One dossier on the paper: what is offered, and once the box is closed what came of it."""

    id: int
    name: str
    kind: str
    options: Mapping[str, str]
    counts: Mapping[str, int]
    valid: int
    invalid: int
    outcome: Outcome | None


class Seen(NamedTuple):
    """A box with its paper, and the meeting and round it belongs to."""

    box: BallotBox
    spec: Box
    around: Around
    meeting: Meeting | None
    lines: Sequence[Line]

    @property
    def is_open(self) -> bool:
        """Whether it is not closed yet."""
        return self.box.status == "open"

    @property
    def options(self) -> Mapping[str, str]:
        """The labels of all that the paper offers, by code."""
        known = self.spec.options_among(self.around.programme.level_labels)
        return {code: known[code] for code in json.loads(self.box.options)}


class Counting(NamedTuple):
    """How far the count of a paper box is, as one of those who count sees it."""

    own: Entry | None
    entered: int
    differences: Sequence[str]


class Voting(NamedTuple):
    """What a voter is told of himself in an open electronic box."""

    on_roll: bool
    has_voted: bool
    is_present: bool


def standing(session: Session, box_id: int, actor: Actor) -> Standing | None:
    """How the actor stands to a box; None when there is none."""
    meet, draft, decide, audit = (
        f"NOT {BEYOND} AND NOT {allowed(verb, DOSSIER)})" for verb in ("meet", "draft", "decide", "audit")
    )
    votes = "EXISTS (SELECT 1 FROM attendance p WHERE p.meeting_id = b.meeting_id AND p.account_id = :actor)"
    sql = (
        f"SELECT {meet} OR (b.name = 'self_rating' AND {draft}), coalesce(m.chair_id = :actor, 1 = 0), "
        f"b.electronic AND {votes}, {votes} OR {decide} OR {audit} "
        "FROM ballot_box b LEFT JOIN meeting m ON m.id = b.meeting_id WHERE b.id = :id"
    )
    row = run(session, sql, {"id": box_id, "actor": actor.account_id}).fetchone()
    return None if row is None else Standing(*map(bool, row))


def seen(session: Session, box_id: int) -> Seen:
    """A box as it stands; what was voted only once it is closed."""
    box = session.get(BallotBox, box_id)
    if box is None:
        raise Unknown(f"hòm phiếu số {box_id}")
    around = meeting_page.around(session, box.round_id)
    chosen = select(BallotItem, Assessment.name, Assessment.kind).join(
        Assessment, col(Assessment.id) == col(BallotItem.assessment_id)
    )
    rows = session.exec(chosen.where(BallotItem.box_id == box_id).order_by(col(BallotItem.assessment_id))).all()
    spec = around.programme.boxes[box.name]
    lines = [_line(box, spec, around, item, name, kind) for item, name, kind in rows]
    meeting = None if box.meeting_id is None else session.get(Meeting, box.meeting_id)
    return Seen(box, spec, around, meeting, lines)


def _line(box: BallotBox, spec: Box, around: Around, item: BallotItem, name: str, kind: str) -> Line:
    known = spec.options_among(around.programme.level_labels)
    options = {code: known[code] for code in offered(box, item)}
    if box.status == "open":
        return Line(item.assessment_id, name, kind, options, {}, 0, 0, None)
    tally, second = tally_of(box, item), repeats(around.programme, kind, box.name) is not None
    found = outcome(tally, spec, options, second=second)
    return Line(item.assessment_id, name, kind, options, tally.counts, tally.valid, tally.invalid, found)


def counting(session: Session, one: Seen, actor: Actor) -> Counting:
    """How far the count is: one's own figures, and where the two differ once both are in and one is one's own."""
    entries = counts_in(session, one.box.id)
    own = own_count(session, one.box.id, actor.account_id or 0)
    both = [own_count(session, one.box.id, entry.account_id) for entry in entries] if own else []
    papers = [Paper(line.id, line.name, line.options) for line in one.lines]
    counted = [entry for entry in both if entry is not None]
    differences = tuple(differ(papers, *counted)) if len(counted) > 1 else ()
    return Counting(own, len(entries), differences)


def voting(session: Session, one: Seen, actor: Actor) -> Voting:
    """Whether the actor is on the roll, is said to be present, and has voted."""
    row = next((voter for voter in roll_of(session, one.box.id) if voter.account_id == actor.account_id), None)
    people = attendance_of(session, one.box.meeting_id or 0)
    present = any(person.present for person in people if person.account_id == actor.account_id)
    return Voting(row is not None, row is not None and row.voted, present)


class Polling(NamedTuple):
    """An open electronic box in which somebody may vote."""

    id: int
    meeting_id: int
    title: str
    dossiers: int


def polling(session: Session, actor: Actor) -> list[Polling]:
    """The open electronic boxes in which the actor is on the roll and has not voted, by id."""
    sql = (
        "SELECT b.id, m.id, m.title, (SELECT count(*) FROM ballot_item i WHERE i.box_id = b.id) FROM roll v "
        "JOIN ballot_box b ON b.id = v.box_id JOIN meeting m ON m.id = b.meeting_id "
        "WHERE v.account_id = :actor AND NOT v.voted AND b.status = 'open' ORDER BY b.id"
    )
    return [Polling(*row) for row in run(session, sql, {"actor": actor.account_id}).fetchall()]
