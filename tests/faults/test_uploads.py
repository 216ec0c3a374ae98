"""Uploads that end badly: killed, broken off, grown, without room. No row without its bytes, nothing left for ever."""

import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from sqlmodel import select
from starlette.requests import ClientDisconnect

from danhgia.bench.upload import Form, answer, fill, portal, send
from evidence.folder import Folder
from evidence.store import COMING, FOLDER, WASTE
from models.db import Database
from models.evidence import Evidence
from states.history import verify
from tests.evidence.buckets import names, serving
from tests.faults.processes import KILLED, LONGEST, running
from tests.faults.uploads import SIZE, upload, upload_to_bucket, upload_without_room

LOG = logging.getLogger(__name__)
KILLS = [2, pytest.param(100, marks=[pytest.mark.faults, pytest.mark.timeout(1_200)])]
MEGABYTE = 1 << 20


class Portal(NamedTuple):
    """A portal on a round; its folder; the open form of each unit."""

    database: Database
    folder: Path
    forms: list[Form]

    @property
    def url(self) -> str:
        return self.database.url.render_as_string(hide_password=False)

    @property
    def store(self) -> Folder:
        return Folder(self.folder / FOLDER)

    def hashes(self) -> list[str]:
        """Of every row that names a file."""
        with self.database.reading() as session:
            return [one.file_hash for one in session.exec(select(Evidence))]

    def coming(self) -> list[Path]:
        return list((self.folder / FOLDER).glob(f"{COMING}*"))

    def demand_whole(self) -> None:
        """Every row has its bytes and every chain holds."""
        assert list(self.store.damaged(self.hashes())) == []
        with self.database.reading() as session:
            assert verify(session).broken == ()

    def kept(self) -> list[Path]:
        return [path for path in (self.folder / FOLDER).rglob("*") if path.is_file()]


def portal_of(database: Database, folder: Path, units: int) -> Portal:
    return Portal(database, folder, fill(database, folder, units)[1])


@pytest.fixture
def here(database: Database, tmp_path: Path) -> Portal:
    return portal_of(database, tmp_path, 1)


@pytest.mark.parametrize("kills", KILLS)
def test_no_kill_leaves_a_row_without_its_bytes(kills: int, database: Database, tmp_path: Path) -> None:
    """What a killed upload leaves is thrown away after a day, and nothing else is."""
    here, chance = portal_of(database, tmp_path, kills), Random(kills)
    for number, form in enumerate(here.forms):
        with running(upload, here.url, str(here.folder), form, 100 * number) as process:
            process.go()
            wait_for_more(here, len(here.kept()))
            process.end_within(chance.uniform(0, 0.3))
            process.kill()
            assert process.end() == KILLED
        here.demand_whole()
    LOG.warning("%s killed; %s rows, %s files half come", kills, len(here.hashes()), len(here.coming()))
    demand_swept(here)


@pytest.mark.parametrize("kills", [1, pytest.param(40, marks=[pytest.mark.faults, pytest.mark.timeout(1_200)])])
def test_no_kill_leaves_a_row_without_its_bytes_in_a_bucket(kills: int, database: Database, tmp_path: Path) -> None:
    """Between a file's coming, its being put, and its row."""
    here, chance = portal_of(database, tmp_path, kills), Random(kills)
    with serving() as server:
        bucket = server.bucket(tmp_path / FOLDER)
        environment = server.environment(bucket)
        for number, form in enumerate(here.forms):
            with running(upload_to_bucket, here.url, str(here.folder), form, 100 * number, environment) as process:
                process.go()
                wait_for_more(here, len(here.kept()))
                process.end_within(chance.uniform(0, 1.5))
                process.kill()
                process.end()
            assert list(bucket.damaged(here.hashes())) == []
        known, later = set(here.hashes()), datetime.now(UTC) + 2 * WASTE
        LOG.warning("%s killed; %s rows, %s put, %s half come", kills, len(known), len(names(bucket)), len(here.kept()))
        bucket.sweep(known, later)
        assert (names(bucket), here.kept()) == (known, [])
    with database.reading() as session:
        assert verify(session).broken == ()


def wait_for_more(here: Portal, than: int) -> None:
    """Until a file comes."""
    end = time.monotonic() + LONGEST
    while len(here.kept()) == than:
        assert time.monotonic() < end, "no upload begins"
        time.sleep(0.002)


def demand_swept(here: Portal) -> None:
    """Not while it might still be coming, and all of it two days later."""
    known, now = set(here.hashes()), datetime.now(UTC)
    left = set(here.kept())
    here.store.sweep(known, now)
    assert set(here.kept()) == left
    here.store.sweep(known, now + 2 * WASTE)
    here.demand_whole()
    assert here.coming() == []
    assert {path.name for path in (here.folder / FOLDER).glob("??/*")} == known


def test_a_line_that_breaks_off_leaves_nothing(here: Portal) -> None:
    app, form = portal(here.database, here.folder), here.forms[0]
    for share in (1, 10, 40):
        pieces = list(form.pieces(1, 4))[:share]
        with suppress(ClientDisconnect):
            answer(app, form, iter(pieces), ends=False)
    for lost in (1, 5):
        status, text = answer(app, form, iter(list(form.pieces(1, 1))[:-lost]))
        assert (status, "bị đứt giữa chừng" in text) == (400, True)
    assert (here.hashes(), here.kept()) == ([], [])
    send(app, form, 1, SIZE)
    assert len(here.hashes()) == 1


def test_a_file_that_grows_while_it_is_sent_is_refused(here: Portal) -> None:
    """Beyond what a file may have, and beyond what any request may."""
    app, form = portal(here.database, here.folder), here.forms[0]
    status, text = answer(app, form, form.pieces(1, 26))
    assert (status, "lớn hơn 25 MB" in text) == (422, True)
    status, text = answer(app, form, form.pieces(1, 70))
    assert (status, "lớn hơn mức" in text) == (413, True)
    assert (here.hashes(), here.kept()) == ([], [])


def test_without_room_it_is_told_and_nothing_is_kept(here: Portal) -> None:
    with running(upload_without_room, here.url, str(here.folder), here.forms[0]) as process:
        process.go()
        status, text = process.answer()
        assert process.end_within(LONGEST)
    assert (status, "hết chỗ chứa" in text) == (422, True)
    assert (here.hashes(), here.kept()) == ([], [])
