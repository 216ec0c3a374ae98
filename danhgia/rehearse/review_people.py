"""The people of a rehearsed year of review and rating, and the year they share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from actions.accounts import add_account, grant
from config.calendar import start_of
from config.register import RegisterRow
from danhgia.rehearse import merits
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.merits import Merit
from danhgia.rehearse.sitting import Bodies
from danhgia.rehearse.stage import CONSOLE, Stage
from models.assessments import Assessment
from models.people import Account, Subject
from states.actor import Actor, account
from states.advance import Move, advance

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOTERS = 30
GIVERS = ("Ủy ban Kiểm tra Thành ủy", "Văn phòng Thành ủy", "Ban Tuyên giáo Thành ủy", "Sở, ngành cấp tỉnh")
RESIDENCE = ("Chi ủy nơi cư trú số 1", "Chi ủy nơi cư trú số 2")
GAP = {"targets": "20", "targets_done": "14"}
"""Exactly 70 % of the targets: in no level of the source (ANO-HT-4)."""


@dataclass(frozen=True, slots=True)
class Person:
    """One dossier, the people behind it, and how good it is."""

    id: int
    subject_id: int
    kind: str
    body: str
    merit: Merit
    officer: Actor
    head: Actor
    superior: Actor | None
    parent_id: int | None
    since: date | None
    suggested: bool


class Year:
    """The whole year of a rated round."""

    def __init__(self, agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
        self.agenda, self.stage = agenda, agenda.stage
        self.bodies = Bodies(self.stage)
        self.cast = {one.id: one for one in self.stage.act(lambda session: list(_cast(session, self.stage, rows)))}
        self.members = [one for one in self.cast.values() if one.kind == "dang_vien"]
        self.others = [one for one in self.cast.values() if one.kind != "dang_vien"]
        self.skipped = self._skipped()
        self.excluded = self.members[:1]
        self.second: int | None = None

    def _skipped(self) -> Person:
        """A body on which others wait, and which is behind: the authority will waive it."""
        return next(one for one in self.others if one.kind == "tap_the_co_so")

    def at(self, month: int, day: int, hour: int) -> datetime:
        """An instant of the rehearsed year."""
        return start_of(date(self.stage.year, month, day)) + hour * HOUR

    @property
    def now(self) -> datetime:
        return self.stage.at

    @property
    def owner(self) -> Actor:
        return self.stage.staff["administrator"]

    def pull(self, session: Session, one: Person, trigger: str, who: Actor, move: Move | None = None) -> None:
        """Pull a trigger that needs no more than its papers."""
        advance(session, one.id, trigger, actor=who, now=self.now, move=move or Move())


def _hire(session: Session, stage: Stage) -> None:
    for number, name in enumerate((*GIVERS, *RESIDENCE), 1):
        made = add_account(session, f"y-kien-{number}@chay-thu.example", name=name, actor=CONSOLE, now=stage.at)
        grant(session, made, "opinion_giver", actor=CONSOLE, now=stage.at)
        stage.staff[f"giver-{number}"] = account(made)


def _cast(session: Session, stage: Stage, rows: Sequence[RegisterRow]) -> Iterator[Person]:
    _hire(session, stage)
    by_code = {row.code: row for row in rows}
    people = {one.email: account(one.id) for one in session.exec(select(Account))}
    chosen = select(Assessment, Subject).join(Subject, col(Subject.id) == col(Assessment.subject_id))
    chosen = chosen.where(Assessment.round_id == stage.round_id).order_by(col(Assessment.id))
    for number, (one, subject) in enumerate(session.exec(chosen).all()):
        row = by_code[subject.code]
        above = by_code.get(row.parent or "")
        yield Person(
            id=one.id,
            subject_id=subject.id,
            kind=one.kind,
            body=one.body,
            merit=merits.drawn(stage.chance),
            officer=people[row.email_officer],
            head=people[row.email_head],
            superior=people[above.email_head] if above else None,
            parent_id=subject.parent_id,
            since=row.since,
            suggested=above is not None and one.kind != "dang_vien" and number % 40 == 7,  # noqa: PLR2004  invented
        )
