"""Shortcomings concluded of a subject, and their remedy in a later year (HT-3.2 item 7, RULES 7.3)."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlmodel import Session

from actions.statements import demand_document, demand_writable
from config.calendar import date_text, local_day
from models.statements import Shortcoming, shortcomings_before
from states import history
from states.actor import Actor
from states.errors import Refusal, Refused, Unknown, refuse
from states.hold import hold
from states.permits import demand


class Remedied(NamedTuple):
    """How many of the shortcomings of earlier years are remedied: what the condition on them counts."""

    remedied: int
    of: int


def conclude(
    session: Session,
    assessment_id: int,
    text: str,
    *,
    concluded_on: date,
    document: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Conclude a shortcoming of a dossier's subject, by its staff, its superior or the authority; returns its id.

    The subject's dossier of the next year opens with it until it is remedied.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_writable(facts, "conclude")
    demand_document(session, document)
    refusals = []
    if not text.strip():
        refusals.append(Refusal("text", "Phải ghi nội dung hạn chế, khuyết điểm."))
    if concluded_on > local_day(now):
        refusals.append(Refusal("concluded_on", f"Ngày kết luận {date_text(concluded_on)} chưa đến."))
    if refusals:
        raise Refused(refusals)
    made = Shortcoming(
        subject_id=facts.subject_id,
        assessment_id=facts.id,
        text=text.strip(),
        concluded_on=concluded_on,
        document_id=document,
    )
    session.add(made)
    session.flush()
    key = made.id
    payload = history.keep_payload(session, facts.entity, facts.seq + 1, {"text": text.strip()})
    what = {"shortcoming": key, "document": document, "payload": payload}
    history.record(session, facts.link, "conclude_shortcoming", what, actor=actor, now=now)
    return key


def carried(session: Session, assessment_id: int, *, actor: Actor) -> Sequence[Shortcoming]:
    """What earlier years left to a dossier to be remedied, whether it is by now or not, the oldest first."""
    demand(session, actor, "view", assessment_id)
    return shortcomings_before(session, assessment_id)


def figures(session: Session, assessment_id: int) -> Remedied:
    """The figures of a dossier for the condition that earlier shortcomings are remedied."""
    found = shortcomings_before(session, assessment_id)
    return Remedied(sum(one.remedied_in == assessment_id for one in found), len(found))


def remedy(
    session: Session,
    shortcoming_id: int,
    assessment_id: int,
    text: str,
    *,
    remedied_on: date,
    actor: Actor,
    now: datetime,
) -> None:
    """State in this year's dossier how and when a shortcoming of an earlier year was remedied."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_writable(facts)
    session.expire_all()
    found = next((one for one in shortcomings_before(session, assessment_id) if one.id == shortcoming_id), None)
    if found is None:
        raise Unknown(f"hạn chế, khuyết điểm số {shortcoming_id} của các năm trước trong hồ sơ này")
    if found.remedied_on is not None:
        raise refuse("remedied", f"Hạn chế này đã khắc phục xong ngày {date_text(found.remedied_on)}.")
    refusals = []
    if not text.strip():
        refusals.append(Refusal("text", "Phải ghi kết quả khắc phục."))
    if not found.concluded_on <= remedied_on <= local_day(now):
        sentence = f"Ngày khắc phục phải từ ngày kết luận {date_text(found.concluded_on)} đến hôm nay."
        refusals.append(Refusal("remedied_on", sentence))
    if refusals:
        raise Refused(refusals)
    found.remedy, found.remedied_on, found.remedied_in = text.strip(), remedied_on, facts.id
    payload = history.keep_payload(session, facts.entity, facts.seq + 1, {"remedy": text.strip()})
    what = {"shortcoming": shortcoming_id, "on": remedied_on.isoformat(), "payload": payload}
    history.record(session, facts.link, "remedy_shortcoming", what, actor=actor, now=now)
