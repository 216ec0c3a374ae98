"""Digital signatures within a PDF: are they whole, who signed, when, and who vouches for the signer."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from asn1crypto.x509 import Certificate
from pyhanko.keys import load_certs_from_pemder
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import EmbeddedPdfSignature, validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from evidence.kinds import Kind
from evidence.verdict import BadRoots, Form, Outcome, Rules, Signature, Verdict, refused

MOST: Final = 50
END: Final = re.compile(rb"startxref\s+\d+\s+%%EOF\s*\Z")
EDGE: Final = 2048
ALTERED: Final = "Nội dung đã bị sửa sau khi ký số; hãy gửi đúng bản đã ký."


def trusted_roots(folder: Path | None) -> list[Certificate]:
    """The certificates of a folder, PEM or DER; none when there is no such folder."""
    files = sorted(file for file in folder.iterdir() if file.is_file()) if folder and folder.is_dir() else []
    try:
        return list(load_certs_from_pemder([str(file) for file in files]))  # type: ignore[no-untyped-call]
    except (ValueError, OSError) as error:
        raise BadRoots(f"{folder}: {error}") from error


def look(path: Path, rules: Rules, roots: Sequence[Certificate], at: datetime) -> Verdict:
    """The verdict on a signed PDF; `at` stands in for the time of signing where the signature tells none.

    Each is held against the roots at its own time of signing. Revocation is not asked: nothing is fetched.
    """
    try:
        found = list(_signatures(path, roots, at))
    except (PdfError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError, RecursionError):
        return refused(Kind.PDF, "Không đọc được chữ ký số trong tệp; hãy ký lại văn bản rồi gửi lại.")
    if _is_lengthened(path):
        return refused(Kind.PDF, ALTERED)
    return _judge(found, rules)


def _judge(found: Sequence[Signature], rules: Rules) -> Verdict:
    if not found:
        return refused(Kind.PDF, "Tệp PDF có ô chữ ký nhưng chưa ký; hãy ký số rồi gửi lại.")
    if not all(one.is_whole for one in found) or not any(one.covers_all for one in found):
        return _with(found, Outcome.REFUSED, ALTERED)
    if not all(one.in_validity for one in found):
        why = "Chứng thư số không còn hoặc chưa có hiệu lực khi ký; hãy ký lại bằng chứng thư còn hiệu lực."
        return _with(found, Outcome.REFUSED, why)
    who = ", ".join(dict.fromkeys(one.signer for one in found))
    if all(one.is_trusted for one in found):
        return _with(found, Outcome.ACCEPTED, f"Chữ ký số hợp lệ: {who}.")
    if rules.unknown_issuer:
        return _with(found, Outcome.ISSUER_UNKNOWN, f"Chữ ký số nguyên vẹn, chưa xác minh được nơi cấp: {who}.")
    why = "Nơi cấp chứng thư số không thuộc danh sách được tin cậy; hãy ký bằng chữ ký số chuyên dùng công vụ."
    return _with(found, Outcome.REFUSED, why)


def _is_lengthened(path: Path) -> bool:
    """Whether anything but white space follows the end: no revision, and of no signature."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - EDGE))
        return END.search(file.read()) is None


def _with(found: Sequence[Signature], outcome: Outcome, sentence: str) -> Verdict:
    return Verdict(
        outcome=outcome,
        kind=Kind.PDF,
        form=Form.SIGNED,
        sentence=sentence,
        warnings=tuple(_cautions(found)) if outcome is not Outcome.REFUSED else (),
        signatures=tuple(found),
    )


def _cautions(found: Iterable[Signature]) -> Iterator[str]:
    if not all(one.has_timestamp for one in found):
        yield "Thời điểm ký theo máy của người ký, không có dấu thời gian."
    yield "Chưa kiểm tra việc thu hồi chứng thư số."


def _signatures(path: Path, roots: Sequence[Certificate], at: datetime) -> Iterator[Signature]:

    with path.open("rb") as file:
        reader = PdfFileReader(file, strict=False)
        for embedded in reader.embedded_regular_signatures[:MOST]:
            yield _signature(embedded, roots, at)


def _signature(embedded: EmbeddedPdfSignature, roots: Sequence[Certificate], at: datetime) -> Signature:

    signed_at = embedded.self_reported_timestamp
    moment = (signed_at or at).astimezone(UTC)
    status = validate_pdf_signature(embedded, _context(roots, moment), _context(roots, moment))
    level = status.modification_level or ModificationLevel.NONE
    covered = status.coverage in {SignatureCoverageLevel.ENTIRE_FILE, SignatureCoverageLevel.ENTIRE_REVISION}
    certificate = status.signing_cert
    subject = certificate.subject.native
    return Signature(
        signer=str(subject.get("common_name") or certificate.subject.human_friendly),
        organisation=str(subject.get("organization_name") or ""),
        issuer=str(certificate.issuer.native.get("common_name") or certificate.issuer.human_friendly),
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        has_timestamp=status.timestamp_validity is not None,
        is_whole=status.intact
        and status.valid
        and status.docmdp_ok is not False
        and covered
        and level <= ModificationLevel.FORM_FILLING,
        covers_all=covered and level <= ModificationLevel.LTA_UPDATES,
        is_trusted=status.trusted,
        in_validity=certificate.not_valid_before <= moment <= certificate.not_valid_after,
    )


def _context(roots: Sequence[Certificate], moment: datetime) -> ValidationContext:

    return ValidationContext(trust_roots=list(roots), allow_fetching=False, moment=moment, revocation_mode="soft-fail")
