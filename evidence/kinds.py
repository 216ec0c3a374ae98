"""The kind of a file by its content, never by its name."""

import io
import zipfile
from enum import StrEnum
from pathlib import Path
from typing import Final

HEAD: Final = 1024
LONGEST_DIRECTORY: Final = 2 * 1024 * 1024
"""Bytes of a packed file's directory above which it is not read: it would cost more than the file is worth."""
UNWRITTEN: Final = frozenset(range(32)) - frozenset(b"\t\n\v\f\r\x1b")
"""Bytes that no text has."""
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")


class Kind(StrEnum):
    """What a file turns out to be."""

    JPEG = "jpeg"
    PNG = "png"
    TIFF = "tiff"
    WEBP = "webp"
    PDF = "pdf"
    WORD = "docx"
    EXCEL = "xlsx"
    SLIDES = "pptx"
    OPEN_DOCUMENT = "odf"
    OLD_OFFICE = "doc"
    XML = "xml"
    TEXT = "text"
    PAGE = "html"
    DRAWING = "svg"
    OTHER_IMAGE = "image"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OTHER = "other"


IMAGES: Final = frozenset({Kind.JPEG, Kind.PNG, Kind.TIFF, Kind.WEBP})
OFFICE: Final = frozenset({Kind.WORD, Kind.EXCEL, Kind.SLIDES, Kind.OPEN_DOCUMENT})
MEDIA_TYPES: Final = {
    Kind.JPEG: "image/jpeg",
    Kind.PNG: "image/png",
    Kind.TIFF: "image/tiff",
    Kind.WEBP: "image/webp",
    Kind.PDF: "application/pdf",
    Kind.WORD: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Kind.EXCEL: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Kind.SLIDES: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
ENDINGS: Final = {
    Kind.JPEG: (".jpg", ".jpeg", ".jpe", ".jfif"),
    Kind.PNG: (".png",),
    Kind.TIFF: (".tif", ".tiff"),
    Kind.WEBP: (".webp",),
    Kind.PDF: (".pdf",),
    Kind.WORD: (".docx",),
    Kind.EXCEL: (".xlsx",),
    Kind.SLIDES: (".pptx",),
    Kind.OPEN_DOCUMENT: (".odt", ".ods", ".odp"),
    Kind.OLD_OFFICE: (".doc", ".xls", ".ppt"),
    Kind.XML: (".xml",),
    Kind.TEXT: (".txt", ".csv"),
}
"""The endings a name may have, the usual one first."""

SIGNS: Final = (
    (b"%PDF-", Kind.PDF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLD_OFFICE),
    (b"GIF8", Kind.OTHER_IMAGE),
    (b"Rar!", Kind.ARCHIVE),
    (b"7z\xbc\xaf", Kind.ARCHIVE),
    (b"\x1f\x8b", Kind.ARCHIVE),
    (b"MZ", Kind.PROGRAM),
    (b"\x7fELF", Kind.PROGRAM),
    (b"#!", Kind.PROGRAM),
)
CONTENT_TYPES: Final = "[Content_Types].xml"
PACKED: Final = (
    ("word/document.xml", Kind.WORD),
    ("xl/workbook.xml", Kind.EXCEL),
    ("ppt/presentation.xml", Kind.SLIDES),
)


def kind_of(path: Path) -> Kind:
    """What the file at that path is; OTHER when nothing is recognised. Reads its head and, of a ZIP, its directory."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"RIFF"):
        return Kind.WEBP if head[8:12] == b"WEBP" else Kind.OTHER
    if head[4:8] == b"ftyp":
        return Kind.OTHER_IMAGE
    if head.startswith(b"PK"):
        return _packed(path)
    return next((kind for sign, kind in SIGNS if head.startswith(sign)), None) or _written(head)


class Sparing(io.FileIO):
    """A packed file that refuses to give out a directory beyond all measure, whatever the file says of its length."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Read; BadZipFile where more is asked for than a directory or a part may have."""
        if size is not None and size > LONGEST_DIRECTORY:
            raise zipfile.BadZipFile("the directory is too long")
        return super().read(size)


def _packed(path: Path) -> Kind:
    try:
        with Sparing(path) as file, zipfile.ZipFile(file) as packed:
            names = frozenset(packed.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Kind.ARCHIVE
    if CONTENT_TYPES not in names and not {"mimetype", "META-INF/manifest.xml"} <= names:
        return Kind.ARCHIVE
    if {"mimetype", "content.xml"} <= names:
        return Kind.OPEN_DOCUMENT
    return next((kind for name, kind in PACKED if name in names), Kind.ARCHIVE)


def _written(head: bytes) -> Kind:
    """Of a text: a drawing or a page where it says so, XML, or plain text; OTHER when it is no text."""
    if head.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return Kind.PDF
    if b"\0" in head and not head.startswith(UTF_16):
        return Kind.OTHER
    plain = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\r\n\t ").lower()
    if b"<svg" in plain:
        return Kind.DRAWING
    if any(sign in plain for sign in (b"<html", b"<!doctype html", b"<script", b"<body")):
        return Kind.PAGE
    if plain.startswith(b"<?xml"):
        return Kind.XML
    return Kind.TEXT if head and _is_readable(head) else Kind.OTHER


def _is_readable(head: bytes) -> bool:
    return head.startswith(UTF_16) or not UNWRITTEN.intersection(head)
