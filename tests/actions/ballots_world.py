"""A small round that has come to its ballots: a collective, its head and a Party organisation, and who decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from json import loads

import yaml
from sqlmodel import Session, col, select

from actions.accounts import add_account, grant
from actions.ballots import Count, Entered, Entry, enter
from actions.boxes import open_box
from actions.launch import launch
from actions.meetings import Person, Plan, attend, open_meeting, prepare
from actions.register import take_register
from config.load import load_programme
from config.programme import Programme
from models.assessments import Assessment
from models.ballot_secret import BallotKey
from models.db import Database
from models.history import history_of
from models.meetings import BallotBox, BallotItem, attendance_of, items_in
from models.people import Account
from states.actor import Actor, account
from states.advance import Move, advance
from tests.actions.world import CONSOLE, at, paper, register_row

STARTED = at("2024-10-01 08:00")
VOTING = at("2024-12-02 08:00")
KEY = BallotKey(bytes(range(32)))
STAFF = ("administrator", "secretary", "authority")
LEVELS = ("htxsnv", "httnv", "htnv", "khtnv")
WORKFLOW = """
workflow: bo-phieu
intake: register
roles: {}
round:
  start: preparing
  states:
    preparing: {label: Đang chuẩn bị, kind: working}
    running: {label: Đang xếp loại, kind: working}
    archived: {label: Đã lưu trữ, kind: final}
  triggers: {launch: Phát động đợt, archive: Lưu trữ đợt}
  transitions:
    - {do: launch, from: preparing, to: running, by: administrator}
    - {do: archive, from: running, to: archived, by: administrator}
assessment:
  start: assigned
  states:
    assigned: {label: Đã giao, kind: waiting}
    self_balloting: {label: Đang bỏ phiếu tự xếp loại, kind: waiting}
    polling: {label: Đang lấy phiếu, kind: waiting}
    deciding: {label: Đang bỏ phiếu quyết định, kind: waiting}
    recognised: {label: Đã công nhận mức xếp loại, kind: settled}
  triggers:
    open_self_ballot: Mở bỏ phiếu tự xếp loại
    poll: Lấy phiếu nơi công tác
    open_decision: Mở bỏ phiếu quyết định
    second_ballot: Bỏ phiếu lần hai
    recognise: Công nhận mức xếp loại
  transitions:
    - {do: open_self_ballot, from: assigned, to: self_balloting, by: head, opens: {ballot: self_rating}}
    - {do: poll, from: assigned, to: polling, by: administrator, opens: [{ballot: workplace}, {ballot: residence}]}
    - do: open_decision
      from: [assigned, self_balloting, polling]
      to: deciding
      by: administrator
      opens: {ballot: decision}
    - do: second_ballot
      from: deciding
      to: deciding
      by: secretary
      when: [{ballot_closed: {box: decision}}, {not: {ballot_majority: {box: decision}}}]
      opens: {ballot: second_decision}
      needs: minutes
    - do: recognise
      from: deciding
      to: recognised
      by: authority
      when: [{ballot_majority: {box: decision}}, within_cap]
      needs: document
    - do: recognise
      from: deciding
      to: recognised
      by: authority
      when: [{ballot_majority: {box: second_decision}}, within_cap]
      needs: document
deadlines:
  - {stage: city, label: Hoàn thành xếp loại, before: 12-15, late: flag}
"""


@dataclass(frozen=True)
class Voters:
    """A launched round: a collective, the head of it, and a Party organisation; seven people may be summoned."""

    round_id: int
    collective: int
    leader: int
    party: int
    heads: list[Actor]
    officers: list[Actor]
    administrator: Actor
    secretary: Actor
    authority: Actor
    members: list[Actor]

    @property
    def all(self) -> list[int]:
        """All dossiers."""
        return [self.collective, self.leader, self.party]


@cache
def programme() -> Programme:
    """The programme of seed 001 with a workflow that is nothing but ballots."""
    data = loads(load_programme("kiem-diem-xep-loai").document())
    own = {"workflow": yaml.safe_load(WORKFLOW), "order": {}, "quota": None, "polls": {"residence": [2023]}}
    return Programme.model_validate(data | own)


def launched(database: Database, members: int = 7) -> Voters:
    """Launch it, and give everybody an account."""
    rows = [
        register_row(1, "tap_the_thanh_pho"),
        register_row(2, "can_bo_thanh_pho", leads=("dv-1",), post="head"),
        register_row(3, "dang_bo_co_so"),
    ]
    with database.writing() as session:
        take_register(session, rows, actor=CONSOLE, now=STARTED)
        administrator, secretary, authority = (add(session, role, role) for role in STAFF)
        people = [add(session, f"uy-vien-{number}") for number in range(1, members + 1)]
        codes = [row.code for row in rows]
        round_id = launch(session, programme(), 2024, codes, actor=CONSOLE, now=STARTED, live=False, smtp=False)
        collective, leader, party = session.exec(select(Assessment.id).order_by(col(Assessment.id)))
        by_email = {one.email: account(one.id) for one in session.exec(select(Account))}
        heads, officers = ([by_email[f"{who}{n}@donvi.example"] for n in (1, 2, 3)] for who in ("thutruong", "canbo"))
        return Voters(round_id, collective, leader, party, heads, officers, administrator, secretary, authority, people)


def add(session: Session, name: str, role: str | None = None) -> Actor:
    """A further account, with a role in every round or with none."""
    made = add_account(session, f"{name}@donvi.example", name=name, actor=CONSOLE, now=STARTED)
    if role is not None:
        grant(session, made, role, actor=CONSOLE, now=STARTED)
    return account(made)


def moved(database: Database, trigger: str, *dossiers: int, by: Actor) -> None:
    """Pull a trigger on dossiers."""
    with database.writing() as session:
        for one in dossiers:
            advance(session, one, trigger, actor=by, now=VOTING)


def deciding(database: Database, members: int = 7) -> Voters:
    """All dossiers have come to the ballot that decides."""
    voters = launched(database, members)
    moved(database, "open_decision", *voters.all, by=voters.administrator)
    return voters


def meeting(
    database: Database,
    voters: Voters,
    agenda: Sequence[int] = (),
    *,
    electronic: bool = False,
    present: int | None = None,
) -> int:
    """An open meeting of all members on the dossiers, else on all; the first chairs, the first `present` are there."""
    people = [Person(account_id=one.account_id) for one in voters.members]
    plan = Plan("Hội nghị Ban Thường vụ", VOTING, people[0], body="btv", place="Phòng 1", electronic=electronic)
    with database.writing() as session:
        key = prepare(
            session,
            voters.round_id,
            plan,
            agenda=agenda or voters.all,
            summoned=people,
            actor=voters.secretary,
            now=VOTING,
        )
        there = [one.id for one in attendance_of(session, key)][:present]
        attend(session, key, there, actor=voters.secretary, now=VOTING)
        open_meeting(session, key, actor=voters.secretary, now=VOTING)
    return key


def opened(
    database: Database, voters: Voters, *dossiers: int, name: str = "decision", at_meeting: int | None = None
) -> int:
    """A paper box of a meeting over the dossiers."""
    where = at_meeting or meeting(database, voters)
    with database.writing() as session:
        return open_box(session, name, dossiers or voters.all, meeting_id=where, actor=voters.secretary, now=VOTING)


def count(*numbers: int, invalid: int = 0) -> Count:
    """A count by level, the best first."""
    return Count(sum(numbers), invalid, dict(zip(LEVELS, numbers, strict=False)))


def entry(of: dict[int, Count], *, issued: int = 7, returned: int = 7) -> Entry:
    """What one person counted."""
    return Entry(issued, returned, of)


def counted(database: Database, voters: Voters, box_id: int, of: dict[int, Count], **figures: int) -> Entered:
    """Secretary and administrator count the same, and the box closes."""
    what = entry(of, **figures)
    entered(database, box_id, what, voters.secretary)
    return entered(database, box_id, what, voters.administrator)


def box_of(database: Database, box_id: int) -> tuple[BallotBox, list[BallotItem]]:
    """A box with its dossiers as they stand."""
    with database.reading() as session:
        return session.get_one(BallotBox, box_id), list(items_in(session, box_id))


def recognised(database: Database, voters: Voters, dossier: int, level: str) -> None:
    """A dossier has its level."""
    with database.writing() as session:
        move = Move(document_id=paper(session, now=VOTING), columns={"level": level})
        advance(session, dossier, "recognise", actor=voters.authority, now=VOTING, move=move)


def entered(
    database: Database, box_id: int, what: Entry, by: Actor, *, minutes: bool = True, now: datetime = VOTING
) -> Entered:
    """Enter a count, by default with minutes."""
    with database.writing() as session:
        named = paper(session, now=VOTING, kind="minutes") if minutes else None
        return enter(session, box_id, what, minutes_id=named, actor=by, now=now)


def chain(database: Database, entity: str, act: str) -> list[dict[str, object]]:
    """What an act on a chain says, each time it was done."""
    with database.reading() as session:
        return [loads(row.body)["what"] for row in history_of(session, entity) if row.act == act]
