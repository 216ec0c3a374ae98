"""Scenes for pictures and for looking: rehearsed rounds of the five programmes, each stopped at a moment and served.

A scene is a whole world: some two dozen units with real names, marks, questions, opinions, meetings and mail as the
rehearsal draws them from its seed. `opened` plays one, dresses it with what no rehearsal makes, and serves it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import sessions, sign_in
from actions.sessions import Visit, hash_of
from config.calendar import LOCAL
from config.load import HOME, load_programme
from config.programme import Programme
from config.register import RegisterRow, load_register
from danhgia.rehearse import year
from danhgia.rehearse.command import GENERATED
from danhgia.rehearse.register import invented
from danhgia.rehearse.stage import staged
from models.db import Database, run
from models.mail import TaskLink
from models.people import Account
from states.actor import console
from states.permits import ANY_BODY, DOSSIER, ROUND, Target, held
from tests.e2e.dressing import dress
from tests.served import portal

SEED: Final = 7
LINK: Final = "link"
"""Whoever comes by a task link from a mail."""


class Moment(NamedTuple):
    """Where a scene stops: a programme in a year, with so many subjects, at a local instant."""

    slug: str
    until: str
    subjects: int = 24

    @property
    def at(self) -> datetime:
        """The instant."""
        return datetime.fromisoformat(self.until).replace(tzinfo=LOCAL)


SCENES: Final = {
    "scoring": Moment("dan-chu-co-so", "2026-12-07 09:00"),
    "appraisal": Moment("dan-chu-co-so", "2026-12-13 12:00"),
    "deciding": Moment("dan-chu-co-so", "2026-12-23 12:00"),
    "settled": Moment("dan-chu-co-so", "2026-12-30 08:00"),
    "framework": Moment("xep-loai-tap-the", "2026-12-03 12:00", 30),
    "rating": Moment("dan-van-chinh-quyen", "2026-11-20 08:00", 12),
    "opinions": Moment("xep-loai-tap-the", "2026-12-09 12:00", 30),
    "reviews": Moment("kiem-diem-xep-loai", "2024-11-25 12:00", 40),
    "sitting": Moment("kiem-diem-xep-loai", "2024-12-03 08:00", 40),
    "meetings": Moment("kiem-diem-xep-loai", "2024-12-03 12:00", 40),
    "spots": Moment("diem-sang", "2024-10-20 08:00", 8),
}
"""What is looked at. Add a moment where a page has nothing to show in those that are there."""


class Person(NamedTuple):
    """An account in a relation, with a dossier or a round it stands to so."""

    account_id: int
    key: int


@dataclass
class Scene:
    """A scene that is served."""

    name: str
    address: str
    database: Database
    programme: Programme
    now: datetime

    def value(self, sql: str, **given: object) -> int | str | None:
        """The first value that a query finds."""
        with self.database.reading() as session:
            row = run(session, sql, given).fetchone()
        return None if row is None else row[0]

    def person(self, who: str, *, state: str = "", dossier: bool = True) -> Person | None:
        """Somebody in a relation to a dossier (in a state), or to the round as a whole, or to a body of it."""
        relation = "officer" if who == LINK else who
        if dossier:
            of = f"assessment a JOIN account_grant g ON {held([relation], DOSSIER)}"
            return self._first(f"SELECT g.account_id, a.id FROM {of} WHERE :state IN ('', a.state)", "a.id", state)
        return self._in_round(relation, ROUND) or self._in_round(relation, ANY_BODY) or self.person(who)

    def _in_round(self, relation: str, target: Target) -> Person | None:
        joined = f"round r JOIN account_grant g ON {held([relation], target)}"
        return self._first(f"SELECT g.account_id, r.id FROM {joined} WHERE :state = ''", "r.id", "")

    def _first(self, sql: str, order: str, state: str) -> Person | None:
        live = f"{sql} AND g.ended_at IS NULL ORDER BY {order}, g.id LIMIT 1"
        with self.database.reading() as session:
            row = run(session, live, {"state": state}).fetchone()
        return None if row is None else Person(row[0], row[1])

    def beside(self, who: str, key: int) -> int | None:
        """An account in a relation to one dossier."""
        of = f"assessment a JOIN account_grant g ON {held([who], DOSSIER)}"
        found = self.value(f"SELECT min(g.account_id) FROM {of} WHERE a.id = :key", key=key)
        return None if found is None else int(found)

    def token(self, account_id: int, *, way: str = "password", awaits: str = "", link: int | None = None) -> str:
        """The token of a new session of an account."""
        with self.database.writing() as session:
            whose, visit = session.get_one(Account, account_id), Visit(sha256(b"may").digest(), "192.0.2.1", "Firefox")
            return sessions.start(session, whose, way, visit, awaits=awaits, task_link_id=link, now=self.now)[1]

    def link(self, who: Person, task: str = "self_assessment") -> tuple[int, str]:
        """A task link to somebody's dossier, as a mail would bear it: its id and its token."""
        with self.database.writing() as session:
            round_id = run(session, "SELECT round_id FROM assessment WHERE id = :id", {"id": who.key}).fetchone()[0]
            token = f"{task}-{who.account_id}-{who.key}-{self.count(session)}"
            made = TaskLink(
                token_hash=hash_of(token),
                account_id=who.account_id,
                round_id=round_id,
                assessment_id=who.key,
                task=task,
                made_at=self.now,
            )
            session.add(made)
            session.flush()
            return made.id, token

    @staticmethod
    def count(session: Session) -> int:
        """How many links there are."""
        found: int = run(session, "SELECT count(*) FROM task_link").fetchone()[0]
        return found

    def key(self, account_id: int) -> str:
        """The token of a sign-in mail."""
        with self.database.writing() as session:
            return sign_in.give_key(session, account_id, actor=console("pictures"), now=self.now).token


@contextmanager
def opened(name: str, folder: Path) -> Iterator[Scene]:
    """Play a scene in a folder and serve it."""
    moment = SCENES[name]
    url, programme = f"sqlite:///{folder.resolve()}/round.db", load_programme(moment.slug)
    folder.mkdir(parents=True, exist_ok=True)
    with staged(url, programme, moment.at.year, SEED, folder) as stage:
        rows = _rows(programme, moment.subjects)
        for _ in year.play(stage, rows, moment.at):
            pass
        stage.at = moment.at
        dress(stage, folder, rows, meets=name == "sitting")
    database = Database(url)
    with portal(url, folder, DANHGIA_NOW=moment.at.isoformat()) as address:
        yield Scene(name, address, database, programme, moment.at)
    database.dispose()


def _rows(programme: Programme, subjects: int) -> list[RegisterRow]:
    if programme.slug == "dan-chu-co-so":
        return load_register(HOME / "registers" / "da-nang-2026.csv")[:subjects]
    generated: Callable[[int, int], list[RegisterRow]] | None = GENERATED.get(programme.slug)
    return generated(subjects, SEED) if generated else invented(programme, subjects)
