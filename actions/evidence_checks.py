"""What a programme takes as evidence, what files were found to be, and to whom they are open (DN-5.3)."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlmodel import Session

from config.programme import Programme
from evidence.examine import glance
from evidence.kinds import Kind
from evidence.store import Glance
from evidence.verdict import Form, Outcome, Rules
from evidence.viruses import Scan
from models.evidence import CheckRow, Evidence, EvidenceRow, checks_of
from models.jobs import ask_job

JOB: Final = "check_evidence"


def rules_of(programme: Programme) -> Rules:
    """What a programme takes of files."""
    taken = programme.evidence
    return Rules(
        forms=tuple(Form(name) for name in taken.forms),
        pdf_is_scan=taken.pdf_is_scan,
        unknown_issuer=taken.unknown_issuer,
    )


def glance_of(programme: Programme) -> Glance:
    """What refuses a file at once, while it is being taken in."""
    rules = rules_of(programme)

    def look(path: Path, kind: Kind) -> str | None:
        found = glance(path, kind, rules)
        return found.sentence if found and found.outcome is Outcome.REFUSED else None

    return look


def checks(session: Session, programme: Programme, evidence: Iterable[EvidenceRow]) -> dict[str, CheckRow]:
    """What the files among the evidence were found to be by the programme's rules, by content."""
    return checks_of(session, {one.file_hash for one in evidence if one.file_hash}, rules_of(programme).digest)


def is_open(one: EvidenceRow, found: Mapping[str, CheckRow]) -> bool:
    """Whether others than its unit may open a piece of evidence: a file once it was checked and was not refused."""
    check = found.get(one.file_hash)
    if check is None:
        return not one.file_hash
    if is_refused(check):
        return False
    return check.outcome != Outcome.UNDECLARED or one.declared_at is not None


def is_refused(check: CheckRow) -> bool:
    """Whether a file is kept out: by what it is, or by what the virus scanner found in it."""
    return check.outcome == Outcome.REFUSED or check.scan == Scan.FOUND


def ask(session: Session, made: Iterable[Evidence], now: datetime) -> None:
    """Have new files checked."""
    for one in made:
        if one.file_hash:
            ask_job(session, kind=JOB, target=f"evidence:{one.id}", occasion="added", now=now)
