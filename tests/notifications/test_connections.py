"""Delivery over several kept connections, and by whoever is told to stop."""

from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.db import Database
from notifications.delivery import Delivered, deliver
from notifications.send import FileTransport, SmtpTransport
from tests.notifications import factory
from tests.notifications.factory import NOW, ORIGIN
from tests.notifications.smtp import Postbox, serving
from tests.notifications.test_send import OFFICER, outbox, statuses, two_mails

__all__ = ["two_mails"]
MANY = 50


class Strict(Postbox):
    """A server that takes so many mails a connection, and lets us have so many connections at once."""

    def __init__(self, mails: int = 1_000, connections: int = 1_000) -> None:
        super().__init__()
        self.mails, self.connections = mails, connections
        self.known: set[object] = set()

    async def handle_EHLO(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.known.add(session.peer)
        if len(self.known) > self.connections:
            return ["421 4.7.0 Too many connections"]
        session.host_name = hostname
        return responses

    async def handle_HELO(self, *_: object) -> str:  # noqa: N802  aiosmtpd's name
        return "421 4.7.0 Too many connections"

    async def handle_MAIL(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.peers[session.peer] == self.mails:
            return "421 4.7.0 Enough for one connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"


@pytest.fixture
def many_mails(database: Database) -> Database:
    with database.writing() as session:
        world = factory.world(session)
        for number in range(MANY):
            factory.row(session, "locked", world.officer, of=world, occasion=str(number))
    return database


def sent_by(postbox: Postbox, database: Database, connections: int) -> Delivered:
    with (
        serving(postbox) as port,
        SmtpTransport(f"smtp://localhost:{port}?starttls=never", connections=connections) as transport,
    ):
        return deliver(database, transport, ORIGIN, now=lambda: NOW, limit=20)


def test_told_to_stop_it_ends_with_what_is_on_its_way(many_mails: Database, tmp_path: Path) -> None:
    folder = FileTransport(tmp_path)

    def stopped() -> bool:
        return len(list(tmp_path.iterdir())) >= 5

    assert deliver(many_mails, folder, ORIGIN, now=lambda: NOW, limit=20, stopped=stopped) == Delivered(
        sent=5, retried=15
    )
    assert statuses(many_mails).count("queued") == MANY - 5
    assert all(row.lease_until is None for row in outbox(many_mails))


def test_several_connections_are_kept_and_share_the_mail(many_mails: Database) -> None:
    postbox = Postbox()
    assert sent_by(postbox, many_mails, 4) == Delivered(sent=MANY)
    assert len(postbox.peers) == 4
    assert len(set(postbox.ids())) == len(postbox.received) == MANY
    assert {(row.status, row.attempts) for row in outbox(many_mails)} == {("sent", 1)}


def test_a_server_that_ends_a_kept_connection_costs_no_attempt(many_mails: Database) -> None:
    postbox = Strict(mails=7)
    assert sent_by(postbox, many_mails, 2) == Delivered(sent=MANY)
    assert max(postbox.peers.values()) == 7
    assert len(set(postbox.ids())) == len(postbox.received) == MANY


def test_a_server_that_wants_fewer_connections_gets_fewer(many_mails: Database) -> None:
    postbox = Strict(connections=2)
    assert sent_by(postbox, many_mails, 4) == Delivered(sent=MANY)
    assert len(postbox.peers) == 2


def test_of_several_connections_one_that_drops_costs_one_mail_an_attempt(two_mails: Database) -> None:
    postbox = Postbox({OFFICER: [None]})
    assert sent_by(postbox, two_mails, 2) == Delivered(sent=1, retried=1)
    assert {status: statuses(two_mails).count(status) for status in ("queued", "sent")} == {"queued": 1, "sent": 1}
