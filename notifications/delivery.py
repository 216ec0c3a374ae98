"""The loop that empties the outbox.

Rows are claimed in a short transaction, rendered and sent outside any, and recorded as the server answers: after a
crash at most the one mail that was in flight on each connection goes out again, with the same Message-ID.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from jinja2 import TemplateError

from models.db import Database
from models.mail import Outbox
from notifications.claims import ALL, Answer, Outcome, Span, claim, record, spans
from notifications.links import mint
from notifications.messages import Case, letters, load, needless
from notifications.render import Letter, Mail, Origin, code_of, render
from notifications.send import Transport, Unreachable

CLAIM: Final = 200
MARGIN: Final = timedelta(minutes=2)
CANNOT_TELL: Final = (LookupError, TemplateError, TypeError, ValueError)


class Delivered(NamedTuple):
    """How many mails were sent, refused for good, put off, given up, and not sent because nobody wants them."""

    sent: int = 0
    bounced: int = 0
    retried: int = 0
    failed: int = 0
    skipped: int = 0

    def plus(self, outcome: Outcome) -> "Delivered":
        """Count one more mail."""
        field = "retried" if outcome is Outcome.RETRY else outcome.value
        return self._replace(**{field: self[self._fields.index(field)] + 1})


def deliver(
    database: Database,
    transport: Transport,
    origin: Origin,
    *,
    now: Callable[[], datetime],
    limit: int = CLAIM,
    within: Span = ALL,
    stopped: Callable[[], bool] = bool,
) -> Delivered:
    """Send all that is due, `limit` mails a claim, until nothing is, no mail can be handed over, or we are `stopped`.

    What lies not `within` is left to others; a digest is sent whole by whoever has its first row.
    """
    delivery = _Delivery(database, transport, origin, now, stopped)
    with database.reading() as session:
        parts = spans(session, now(), within)
    for part in parts:
        while not delivery.is_over and (rows := delivery.take(limit, part)):
            if not delivery.empty(rows) and len(rows) < limit:
                break
    return delivery.delivered


class _Delivery:
    """One run over the outbox."""

    def __init__(
        self,
        database: Database,
        transport: Transport,
        origin: Origin,
        now: Callable[[], datetime],
        stopped: Callable[[], bool],
    ) -> None:
        self.database, self.transport, self.origin, self.now = database, transport, origin, now
        self.delivered = Delivered()
        self.stopped, self.unreachable = stopped, False

    @property
    def is_over(self) -> bool:
        return self.unreachable or self.stopped()

    def take(self, limit: int, within: Span) -> list[Outbox]:
        with self.database.writing() as session:
            return claim(session, self.now(), limit, within)

    def empty(self, rows: Sequence[Outbox]) -> bool:
        """Send or record every mail of a claim, as long as its lease lasts; tells whether any is left."""
        wanted = [case for case in self._cases(rows) if not self._is_dropped(case)]
        with self.database.writing() as session:
            tokens = mint(session, [case.row for case in wanted], self.now())
        left: dict[str, Letter] = {code_of(letter): letter for letter in letters(wanted)}
        try:
            with closing(self.transport.send_each(self._mails(left, tokens))) as answers:
                for handed in answers:
                    self._record([(_rows(left.pop(mail.code)), answer) for mail, answer in handed])
        except Unreachable as error:
            self.unreachable = True
            self._put_off(left.values(), str(error))
        if self.stopped() and not self.unreachable:
            self._put_off(left.values(), "dừng phần mềm khi chưa gửi")
        return bool(left)

    def _mails(self, left: dict[str, Letter], tokens: Mapping[int, str]) -> Iterator[Mail]:
        """The mails of a claim, each written when it is wanted; what cannot be written is recorded and left out."""
        for code, letter in list(left.items()):
            if self.stopped():
                return
            if self.now() >= (letter[0].row.lease_until or self.now()) - MARGIN:
                continue
            try:
                mail = render(letter, self.origin, self.now(), tokens)
            except CANNOT_TELL as error:
                self._record([(_rows(left.pop(code)), Answer(Outcome.FAILED, f"không soạn được thư: {error}"))])
            else:
                yield mail

    def _put_off(self, letters_left: Iterable[Letter], why: str) -> None:
        self._record([(_rows(letter), Answer(Outcome.RETRY, why)) for letter in letters_left])

    def _cases(self, rows: Sequence[Outbox]) -> list[Case]:
        """The cases of a claim; one row that cannot be read does not keep back the others."""
        try:
            with self.database.reading() as session:
                return load(session, rows, self.now())
        except CANNOT_TELL as error:
            if len(rows) > 1:
                return [case for row in rows for case in self._cases([row])]
            self._record([(rows, Answer(Outcome.FAILED, f"không đọc được dữ liệu của thư: {error}"))])
            return []

    def _is_dropped(self, case: Case) -> bool:
        reason = needless(case, self.now())
        if reason is not None:
            self._record([([case.row], Answer(Outcome.SKIPPED, reason))])
        return reason is not None

    def _record(self, told: Iterable[tuple[Sequence[Outbox], Answer]]) -> None:
        """Write down answers that came together, each about the rows of one mail."""
        with self.database.writing() as session:
            outcomes = record(session, told, self.now())
        for outcome in outcomes:
            self.delivered = self.delivered.plus(outcome)


def _rows(letter: Letter) -> list[Outbox]:
    return [case.row for case in letter]
