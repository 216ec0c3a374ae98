"""What a user sees while the database is away, full, used up or locked: one sentence, and what was typed is kept.

Whatever a page told to be kept is there afterwards, and everything works again at the first try.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random

import psycopg
import pytest
from httpx2 import Client, Response
from sqlalchemy import make_url
from sqlmodel import Session, select

from models.assessments import marks
from models.db import BUSY_SECONDS, Database, run
from models.jobs import Job
from models.outages import Lost, Unclear
from models.types import to_micros
from tests.actions.world import World
from tests.conftest import Fresh
from tests.faults.cluster import cluster, fill, make_room, owned, small_disk
from tests.faults.officers import now
from tests.faults.processes import LONGEST
from tests.faults.services import Service, portal, worker
from tests.faults.test_last_minute import round_that_closes
from tests.faults.whole import demand_whole
from tests.notifications.smtp import free_port
from tests.web.browser import Browser, words
from tests.web.unit_forms import best_fields, was

pytestmark = pytest.mark.faults
BUSY = "Hệ thống đang bận hoặc đang bảo trì; vài phút nữa thử lại. Chưa có gì được ghi."
FULL = "Máy chủ hết chỗ chứa dữ liệu nên chưa ghi gì; báo cơ quan phụ trách rồi gửi lại."
AGAIN = "Gửi lại nội dung dưới đây"


@dataclass
class Unit:
    """An officer of the first unit with the sheet open; `kept` is the last note that was told to be kept."""

    database: Database
    world: World
    browser: Browser
    kept: str = ""
    sent: int = field(default=0)

    @property
    def home(self) -> str:
        return f"/assessments/{self.world.first}"

    def save(self, size: int = 10) -> Response:
        """Send the whole sheet with a new note, as it was opened last."""
        self.sent += 1
        note = f"lần {self.sent} {Random(self.sent).randbytes(size).hex()}"
        sheet = self.world.programme.sheet_for(next(iter(self.world.programme.subject_kinds)))
        self.code = next(iter(sheet.leaves())).code
        fields = self.opened | best_fields(sheet) | {f"note-{self.code}": note}
        answer = self.browser.post(f"{self.home}/sheet", **fields)
        if answer.status_code == 303:
            self.kept = note
        else:
            assert note in answer.text
        return answer

    def open(self) -> Response:
        answer = self.browser.get(self.home)
        if answer.status_code == 200:
            self.opened = was(answer)
        return answer

    def demand_going_on(self) -> None:
        """At the first try."""
        assert self.open().status_code == 200
        assert self.save().status_code == 303
        assert self.kept in self.open().text

    def demand_whole(self) -> None:
        self.database.look(demand_whole)
        stands = self.database.look(lambda session: marks(session, self.world.first, "draft"))
        assert stands[self.code].note == self.kept

    def is_locked(self, number: int) -> bool:
        """Whether the sweep has zeroed a unit."""
        sql, key = "SELECT zeroed FROM assessment WHERE id = :id", {"id": self.world.assessment_ids[number]}
        return bool(self.database.look(lambda session: run(session, sql, key).fetchone()[0]))

    def close(self, number: int) -> None:
        moved = {"id": self.world.assessment_ids[number], "at": to_micros(now() - timedelta(seconds=15))}
        self.database.act(lambda session: run(session, "UPDATE assessment SET closes_at = :at WHERE id = :id", moved))


def is_ready(unit: Unit) -> bool:
    """Whether the portal says that its database answers."""
    return bool(unit.browser.get("/readyz").json()["checks"].get("database") == "ok")


def told(answer: Response, status: int, sentence: str) -> None:
    assert (answer.status_code, sentence in words(answer)) == (status, True), words(answer)[:500]


def until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST
    while not happens():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


@contextmanager
def served(fresh: Fresh, folder: Path) -> Iterator[Unit]:
    """A round of three units, with a portal and a worker as processes."""
    port = free_port()
    with ExitStack() as stack:
        url, database, world = stack.enter_context(round_that_closes(fresh, 3))
        for service in (Service(portal, url, str(folder), port), Service(worker, url, str(folder))):
            stack.callback(service.stop)
            service.start()
        client = stack.enter_context(Client(base_url=f"http://127.0.0.1:{port}", timeout=LONGEST))
        unit = Unit(database, world, Browser(client))
        unit.browser.get("/t/lien-ket-0")
        unit.browser.post("/t/lien-ket-0")
        unit.demand_going_on()
        until(lambda: nothing_waits(database))
        yield unit


def nothing_waits(database: Database) -> bool:
    with database.reading() as session:
        found = session.exec(select(Job.status)).all()
        return bool(found) and "waiting" not in found


def test_postgresql_goes_away_and_comes_back(tmp_path: Path) -> None:
    with cluster() as here, served(here.fresh, tmp_path) as unit:
        here.stop()
        here.start()
        unit.demand_going_on()
        here.stop("immediate")
        told(unit.save(), 503, BUSY)
        told(unit.save(), 503, AGAIN)
        told(unit.browser.get(unit.home), 503, BUSY)
        until(lambda: not is_ready(unit))
        here.start()
        unit.demand_going_on()
        unit.close(1)
        until(lambda: unit.is_locked(1))
        unit.demand_whole()


def test_postgresql_has_no_connection_left(tmp_path: Path) -> None:
    with cluster(10) as here, served(here.fresh, tmp_path) as unit:
        here.stop()
        here.start()
        with ExitStack() as taken:
            occupy(taken, here.admin)
            told(unit.save(), 503, BUSY)
            told(unit.browser.get(unit.home), 503, BUSY)
        until(lambda: is_ready(unit))
        unit.demand_going_on()
        unit.close(1)
        until(lambda: unit.is_locked(1))
        unit.demand_whole()


def occupy(taken: ExitStack, admin: str) -> None:
    """Take every connection that is left, and every one that becomes free for a while."""
    misses = 0
    while misses < 20:
        try:
            taken.enter_context(psycopg.connect(admin))
        except psycopg.OperationalError:
            misses += 1
            time.sleep(0.05)


def test_postgresql_has_no_room_left(tmp_path: Path) -> None:
    with small_disk(64) as disk, cluster() as here:
        with psycopg.connect(here.admin, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{owned(disk_folder(disk))}'".encode())
            connection.execute("ALTER SYSTEM SET default_tablespace = 'small'")
            connection.execute("SELECT pg_reload_conf()")
        with served(here.fresh, tmp_path) as unit:
            until_refused(unit, disk)
        with psycopg.connect(here.admin, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET default_tablespace")


def disk_folder(disk: Path) -> Path:
    disk.chmod(0o755)
    folder = disk / "space"
    folder.mkdir()
    return folder


def until_refused(unit: Unit, disk: Path) -> None:
    """Without room it is told once no free page is left; with room again all goes on."""
    fill(disk)
    answer = unit.save(9_000)
    while answer.status_code == 303:
        fill(disk)
        unit.open()
        answer = unit.save(9_000)
    told(answer, 507, FULL)
    assert unit.open().status_code == 200
    assert unit.kept in unit.browser.get(unit.home).text
    make_room(disk)
    unit.demand_going_on()
    unit.close(1)
    until(lambda: unit.is_locked(1))
    unit.demand_whole()


def test_sqlite_has_no_room_left(tmp_path: Path) -> None:
    with small_disk(32) as disk, served(on(disk), tmp_path) as unit:
        until_refused(unit, disk)


def on(folder: Path) -> Fresh:
    @contextmanager
    def fresh() -> Iterator[str]:
        database = Database(f"sqlite:///{folder}/danhgia.db")
        database.upgrade()
        database.dispose()
        yield f"sqlite:///{folder}/danhgia.db"

    return fresh


def test_another_program_holds_sqlite(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    """Pages are shown all the while; a form is answered before another program would give up."""
    with served(fresh_sqlite, tmp_path) as unit:
        other = sqlite3.connect(str(unit.database.url.database), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert unit.open().status_code == 200
        begun = time.monotonic()
        answer = unit.save()
        assert (answer.status_code, BUSY in words(answer)) == (503, True)
        assert time.monotonic() - begun < BUSY_SECONDS
        other.execute("ROLLBACK")
        other.close()
        unit.demand_going_on()
        unit.close(1)
        until(lambda: unit.is_locked(1))
        unit.demand_whole()


def test_a_connection_lost_in_a_commit_is_told_as_unclear(fresh_postgresql: Fresh) -> None:
    """And one lost before it as lost; work that only reads, or is not yet committed, is done again."""
    with fresh_postgresql() as url:
        database, tries = Database(url), list[int]()
        with pytest.raises(Unclear), database.writing() as session:
            break_off(session)
        with pytest.raises(Lost), database.writing() as session:
            seven(session, broken=True)

        def work(session: Session) -> int:
            tries.append(1)
            return seven(session, broken=len(tries) % 2 == 1)

        assert (database.act(work), database.look(work), len(tries)) == (7, 7, 4)
        database.dispose()


def seven(session: Session, *, broken: bool) -> int:
    if broken:
        break_off(session)
    return int(run(session, "SELECT 7").fetchone()[0])


def break_off(session: Session) -> None:
    """The server ends this connection from another one, as an administrator would."""
    pid = run(session, "SELECT pg_backend_pid()").fetchone()[0]
    url = make_url(str(session.get_bind().engine.url)).set(drivername="postgresql")
    with psycopg.connect(url.render_as_string(hide_password=False)) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
