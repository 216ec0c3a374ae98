"""A piece of evidence as its pages show it: what it is, how far its check is, and whether it can be opened."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import evidence_checks, unit_page
from evidence.verdict import Form, Outcome, Verdict
from evidence.viruses import Scan
from models.evidence import CheckRow, EvidenceRow
from states.facts import Dossier
from web.words import _


class Badge(NamedTuple):
    """What is said of a file in a few words, and in which tone."""

    text: str
    tone: str


PENDING: Final = Badge(_("Đang kiểm tra"), "info")
INFECTED: Final = Badge(_("Có mã độc"), "bad")
REFUSED: Final = Badge(_("Không được nhận"), "bad")
DECLARED: Final = Badge(_("Đơn vị tự khai"), "info")
OTHERS: Final = {
    Outcome.ISSUER_UNKNOWN: Badge(_("Chữ ký số, chưa rõ nơi cấp"), "warn"),
    Outcome.UNVERIFIED: Badge(_("Chưa kiểm được chữ ký"), "warn"),
    Outcome.UNDECLARED: Badge(_("Cần đơn vị xác nhận"), "warn"),
}
ACCEPTED: Final = {
    Form.SCAN: Badge(_("Bản chụp"), "ok"),
    Form.SIGNED: Badge(_("Chữ ký số hợp lệ"), "ok"),
    Form.OTHER: Badge(_("Đã kiểm tra"), "ok"),
}


@dataclass(frozen=True)
class Piece:
    """A file, a link or a confidential document, with what its file was found to be; `own`: shown to its unit."""

    row: EvidenceRow
    check: CheckRow | None
    own: bool

    @property
    def id(self) -> int:
        """Its id."""
        return self.row.id

    @property
    def criterion(self) -> str:
        """The criterion it is for."""
        return self.row.criterion

    @property
    def is_pending(self) -> bool:
        """Whether its check is still to come."""
        return bool(self.row.file_hash) and self.check is None

    @property
    def is_refused(self) -> bool:
        """Whether it is kept out."""
        return self.check is not None and evidence_checks.is_refused(self.check)

    @cached_property
    def is_open(self) -> bool:
        """Whether it can be opened here: by its unit always, by others once it was checked and not refused."""
        found = {self.check.file_hash: self.check} if self.check else {}
        return self.own or evidence_checks.is_open(self.row, found)

    @property
    def is_to_declare(self) -> bool:
        """Whether it waits for the unit's declaration."""
        undeclared = self.check is not None and self.check.outcome == Outcome.UNDECLARED
        return undeclared and not self.is_refused and self.row.declared_at is None

    @cached_property
    def verdict(self) -> Verdict | None:
        """What was found."""
        return Verdict.model_validate_json(self.check.verdict) if self.check else None

    @property
    def badge(self) -> Badge | None:
        """What is said of it in a few words; None of links and confidential documents."""
        if self.check is None:
            return PENDING if self.is_pending else None
        if self.is_refused:
            return INFECTED if self.check.scan == Scan.FOUND else REFUSED
        outcome = Outcome(self.check.outcome)
        if outcome is Outcome.UNDECLARED and self.row.declared_at is not None:
            return DECLARED
        return OTHERS.get(outcome) or ACCEPTED[Form(self.check.form)]


def pieces(session: Session, facts: Dossier, evidence: Iterable[EvidenceRow]) -> list[Piece]:
    """The evidence of a dossier as it is shown to whoever asks; one query more where there are files."""
    every = list(evidence)
    found, own = evidence_checks.checks(session, facts.programme, every), unit_page.is_unit(facts)
    return [Piece(one, found.get(one.file_hash), own) for one in every]
