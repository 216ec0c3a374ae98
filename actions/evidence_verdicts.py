"""A verdict on a file becomes part of its dossier: recorded, and where it comes too late for the unit, told to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from actions import unit_page
from actions.evidence_checks import is_refused, rules_of
from actions.evidence_files import find
from actions.explain import default_closing
from evidence.verdict import Outcome, Rules, Verdict
from evidence.viruses import Finding
from models.evidence import CheckRow, Evidence, EvidenceCheck, checks_of
from states import history
from states.actor import SYSTEM, Actor
from states.bulk import tell_all
from states.chain import iso
from states.errors import refuse
from states.facts import Dossier
from states.glance import glance
from states.hold import hold
from states.permits import demand

MESSAGE: Final = "evidence_refused"


class Wanted(NamedTuple):
    """A file to be checked: its content, the rules, and what is known of it by these already."""

    file_hash: str
    rules: Rules
    known: CheckRow | None


def wanted(session: Session, evidence_id: int, *, now: datetime) -> Wanted:
    """What checking a file takes."""
    one = session.get_one(Evidence, evidence_id)
    rules = rules_of(glance(session, one.assessment_id, actor=SYSTEM, now=now).programme)
    return Wanted(one.file_hash, rules, checks_of(session, [one.file_hash], rules.digest).get(one.file_hash))


def keep(session: Session, asked: Wanted, verdict: Verdict, finding: Finding | None, *, now: datetime) -> CheckRow:
    """Keep what a content was found to be, unless that was done meanwhile; returns what stands."""
    there = checks_of(session, [asked.file_hash], asked.rules.digest).get(asked.file_hash)
    if there is not None:
        return there
    made = CheckRow(
        file_hash=asked.file_hash,
        outcome=verdict.outcome,
        form=verdict.form,
        verdict=verdict.model_dump_json(),
        checked_at=now,
        scan=finding.scan if finding else "",
        virus=finding.name if finding else "",
    )
    session.add(EvidenceCheck(**made._asdict(), rules=asked.rules.digest))
    session.flush()
    return made


def settle(session: Session, evidence_id: int, check: CheckRow, *, now: datetime) -> None:
    """Record in its dossier what a file was found to be; one refused after the submission may be replaced in time."""
    one = session.get_one(Evidence, evidence_id)
    what: dict[str, Any] = {"evidence": one.id, "file": one.file_hash, "outcome": check.outcome, "form": check.form}
    what |= {"scan": check.scan} if check.scan else {}
    facts = hold(session, one.assessment_id, actor=SYSTEM, now=now)
    session.refresh(one)
    closing = _closing(facts, one, now) if is_refused(check) else None
    what |= {"closes_at": iso(closing)} if closing else {}
    _record(session, facts, one, closing, what)


def give_rest(session: Session, evidence_id: int, *, now: datetime) -> None:
    """Give what is left of its time to a file refused so shortly before its sheet closed that something is left.

    Whether it was refused before the closing or after is chance: the time is the same, and counts from the refusal.
    """
    one = session.get_one(Evidence, evidence_id)
    known = wanted(session, evidence_id, now=now).known
    if known is None or not is_refused(known):
        return
    facts = hold(session, one.assessment_id, actor=SYSTEM, now=now)
    session.refresh(one)
    closing = _closing(facts, one, max(one.at, known.checked_at))
    if closing is not None and closing > now:
        what = {"evidence": one.id, "closes_at": iso(closing)}
        _record(session, facts, one, closing, what, act="allow_replacement")


def _record(
    session: Session,
    facts: Dossier,
    one: Evidence,
    closing: datetime | None,
    what: Mapping[str, Any],
    act: str = "check_evidence",
) -> None:
    """What was found, and until when the file may be replaced: the unit is told that by mail."""
    one.replace_by = closing or one.replace_by
    session.flush()
    history.record(session, facts.link, act, what, actor=SYSTEM, now=facts.now)
    if closing is not None:
        tell_all(session, MESSAGE, [facts.id], {"evidence": one.id}, facts.now)


def _closing(facts: Dossier, one: Evidence, refused_at: datetime) -> datetime | None:
    """Until when a refused file may be replaced; None where it has its time, or the unit may take it away itself."""
    machine, windows = facts.programme.workflow.assessment, facts.windows.values()
    is_over = machine.states[facts.state].kind in {"settled", "final"} or one.removed_at is not None
    if is_over or one.replace_by is not None or unit_page.is_being_drafted(facts):
        return None
    report = max((span.closes_at for span in windows), default=None)
    closing = default_closing(facts, refused_at)
    return min(closing, report) if report and report > facts.now else closing


def declare(session: Session, assessment_id: int, evidence_id: int, *, actor: Actor, now: datetime) -> None:
    """The unit declares a file the copy of a paper document; it stands as declared, not as checked (AMB-DN-10)."""
    demand(session, actor, "draft", assessment_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    one = find(session, assessment_id, evidence_id)
    if facts.decision_id is not None:
        raise refuse("decided", "Hồ sơ đã có quyết định kết quả; không xác nhận minh chứng được nữa.")
    asked = wanted(session, evidence_id, now=now)
    if asked.known is None or asked.known.outcome != Outcome.UNDECLARED or one.removed_at is not None:
        raise refuse("declare", "Minh chứng này không cần xác nhận là bản chụp văn bản giấy.")
    if one.declared_at is None:
        session.get_one(Evidence, one.id).declared_at = now
        what = {"evidence": one.id, "file": one.file_hash}
        history.record(session, facts.link, "declare_evidence", what, actor=actor, now=now)
