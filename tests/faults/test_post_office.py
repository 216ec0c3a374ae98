"""The mail server is away for hours, then slow, refuses some, puts some off, and drops the line after the data.

Everybody gets each mail; a second one of it only where its answer was lost, and then with the same Message-ID.
"""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as Talk

from models.db import Database, run
from models.types import from_micros
from notifications.delivery import deliver
from notifications.render import Origin
from notifications.send import SmtpTransport
from states.history import verify
from tests.actions.world import launched
from tests.notifications.smtp import Postbox, free_port, serving

ORIGIN = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example")
HOURS = timedelta(hours=9)
UNITS = 6
NOBODY, LATER, DROPPED, FULL = (f"canbo{number}@donvi.example" for number in range(1, 5))


class Slow(Postbox):
    """Takes its time over every mail."""

    async def handle_DATA(self, server: SMTP, session: Talk, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        await asyncio.sleep(0.02)
        return await super().handle_DATA(server, session, envelope)


class Office:
    """The outbox of a round just launched, and a clock that goes from one thing due to the next."""

    def __init__(self, database: Database) -> None:
        self.database, self.world = database, launched(database, subjects=UNITS)
        self.now = self.begun = self.world.launched_at

    def deliver_until(self, end: datetime, url: str) -> None:
        with SmtpTransport(url) as transport:
            while (due := self.next_due()) and due < end:
                self.now = max(self.now, due)
                deliver(self.database, transport, ORIGIN, now=lambda: self.now)

    def next_due(self) -> datetime | None:
        with self.database.reading() as session:
            sql = "SELECT min(coalesce(lease_until, due_at)) FROM outbox WHERE status = 'queued'"
            micros = run(session, sql).fetchone()[0]
        return None if micros is None else from_micros(micros)

    def statuses(self) -> Counter[str]:
        with self.database.reading() as session:
            return Counter(row[0] for row in run(session, "SELECT status FROM outbox"))

    def answer_to(self, address: str) -> tuple[str, str, int]:
        sql = (
            "SELECT o.status, o.answer, o.attempts FROM outbox o JOIN account a ON a.id = o.account_id "
            "WHERE a.email = :email"
        )
        with self.database.reading() as session:
            status, answer, attempts = run(session, sql, {"email": address}).fetchone()
            return status, answer, attempts


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def test_whatever_the_mail_server_does_each_mail_comes_and_is_told_truly(
    kind: str, request: pytest.FixtureRequest
) -> None:
    with request.getfixturevalue(f"fresh_{kind}")() as url:
        database = Database(url)
        office = Office(database)
        demand_patience(office)
        postbox = Slow(
            {
                NOBODY: ["550 5.1.1 No such user"],
                LATER: ["451 4.7.1 Later"] * 2,
                DROPPED: [None],
                FULL: ["552 5.2.2 Full"],
            }
        )
        with serving(postbox) as port:
            office.deliver_until(office.now + timedelta(days=3), f"smtp://localhost:{port}?starttls=never")
        demand_sent(office, postbox)
        with database.reading() as session:
            assert verify(session).broken == ()
        database.dispose()


def demand_patience(office: Office) -> None:
    """Hours without a server lose nothing and give nothing up; the waits become longer."""
    office.deliver_until(office.begun + HOURS, f"smtp://localhost:{free_port()}?starttls=never")
    assert office.statuses() == {"queued": 2 * UNITS}
    status, answer, attempts = office.answer_to(LATER)
    assert (status, attempts) == ("queued", 7)
    assert answer


def demand_sent(office: Office, postbox: Postbox) -> None:
    assert office.statuses() == {"sent": 2 * UNITS - 2, "bounced": 2}
    assert office.answer_to(NOBODY)[:2] == ("bounced", "550 5.1.1 No such user")
    assert office.answer_to(FULL)[:2] == ("bounced", "552 5.2.2 Full")
    assert office.answer_to(LATER)[0] == "sent"
    came = Counter(zip((one[0] for one in postbox.recipients()), postbox.ids(), strict=True))
    assert len(came) == 2 * UNITS - 2
    assert {address for (address, _), times in came.items() if times > 1} == {DROPPED}
    assert max(came.values()) == 2
