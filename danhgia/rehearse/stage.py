"""What a rehearsal works with: a scratch database, a simulated clock, chance from the seed, and the staff."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TypeVar

from sqlmodel import Session

from actions.accounts import add_account, grant
from config.programme import Programme
from flows.duties import Setting
from models.db import Database
from models.installation import installation
from notifications.render import Origin
from notifications.send import FileTransport
from states.actor import Actor, account, console

Result = TypeVar("Result")
CONSOLE = console("rehearsal")
STAFF = {
    "administrator": ("Lê Chạy Thử", "Quản trị đợt"),
    "lead": ("Phạm Minh Họa", "Trưởng đoàn thẩm định"),
    "authority": ("Trần Giả Định", "Người có thẩm quyền quyết định"),
    "reader": ("Hoàng Ví Dụ", "Người đọc báo cáo"),
    "auditor": ("Đỗ Kiểm Thử", "Cán bộ kiểm tra, giám sát"),
}
APPRAISERS = (("Vũ Thẩm Thử", "Chuyên viên"), ("Ngô Mẫu Đơn", "Chuyên viên"), ("Bùi Thí Điểm", "Chuyên viên"))


@dataclass(slots=True)
class Stage:
    """One rehearsal; `at` is the simulated instant."""

    database: Database
    programme: Programme
    year: int
    chance: Random
    out: Path
    at: datetime
    staff: dict[str, Actor] = field(default_factory=dict)
    appraisers: list[Actor] = field(default_factory=list)
    round_id: int = 0

    def now(self) -> datetime:
        """The simulated instant."""
        return self.at

    def act(self, work: Callable[[Session], Result]) -> Result:
        """Do work in one transaction at the simulated instant."""
        with self.database.writing() as session:
            return work(session)

    def setting(self) -> Setting:
        """The setting of due work: mail and reports go into the folder of the rehearsal."""
        origin = Origin("khong-tra-loi@danhgia.example", "http://127.0.0.1:8000")
        return Setting(self.database, self.now, FileTransport(self.out / "mail"), origin, self.out)


@contextmanager
def staged(url: str, programme: Programme, year: int, seed: int, out: Path) -> Iterator[Stage]:
    """A stage on an empty database, which is made a rehearsal's."""
    chance = Random(f"{programme.slug}/{year}/{seed}")
    database = Database(url, entropy=chance.randbytes, durable=False)
    try:
        database.upgrade()
        stage = Stage(database, programme, year, chance, out, at=_start(programme, year))
        stage.act(lambda session: _prepare(session, stage))
        yield stage
    finally:
        database.dispose()


def _start(programme: Programme, year: int) -> datetime:
    """Eight in the morning, 35 days before the first closing."""
    first = min(deadline.closes_at(year) for deadline in programme.deadlines(year))
    return first - timedelta(days=35) + timedelta(hours=8)


def _prepare(session: Session, stage: Stage) -> None:
    installation(session).made_as = "rehearsal"
    for role, (name, position) in STAFF.items():
        stage.staff[role] = _hire(session, stage, role, f"{role}@chay-thu.example", name, position)
    for number, (name, position) in enumerate(APPRAISERS, 1):
        stage.appraisers.append(
            _hire(session, stage, "appraiser", f"tham-dinh-{number}@chay-thu.example", name, position)
        )


def _hire(session: Session, stage: Stage, role: str, email: str, name: str, position: str) -> Actor:
    made = add_account(session, email, name=name, position=position, actor=CONSOLE, now=stage.at)
    grant(session, made, role, actor=CONSOLE, now=stage.at)
    return account(made)
