"""What was found about a file, in data and in the sentence that a unit reads."""

from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from pydantic import BaseModel, ConfigDict

from evidence.kinds import Kind

FORMS_RULE: Final = (
    "minh chứng điện tử chỉ gồm bản chụp văn bản giấy dưới dạng ảnh, văn bản điện tử có chữ ký số, "
    "hoặc đường link theo quy định"
)


class Frozen(BaseModel):
    """A value; what does not belong to it is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BadRoots(ValueError):
    """A file among the trusted certificates is none: nothing can be said of any signature until it is taken away."""


class Outcome(StrEnum):
    """What a check says of a file; only REFUSED keeps it out."""

    ACCEPTED = "accepted"
    ISSUER_UNKNOWN = "issuer_unknown"
    """The signature is whole, and who vouches for the signer is not known here."""
    UNVERIFIED = "unverified"
    """A signed XML or Office file, the signature of which is not checked."""
    UNDECLARED = "undeclared"
    """A PDF neither signed nor of images only: it serves once the unit declares it a copy of a paper document."""
    REFUSED = "refused"


class Form(StrEnum):
    """The forms of DN-5.3, of which no file is a LINK; OTHER where a programme takes any readable file."""

    SCAN = "scan"
    SIGNED = "signed"
    LINK = "link"
    OTHER = "other"


class Signature(Frozen):
    """One signature of a PDF; `trusted` when a trusted root vouches for the signer at `signed_at`."""

    signer: str
    organisation: str
    issuer: str
    signed_at: datetime | None
    has_timestamp: bool
    is_whole: bool
    """Neither the content nor the signature was altered, and nothing but further signatures was added."""
    covers_all: bool
    is_trusted: bool
    in_validity: bool
    """The certificate was valid when it signed; revocation is not asked and stays unknown."""


class Verdict(Frozen):
    """What a file was found to be; `sentence` is for the unit and says what to do where something is to be done."""

    outcome: Outcome
    kind: Kind
    form: Form = Form.OTHER
    sentence: str
    warnings: tuple[str, ...] = ()
    pages: int = 0
    dpi: int | None = None
    signatures: tuple[Signature, ...] = ()


class Rules(Frozen):
    """What a programme takes: the forms it names, any readable file where it names none."""

    forms: tuple[Form, ...] = ()
    pdf_is_scan: bool = True
    """Takes a PDF as the copy of a paper document (AMB-DN-10)."""
    unknown_issuer: bool = True
    """Takes a whole signature although the issuer of the certificate is not among the trusted roots."""

    @property
    def digest(self) -> str:
        """What tells these rules from others: a verdict holds for a content and a digest."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]

    def takes(self, form: Form) -> bool:
        """Whether a file of that form serves as evidence."""
        return not self.forms or form in self.forms


def refused(kind: Kind, sentence: str) -> Verdict:
    """The verdict that keeps a file out."""
    return Verdict(outcome=Outcome.REFUSED, kind=kind, sentence=sentence)
