"""Packed office files before they are opened: what they are, how large they unfold, and whether they may be read."""

import zipfile
import zlib
from pathlib import Path
from typing import Final

from intake.oddities import refuse
from intake.tables import MOST_BYTES

MOST_PARTS: Final = 2_000
MOST_WHOLE: Final = 40 * 1024 * 1024
"""Bytes that a file may unfold to: the XML of a sheet of 300 criteria has well under one million.

Whatever a part is called: a package may name any of its parts as its strings or its sheet.
"""
MOST_TAGS: Final = 1_500_000
"""Signs that open a tag: what takes the time of reading, however small a file is packed."""
WORD: Final = "word/document.xml"
EXCEL: Final = "xl/workbook.xml"
_MB: Final = 1024 * 1024
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_NAMES: Final = {WORD: "Word (.docx)", EXCEL: "Excel (.xlsx)"}
_HEAD: Final = 4096
_BROKEN: Final = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error)


def examine(path: Path, wanted: str) -> None:
    """Raise ConfigError, with what to do, unless the file is a sound package of the wanted kind within the limits."""
    if path.stat().st_size > MOST_BYTES:
        raise refuse(path, f"Tệp lớn hơn {MOST_BYTES // _MB} MB; hãy bỏ ảnh và phần ngoài bảng rồi nhập lại.")
    _refuse_ole(path)
    try:
        with zipfile.ZipFile(path) as packed:
            _refuse_parts(path, packed, wanted)
    except _BROKEN:
        raise refuse(
            path, f"Tệp {_NAMES[wanted]} bị hỏng; hãy mở bằng Office, lưu lại thành tệp mới rồi nhập lại."
        ) from None


def _refuse_ole(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_OLE)) != _OLE:
            return
        is_locked = _ENCRYPTED in file.read()
    if is_locked:
        raise refuse(path, "Tệp có đặt mật khẩu mở; hãy bỏ mật khẩu, lưu lại rồi nhập lại.")
    raise refuse(path, "Tệp là bản Office cũ (.doc, .xls); hãy lưu lại dạng .docx hoặc .xlsx rồi nhập lại.")


def _refuse_parts(path: Path, packed: zipfile.ZipFile, wanted: str) -> None:
    parts = packed.infolist()
    names = {part.filename.casefold() for part in parts}
    if wanted not in names:
        raise refuse(path, f"Nội dung tệp không phải là {_NAMES[wanted]}; hãy kiểm tra lại tệp.")
    if any(name.endswith(("vbaproject.bin", ".bin")) and "vba" in name for name in names):
        raise refuse(
            path, "Tệp có macro nên không được đọc; hãy lưu lại dạng không có macro (.docx, .xlsx) rồi nhập lại."
        )
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_WHOLE:
        raise refuse(path, f"Nội dung tệp giãn ra hơn {MOST_WHOLE // _MB} MB; hãy xóa dòng, cột thừa rồi nhập lại.")
    tags = 0
    for part in parts:
        content = packed.read(part)
        tags += content.count(b"<")
        if b"<!DOCTYPE" in content[:_HEAD]:
            raise refuse(path, "Tệp có khai báo DOCTYPE nên không được đọc; hãy lưu lại bằng Office.")
    if tags > MOST_TAGS:
        raise refuse(path, "Tệp có quá nhiều dòng, ô; hãy xóa dòng, cột thừa, kể cả dòng trống có định dạng.")
