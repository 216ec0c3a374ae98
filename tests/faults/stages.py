"""Where a year stands when each kind of work begins, made once and copied for every kill; and how it then ends."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from sqlmodel import func, select

from actions.decide import number_decision
from actions.register import take_register
from config.load import load_programme
from danhgia.bench import postgres
from models.db import Database
from models.decisions import Decision
from states.advance import advance_round
from tests.actions import later
from tests.actions.world import CONSOLE, launched, paper, rows_of, submitted
from tests.conftest import Fresh
from tests.faults import child
from tests.faults.processes import timed
from tests.faults.whole import Rows, Tables, census, content

SUBJECTS: Final = 300
MAILED: Final = 15
DECIDED: Final = 60
APPRAISED: Final = 3


def registered(database: Database) -> None:
    """All are in the register; nothing is launched."""
    rows = rows_of(load_programme(child.SLUG), SUBJECTS)
    with database.writing() as session:
        take_register(session, rows, actor=CONSOLE, now=child.LAUNCHED)


def under_way(database: Database) -> None:
    """Few have handed in, and the deadline is about to come."""
    world = launched(database, subjects=SUBJECTS)
    for number in range(APPRAISED):
        submitted(database, world, number)


def with_mail(database: Database) -> None:
    """A round's invitations and some receipts wait to be sent."""
    world = launched(database, subjects=MAILED)
    for number in range(APPRAISED):
        submitted(database, world, number)


def to_decide(database: Database) -> None:
    """Few are appraised and the others have their 0; the round is in decision."""
    world = later.in_appraisal(database, subjects=DECIDED, handed_in=APPRAISED)
    for number in range(APPRAISED):
        later.appraised(database, world, number)
    with database.writing() as session:
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=later.DECIDING)


def to_announce(database: Database) -> None:
    """One decision on all, with its number and signed copy."""
    to_decide(database)
    now = later.DECIDING - timedelta(hours=1)
    with database.writing() as session:
        child.decide(session)
        decision_id = session.exec(select(func.max(Decision.id))).one()
        document_id = paper(session, now=now, kind="decision")
        number_decision(session, decision_id, document_id, actor=child.authority(session), now=now)


BEGINNINGS: Final[Mapping[str, Callable[[Database], None]]] = {
    "launch": registered,
    "lock": under_way,
    "mail": with_mail,
    "decide": to_decide,
    "announce": to_announce,
}


class Stage(NamedTuple):
    """The database before the work, all that is in it, a census of it when the work is done, and how long it took."""

    url: str
    before: Tables
    done: Mapping[str, Rows]
    seconds: float


class Stages:
    """The stages of one kind of database, made when first asked for."""

    def __init__(self, fresh: Fresh, admin: str | None, stack: ExitStack) -> None:
        self.fresh, self.admin, self.stack = fresh, admin, stack
        self.made: dict[str, Stage] = {}

    def of(self, kind: str, smtp: str = "") -> Stage:
        if kind not in self.made:
            self.made[kind] = self._make(kind, smtp)
        return self.made[kind]

    def _make(self, kind: str, smtp: str) -> Stage:
        url = self.stack.enter_context(self.fresh())
        with opened(url) as database:
            BEGINNINGS[kind](database)
            before = content(database)
        with self.copy(url) as trial:
            code, seconds = timed(child.work, kind, trial, "0", smtp)
            assert code == 0
            with opened(trial) as database:
                return Stage(url, before, census(database), seconds)

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        """URL of a copy of a database that nobody has open."""
        if self.admin is not None:
            with postgres.database(self.admin, url) as copied:
                yield copied
            return
        with TemporaryDirectory() as directory:
            copyfile(Path(urlsplit(url).path), f"{directory}/danhgia.db")
            yield f"sqlite:///{directory}/danhgia.db"


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """A database, closed again so that it can be copied."""
    database = Database(url)
    try:
        yield database
    finally:
        database.dispose()
