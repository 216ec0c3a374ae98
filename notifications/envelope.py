"""Headers and parts put together into the bytes of a mail, the same bytes for the same input.

Headers are encoded by `email.header`: the folding of `email.headerregistry` in Python 3.11 loses spaces between
encoded words, and Vietnamese subjects are full of them. The parts are put together here: `email.message` takes four
times as long over a mail, which is most of what sending one costs.
"""

import re
from binascii import b2a_qp
from email.header import Header
from email.headerregistry import Address
from email.utils import formataddr
from functools import lru_cache
from typing import Final, NamedTuple

from notifications.wording import one_line

LINE: Final = 76
ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ORDINARY: Final = re.compile(rf"{ATOM}(\.{ATOM})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
"""Addresses that need no reading to be known as such."""


class Envelope(NamedTuple):
    """The headers of a mail as values, the code of its cause, and both its forms."""

    sender: str
    recipient: str
    subject: str
    date: str
    message_id: str
    code: str
    text: str
    html: str


def compose(envelope: Envelope) -> bytes:
    """Build a multipart/alternative mail; `sender` and `recipient` are what `mailbox` returns."""
    boundary = f"=_{envelope.code[:24]}"
    headers = {
        "From": envelope.sender,
        "To": envelope.recipient,
        "Subject": _encoded("Subject", one_line(envelope.subject)),
        "Date": envelope.date,
        "Message-ID": envelope.message_id,
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": f'multipart/alternative; boundary="{boundary}"',
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")
    line = f"\r\n--{boundary}".encode()
    return b"".join((head, line, _part("plain", envelope.text), line, _part("html", envelope.html), line, b"--\r\n"))


def _part(subtype: str, text: str) -> bytes:
    head = f'\r\nContent-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    return head.encode() + b2a_qp(b"\r\n".join([*text.encode().splitlines(), b""]), istext=True)


def mailbox(header: str, email: str, name: str = "") -> str:
    """Write a name and an address for a header; ValueError when the address is none that mail can be sent to."""
    shown, spec = one_line(name), addr_spec(email)
    if _is_plain(shown):
        return formataddr((shown, spec))
    lines = _encoded(header, shown)
    gap = " " if len(lines.splitlines()[-1]) + len(spec) < LINE - len(" <>") - len(header) else "\r\n "
    return f"{lines}{gap}<{spec}>"


def addr_spec(email: str) -> str:
    """Return the address; ValueError when it is none that mail can be sent to."""
    if ORDINARY.fullmatch(email):
        return email
    if not email or not email.isascii() or email != one_line(email):
        message = f"not an address that mail can be sent to: {email!r}"
        raise ValueError(message)
    return Address(addr_spec=email).addr_spec


def domain(email: str) -> str:
    """Return the part of an address after the last @."""
    return email.rpartition("@")[2]


@lru_cache(maxsize=1024)
def _encoded(header: str, text: str) -> str:
    charset = "ascii" if _is_plain(text) else "utf-8"
    return Header(text, charset, maxlinelen=LINE, header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    """Whether a text may stand in a header as it is: ASCII that no reader takes for an encoded word."""
    return text.isascii() and "=?" not in text
