"""Delivery through a real SMTP server, and into files."""

import re
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import sleep
from urllib.parse import quote

import psutil
import pytest
import trustme
from aiosmtpd.smtp import SMTP, Envelope, Session

from models.db import Database
from models.mail import Outbox
from models.people import Account
from notifications.claims import BACKOFF, LEASE, Answer
from notifications.delivery import Delivered, deliver
from notifications.render import Mail
from notifications.send import FileTransport, SmtpTransport, Transport, open_transport
from tests.notifications import factory
from tests.notifications.factory import NOW, ORIGIN
from tests.notifications.smtp import LOGIN, Options, Postbox, free_port, serving

OFFICER = "canbo@dn-mau-mot.example"
HEAD = "thutruong@dn-mau-mot.example"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.time = NOW

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(context)
    return context


@pytest.fixture
def client_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
def two_mails(database: Database) -> Database:
    """The invitation to the officer and to the head of a unit."""
    with database.writing() as session:
        world = factory.world(session)
        for account in (world.officer, world.head):
            factory.row(session, "assigned", account, of=world)
    return database


def outbox(database: Database) -> list[Outbox]:
    with database.reading() as session:
        return list(factory.rows(session))


def statuses(database: Database) -> list[str]:
    return [row.status for row in outbox(database)]


def test_mail_is_sent_over_one_connection_and_the_answer_kept(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=2)
    assert postbox.recipients() == [[OFFICER], [HEAD]]
    assert list(postbox.peers.values()) == [2]
    rows = outbox(two_mails)
    assert {(row.status, row.answer, row.attempts, row.ended_at) for row in rows} == {
        ("sent", "2.0.0 Queued as 4711", 1, NOW)
    }


def test_nothing_is_sent_twice_or_early(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        clock.time = NOW - timedelta(microseconds=1)
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered()
        clock.time = NOW
        assert deliver(two_mails, transport, ORIGIN, now=clock, limit=1) == Delivered(sent=2)
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered()
    assert len(postbox.received) == 2


def test_starttls_and_login(
    two_mails: Database, clock: Clock, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    postbox = Postbox()
    url = f"smtp://{quote(LOGIN.login)}:{quote(LOGIN.password)}@localhost:{{}}?starttls=required"
    options = Options(starttls=server_tls, login=True)
    with (
        serving(postbox, options) as port,
        SmtpTransport(url.format(port), tls=client_tls) as transport,
    ):
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=2)
    assert postbox.logins == [True]


def test_tls_from_the_start(
    two_mails: Database, clock: Clock, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    postbox = Postbox()
    with (
        serving(postbox, Options(tls=server_tls)) as port,
        SmtpTransport(f"smtps://localhost:{port}", tls=client_tls) as transport,
    ):
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=2)


def test_starttls_is_insisted_on(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}?starttls=required") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(retried=2)
    assert postbox.received == []


def test_a_certificate_nobody_vouches_for_is_refused(
    two_mails: Database, clock: Clock, server_tls: ssl.SSLContext
) -> None:
    postbox = Postbox()
    with serving(postbox, Options(tls=server_tls)) as port, SmtpTransport(f"smtps://localhost:{port}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(retried=2)
    assert postbox.received == []


def test_a_wrong_password_puts_off_all_mail(
    two_mails: Database, clock: Clock, server_tls: ssl.SSLContext, client_tls: ssl.SSLContext
) -> None:
    postbox = Postbox()
    with (
        serving(postbox, Options(starttls=server_tls, login=True)) as port,
        SmtpTransport(f"smtp://danhgia:sai@localhost:{port}?starttls=required", tls=client_tls) as transport,
    ):
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(retried=2)
    assert [row.answer[:3] for row in outbox(two_mails)] == ["535", "535"]


def test_a_refused_recipient_is_bounced_at_once(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox({OFFICER: ["550 5.1.1 No such user"]})
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1, bounced=1)
    assert postbox.recipients() == [[HEAD]]
    refused = outbox(two_mails)[0]
    assert (refused.status, refused.answer) == ("bounced", "550 5.1.1 No such user")


def test_a_deferred_mail_is_sent_later(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox({OFFICER: ["451 4.7.1 Greylisted"]})
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1, retried=1)
        deferred = outbox(two_mails)[0]
        assert (deferred.status, deferred.answer) == ("queued", "451 4.7.1 Greylisted")
        assert (deferred.due_at, deferred.lease_until) == (NOW + BACKOFF[0], None)
        clock.time += BACKOFF[0]
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1)
    assert postbox.recipients() == [[HEAD], [OFFICER]]


def test_attempts_are_used_up(two_mails: Database, clock: Clock) -> None:
    tries = len(BACKOFF) + 1
    postbox = Postbox({OFFICER: ["451 4.7.1 Later"] * tries})
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        results = []
        for wait in (*BACKOFF, timedelta()):
            results.append(deliver(two_mails, transport, ORIGIN, now=clock))
            clock.time += wait
    assert results[-1] == Delivered(failed=1)
    assert results[1:-1] == [Delivered(retried=1)] * (tries - 2)
    assert outbox(two_mails)[0].status == "failed"


def test_a_connection_dropped_after_the_data_is_made_again(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox({OFFICER: [None]})
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1, retried=1)
        clock.time += BACKOFF[0]
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1)
    assert postbox.recipients() == [[OFFICER], [HEAD], [OFFICER]]
    assert postbox.ids()[0] == postbox.ids()[2]
    assert len(postbox.peers) == 2


def test_without_a_server_all_waits_and_delivery_ends(two_mails: Database, clock: Clock) -> None:
    with SmtpTransport(f"smtp://localhost:{free_port()}") as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock, limit=1) == Delivered(retried=1)
    first, second = outbox(two_mails)
    assert (first.status, first.due_at, bool(first.answer)) == ("queued", NOW + BACKOFF[0], True)
    assert (second.attempts, second.due_at) == (0, NOW)


class Dying(Transport):
    """Hands mail over and dies before anybody can write that down."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    def send(self, mail: Mail) -> Answer:
        self.inner.send(mail)
        raise KeyboardInterrupt


def test_after_a_crash_the_mail_in_flight_goes_again_with_the_same_id(two_mails: Database, clock: Clock) -> None:
    postbox = Postbox()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        with pytest.raises(KeyboardInterrupt):
            deliver(two_mails, Dying(transport), ORIGIN, now=clock)
        assert statuses(two_mails) == ["queued", "queued"]
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered()
        clock.time += LEASE
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=2)
    assert postbox.recipients() == [[OFFICER], [OFFICER], [HEAD]]
    assert postbox.ids()[0] == postbox.ids()[1] != postbox.ids()[2]


class Slow(Transport):
    """Takes so long over each mail that leases run out."""

    def __init__(self, inner: Transport, clock: Clock) -> None:
        self.inner, self.clock = inner, clock

    def send(self, mail: Mail) -> Answer:
        self.clock.time += LEASE
        return self.inner.send(mail)


def test_what_is_no_longer_leased_is_claimed_anew(two_mails: Database, clock: Clock, tmp_path: Path) -> None:
    assert deliver(two_mails, Slow(FileTransport(tmp_path), clock), ORIGIN, now=clock) == Delivered(sent=2)
    assert [row.attempts for row in outbox(two_mails)] == [1, 2]


class Busy(Transport):
    """Writes to the database while it hands mail over."""

    def __init__(self, inner: Transport, database: Database) -> None:
        self.inner, self.database = inner, database

    def send(self, mail: Mail) -> Answer:
        with self.database.writing() as session:
            factory.rows(session)[0].parameters = "{} "
        return self.inner.send(mail)


def test_no_transaction_is_open_while_mail_is_sent(two_mails: Database, clock: Clock, tmp_path: Path) -> None:
    assert deliver(two_mails, Busy(FileTransport(tmp_path), two_mails), ORIGIN, now=clock) == Delivered(sent=2)


def test_one_mail_that_cannot_be_told_keeps_back_no_other(two_mails: Database, clock: Clock, tmp_path: Path) -> None:
    with two_mails.writing() as session:
        rows = factory.rows(session)
        rows[0].message, rows[0].parameters = "explanation_asked", '{"request": 99}'
        session.get_one(Account, rows[1].account_id).email = "a@b.example\r\nBcc: la@khac.example"
    with two_mails.writing() as session:
        again = factory.rows(session)[0].model_dump() | {"id": None, "message": "locked", "parameters": "{}"}
        session.add(Outbox(**again))
    assert deliver(two_mails, FileTransport(tmp_path), ORIGIN, now=clock) == Delivered(sent=1, failed=2)
    assert statuses(two_mails) == ["failed", "failed", "sent"]
    assert "không soạn được thư" in outbox(two_mails)[1].answer


def test_reminders_that_were_turned_off_are_skipped_and_obligations_are_not(
    database: Database, clock: Clock, tmp_path: Path
) -> None:
    with database.writing() as session:
        world = factory.world(session)
        world.officer.reminders = False
        factory.row(session, "reminder", world.officer, of=world, parameters={"days": 7})
        factory.row(session, "last_day", world.officer, of=world, parameters={"hours": 6})
    assert deliver(database, FileTransport(tmp_path), ORIGIN, now=clock) == Delivered(sent=1, skipped=1)
    reminder, last_day = outbox(database)
    assert (reminder.status, reminder.answer, last_day.status) == ("skipped", "người nhận đã tắt thư nhắc", "sent")


def test_reminders_of_one_person_go_as_one_mail(database: Database, clock: Clock, tmp_path: Path) -> None:
    with database.writing() as session:
        world = factory.world(session)
        for about in (0, 1):
            factory.row(session, "reminder", world.officer, of=world, about=about, parameters={"days": 7})
        factory.row(session, "reminder", world.head, of=world, parameters={"days": 7})
    assert deliver(database, FileTransport(tmp_path), ORIGIN, now=clock, limit=1) == Delivered(sent=2)
    assert len(list(tmp_path.iterdir())) == 2
    assert len({row.answer for row in outbox(database)}) == 2
    assert statuses(database) == ["sent"] * 3


def files(database_url: str, folder: Path) -> dict[str, bytes]:
    counter = iter(range(100))
    database = Database(database_url, entropy=lambda size: next(counter).to_bytes(size, "big"))
    with database.writing() as session:
        world = factory.world(session)
        for account in (world.officer, world.head):
            factory.row(session, "assigned", account, of=world)
    deliver(database, FileTransport(folder), ORIGIN, now=Clock())
    database.dispose()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_files_have_stable_names_and_the_same_bytes(
    database_url: str, fresh_sqlite: factory.Fresh, tmp_path: Path
) -> None:
    first = files(database_url, tmp_path / "first")
    with fresh_sqlite() as other:
        assert files(other, tmp_path / "second") == first
    assert [re.sub(r"-[0-9a-f]{8}\.eml$", "", name) for name in sorted(first)] == [
        "2024-12-02-assigned-canbo-dn-mau-mot.example",
        "2024-12-02-assigned-thutruong-dn-mau-mot.example",
    ]


def test_the_transport_is_that_of_the_settings(tmp_path: Path) -> None:
    with open_transport(None, tmp_path) as folder, open_transport("smtp://localhost", tmp_path) as server:
        assert isinstance(folder, FileTransport)
        assert isinstance(server, SmtpTransport)


def test_a_folder_that_cannot_be_written_puts_off_all_mail(two_mails: Database, clock: Clock, tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("")
    assert deliver(two_mails, FileTransport(tmp_path / "mail"), ORIGIN, now=clock) == Delivered(retried=2)


def test_a_change_of_address_reaches_the_address_before(database: Database, clock: Clock) -> None:
    with database.writing() as session:
        world, moved = factory.world(session), factory.moved(session)
        for occasion, parameters in (("1", {}), ("1/old", {"to": "cu@mau-hai.example"})):
            factory.row(
                session, "address_changed", moved, of=world, about=None, parameters=parameters, occasion=occasion
            )
    postbox = Postbox()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}") as transport:
        assert deliver(database, transport, ORIGIN, now=clock) == Delivered(sent=2)
    assert postbox.recipients() == [["moi@mau-hai.example"], ["cu@mau-hai.example"]]


class HangingUp(Postbox):
    """Closes its last connection when it is told to."""

    hang_up: Callable[[], object]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        assert server.transport is not None
        self.hang_up = partial(server.loop.call_soon_threadsafe, server.transport.close)
        return await super().handle_DATA(server, session, envelope)


def _is_closed_there(port: int) -> bool:
    """Whether the server has closed a connection that this process still holds."""
    held = psutil.Process().net_connections("tcp")
    return any(one.status == psutil.CONN_CLOSE_WAIT and one.raddr.port == port for one in held)


def test_a_connection_that_the_server_closed_meanwhile_costs_no_attempt(two_mails: Database, clock: Clock) -> None:
    with two_mails.writing() as session:
        factory.rows(session)[1].due_at = NOW + timedelta(hours=1)
    postbox = HangingUp()
    with serving(postbox) as port, SmtpTransport(f"smtp://localhost:{port}", idle=0.0) as transport:
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1)
        postbox.hang_up()
        while not _is_closed_there(port):
            sleep(0.02)
        clock.time += timedelta(hours=1)
        assert deliver(two_mails, transport, ORIGIN, now=clock) == Delivered(sent=1)
    assert len(postbox.peers) == 2
