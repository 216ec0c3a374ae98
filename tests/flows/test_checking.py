"""Files are checked after they came: the verdict, its row of history, the request to replace, the sweep of waste."""

import json
import os
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import col, select

from actions import evidence_checks, evidence_verdicts
from actions.evidence_files import New, add, find, replace
from actions.lock import lock_due
from evidence.folder import place, thumbnail
from evidence.store import Kept
from evidence.verdict import Outcome
from flows.duties import Setting
from flows.work import EVIDENCE, sweep
from models.db import Database, run
from models.evidence import Evidence, EvidenceCheck, evidence_of
from models.history import History
from models.mail import Outbox
from states.errors import NotAllowed, Refused
from states.history import verify
from tests.actions.later import LOCKED
from tests.actions.world import World, at, launched, submitted
from tests.evidence import authority, papers
from tests.flows.keeper import Keeper
from tests.keeping import keep

NOW = at("2024-11-20 09:00")
SCAN = papers.saved(papers.scanned())
TEXT = papers.saved(papers.written())
BROKEN = papers.image()[:20_000]
VIRUS = b"lay nhiem"


class Held:
    """A launched round with a folder of files, and the sweeps that check them."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder / "files"
        self.world: World = launched(database, subjects=2)
        self.keeper = Keeper(database, folder)

    def kept(self, content: bytes, name: str = "a.pdf") -> Kept:
        return keep(self.folder, content, name)

    def add(self, content: bytes, number: int = 0, *, now: datetime = NOW, **more: object) -> int:
        key = self.world.assessment_ids[number]
        with self.database.writing() as session:
            new = New("I.1", self.kept(content), **more)  # type: ignore[arg-type]  # fields of New
            (made,) = add(session, key, [new], actor=self.world.officers[number], now=now)
        return made

    def check(self, setting: Setting | None = None) -> None:
        sweep(setting or self.keeper.setting(NOW), EVIDENCE)

    def checks(self) -> dict[str, EvidenceCheck]:
        with self.database.reading() as session:
            return {one.file_hash: one for one in session.exec(select(EvidenceCheck))}

    def one(self, key: int) -> Evidence:
        with self.database.reading() as session:
            return session.get_one(Evidence, key)

    def is_open(self, key: int) -> bool:
        with self.database.reading() as session:
            one = find(session, session.get_one(Evidence, key).assessment_id, key)
            return evidence_checks.is_open(one, evidence_checks.checks(session, self.world.programme, [one]))

    def rows(self, act: str) -> list[dict[str, object]]:
        with self.database.reading() as session:
            found = session.exec(select(History).where(History.act == act).order_by(col(History.entity))).all()
            return [{"entity": row.entity, **json.loads(row.body)["what"]} for row in found]


@pytest.fixture
def held(database: Database, tmp_path: Path) -> Held:
    return Held(database, tmp_path)


@pytest.mark.rule("DN-5.3")
def test_a_content_is_examined_once_and_recorded_with_every_dossier_that_holds_it(held: Held) -> None:
    first, second = held.add(SCAN), held.add(SCAN, 1)
    signed = held.add(authority.sign(SCAN, authority.officer()))
    assert not held.is_open(first)
    held.check()
    assert (held.is_open(first), held.is_open(second), held.is_open(signed)) == (True, True, True)
    outcomes = {one.outcome for one in held.checks().values()}
    assert (len(held.checks()), outcomes) == (2, {Outcome.ACCEPTED, Outcome.ISSUER_UNKNOWN})
    assert thumbnail(held.folder, held.one(first).file_hash).read_bytes().startswith(b"\x89PNG")
    assert [(row["entity"], row["evidence"], row["outcome"]) for row in held.rows("check_evidence")] == [
        ("assessment:1", first, "accepted"),
        ("assessment:1", signed, "issuer_unknown"),
        ("assessment:2", second, "accepted"),
    ]
    held.check()
    assert len(held.rows("check_evidence")) == 3
    with held.database.reading() as session:
        assert verify(session).broken == ()
        assert {job.status for job in held.keeper.jobs("check_evidence")} == {"done"}


@pytest.mark.rule("AMB-DN-10")
def test_a_pdf_that_is_no_picture_stands_once_its_unit_declares_it(held: Held) -> None:
    world, later = held.world, held.add(TEXT)
    at_once = held.add(TEXT, 1, declared=True)
    held.check()
    assert (held.is_open(later), held.is_open(at_once)) == (False, True)
    with pytest.raises(NotAllowed), held.database.writing() as session:
        evidence_verdicts.declare(session, world.first, later, actor=world.officers[1], now=NOW)
    for _ in range(2):
        with held.database.writing() as session:
            evidence_verdicts.declare(session, world.first, later, actor=world.officer, now=NOW)
    assert held.is_open(later)
    assert [row["evidence"] for row in held.rows("declare_evidence")] == [later]
    assert held.rows("add_evidence")[1]["declared"] == [at_once]


def test_a_file_refused_after_the_lock_may_be_replaced_once_and_in_time(held: Held) -> None:
    world, broken = held.world, held.add(BROKEN)
    drafted = held.add(BROKEN, 1)
    submitted(held.database, world, now=NOW)
    held.check()
    assert held.one(drafted).replace_by is None
    closing = held.one(broken).replace_by
    assert closing is not None
    with held.database.reading() as session:
        told = session.exec(select(Outbox).where(Outbox.message == "evidence_refused")).all()
        assert {mail.account_id for mail in told} == {world.officer.account_id, world.head.account_id}
    with held.database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
    with pytest.raises(Refused, match="không trong thời hạn"), held.database.writing() as session:
        replace(session, world.first, broken, held.kept(SCAN), declared=False, actor=world.officer, now=closing)
    with held.database.writing() as session:
        (made,) = replace(session, world.first, broken, held.kept(SCAN), declared=False, actor=world.officer, now=NOW)
    with pytest.raises(Refused, match="đã được thay"), held.database.writing() as session:
        replace(session, world.first, broken, held.kept(TEXT), declared=False, actor=world.officer, now=NOW)
    held.check()
    with held.database.reading() as session:
        assert [one.id for one in evidence_of(session, world.first)] == [broken, made]
        assert (held.is_open(broken), held.is_open(made)) == (False, True)
        assert verify(session).broken == ()


def test_a_file_refused_just_before_the_closing_has_the_time_that_is_left(held: Held) -> None:
    world, evening = held.world, at("2024-12-09 20:00")
    early = held.add(BROKEN)
    held.check()
    late, unsent = held.add(TEXT[:-300], now=evening), held.add(TEXT[:-300], 1, now=evening)
    held.check(held.keeper.setting(evening))
    submitted(held.database, world, now=evening)
    assert held.one(late).replace_by is None
    with held.database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
        run(session, "UPDATE installation SET made_as = 'live'")
    for _ in range(2):
        held.keeper.at(at("2024-12-10 02:30"))
    assert [held.one(key).replace_by for key in (early, late, unsent)] == [None, at("2024-12-13 00:00"), None]
    (row,) = held.rows("allow_replacement")
    assert (row["evidence"], row["closes_at"]) == (late, "2024-12-12T17:00:00.000000Z")
    with held.database.writing() as session:
        replace(session, world.first, late, held.kept(SCAN), declared=False, actor=world.officer, now=LOCKED)
    with held.database.reading() as session:
        told = session.exec(select(Outbox).where(Outbox.message == "evidence_refused")).all()
        assert {mail.account_id for mail in told} == {world.officer.account_id, world.head.account_id}
        assert verify(session).broken == ()


def test_nothing_that_is_pending_or_refused_stops_a_submission(held: Held) -> None:
    held.add(BROKEN)
    held.check()
    held.add(SCAN)
    submitted(held.database, held.world, now=NOW)
    with held.database.reading() as session:
        assert len(evidence_of(session, held.world.first)) == 2


def test_a_check_that_could_not_be_made_is_tried_again(held: Held) -> None:
    key = held.add(SCAN)
    path = place(held.folder, held.one(key).file_hash)
    away = path.rename(path.with_name("away"))
    with pytest.raises(ExceptionGroup):
        held.check()
    assert (held.checks(), held.rows("check_evidence")) == ({}, [])
    away.rename(path)
    with held.database.writing() as session:
        run(session, "UPDATE job SET due_at = asked_at")
    held.check()
    assert held.is_open(key)


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[str]:
    """A scanner on a socket that knows one virus."""
    path = tmp_path / "clamd.sock"
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    thread = threading.Thread(target=_serve, args=(listening,), daemon=True)
    thread.start()
    yield f"unix://{path}"
    listening.close()


def _serve(listening: socket.socket) -> None:
    while True:
        try:
            line, _ = listening.accept()
        except OSError:
            return
        with line, line.makefile("rb") as said:
            said.read(len(b"zINSTREAM\0"))
            content = b""
            while size := struct.unpack("!L", said.read(4))[0]:
                content += said.read(size)
            line.sendall(b"stream: Thu.Virus FOUND\0" if VIRUS in content else b"stream: OK\0")


def test_a_scanner_is_asked_where_there_is_one_and_its_finding_closes_the_file(held: Held, scanner: str) -> None:
    infected, clean = held.add(TEXT + b"%" + VIRUS, declared=True), held.add(SCAN)
    setting = held.keeper.setting(NOW)
    with pytest.raises(ExceptionGroup):
        held.check(setting._replace(scanner="unix:///nowhere"))
    assert held.checks() == {}
    with held.database.writing() as session:
        run(session, "UPDATE job SET due_at = asked_at")
    held.check(setting._replace(scanner=scanner))
    found = held.checks()
    assert [
        (found[held.one(key).file_hash].scan, found[held.one(key).file_hash].virus) for key in (infected, clean)
    ] == [
        ("found", "Thu.Virus"),
        ("clean", ""),
    ]
    assert (held.is_open(infected), held.is_open(clean)) == (False, True)


def test_waste_is_swept_at_night_and_what_was_never_checked_is_asked_for_again(held: Held) -> None:
    named, waste = held.add(SCAN), held.kept(b"rac")
    long_ago = NOW.timestamp() - 90_000
    for path in (place(held.folder, one) for one in (waste.file_hash, held.one(named).file_hash)):
        os.utime(path, (long_ago, long_ago))
    with held.database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'live'")
        run(session, "UPDATE job SET status = 'failed'")
    held.keeper.at(at("2024-11-21 02:30"))
    assert not place(held.folder, waste.file_hash).exists()
    assert place(held.folder, held.one(named).file_hash).exists()
    assert held.is_open(named)
