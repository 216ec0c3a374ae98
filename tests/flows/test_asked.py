"""What administrators ask for in the portal and the work loop does."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from actions.accounts import add_account, grant
from actions.drafts import put_draft
from actions.launch_draft import Letter, look, prefilled
from actions.register import take_register
from actions.rehearsal_draft import Rehearsal
from config.load import load_programme
from config.register import load_register
from flows.asked import write_register
from flows.work import LONG, WORKS, sweep
from models.db import Database
from models.jobs import Job, ask_job
from models.rounds import Round
from states.actor import Actor, account
from states.chain import iso
from states.history import verify
from tests.actions.world import CONSOLE, at, register_row, rows_of
from tests.conftest import Fresh
from tests.flows.keeper import Keeper

SLUG = "dan-chu-co-so"
NOW = at("2026-10-01 08:00")


def administrator(database: Database, units: int) -> Actor:
    with database.writing() as session:
        take_register(session, rows_of(load_programme(SLUG), units), actor=CONSOLE, now=NOW)
        key = add_account(session, "quantri@a.example", actor=CONSOLE, now=NOW)
        grant(session, key, "administrator", actor=CONSOLE, now=NOW)
    return account(key)


def asked(keeper: Keeper, actor: Actor, kind: str, content: str, occasion: str = "1") -> int:
    with keeper.database.writing() as session:
        draft = put_draft(session, kind, content, actor=actor, now=NOW)
        key = draft.id
        ask_job(session, kind=kind, target=f"draft:{key}", occasion=occasion, now=NOW)
    return key


def outcome(keeper: Keeper, kind: str) -> tuple[str, str]:
    with keeper.database.reading() as session:
        job = session.exec(select(Job).where(Job.kind == kind).order_by(col(Job.id).desc())).first()
        assert job is not None
        return job.status, job.outcome


def test_a_large_launch_is_done_by_the_work_loop(keeper: Keeper) -> None:
    actor = administrator(keeper.database, 3)
    letter = Letter(number="15-CV", dated=date(2026, 10, 1), signer="Nguyễn Ví Dụ")
    wish = prefilled(load_programme(SLUG), 2026).model_copy(update={"letter": letter, "live": False})
    with keeper.database.reading() as session:
        seen = look(session, wish, now=NOW).seen
    asked(keeper, actor, "launch", wish.model_dump_json(), f"nothing/{iso(NOW)}")
    sweep(keeper.setting(NOW), WORKS)
    assert outcome(keeper, "launch")[0] == "failed"
    assert "đã thay đổi" in outcome(keeper, "launch")[1]
    asked(keeper, actor, "launch", wish.model_dump_json(), f"{seen}/{iso(NOW)}")
    sweep(keeper.setting(NOW), WORKS)
    with keeper.database.reading() as session:
        made = session.exec(select(Round)).one()
        assert outcome(keeper, "launch") == ("done", f"Đã phát động đợt số {made.id}.")
        assert verify(session).broken == ()
    assert keeper.counts("assigned") == {"assigned": 6}


@pytest.fixture
def lite(fresh_sqlite: Fresh, tmp_path: Path) -> Iterator[Keeper]:
    """Where the kind of database makes no difference."""
    with fresh_sqlite() as url:
        yield Keeper(Database(url), tmp_path)


def test_a_rehearsal_is_played_apart_from_the_database(lite: Keeper) -> None:
    actor = administrator(lite.database, 3)
    key = asked(lite, actor, "rehearsal", Rehearsal(slug=SLUG, year=2026).model_dump_json())
    sweep(lite.setting(NOW), WORKS)
    assert outcome(lite, "rehearsal")[0] == "waiting"
    before = heads(lite.database)
    sweep(lite.setting(NOW), LONG)
    assert outcome(lite, "rehearsal") == ("done", "Đã chạy thử xong.")
    assert heads(lite.database) == before
    names = {path.name for path in (lite.folder / "rehearsals" / str(key)).iterdir()}
    assert {"summary.json", "bao-cao.docx", "bao-cao.xlsx", "history.jsonl"} <= names
    assert not {name for name in names if name.startswith("round.db") or name == "mail"}


def heads(database: Database) -> tuple[int, int]:
    with database.reading() as session:
        found = verify(session)
        return found.rows, found.chains


def test_why_a_rehearsal_cannot_be_played_is_told(lite: Keeper) -> None:
    actor = administrator(lite.database, 1)
    with lite.database.writing() as session:
        late = register_row(1, "dang_bo_quan_huyen", valid_to=date(2025, 6, 30))
        take_register(session, [late], actor=CONSOLE, now=NOW)
    asked(lite, actor, "rehearsal", Rehearsal(slug=SLUG, year=2026).model_dump_json())
    sweep(lite.setting(NOW), LONG)
    status, told = outcome(lite, "rehearsal")
    assert (status, "hết hiệu lực" in told) == ("failed", True)


def test_a_register_that_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [register_row(1, "a", parent="dv-2", leads=("dv-2",), since=date(2024, 1, 1)), register_row(2, "a")]
    write_register(tmp_path / "register.csv", rows)
    assert load_register(tmp_path / "register.csv") == rows
