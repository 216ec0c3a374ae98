"""Claims of several deliverers at once, and what is written of each attempt."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from models.db import Database
from notifications import claims
from notifications.claims import LEASE, Answer, Outcome, claim, record, spans
from notifications.delivery import deliver
from notifications.send import SmtpTransport
from tests.notifications import factory
from tests.notifications.factory import NOW, ORIGIN, World
from tests.notifications.smtp import Postbox, serving

MANY = 40


def seed(database: Database) -> World:
    with database.writing() as session:
        return factory.world(session)


def claimed(database: Database, now_after: timedelta = timedelta(), limit: int = 10) -> list[int]:
    with database.writing() as session:
        return [row.id for row in claim(session, NOW + now_after, limit)]


def test_a_claim_is_a_lease_that_runs_out(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        row = factory.row(session, "locked", world.officer, of=world)
    assert claimed(database) == [row.id]
    assert claimed(database, LEASE - timedelta.resolution) == []
    assert claimed(database, LEASE) == [row.id]


def test_a_claim_takes_what_is_due_first(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        due = [NOW, NOW - timedelta(hours=1), NOW + timedelta.resolution]
        rows = [factory.row(session, "locked", world.officer, of=world, occasion=str(at), due_at=at) for at in due]
    assert claimed(database, limit=1) == [rows[1].id]
    assert claimed(database) == [rows[0].id]


def test_a_digest_is_claimed_whole(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        parts = [factory.row(session, "reminder", world.officer, of=world, about=about) for about in (0, 1)]
        other = factory.row(session, "reminder", world.head, of=world)
        later = factory.row(
            session, "reminder", world.officer, of=world, occasion="later", due_at=NOW - timedelta(hours=1)
        )
    assert claimed(database, limit=1) == [later.id]
    assert claimed(database, limit=1) == [part.id for part in parts]
    assert claimed(database, limit=1) == [other.id]


def test_while_one_holds_its_claim_another_takes_the_next(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        rows = [factory.row(session, "locked", world.officer, of=world, occasion=str(number)) for number in range(2)]
    if database.is_sqlite:
        assert [claimed(database, limit=1), claimed(database, limit=1)] == [[rows[0].id], [rows[1].id]]
        return
    with database.writing() as first, database.writing() as second:
        assert [row.id for row in claim(first, NOW, 1)] == [rows[0].id]
        assert [row.id for row in claim(second, NOW, 10)] == [rows[1].id]


def test_the_outbox_comes_apart_by_ids(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "PART", 2)
    world = seed(database)
    with database.writing() as session:
        rows = [factory.row(session, "locked", world.officer, of=world, occasion=str(number)) for number in range(6)]
        rows[0].due_at = NOW + timedelta(hours=1)
    first, second, third = (rows[1].id, rows[2].id), (rows[3].id, rows[4].id), (rows[5].id, rows[5].id)
    with database.writing() as session:
        assert spans(session, NOW) == [first, second, third]
        assert [row.id for row in claim(session, NOW, 10, second)] == list(second)
        assert spans(session, NOW) == [first, third]


def test_many_deliverers_send_each_mail_once(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        for number in range(MANY):
            factory.row(session, "locked", world.officer, of=world, occasion=f"single:{number}")
            for about in (0, 1):
                at = NOW - timedelta(minutes=number)
                factory.row(
                    session, "reminder", world.head, of=world, about=about, parameters={"days": 7},
                    occasion=f"digest:{number}/{about}", due_at=at,
                )  # fmt: skip
    postbox = Postbox()
    with serving(postbox) as port, ThreadPoolExecutor(3) as pool:
        url = str(database.url.render_as_string(hide_password=False))
        sent = sum(pool.map(lambda _: deliver_all(url, port), range(3)))
    assert sent == len(postbox.received) == len(set(postbox.ids())) == 2 * MANY
    with database.reading() as session:
        assert {(row.status, row.attempts) for row in factory.rows(session)} == {("sent", 1)}


def deliver_all(url: str, port: int) -> int:
    database = Database(url)
    with SmtpTransport(f"smtp://localhost:{port}") as transport:
        delivered = deliver(database, transport, ORIGIN, now=lambda: NOW, limit=3)
    database.dispose()
    return delivered.sent


def test_an_answer_that_comes_after_the_lease_was_lost_changes_nothing(database: Database) -> None:
    world = seed(database)
    with database.writing() as session:
        factory.row(session, "locked", world.officer, of=world)
    with database.writing() as session:
        slow = claim(session, NOW, 1)
    with database.writing() as session:
        quick = claim(session, NOW + LEASE, 1)
    with database.writing() as session:
        assert record(session, [(quick, Answer(Outcome.SENT, "250 OK"))], NOW + LEASE) == [Outcome.SENT]
        record(session, [(slow, Answer(Outcome.RETRY, "timeout"))], NOW + LEASE)
    with database.reading() as session:
        (row,) = factory.rows(session)
    assert (row.status, row.answer, row.attempts) == ("sent", "250 OK", 2)
