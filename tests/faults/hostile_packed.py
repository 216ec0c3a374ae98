"""Packed files: bombs, macros, and what only calls itself an office file."""

import struct
from collections.abc import Iterator, Mapping
from io import BytesIO
from random import Random
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from tests.faults.hostile import STRICT, Expected, Hostile, cut, flipped

TYPES: Final = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MACRO_TYPES: Final = TYPES.replace(b"/>", b'><Override ContentType="application/vnd.ms-office.vbaProject"/></Types>')
MAIN: Final = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
SIGNATURE: Final = (
    b'<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue>AAAA</SignatureValue></Signature>'
)
ZEROS: Final = bytes(64 * 1024 * 1024)


def packed(parts: Mapping[str, bytes], how: int = ZIP_DEFLATED) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", how) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def office(ending: str, more: Mapping[str, bytes] | None = None, types: bytes = TYPES) -> bytes:
    return packed({"[Content_Types].xml": types, MAIN[ending]: b"<x/>", **(more or {})})


def old(*names: str) -> bytes:
    """The head of an office file of the old kind, with entries of those names."""
    entries = b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names)
    return (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)) + entries + bytes(2048)


def macros(_: Random) -> Iterator[Hostile]:
    for ending, main in MAIN.items():
        folder = main.partition("/")[0]
        for name in (f"{folder}/vbaProject.bin", f"{folder}/VBAPROJECT.BIN", f"{folder}/vbaData.xml", "vbaProject.bin"):
            yield Hostile(f"{name.replace('/', '-')}.{ending}", office(ending, {name: b"\xd0\xcf"}))
        yield Hostile(f"doi-ten.{ending}", office(ending, {f"{folder}/a.bin": b"\xd0\xcf"}, MACRO_TYPES))
        signed = {"_xmlsignatures/sig1.xml": SIGNATURE, f"{folder}/vbaProject.bin": b"\xd0\xcf"}
        yield Hostile(f"ky.{ending}", office(ending, signed), rules=STRICT)
    yield Hostile("a.xlsm", office("xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}))
    for ending in ("odt", "ods", "odp"):
        parts = {"mimetype": b"application/vnd.oasis", "content.xml": b"<x/>", "META-INF/manifest.xml": b"<x/>"}
        yield Hostile(f"a.{ending}", packed({**parts, "Basic/Standard/Module1.xml": b"<x/>"}))
        yield Hostile(f"b.{ending}", packed({**parts, "Scripts/python/a.py": b"1"}))
    for main in ("WordDocument", "Workbook", "PowerPoint Document"):
        yield Hostile(f"{main}.doc", old(main, "_VBA_PROJECT"))
        yield Hostile(f"{main}-cu.doc", old(main, "_VBA_PROJECT_CUR"))


def fakes(chance: Random) -> Iterator[Hostile]:
    """What has the name of an office file's part and is none; signatures that are only called so."""
    for ending, main in MAIN.items():
        whole = office(ending)
        yield Hostile(f"chi-mot.{ending}", packed({main: b"<x/>"}))
        yield Hostile(f"ky-rong.{ending}", office(ending, {"_xmlsignatures/": b""}), rules=STRICT)
        yield Hostile(f"ky-gia.{ending}", office(ending, {"_xmlsignatures/sig1.xml": b"ky"}), rules=STRICT)
        yield Hostile(f"ky-khac.{ending}", office(ending, {"_xmlsignatures/sig1.xml": b"<Signature/>"}), rules=STRICT)
        dtd = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + SIGNATURE
        yield Hostile(f"ky-xxe.{ending}", office(ending, {"_xmlsignatures/sig1.xml": dtd}), rules=STRICT)
        yield Hostile(f"ky-bom.{ending}", office(ending, {"_xmlsignatures/sig1.xml": ZEROS}), rules=STRICT)
        yield Hostile(f"chua-ky.{ending}", whole, rules=STRICT)
        yield from (Hostile(f"cat-{number}.{ending}", cut(whole, number / 8)) for number in range(1, 8))
        for number in range(5):
            content = flipped(whole, chance.randrange(len(whole)), chance)
            yield Hostile(f"lat-{number}.{ending}", content, Expected.READABLE)
    yield Hostile("msi.doc", old("!Product"))
    yield Hostile("chi-dau.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def bombs(_: Random) -> Iterator[Hostile]:
    yield Hostile("long.zip", nested(6))
    yield Hostile("long.docx", nested(6))
    for ending, main in MAIN.items():
        yield Hostile(f"bung.{ending}", said(office(ending, {"a.xml": ZEROS}), 2**31))
        parts = {f"a{number}.xml": ZEROS for number in range(7)}
        yield Hostile(f"bung-that.{ending}", office(ending, parts))
        yield Hostile(f"bung-kieu.{ending}", packed({"[Content_Types].xml": ZEROS, main: b"<x/>"}))
        yield Hostile(f"nhieu.{ending}", office(ending, {f"a/{number}": b"" for number in range(5_001)}))
        yield Hostile(f"doi-khoa.{ending}", encrypted(office(ending)))
    yield Hostile("rat-nhieu.docx", office("docx", {f"a/{number}": b"" for number in range(60_000)}))
    yield Hostile("trum.docx", overlapping())
    yield Hostile("muc-luc.docx", office("docx")[:-10] + struct.pack("<IIH", 2**31, 0, 0))


def nested(depth: int) -> bytes:
    content = packed({"a": ZEROS})
    for _ in range(depth):
        content = packed({f"{number}.zip": content for number in range(10)}, ZIP_STORED if depth % 2 else ZIP_DEFLATED)
    return content


def said(content: bytes, size: int) -> bytes:
    """The directory says of the last file that it is larger than it is."""
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 24] + struct.pack("<I", size) + content[at + 28 :]


def encrypted(content: bytes) -> bytes:
    """The directory says that every file has a password."""
    parts = content.split(b"PK\x01\x02")
    return b"PK\x01\x02".join([parts[0], *(part[:4] + b"\x01\0" + part[6:] for part in parts[1:])])


def overlapping() -> bytes:
    """Many entries of the directory share one packed content."""
    content = office("docx", {"a": ZEROS})
    at, end = content.rindex(b"PK\x01\x02"), content.rindex(b"PK\x05\x06")
    entries = content[at:end] * 2_000
    begin = content.index(b"PK\x01\x02")
    size = end - begin + len(entries)
    tail = struct.pack("<HHHHIIH", 0, 0, 2_003, 2_003, size, begin, 0)
    return content[:end] + entries + b"PK\x05\x06" + tail


FAMILIES: Final = {"office-macros": macros, "office-fakes": fakes, "packed-bombs": bombs}
