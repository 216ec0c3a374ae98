"""Pictures that are broken, far too large, or something else besides."""

import struct
import zlib
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from itertools import product
from random import Random
from typing import Final
from zipfile import ZipFile

from PIL import Image

from tests.evidence import papers
from tests.faults.hostile import STRICT, Expected, Hostile, cut, flipped

FORMATS: Final = ("JPEG", "PNG", "TIFF", "WEBP")
ENDINGS: Final = {"JPEG": "jpg", "PNG": "png", "TIFF": "tif", "WEBP": "webp"}
SCRIPT: Final = b"<script>alert(document.cookie)</script>"
PAGE: Final = b"<!DOCTYPE html><html><body onload=alert(1)></body></html>"
HUGE: Final = ((100_000, 100_000), (65_000, 65_000), (2**31 - 1, 1), (1, 2**31 - 1), (20_000, 20_000), (2**31 - 1,) * 2)


@cache
def honest(form: str) -> bytes:
    return papers.image(form, width=620, height=877)


def packed() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr("ma.js", "alert(1)")
    return made.getvalue()


def truncated(chance: Random) -> Iterator[Hostile]:
    for form in FORMATS:
        for number in range(24):
            content = cut(honest(form), chance.uniform(0, 0.95))
            yield Hostile(f"{number}.{ENDINGS[form]}", content)
        for number in range(4):
            yield Hostile(f"cuoi-{number}.{ENDINGS[form]}", honest(form)[: -1 - number], Expected.PICTURE)


def bit_flipped(chance: Random) -> Iterator[Hostile]:
    """In the whole file, and in its head, where sizes and tables stand."""
    for form, number in product(FORMATS, range(40)):
        content = honest(form)
        at = chance.randrange(len(content) if number % 2 else 200)
        yield Hostile(f"{number}.{ENDINGS[form]}", flipped(content, at, chance), Expected.PICTURE, STRICT)


def pixel_bombs(_: Random) -> Iterator[Hostile]:
    for width, height in HUGE:
        yield Hostile("a.png", png(width, height, zlib.compress(bytes(10_000))))
        yield Hostile("a.tif", tiff(width, height))
        yield Hostile("a.webp", webp(width, height))
        yield Hostile("a.jpg", jpeg(min(width, 65_500), min(height, 65_500)), Expected.PICTURE)
    yield Hostile("day.png", png(30_000, 30_000, _zeros(30_000 * 3_751)))
    yield Hostile("vua.png", png(9_990, 9_990, _zeros(9_990 * (9_990 * 3 + 1)), colour=2, depth=8), Expected.PICTURE)
    yield Hostile("vua-16.png", png(5_000, 5_000, _zeros(5_000 * 40_001), colour=6, depth=16), Expected.PICTURE)
    yield Hostile("sau.png", png(10, 10, _zeros(50_000_000)), Expected.PICTURE)
    yield from (Hostile(f"{name.decode()}.png", text_bomb(name)) for name in (b"zTXt", b"iTXt", b"iCCP"))
    yield from (Hostile(f"{pages}.tif", many(pages)) for pages in (501, 3_000, 10_000))
    yield Hostile("vong.tif", looping(), Expected.PICTURE)
    yield Hostile("dong.webp", moving(), Expected.PICTURE)


@cache
def _zeros(size: int) -> bytes:
    packer, chunk = zlib.compressobj(1), bytes(1 << 20)
    made = [packer.compress(chunk) for _ in range(size >> 20)]
    return b"".join([*made, packer.compress(bytes(size & ((1 << 20) - 1))), packer.flush()])


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, content: bytes, *, colour: int = 0, depth: int = 1, more: bytes = b"") -> bytes:
    """A PNG whose head says whatever it is told to."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", content) + chunk(b"IEND", b"")


def text_bomb(name: bytes) -> bytes:
    unfolded = _zeros(100_000_000)
    content = {
        b"zTXt": b"a\0\0" + unfolded,
        b"iTXt": b"a\0\1\0\0\0" + unfolded,
        b"iCCP": b"a\0\0" + unfolded,
    }[name]
    return png(10, 10, zlib.compress(bytes(30)), more=chunk(name, content))


def tiff(width: int, height: int) -> bytes:
    """Of one strip, the size of which is what the head says."""
    values = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, height), (279, 4))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values)
    return b"II*\0" + struct.pack("<I", 12) + bytes(4) + struct.pack("<H", len(values)) + entries + bytes(4)


def webp(width: int, height: int) -> bytes:
    size = struct.pack("<I", min(width, 1 << 24) - 1)[:3] + struct.pack("<I", min(height, 1 << 24) - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + size + honest("WEBP")[12:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def jpeg(width: int, height: int) -> bytes:
    """An honest one with other sizes in its frame."""
    content = honest("JPEG")
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", height, width) + content[at + 9 :]


def many(pages: int) -> bytes:
    """A TIFF of so many pages, all of the same four bytes."""
    values = ((256, 2), (257, 2), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, 2), (279, 4))
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in values)
    length = len(entries) + 6
    follows = [12 + (number + 1) * length for number in range(pages - 1)]
    directories = (struct.pack("<H", len(values)) + entries + struct.pack("<I", at) for at in (*follows, 0))
    return b"II*\0" + struct.pack("<I", 12) + bytes(4) + b"".join(directories)


def looping() -> bytes:
    """A TIFF whose only page is followed by itself."""
    content = bytearray(papers.image("TIFF", width=100, height=100))
    (at,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, at)
    struct.pack_into("<I", content, at + 2 + 12 * entries, at)
    return bytes(content)


def moving() -> bytes:
    made = BytesIO()
    frames = [Image.new("RGB", (1_000, 1_000), (number, 0, 0)) for number in range(20)]
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:], quality=1, method=0)
    return made.getvalue()


def polyglots(_: Random) -> Iterator[Hostile]:
    """Appended at once, appended far behind, and hidden in a comment that a picture may have."""
    others = {
        "zip": packed(),
        "script": SCRIPT,
        "html": PAGE,
        "php": b"<?php system($_GET['c']); ?>",
        "pdf": papers.saved(papers.written()),
        "pdf-lon": papers.saved(papers.scanned()),
        "hoa": SCRIPT.upper(),
    }
    for form, (name, other) in product(FORMATS, others.items()):
        ending = ENDINGS[form]
        yield Hostile(f"{name}.{ending}", honest(form) + other)
        yield Hostile(f"{name}-xa.{ending}", honest(form) + bytes(200_000) + other)
    for name, other in others.items():
        if len(other) < 65_000:
            yield Hostile(f"{name}-chu-thich.jpg", commented(other))
        yield Hostile(f"{name}-chu-thich.png", png(8, 8, zlib.compress(bytes(16)), more=chunk(b"tEXt", b"a\0" + other)))
    yield Hostile("a.gif", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1);//")
    yield Hostile("a.jpg", b"GIF89a=1;" + SCRIPT)


def commented(other: bytes) -> bytes:
    """A JPEG with a comment."""
    content = honest("JPEG")
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(other) + 2) + other + content[2:]


FAMILIES: Final = {
    "image-truncated": truncated,
    "image-flipped": bit_flipped,
    "image-bombs": pixel_bombs,
    "image-polyglots": polyglots,
}
