"""Files as the checking process would have found them."""

from datetime import datetime

from sqlmodel import Session, col, select

from actions import evidence_checks
from config.programme import Programme
from evidence.kinds import Kind
from evidence.verdict import Form, Outcome, Verdict
from models.evidence import Evidence, EvidenceCheck

COPY = Verdict(outcome=Outcome.ACCEPTED, kind=Kind.PDF, form=Form.SCAN, sentence="Bản chụp văn bản giấy.", pages=1)


def check_all(session: Session, programme: Programme, verdict: Verdict = COPY, *, now: datetime) -> None:
    """Give every file that has no verdict yet this one."""
    rules = evidence_checks.rules_of(programme).digest
    known = set(session.exec(select(EvidenceCheck.file_hash)))
    found = set(session.exec(select(Evidence.file_hash).where(col(Evidence.file_hash) != "")))
    for file_hash in sorted(found - known):
        session.add(
            EvidenceCheck(
                file_hash=file_hash,
                rules=rules,
                outcome=verdict.outcome,
                form=verdict.form,
                verdict=verdict.model_dump_json(),
                checked_at=now,
            )
        )
