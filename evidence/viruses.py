"""A virus scanner that listens (clamd), asked over its own socket: the content is sent, and never a path."""

import socket
import struct
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import urlsplit

CHUNK: Final = 64 * 1024
PATIENCE: Final = 60
"""Seconds for one answer."""
LONGEST: Final = 4096


class Scan(StrEnum):
    """What the scanner says of a content."""

    CLEAN = "clean"
    FOUND = "found"


class Finding(NamedTuple):
    """The scanner's answer, and the name of what it found."""

    scan: Scan
    name: str = ""


class ScannerDown(OSError):
    """The scanner does not answer, or answers that it could not scan: to be tried again."""


def scan(address: str, path: Path) -> Finding:
    """Ask the scanner at `unix:///path` or `tcp://host:port` about a file; ScannerDown when it gives no verdict."""
    try:
        with _connect(address) as line, path.open("rb") as file:
            line.settimeout(PATIENCE)
            return _finding(_ask(line, file))
    except (OSError, ValueError) as error:
        raise ScannerDown(f"{address}: {error}") from error


def _connect(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX)
        line.connect(parts.path)
        return line
    return socket.create_connection((parts.hostname or "", parts.port or 3310), PATIENCE)


def _ask(line: socket.socket, file: BinaryIO) -> str:
    """Send the content in pieces, each with its length before it, an empty one last."""
    line.sendall(b"zINSTREAM\0")
    while chunk := file.read(CHUNK):
        line.sendall(struct.pack("!L", len(chunk)) + chunk)
    line.sendall(struct.pack("!L", 0))
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST and (piece := line.recv(LONGEST)):
        said += piece
    if not said.endswith(b"\0"):
        raise ValueError("the answer broke off")
    return said.rstrip(b"\0").decode(errors="replace")


def _finding(said: str) -> Finding:
    words = said.removeprefix("stream: ")
    if words == "OK":
        return Finding(Scan.CLEAN)
    if words.endswith(" FOUND"):
        return Finding(Scan.FOUND, words.removesuffix(" FOUND"))
    raise ValueError(f"clamd answered {said!r}")
