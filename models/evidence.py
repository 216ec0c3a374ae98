"""Evidence of a unit (*minh chứng*): files by their content and links, to one criterion each."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import Field, Index, Session, SQLModel, UniqueConstraint, col, select

from models.assessments import Assessment
from models.columns import AUTO, ID, identity, instant, long_text, reference
from models.db import Parameters, among, listed, run
from models.types import from_micros, to_micros


class Evidence(SQLModel, table=True):
    """A file or a link to one criterion of a dossier; a row is never deleted, what was taken away has `removed_at`.

    A file is `file_hash` (SHA-256, hex), under which its content lies; a link is `address`; a confidential document
    (*Mật*) is `number` and `dated` (ISO) and nothing else. With `request_id` it came as a supplement to that question.
    What was there at `assessment.submitted_at` went with the submission. `declared_at`: the unit has declared the file
    a copy of a paper document. A file that was refused too late for the sheet may be replaced until `replace_by`; what
    came in its place names it in `replaces_id`.
    """

    __table_args__ = (Index("ix_evidence_assessment", "assessment_id", "criterion"), AUTO)
    id: int = identity()
    assessment_id: int = reference("assessment")
    criterion: str
    request_id: int | None = reference("explanation_request", default=None)
    name: str = long_text(default="")
    file_hash: str = Field(default="", index=True)
    size: int = 0
    media_type: str = ""
    address: str = long_text(default="")
    account_id: int | None = reference("account", default=None)
    at: datetime = instant()
    removed_at: datetime | None = instant(default=None)
    removed_by: int | None = reference("account", default=None)
    declared_at: datetime | None = instant(default=None)
    number: str = ""
    dated: str = ""
    replaces_id: int | None = Field(default=None, sa_type=ID)
    replace_by: datetime | None = instant(default=None)


class EvidenceRow(NamedTuple):
    """A piece of evidence to read, with the columns of its table: every page of a dossier asks for all it has."""

    id: int
    assessment_id: int
    criterion: str
    request_id: int | None
    name: str
    file_hash: str
    size: int
    media_type: str
    address: str
    account_id: int | None
    at: datetime
    removed_at: datetime | None
    removed_by: int | None
    declared_at: datetime | None
    number: str
    dated: str
    replaces_id: int | None
    replace_by: datetime | None

    @property
    def is_confidential(self) -> bool:
        """Whether it is a document of which only number and date are known here."""
        return not self.file_hash and not self.address


INSTANTS: Final = frozenset({"at", "removed_at", "declared_at", "replace_by", "checked_at"})


class EvidenceCheck(SQLModel, table=True):
    """What a content was found to be by one set of rules: `verdict` is `evidence.verdict.Verdict` as JSON.

    `scan` is "" while no virus scanner was asked, else "clean" or "found", and then `virus` names what was found.
    """

    __tablename__ = "evidence_check"
    __table_args__ = (UniqueConstraint("file_hash", "rules"), AUTO)
    id: int = identity()
    file_hash: str
    rules: str
    outcome: str
    form: str
    verdict: str = long_text()
    checked_at: datetime = instant()
    scan: str = ""
    virus: str = ""


class CheckRow(NamedTuple):
    """A row of `EvidenceCheck` without its key and its rules, to be read."""

    file_hash: str
    outcome: str
    form: str
    verdict: str
    checked_at: datetime
    scan: str
    virus: str


def evidence_of(session: Session, assessment_id: int) -> list[EvidenceRow]:
    """What stands with a dossier now, in the order in which it came."""
    return _rows(session, "assessment_id = :assessment AND removed_at IS NULL", {"assessment": assessment_id})


def every_evidence_of(session: Session, assessment_id: int) -> list[EvidenceRow]:
    """Everything that ever stood with a dossier, in the order in which it came."""
    return _rows(session, "assessment_id = :assessment", {"assessment": assessment_id})


def in_force(session: Session, assessment_id: int, submitted_at: datetime) -> list[EvidenceRow]:
    """What went with a submission, the supplements to questions, and what came in place of refused files.

    That is what an appraisal looks at.
    """
    sent = "request_id IS NULL AND at <= :submitted AND (removed_at IS NULL OR removed_at > :submitted)"
    later = "(request_id IS NOT NULL OR replaces_id IS NOT NULL) AND removed_at IS NULL"
    given = {"assessment": assessment_id, "submitted": to_micros(submitted_at)}
    return _rows(session, f"assessment_id = :assessment AND (({sent}) OR ({later}))", given)


def one_of(session: Session, assessment_id: int, evidence_id: int) -> EvidenceRow | None:
    """A piece of a dossier, also one taken away; None when it is not that dossier's."""
    given = {"assessment": assessment_id, "id": evidence_id}
    return next(iter(_rows(session, "assessment_id = :assessment AND id = :id", given)), None)


def _rows(session: Session, condition: str, given: Parameters) -> list[EvidenceRow]:
    sql = f"SELECT {', '.join(EvidenceRow._fields)} FROM evidence WHERE {condition} ORDER BY id"
    return [EvidenceRow._make(map(_value, EvidenceRow._fields, found)) for found in run(session, sql, given)]


def _value(name: str, found: Any) -> Any:  # noqa: ANN401  a column as the database keeps it
    return from_micros(found) if name in INSTANTS and found is not None else found


def astray(session: Session, among: ColumnElement[bool]) -> Sequence[Evidence]:
    """Of the dossiers named, what stands now and did not go with the last submission, or the other way round.

    Supplements to questions and what came in place of a refused file apart, and dossiers that never submitted.
    """
    submitted, came, gone = col(Assessment.submitted_at), col(Evidence.at), col(Evidence.removed_at)
    differs = ((came > submitted) & gone.is_(None)) | ((came <= submitted) & (gone > submitted))
    joined = select(Evidence).join(Assessment, col(Assessment.id) == col(Evidence.assessment_id))
    own = col(Evidence.request_id).is_(None) & col(Evidence.replaces_id).is_(None)
    chosen = joined.where(among, differs, own)
    return session.exec(chosen.order_by(col(Evidence.assessment_id), col(Evidence.id))).all()


def checks_of(session: Session, hashes: Collection[str], rules: str) -> dict[str, CheckRow]:
    """What these contents were found to be by a set of rules, by content; those not yet checked are left out."""
    if not hashes:
        return {}
    condition = f"file_hash {among(session)} AND rules = :rules"
    sql = f"SELECT {', '.join(CheckRow._fields)} FROM evidence_check WHERE {condition}"
    rows = run(session, sql, {"among": listed(session, hashes), "rules": rules})
    return {found[0]: CheckRow._make(map(_value, CheckRow._fields, found)) for found in rows}


_NAMED: Final = (
    "SELECT file_hash FROM evidence WHERE file_hash <> '' UNION SELECT file_hash FROM document WHERE file_hash <> ''"
)
_MENTIONED: Final = ("SELECT content FROM draft", "SELECT parameters FROM approval")
_HASH: Final = re.compile(r"\b[0-9a-f]{64}\b")


def named_files(session: Session) -> set[str]:
    """The contents that evidence and documents name."""
    return {row[0] for row in run(session, _NAMED).fetchall()}


def mentioned_files(session: Session) -> set[str]:
    """The contents that drafts and acts of two people may name: whatever looks like one in them."""
    texts = (row[0] for sql in _MENTIONED for row in run(session, sql).fetchall())
    return {found for text in texts for found in _HASH.findall(text)}


_UNCHECKED: Final = (
    "SELECT e.id FROM evidence e LEFT JOIN evidence_check c ON c.file_hash = e.file_hash "
    "WHERE e.file_hash <> '' AND e.removed_at IS NULL AND c.id IS NULL ORDER BY e.id"
)


_LATE: Final = (
    "SELECT DISTINCT e.id FROM evidence e JOIN assessment a ON a.id = e.assessment_id "
    "JOIN evidence_check c ON c.file_hash = e.file_hash "
    "WHERE e.removed_at IS NULL AND e.replace_by IS NULL AND e.at <= a.submitted_at AND a.closes_at <= :now "
    "AND (c.outcome = 'refused' OR c.scan = 'found') AND c.checked_at > :since ORDER BY e.id"
)


def refused_late(session: Session, since: datetime, now: datetime) -> list[int]:
    """Submitted files that were refused since then, by whatever rules, while their sheet was open, which it is not."""
    return [row[0] for row in run(session, _LATE, {"since": to_micros(since), "now": to_micros(now)}).fetchall()]


def unchecked(session: Session) -> list[int]:
    """Files that stand with a dossier and were never found to be anything."""
    return [row[0] for row in run(session, _UNCHECKED).fetchall()]
