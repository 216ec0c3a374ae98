"""Disciplinary decisions that bear on a dossier: whose, of which year, with which exception (HT-7, HT-11.8, HT-11.9).

A violation counts where and, under a regime that looks back, when it was committed: for the unit of that time and the
year of the act. That it was self-detected and remedied is the unit's word until the superior accepts it (AMB-HT-14).
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.statements import FirstKey, demand_document, demand_second_key, demand_writable, may_replace
from config.conditions import Who
from models.db import run
from models.people import Subject
from models.rounds import Round
from models.statements import Discipline
from states import history
from states.actor import Actor
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.glance import glance
from states.hold import hold
from states.permits import VERBS

WHO: Final[tuple[Who, ...]] = ("self", "member", "subordinate")
OF_YEAR: Final = (
    "SELECT max(a.id) FROM assessment a JOIN round r ON r.id = a.round_id "
    "WHERE a.subject_id = :subject AND r.slug = :slug AND r.year = :year"
)


class Measure(NamedTuple):
    """A disciplinary decision: on the subject itself, a member or a subordinate, who he is, and by which document.

    `acted_on` is the day of the violation as the decision tells it; `remedied` claims the exception.
    """

    who: Who
    effective_on: date
    document: int
    name: str = ""
    acted_on: date | None = None
    corruption: bool = False
    remedied: bool = False


def record_discipline(
    session: Session,
    assessment_id: int,
    measure: Measure,
    *,
    committed_at: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Record a disciplinary decision that came up with a dossier, on the dossier on which it bears; returns its id.

    That is the one of the subject where the violation was committed (`committed_at`, the dossier's own by default,
    HT-11.9), in the year of the act where the regime re-rates that year (HT-11.8); it may have its result already.
    NotAllowed for who may not state of that one. Refused when there is no such dossier: then nothing counts here.
    """
    source = glance(session, assessment_id, actor=actor, now=now)
    demand_document(session, measure.document)
    facts = hold(session, _bearing(session, source, measure, committed_at), actor=actor, now=now)
    demand_writable(facts)
    refusals = list(_bad(measure))
    if refusals:
        raise Refused(refusals)
    made = _row(facts, measure, actor)
    session.add(made)
    session.flush()
    key = made.id
    what = {
        "discipline": key,
        "from": assessment_id,
        "document": measure.document,
        "payload": history.keep_payload(session, facts.entity, facts.seq + 1, _content(measure)),
    }
    history.record(session, facts.link, "record_discipline", what, actor=actor, now=now)
    return key


def accept_remedy(session: Session, discipline_id: int, *, actor: Actor, now: datetime) -> None:
    """Let the exception of a self-detected and remedied violation count; never by who recorded it (AMB-HT-14)."""
    facts, found = _held(session, discipline_id, actor, now)
    if facts.relations.isdisjoint(VERBS["accept"]):
        raise NotAllowed
    label = "Tự phát hiện và khắc phục xong hậu quả"
    if not found.remedied:
        raise refuse("remedied", f"«{label}»: đơn vị không khai trường hợp này.")
    first = FirstKey(label, found.account_id, accepted=found.accepted_at is not None)
    demand_second_key(session, facts, first, actor=actor)
    found.accepted_by, found.accepted_at = actor.account_id, now
    history.record(session, facts.link, "accept_remedy", {"discipline": discipline_id}, actor=actor, now=now)


def withdraw_discipline(session: Session, discipline_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take back what was recorded by mistake or annulled since; the history keeps it. A unit only its own word."""
    facts, found = _held(session, discipline_id, actor, now)
    demand_writable(facts)
    if not may_replace(session, facts, found.account_id):
        raise NotAllowed
    if not reason.strip():
        raise refuse("reason", "Phải ghi lý do.")
    session.delete(found)
    what = {"discipline": discipline_id, "reason": reason.strip()}
    history.record(session, facts.link, "withdraw_discipline", what, actor=actor, now=now)


def _held(session: Session, discipline_id: int, actor: Actor, now: datetime) -> tuple[Dossier, Discipline]:
    found = session.get(Discipline, discipline_id)
    if found is None:
        raise Unknown(f"quyết định kỷ luật số {discipline_id}")
    facts = hold(session, found.assessment_id, actor=actor, now=now)
    session.refresh(found)
    return facts, found


def _bearing(session: Session, source: Dossier, measure: Measure, committed_at: int | None) -> int:
    own = session.get_one(Round, source.round_id)
    subject_id = source.subject_id if committed_at is None else committed_at
    year = _year(source, measure, own.year)
    if (subject_id, year) == (source.subject_id, own.year):
        return source.id
    known = {"subject": subject_id, "slug": own.slug, "year": year}
    found: int | None = run(session, OF_YEAR, known).fetchone()[0]
    if found is None and source.relations.isdisjoint(VERBS["state"]):
        raise NotAllowed
    if found is None:
        raise refuse("bearing", _missing(session, subject_id, year))
    return found


def _year(source: Dossier, measure: Measure, current: int) -> int:
    rating = source.programme.rating
    looks_back = rating is not None and rating.later_discipline == "original_year"
    return min(measure.acted_on.year, current) if looks_back and measure.acted_on else current


def _missing(session: Session, subject_id: int, year: int) -> str:
    subject = session.get(Subject, subject_id)
    if subject is None:
        raise Unknown(f"đơn vị số {subject_id}")
    return (
        f"Vi phạm thuộc năm {year} của «{subject.name}»: phần mềm không có hồ sơ năm đó, "
        "xếp loại lại năm đó bằng văn bản; không tính vào hồ sơ này."
    )


def _bad(measure: Measure) -> Iterator[Refusal]:
    if measure.who not in WHO:
        yield Refusal("who", "Phải nêu người bị kỷ luật là chính đối tượng, thành viên hay cấp dưới.")
    if measure.acted_on is not None and measure.acted_on > measure.effective_on:
        yield Refusal("acted_on", "Ngày vi phạm không thể sau ngày quyết định kỷ luật có hiệu lực.")
    if measure.who != "self" and not measure.name.strip():
        yield Refusal("name", "Phải ghi tên người hoặc tổ chức bị kỷ luật.")


def _row(facts: Dossier, measure: Measure, actor: Actor) -> Discipline:
    return Discipline(
        assessment_id=facts.id,
        who=measure.who,
        name=measure.name.strip(),
        acted_on=measure.acted_on,
        effective_on=measure.effective_on,
        document_id=measure.document,
        corruption=measure.corruption,
        remedied=measure.remedied,
        account_id=actor.account_id,
        stated_at=facts.now,
    )


def _content(measure: Measure) -> dict[str, str | bool | None]:
    return {
        "who": measure.who,
        "name": measure.name.strip(),
        "acted_on": measure.acted_on.isoformat() if measure.acted_on else None,
        "effective_on": measure.effective_on.isoformat(),
        "corruption": measure.corruption,
        "remedied": measure.remedied,
    }
