"""The steps of a round that do more than move it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import report
from actions.corrections import Grounds, cancel_round
from actions.documents import put_document
from danhgia.commands.options import Paper
from states.actor import Actor
from states.advance import Move, advance_round


class Step(NamedTuple):
    """A step that is asked for, with what goes with it; `copy_hash` is of the document's signed copy."""

    round_id: int
    trigger: str
    reason: str = ""
    document: Paper | None = None
    copy_hash: str = ""


def advance_by(session: Session, step: Step, *, actor: Actor, now: datetime) -> None:
    """Take a step with a round, with everything that belongs to it."""
    document = _kept(session, step, now)
    act = WHOLE.get(step.trigger, _move)
    act(session, step, document, actor, now)


def _kept(session: Session, step: Step, now: datetime) -> int | None:
    if step.document is None:
        return None
    return put_document(session, kind=step.trigger, **step.document._asdict(), file_hash=step.copy_hash, now=now).id


def _move(session: Session, step: Step, document: int | None, actor: Actor, now: datetime) -> None:
    move = Move(reason=step.reason, document_id=document)
    advance_round(session, step.round_id, step.trigger, actor=actor, now=now, move=move)


def _report(session: Session, step: Step, document: int | None, actor: Actor, now: datetime) -> None:
    if document is not None:
        report.number_report(session, step.round_id, document, actor=actor, now=now)
    report.report(session, step.round_id, actor=actor, now=now)


def _supplement(session: Session, step: Step, _: int | None, actor: Actor, now: datetime) -> None:
    report.supplement(session, step.round_id, actor=actor, now=now)


def _cancel(session: Session, step: Step, document: int | None, actor: Actor, now: datetime) -> None:
    cancel_round(session, step.round_id, Grounds(step.reason, document), actor=actor, now=now)


Act = Callable[[Session, Step, int | None, Actor, datetime], None]
WHOLE: Final[Mapping[str, Act]] = {"report": _report, "supplement": _supplement, "cancel": _cancel}
