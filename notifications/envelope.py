"""Headers and parts put together into the bytes of a mail, the same bytes for the same input.

Headers are encoded by `email.header`: the folding of `email.headerregistry` in Python 3.11 loses spaces between
encoded words, and Vietnamese subjects are full of them.
"""

from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from typing import Final, NamedTuple

from notifications.wording import one_line

LINE: Final = 76
_AS_ENCODED: Final = SMTP.clone(max_line_length=998)


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
    message = EmailMessage(policy=SMTP)
    headers = {
        "From": envelope.sender,
        "To": envelope.recipient,
        "Subject": _encoded("Subject", one_line(envelope.subject)),
        "Date": envelope.date,
        "Message-ID": envelope.message_id,
        "Auto-Submitted": "auto-generated",
    }
    for name, value in headers.items():
        message.set_raw(name, value)
    message.set_content(envelope.text, cte="quoted-printable")
    message.add_alternative(envelope.html, subtype="html", cte="quoted-printable")
    message.set_boundary(f"=_{envelope.code[:24]}")
    return message.as_bytes(policy=_AS_ENCODED)


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
    if not email or not email.isascii() or email != one_line(email):
        message = f"not an address that mail can be sent to: {email!r}"
        raise ValueError(message)
    return Address(addr_spec=email).addr_spec


def domain(email: str) -> str:
    """Return the part of an address after the last @."""
    return email.rpartition("@")[2]


def _encoded(header: str, text: str) -> str:
    charset = "ascii" if _is_plain(text) else "utf-8"
    return Header(text, charset, maxlinelen=LINE, header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    """Whether a text may stand in a header as it is: ASCII that no reader takes for an encoded word."""
    return text.isascii() and "=?" not in text
