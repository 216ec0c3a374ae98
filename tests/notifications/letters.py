"""One letter of every message, as the golden files show them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from config.vocabulary import MESSAGES
from models.mail import Outbox
from models.people import Account
from tests.notifications import factory
from tests.notifications.factory import World

SEAL = "3f" * 32
REASON = "Rà soát lại danh sách đơn vị theo Công văn số 15-CV/MAU."
VAN_GIANG = {"overdue", "sent_to_province"}
OWNER = {"daily_summary", "night_failed", "approval_asked"}
STAFF = {"explanation_answered", "appraisal_due", "difficulty_raised", "report_ready", "auditor_seal", *OWNER}
OPINIONS = {"opinion_asked", "opinion_due"}
ROUND = {*OWNER, "report_ready", "auditor_seal", "address_changed", *OPINIONS}
AT: Mapping[str, datetime] = {
    "last_day": datetime(2024, 12, 9, 1, 30, tzinfo=UTC),
    "locked": datetime(2024, 12, 9, 17, 0, 15, tzinfo=UTC),
    "overdue": datetime(2024, 11, 14, 17, 0, 15, tzinfo=UTC),
    "appraisal_due": datetime(2024, 12, 20, 1, 30, tzinfo=UTC),
    "result_announced": datetime(2024, 12, 27, 8, tzinfo=UTC),
    "result_replaced": datetime(2025, 1, 15, 8, tzinfo=UTC),
    "report_ready": datetime(2024, 12, 28, 8, tzinfo=UTC),
}
PARAMETERS: Mapping[str, Callable[[Session, World], Mapping[str, Any]]] = {
    "reminder": lambda *_: {"days": 7},
    "unsubmitted_reminder": lambda *_: {"days": 7},
    "appraisal_due": lambda *_: {"days": 9},
    "escalation": lambda *_: {"days": 3},
    "presented": lambda _, of: {"account": of.officer.id},
    "last_day": lambda *_: {"hours": 6},
    "extension_granted": lambda *_: {"closes_at": "2024-12-15T17:00:00Z"},
    "evidence_refused": lambda session, of: {"evidence": factory.refused_file(session, of.assessments[0])},
    "extension_refused": lambda *_: {"reason": REASON},
    "round_changed": lambda *_: {"reason": REASON},
    "round_cancelled": lambda *_: {"reason": REASON},
    "auditor_seal": lambda *_: {"seal": SEAL},
    "night_failed": lambda *_: {"work": "backup"},
    "approval_asked": lambda session, of: {"approval": factory.asked(session, of)},
    **dict.fromkeys(
        ("explanation_asked", "explanation_due", "explanation_answered"),
        lambda session, of: {"request": factory.explanation(session, of.assessments[0])},
    ),
    **dict.fromkeys(sorted(OPINIONS), lambda session, of: {"request": factory.opinions(session, of, of.officer)}),
    **dict.fromkeys(
        ("difficulty_raised", "difficulty_answered"),
        lambda session, of: {"difficulty": factory.difficulty(session, of.assessments[0])},
    ),
}


class Sample(NamedTuple):
    """Rows of one letter, and when it is written."""

    rows: list[Outbox]
    now: datetime


def samples(session: Session) -> dict[str, Sample]:
    """A letter of every message, and the digest of two dossiers of each that may be one."""
    standard = factory.world(session)
    van_giang = factory.world(session, "dan-van-chinh-quyen")
    standard.assessments[1].scored = standard.assessments[1].leaves
    factory.bounced(session, standard)
    found = {name: _sample(session, name, van_giang if name in VAN_GIANG else standard) for name in MESSAGES}
    for name in ("reminder", "appraisal_due"):
        one = found[name]
        found[f"{name}-digest"] = Sample([*one.rows, _row(session, name, standard, about=2)], one.now)
    found["assigned-van-giang"] = Sample([_row(session, "assigned", van_giang, about=1)], factory.LAUNCHED)
    found["last_day-revising"] = Sample([_row(session, "last_day", standard, about=2)], found["last_day"].now)
    found["address_changed-old"] = Sample([_told_elsewhere(session, found["address_changed"].rows[0])], factory.NOW)
    return found


def _told_elsewhere(session: Session, told: Outbox) -> Outbox:
    """The same news to the address the account had before."""
    elsewhere = {"id": None, "occasion": f"{told.occasion}/old", "parameters": '{"to": "cu@mau-hai.example"}'}
    made = Outbox(**told.model_dump() | elsewhere)
    session.add(made)
    session.flush()
    return made


def _sample(session: Session, name: str, of: World) -> Sample:
    about = 1 if name in {"unsubmitted_reminder", "presented"} else 0
    return Sample([_row(session, name, of, about)], AT.get(name, factory.NOW))


def _row(session: Session, name: str, of: World, about: int = 0) -> Outbox:
    parameters = PARAMETERS[name](session, of) if name in PARAMETERS else {}
    return factory.row(
        session,
        name,
        _recipient(session, name, of),
        of=of,
        about=None if name in ROUND else about,
        parameters=parameters,
        occasion=factory.submission(session, of.assessments[0]) if name == "receipt" else f"test:{about}",
        due_at=AT.get(name, factory.NOW),
    )


def _recipient(session: Session, name: str, of: World) -> Account:
    if name == "address_changed":
        moved = factory.moved(session)
        factory.appoint(session, moved, of)
        return moved
    if name in {"escalation", "presented"}:
        return of.head
    return of.staff if name in STAFF else of.officer
