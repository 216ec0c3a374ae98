"""The demonstration: communes of Đà Nẵng half-way through a round, and a sign-in link for each role."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, select

from actions.sign_in import give_key
from config.load import HOME, load_programme
from config.register import load_register
from config.vocabulary import RELATIONS, Relation
from danhgia.edge import opened
from danhgia.rehearse import year
from danhgia.rehearse.stage import staged
from models.assessments import Assessment
from models.people import Account, Grant
from states.actor import console

SLUG: Final = "dan-chu-co-so"
YEAR: Final = 2026
SEED: Final = 7
SUBJECTS: Final = 16
WIDTH: Final = 160
OF_UNIT: Final = ("officer", "head")
"""Shown by the people of a unit that is still scoring itself, where there is one."""
ROLES: Final = ("administrator", "officer", "head", "appraiser", "lead", "authority", "reader", "auditor")


def play(folder: Path, until: datetime) -> None:
    """Play the round into `round.db` of a folder, which is there only when all of it has been played."""
    made = folder / "half.db"
    for leftover in folder.glob("half.db*"):
        leftover.unlink()
    rows = load_register(HOME / "registers" / "da-nang-2026.csv")[:SUBJECTS]
    with staged(f"sqlite:///{made.resolve()}", load_programme(SLUG), YEAR, SEED, folder) as stage:
        for _ in year.play(stage, rows, until):
            pass
    made.rename(folder / "round.db")


def show_links() -> None:
    """Print a fresh link for each role of the round that the environment names."""
    table = Table("Vai trò", "Tài khoản", "Liên kết đăng nhập", title="Đợt minh họa đang diễn ra")
    with opened() as here:
        now, base = here.clock.now(), here.settings.base_url
        for role, email, link in here.act(lambda session: list(_links(session, now, base))):
            table.add_row(RELATIONS[Relation(role)], email, link)
    Console(width=WIDTH).print(table)


def _links(session: Session, now: datetime, base: str) -> Iterator[tuple[str, str, str]]:
    busy = select(Assessment.subject_id).where(Assessment.state == "self_assessing").order_by(col(Assessment.id))
    subject_id = session.exec(busy).first()
    for role in ROLES:
        chosen = select(Account).join(Grant, col(Grant.account_id) == col(Account.id)).where(Grant.role == role)
        if role in OF_UNIT and subject_id is not None:
            chosen = chosen.where(Grant.subject_id == subject_id)
        found = session.exec(chosen.order_by(col(Account.id))).first()
        if found is not None:
            key = give_key(session, found.id, without_second=False, actor=console("demo"), now=now)
            yield role, found.email, f"{base}/s/{key.token}"
