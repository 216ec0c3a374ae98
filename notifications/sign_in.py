"""Sign-in mail: asked for on the portal, sent by the plain work loop within seconds (DESIGN §9).

The key is made when the mail is written; a mail that is sent again carries a new one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, or_, select

from actions.sessions import is_privileged
from actions.sign_in import KEY_LIVES, Key, draw, keep_key
from config.calendar import LOCAL, local_day
from config.programme import Programme
from models.db import Database
from models.doors import SignInMail
from models.installation import installation
from models.people import Account
from models.rounds import ProgrammeVersion, open_rounds
from models.types import to_micros
from notifications.claims import Answer, Outcome
from notifications.envelope import Envelope, addr_spec, compose, mailbox
from notifications.links import Door
from notifications.render import Mail, Origin, html_of, text_of
from notifications.send import Transport, Unreachable
from notifications.wording import one_line
from states.hold import programme_of

NAME: Final = "sign_in"
SENDER: Final = "Phần mềm đánh giá hằng năm"
LEASE: Final = timedelta(minutes=2)
BACKOFF: Final = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 120, 600))
BATCH: Final = 20


class _Letter(NamedTuple):
    """A queued mail with its account, the key that goes with it, and the programme in whose name it is sent."""

    row: SignInMail
    account: Account
    key: Key | None
    programme: Programme | None
    rehearsal: bool


def deliver(database: Database, transport: Transport, origin: Origin, *, now: Callable[[], datetime]) -> int:
    """Send what is due, the oldest first; returns how many mails were handed over."""
    sent = 0
    for row in _claim(database, now()):
        answer = _send(database, transport, origin, row, now())
        _record(database, row, answer, now())
        sent += answer.outcome is Outcome.SENT
    return sent


def _claim(database: Database, now: datetime) -> list[SignInMail]:
    free = or_(col(SignInMail.lease_until).is_(None), col(SignInMail.lease_until) <= now)
    due = select(SignInMail).where(SignInMail.status == "queued", col(SignInMail.due_at) <= now, free)
    with database.reading() as session:
        if session.exec(due.limit(1)).first() is None:
            return []
    with database.writing() as session:
        rows = session.exec(due.order_by(col(SignInMail.id)).limit(BATCH).with_for_update(skip_locked=True)).all()
        for row in rows:
            row.lease_until, row.attempts = now + LEASE, row.attempts + 1
        return list(rows)


def _send(database: Database, transport: Transport, origin: Origin, row: SignInMail, now: datetime) -> Answer:
    letter = _write(database, row, now)
    if letter is None:
        return Answer(Outcome.SKIPPED, "tài khoản đã ngừng hoạt động")
    try:
        return transport.send(_mail(letter, origin, now))
    except Unreachable as error:
        return Answer(Outcome.RETRY, str(error))
    except ValueError as error:
        return Answer(Outcome.FAILED, str(error))


def _write(database: Database, row: SignInMail, now: datetime) -> _Letter | None:
    """Make the key of a mail; a privileged role gets none."""
    drawn = draw(database.entropy)
    with database.writing() as session:
        account = session.get_one(Account, row.account_id)
        if not account.active:
            return None
        key = None if is_privileged(session, account.id) else drawn
        if key is not None:
            keep_key(session, account, "mail", key, now=now)
        rehearsal = installation(session).made_as == "rehearsal"
        return _Letter(row, account, key, _programme(session), rehearsal)


def _programme(session: Session) -> Programme | None:
    """The programme of the round that was launched last and is under way."""
    rounds = open_rounds(session)
    version = session.get_one(ProgrammeVersion, rounds[-1].programme_version_id) if rounds else None
    return programme_of(session, version.digest) if version else None


def _mail(letter: _Letter, origin: Origin, now: datetime) -> Mail:
    code = _code(letter.row)
    context = _context(letter, origin, now)
    subject = text_of(f"_{NAME}/subject.jinja", context)
    envelope = Envelope(
        sender=mailbox("From", origin.mail_from, _owner(letter)),
        recipient=mailbox("To", letter.account.email, one_line(letter.account.name)),
        subject=f"[Chạy thử] {subject}" if letter.rehearsal else subject,
        date=format_datetime(now.astimezone(LOCAL).replace(microsecond=0)),
        message_id=f"<{NAME}.{code}@{origin.names}>",
        code=code,
        text=text_of(f"_{NAME}/text.jinja", context),
        html=html_of(f"_{NAME}/html.jinja", context),
    )
    recipient = addr_spec(letter.account.email)
    return Mail(NAME, code, local_day(now), origin.mail_from, recipient, compose(envelope))


def _code(row: SignInMail) -> str:
    """The instant is in it: in a database brought back from a copy, and in another one, ids come again."""
    return sha256(f"{NAME}/{row.id}/{row.attempts}/{to_micros(row.asked_at)}".encode()).hexdigest()[:32]


def _owner(letter: _Letter) -> str:
    return letter.programme.bodies.owner if letter.programme else SENDER


def _context(letter: _Letter, origin: Origin, now: datetime) -> dict[str, Any]:
    key, base = letter.key, origin.base_url.rstrip("/")
    return {
        "heading": "Đăng nhập phần mềm đánh giá hằng năm",
        "to": one_line(letter.account.name) or letter.account.email,
        "bodies": {"owner": _owner(letter)},
        "contact": letter.programme.contact if letter.programme else None,
        "rehearsal": letter.rehearsal,
        "optional": False,
        "door": Door("Đăng nhập" if key else "Đăng nhập bằng mật khẩu", "sign_in" if key else None),
        "link": f"{base}/s/{key.token}" if key else None,
        "code": key.code if key else "",
        "ends_at": now + KEY_LIVES["mail"],
        "password_page": f"{base}/sign-in/password",
    }


def _record(database: Database, row: SignInMail, answer: Answer, now: datetime) -> None:
    again = answer.outcome is Outcome.RETRY and row.attempts <= len(BACKOFF)
    with database.writing() as session:
        kept = session.get_one(SignInMail, row.id)
        kept.lease_until, kept.answer = None, answer.text
        if again:
            kept.due_at = now + BACKOFF[row.attempts - 1]
        else:
            kept.status = "failed" if answer.outcome is Outcome.RETRY else answer.outcome.value
            kept.ended_at = now
