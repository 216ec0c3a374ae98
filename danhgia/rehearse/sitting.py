"""What deciding bodies do in a rehearsal: propose, keep to the quota, sit, vote, count twice, recognise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlmodel import Session

from actions import ballots, boxes, meetings, voting
from actions.accounts import add_account, grant
from actions.meetings import Person, Plan
from actions.propose import propose
from actions.quotas import preview_of
from actions.recognise import Award, Papers, recognise
from danhgia.rehearse.stage import CONSOLE, Stage
from danhgia.rehearse.units import paper
from models.assessments import Assessment
from models.ballot_secret import BallotKey
from models.db import run
from models.meetings import attendance_of
from models.people import Account
from scoring.quota import Standing
from states.actor import Actor, account
from states.advance import advance

SEATS, MAJORITY, FIRST = 9, 7, 4
ELECTRONIC = "nhom_1"
"""The deciding body that votes electronically."""
OVER_QUOTA = "Đã đủ tỷ lệ xếp loại xuất sắc của nhóm; xếp mức liền kề."
UNSURE = "Chưa đủ căn cứ xác định một mức; cấp có thẩm quyền quyết định sau khi thảo luận."


@dataclass(frozen=True, slots=True)
class Body:
    """The people of a deciding body."""

    code: str
    authority: Actor
    secretaries: tuple[Actor, Actor]
    members: tuple[Actor, ...]


class Bodies:
    """The deciding bodies of a rehearsal; their people are hired when they are first needed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.known: dict[str, Body] = {}

    def of(self, session: Session, code: str) -> Body:
        """The body of a code."""
        if code not in self.known:
            authority = self._hire(session, code, "authority", 1)
            secretaries = (self._hire(session, code, "secretary", 1), self._hire(session, code, "secretary", 2))
            members = (
                tuple(self._hire(session, code, "reader", n) for n in range(1, SEATS + 1)) if code == ELECTRONIC else ()
            )
            self.known[code] = Body(code, authority, secretaries, members)
        return self.known[code]

    def _hire(self, session: Session, code: str, role: str, number: int) -> Actor:
        stage, domain = self.stage, f"{code.replace('_', '-').lower()}.chay-thu.example"
        name = f"Đinh Giả Định {len(self.known) * 20 + number:03}"
        made = add_account(session, f"{role}-{number}@{domain}", name=name, actor=CONSOLE, now=stage.at)
        if role != "reader":
            grant(session, made, role, body=code, actor=CONSOLE, now=stage.at)
        return account(made)


def propose_and_open(session: Session, stage: Stage, ids: Iterable[int]) -> None:
    """Propose a level for each dossier and send it to its deciding body."""
    owner = stage.staff["administrator"]
    for key in ids:
        propose(session, key, actor=owner, now=stage.at)
        advance(session, key, "open_decision", actor=owner, now=stage.at)


def awards(session: Session, stage: Stage, ids: Sequence[int]) -> dict[int, Award]:
    """The proposed level of each dossier, but for those that the quota leaves no seat."""
    proposed = _proposals(session, ids)
    chosen = {key: Award(key, level or "htnv", "" if level else UNSURE) for key, level in proposed.items()}
    for (body, group), keys in _groups(session, stage, ids).items():
        for key in _without_seat(session, stage, body, group, keys):
            chosen[key] = Award(key, "httnv", OVER_QUOTA)
    return chosen


def _proposals(session: Session, ids: Iterable[int]) -> dict[int, str | None]:
    among = ", ".join(map(str, ids)) or "NULL"
    rows = run(
        session, f"SELECT assessment_id, level FROM proposal WHERE assessment_id IN ({among}) ORDER BY 1"
    ).fetchall()
    return dict(rows)


def _groups(session: Session, stage: Stage, ids: Iterable[int]) -> dict[tuple[str, str], list[int]]:
    quota = stage.programme.quota
    found: dict[tuple[str, str], list[int]] = {}
    for key in ids:
        one = session.get_one(Assessment, key)
        group = quota.group_of(one.kind) if quota else None
        if group is not None:
            found.setdefault((one.body, group), []).append(key)
    return found


def _without_seat(session: Session, stage: Stage, body: str, group: str, keys: Sequence[int]) -> list[int]:
    """Those proposed for the scarce level who get no seat, by what is decided and what is decided with them."""
    found = preview_of(session, stage.round_id, body, group, actor=CONSOLE)
    wanting = sorted(line.key for line in found.lines if line.standing is not Standing.DECIDED and line.key in keys)
    return wanting[max(found.seats.seats - sum(line.standing is Standing.DECIDED for line in found.lines), 0) :]


class Sitting:
    """One meeting of a body over dossiers that wait for its decision."""

    def __init__(self, stage: Stage, body: Body, chosen: Mapping[int, Award]) -> None:
        self.stage, self.body, self.chosen = stage, body, chosen
        self.minutes = 0

    def hold(self, session: Session, *, undecided: int | None = None) -> None:
        """Open, vote, close, and recognise what was voted; one dossier may need a second ballot."""
        stage, secretary = self.stage, self.body.secretaries[0]
        meeting = self._open(session)
        self.minutes = paper(session, stage, "minutes", "12-BB/CT")
        self._vote(session, meeting, "decision", list(self.chosen), undecided)
        if undecided is not None:
            ballots.second(session, [undecided], self.minutes, actor=secretary, now=stage.at)
            self._vote(session, meeting, "second_decision", [undecided], None)
        meetings.close_meeting(session, meeting, self.minutes, actor=secretary, now=stage.at)

    def recognise(self, session: Session) -> None:
        """Recognise everything in one decision."""
        stage = self.stage
        papers = Papers(paper(session, stage, "decision", "45-QĐ/CT"), self.minutes)
        given = [award for award in self.chosen.values() if not self._goes_up(session, award.assessment_id)]
        if given:
            recognise(session, stage.round_id, given, papers, actor=self.body.authority, now=stage.at)

    def _goes_up(self, session: Session, key: int) -> bool:
        kinds = self.stage.programme.groups.get("cap_tinh", ())
        return session.get_one(Assessment, key).kind in kinds

    def _open(self, session: Session) -> int:
        stage, secretary = self.stage, self.body.secretaries[0]
        electronic = bool(self.body.members)
        people = [self._person(session, who) for who in self.body.members] or [
            Person(f"Ủy viên Minh Họa {number:02}") for number in range(1, SEATS + 1)
        ]
        plan = Plan("Phiên họp xét xếp loại", stage.at, people[0], self.body.code, "Phòng họp số 1", electronic)
        agenda = sorted(self.chosen)
        meeting = meetings.prepare(
            session, stage.round_id, plan, agenda=agenda, summoned=people, actor=secretary, now=stage.at
        )
        present = [one.id for one in attendance_of(session, meeting)]
        meetings.attend(session, meeting, present, actor=secretary, now=stage.at)
        meetings.open_meeting(session, meeting, actor=secretary, now=stage.at)
        return meeting

    def _person(self, session: Session, who: Actor) -> Person:
        found = session.get_one(Account, who.account_id)
        return Person(found.name, account_id=found.id)

    def _vote(self, session: Session, meeting: int, name: str, keys: Sequence[int], undecided: int | None) -> None:
        if self.body.members:
            self._vote_electronically(session, meeting, name, keys, undecided)
        else:
            self._vote_on_paper(session, meeting, name, keys, undecided)

    def _vote_on_paper(
        self, session: Session, meeting: int, name: str, keys: Sequence[int], undecided: int | None
    ) -> None:
        stage, (first, second) = self.stage, self.body.secretaries
        box = boxes.open_box(session, name, keys, meeting_id=meeting, actor=first, now=stage.at)
        counted = {key: self._count(session, box, key, split=key == undecided) for key in keys}
        entry = ballots.Entry(SEATS, SEATS, counted)
        ballots.enter(session, box, entry, actor=first, now=stage.at)
        ballots.enter(session, box, entry, minutes_id=self.minutes, actor=second, now=stage.at)

    def _count(self, session: Session, box: int, key: int, *, split: bool) -> ballots.Count:
        return ballots.Count(SEATS, 0, self._shared(session, box, key, split=split))

    def _shared(self, session: Session, box: int, key: int, *, split: bool) -> dict[str, int]:
        return _counts(self._offered(session, box, key), self.chosen[key].level or "", split)

    def _offered(self, session: Session, box: int, key: int) -> tuple[str, ...]:
        held = boxes.hold_box(session, box, actor=self.body.secretaries[0], now=self.stage.at)
        return held.offered[key]

    def _vote_electronically(
        self, session: Session, meeting: int, name: str, keys: Sequence[int], undecided: int | None
    ) -> None:
        stage, (first, second) = self.stage, self.body.secretaries
        secret = BallotKey(bytes(32))
        box = voting.open_box(session, name, keys, meeting, key=secret, actor=first, now=stage.at)
        papers = {key: _papers(self._shared(session, box, key, split=key == undecided)) for key in keys}
        for number, who in enumerate(self.body.members):
            token = voting.issue(session, box, actor=who)
            choices = {key: papers[key][number] for key in keys}
            voting.cast(session, box, token, choices, key=secret, actor=who)
        voting.close(session, box, key=secret, actor=first, now=stage.at)
        voting.close(session, box, key=secret, actor=second, now=stage.at)


def _counts(offered: Sequence[str], level: str, split: bool) -> dict[str, int]:
    """Most for the level, the rest beside it; split between three, nobody has a majority."""
    others = [code for code in offered if code != level]
    if split:
        return {level: FIRST, others[0]: SEATS - FIRST - 2, others[1]: 2}
    return {level: SEATS} if not others else {level: MAJORITY, others[0]: SEATS - MAJORITY}


def _papers(counts: Mapping[str, int]) -> list[str]:
    return [code for code, number in counts.items() for _ in range(number)]
