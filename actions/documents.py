"""Documents by number, date and signer, and what is added once they are signed."""

import re
import unicodedata
from datetime import date, datetime

from sqlmodel import Session

from models.decisions import Document
from states.errors import Unknown, refuse

SHA256 = re.compile(r"[0-9a-f]{64}")


def put_document(  # noqa: PLR0913  what a document is known by
    session: Session,
    *,
    kind: str,
    number: str,
    dated: date | None,
    signer: str,
    title: str = "",
    file_hash: str = "",
    confidential: bool = False,
    now: datetime,
) -> Document:
    """Remember a document; what is not known yet is empty and may be completed later.

    `file_hash` is the SHA-256 (hex) of the signed copy. Of a confidential document (*Mật*) only number and date
    are kept, never a copy.
    """
    made = Document(
        kind=kind,
        number=one_line(number),
        dated=dated,
        signer="" if confidential else one_line(signer),
        title=one_line(title),
        file_hash=_hash(file_hash, confidential=confidential),
        confidential=confidential,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    return made


def complete_document(
    session: Session,
    document_id: int,
    *,
    number: str = "",
    dated: date | None = None,
    signer: str = "",
    file_hash: str = "",
) -> Document:
    """Add what a document lacked; Refused when it would change what already stands in it.

    The caller records the act on the chain of what the document is for.
    """
    document = session.get(Document, document_id)
    if document is None:
        raise Unknown(f"văn bản số {document_id}")
    copy = _hash(file_hash, confidential=document.confidential)
    signed = "" if document.confidential else one_line(signer)
    given = {"number": one_line(number), "dated": dated, "signer": signed, "file_hash": copy}
    stands = document.model_dump(include=set(given))
    added = {name: value for name, value in given.items() if value and value != stands[name]}
    if any(stands[name] for name in added):
        raise refuse("document", "Nội dung đã ghi của văn bản không sửa được; hãy lập văn bản khác thay thế.")
    document.sqlmodel_update(added)
    session.flush()
    return document


def one_line(value: str) -> str:
    """Text as it is kept: NFC, with single spaces."""
    return " ".join(unicodedata.normalize("NFC", value).split())


def _hash(written: str, *, confidential: bool) -> str:
    if written and confidential:
        raise refuse("confidential", "Văn bản Mật chỉ ghi số, ngày; không tải bản chụp lên phần mềm.")
    if written and not SHA256.fullmatch(written.lower()):
        raise refuse("file_hash", "Mã băm của bản đã ký phải là SHA-256 (64 chữ số thập lục phân).")
    return written.lower()
