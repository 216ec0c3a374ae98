"""The work of processes that are killed: `python -m tests.faults.child KIND URL [ATTEMPT [SMTP]]` does it alone.

It ends with 0 when it is done, with 3 when it is refused because it was done before.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from sqlmodel import Session, col, func, select

from actions.decide import Result
from actions.decide import announce as announce_decision
from actions.decide import decide as decide_on
from actions.launch import launch as launch_round
from actions.lock import lock_due
from config.load import load_programme
from models.assessments import Assessment
from models.db import Database
from models.decisions import Decision
from models.people import Subject, account_by_email
from models.rounds import Round
from notifications.delivery import deliver
from notifications.render import Origin
from notifications.send import SmtpTransport
from states.actor import Actor, account
from states.errors import Refused
from tests.actions.later import DECIDING, LOCKED
from tests.actions.world import CONSOLE, at

SLUG: Final = "dan-chu-co-so"
LAUNCHED: Final = at("2024-10-01 08:00")
MAILED: Final = at("2024-11-01 08:00")
ORIGIN: Final = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example")
LATER: Final = timedelta(minutes=11)
"""Longer than a claim of mails is held, so that the next attempt gets what the killed one had claimed."""
REFUSED: Final = 3


def launch(session: Session) -> None:
    codes = session.exec(select(Subject.code).order_by(col(Subject.id))).all()
    launch_round(session, load_programme(SLUG), 2024, codes, actor=CONSOLE, now=LAUNCHED, live=False, smtp=False)


def lock(session: Session) -> None:
    lock_due(session, the_round(session), now=LOCKED)


def decide(session: Session) -> None:
    waiting = col(Assessment.state).in_(["locked_zero", "appraised"])
    ids = session.exec(select(Assessment.id).where(waiting).order_by(col(Assessment.id)))
    decide_on(session, the_round(session), [Result(key) for key in ids], actor=authority(session), now=DECIDING)


def announce(session: Session) -> None:
    decision_id = session.exec(select(func.max(Decision.id))).one()
    announce_decision(session, decision_id, actor=authority(session), now=DECIDING)


ACTS: Final[Mapping[str, Callable[[Session], None]]] = {
    "launch": launch,
    "lock": lock,
    "decide": decide,
    "announce": announce,
}


def the_round(session: Session) -> int:
    return session.exec(select(Round.id)).one()


def authority(session: Session) -> Actor:
    found = account_by_email(session, "authority@donvi.example")
    assert found is not None
    return account(found.id)


def mail(database: Database, attempt: int, smtp: str) -> None:
    now = MAILED + attempt * LATER
    with SmtpTransport(smtp) as transport:
        deliver(database, transport, ORIGIN, now=lambda: now, limit=10)


def work(kind: str, url: str, attempt: str = "0", smtp: str = "") -> int:
    """Do it as a command of the program would, in its own connection; the exit code."""
    database = Database(url)
    try:
        if kind == "mail":
            mail(database, int(attempt), smtp)
        else:
            with database.writing() as session:
                ACTS[kind](session)
    except Refused:
        return REFUSED
    finally:
        database.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(work(*sys.argv[1:]))
