"""Office and XML files: signed or not, and with macros or not; what a signature in them is worth is not checked."""

import io
import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO, Final
from xml.parsers import expat

from evidence.kinds import CONTENT_TYPES, Kind, Sparing
from evidence.verdict import FORMS_RULE, Form, Outcome, Rules, Verdict, refused

MOST_PARTS: Final = 5_000
LARGEST: Final = 400 * 1024 * 1024
"""Bytes that a packed file may unfold to."""
LARGEST_XML: Final = 25 * 1024 * 1024
LARGEST_PART: Final = 4 * 1024 * 1024
"""Bytes of a part that is looked into."""
SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig# SignatureValue"
SHOWN: Final = ("http://www.w3.org/1999/xhtml ", "http://www.w3.org/2000/svg ")
KNOWN: Final = (SIGNATURE, *SHOWN)
SIGNATURES: Final = re.compile(r"^_xmlsignatures/[^/]+\.xml$|documentsignatures\.xml$", re.IGNORECASE)
MACROS: Final = re.compile(r"vba(project|data)|^basic/|^xl/macrosheets/|^scripts/", re.IGNORECASE)
OLD_MACROS: Final = "_VBA_PROJECT".encode("utf-16-le")
OLD_CONTENT: Final = tuple(name.encode("utf-16-le") for name in ("WordDocument", "Workbook", "PowerPoint Document"))
ACTIVE: Final = "Tệp XML là trang web hoặc có khai báo DOCTYPE nên không được nhận; hãy xuất lại không có phần đó."
NAMES: Final = {
    Kind.WORD: "Word",
    Kind.EXCEL: "Excel",
    Kind.SLIDES: "PowerPoint",
    Kind.OPEN_DOCUMENT: "OpenDocument",
    Kind.XML: "XML",
    Kind.OLD_OFFICE: "Office bản cũ",
    Kind.TEXT: "văn bản thô",
}


class Active(ValueError):
    """The XML declares a document type, which may name entities, or it is a page or a drawing."""


def look(path: Path, kind: Kind, rules: Rules) -> Verdict:
    """The verdict on a packed office file: REFUSED with macros, when broken, or when it unfolds to too much."""
    try:
        with Sparing(path) as file, zipfile.ZipFile(file) as packed:
            return _strange(packed, kind) or _judge(kind, rules, is_signed=_bears_signature(packed))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return refused(kind, f"Tệp {NAMES[kind]} bị hỏng hoặc gửi chưa hết; hãy lưu lại rồi gửi lại.")


def _strange(packed: zipfile.ZipFile, kind: Kind) -> Verdict | None:
    parts = packed.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST:
        return refused(kind, f"Tệp {NAMES[kind]} có cấu trúc bất thường; hãy lưu lại thành tệp mới rồi gửi lại.")
    told = _part(packed, CONTENT_TYPES) if CONTENT_TYPES in packed.namelist() else b""
    if any(MACROS.search(part.filename) for part in parts) or b"vbaproject" in told.lower():
        return refused(kind, f"Tệp {NAMES[kind]} có macro nên không được nhận; hãy lưu lại không có macro rồi gửi lại.")
    return None


def has_room_for_signatures(path: Path) -> bool:
    """Whether a packed office file has a part for signatures, or cannot be read: the names of its parts say it."""
    try:
        with Sparing(path) as file, zipfile.ZipFile(file) as packed:
            return any(SIGNATURES.search(name) for name in packed.namelist())
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError):
        return True


def _bears_signature(packed: zipfile.ZipFile) -> bool:
    """Whether a part for signatures holds one; ValueError when it is no XML."""
    names = [name for name in packed.namelist() if SIGNATURES.search(name)]
    try:
        return any(_signed_by(io.BytesIO(_part(packed, name))) for name in names)
    except expat.ExpatError as error:
        raise ValueError(str(error)) from error


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """The content of a small part; ValueError when it is not small."""
    with packed.open(name) as part:
        content = part.read(LARGEST_PART + 1)
    if len(content) > LARGEST_PART:
        raise ValueError(f"{name} is too large")
    return content


def look_xml(path: Path, rules: Rules) -> Verdict:
    """The verdict on an XML file: REFUSED when broken, or when it declares a document type."""
    try:
        is_signed = _is_signed(path)
    except Active:
        return refused(Kind.XML, ACTIVE)
    except (expat.ExpatError, ValueError, LookupError):
        return refused(Kind.XML, "Tệp XML bị hỏng hoặc gửi chưa hết; hãy xuất lại rồi gửi lại.")
    return _judge(Kind.XML, rules, is_signed=is_signed)


def look_old(path: Path, rules: Rules) -> Verdict:
    """The verdict on an office file of the old kind: REFUSED with macros, or when it is no document at all."""
    content = path.read_bytes()
    if OLD_MACROS in content:
        return refused(Kind.OLD_OFFICE, "Tệp Office bản cũ có macro nên không được nhận; hãy lưu lại không có macro.")
    if not any(name in content for name in OLD_CONTENT):
        return refused(Kind.OTHER, "Không nhận ra loại tệp này; hãy chụp hoặc quét văn bản thành ảnh hay PDF.")
    return look_plain(Kind.OLD_OFFICE, rules)


def look_plain(kind: Kind, rules: Rules) -> Verdict:
    """The verdict on a file of words that cannot bear a signature that is known here."""
    return _judge(kind, rules, is_signed=False)


def _judge(kind: Kind, rules: Rules, *, is_signed: bool) -> Verdict:
    name = NAMES[kind]
    if is_signed and rules.takes(Form.SIGNED):
        why = f"Tệp {name} có chữ ký số; chưa kiểm được chữ ký."
        return Verdict(outcome=Outcome.UNVERIFIED, kind=kind, form=Form.SIGNED, sentence=why)
    if rules.takes(Form.OTHER):
        return Verdict(outcome=Outcome.ACCEPTED, kind=kind, form=Form.OTHER, sentence=f"Tệp {name}.")
    return refused(
        kind,
        f"Tệp {name} chưa ký số: {FORMS_RULE}. Hãy ký số rồi gửi bản đã ký, hoặc chụp văn bản giấy đã ký.",
    )


def _is_signed(path: Path) -> bool:
    if path.stat().st_size > LARGEST_XML:
        raise ValueError("larger than any file that is taken")
    with path.open("rb") as file:
        return _signed_by(file)


def _signed_by(file: BinaryIO) -> bool:
    """Whether an XML holds the value of a signature; Active when it is a page, or declares a document type."""
    found: list[str] = []
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = lambda name, _: found.append(_harmless(name)) if name.startswith(KNOWN) else None
    parser.ParseFile(file)
    return SIGNATURE in found


def _harmless(name: str) -> str:
    if name.startswith(SHOWN):
        raise Active
    return name


def _refuse_doctype(*_: object) -> None:
    raise Active
