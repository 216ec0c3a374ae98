"""A letter, which is one case or a digest of several, as a mail: text and HTML, the same bytes for the same input."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from config.calendar import LOCAL, date_text, deadline_text, local_day
from config.vocabulary import MESSAGES, ChangedAddress
from models.types import to_micros
from notifications import wording
from notifications.envelope import Envelope, addr_spec, compose, domain, mailbox
from notifications.links import DOORS, address
from notifications.messages import Case
from scoring.numbers import format_points

PARAGRAPH: Final = '<p style="margin:0 0 16px 0">'
NO_TOKENS: Final[Mapping[int, str]] = MappingProxyType({})


Letter = Sequence[Case]


class Origin(NamedTuple):
    """Where mail comes from: the sender's address and the address of this installation's pages.

    `restored` is when its database was brought back from a copy, in microseconds, 0 for never. What is done again since
    is not what was told before, nor do the links of then open anything: no mail system may fold the two.
    """

    mail_from: str
    base_url: str
    restored: int = 0

    @property
    def names(self) -> str:
        """What every Message-ID ends with."""
        return f"{self.restored}.{domain(self.mail_from)}" if self.restored else domain(self.mail_from)


@dataclass(frozen=True)
class Mail:
    """A mail as it is sent: `code` names its cause, the same for every copy of it; `day` is of its date header."""

    name: str
    code: str
    day: date
    sender: str
    recipient: str
    content: bytes


def render(letter: Letter, origin: Origin, now: datetime, tokens: Mapping[int, str] = NO_TOKENS) -> Mail:
    """Build the mail of one case or of one digest; `tokens` by row id open the tasks.

    Raises ValueError or LookupError when a row cannot be told (parameters, addresses), TemplateError likewise.
    """
    first, code = letter[0], code_of(letter)
    name, context = first.row.message, _context(letter, origin, now, tokens)
    envelope = Envelope(
        sender=mailbox("From", origin.mail_from, first.programme.bodies.owner),
        recipient=mailbox("To", _recipient(first), first.account.name),
        subject=_subject(first, context),
        date=format_datetime(now.astimezone(LOCAL).replace(microsecond=0)),
        message_id=f"<{name}.{code}@{origin.names}>",
        code=code,
        text=text_of(f"{name}/text.jinja", context),
        html=html_of(f"{name}/html.jinja", context),
    )
    return Mail(name, code, local_day(now), origin.mail_from, addr_spec(_recipient(first)), compose(envelope))


def code_of(letter: Letter) -> str:
    """The code of a mail's cause: of the round (by its launch), the message, the account and every occasion."""
    first = letter[0]
    launched = to_micros(first.round.launched_at) if first.round.launched_at else 0
    cause = (first.round.slug, first.round.year, first.row.round_id, launched, first.row.message, first.row.account_id)
    occasions = sorted(case.row.occasion for case in letter)
    return sha256("\n".join(map(str, (*cause, *occasions))).encode()).hexdigest()[:32]


def _recipient(case: Case) -> str:
    """The address of the account; the one it had before when the change is told there."""
    about = case.about
    elsewhere = about.to if isinstance(about, ChangedAddress) else None
    return elsewhere or case.account.email


def _subject(case: Case, context: Mapping[str, Any]) -> str:
    subject = _plain().get_template(f"{case.row.message}/subject.jinja").render(context)
    return f"[Chạy thử] {subject}" if case.rehearsal else subject


def html_of(template: str, context: Mapping[str, Any]) -> str:
    """The HTML of a template."""
    return _html().get_template(template).render(context)


def text_of(template: str, context: Mapping[str, Any]) -> str:
    """The text with single blank lines: what a template leaves out leaves no gap."""
    lines: list[str] = []
    for line in _plain().get_template(template).render(context).splitlines():
        if line.strip() or lines[-1:] != [""]:
            lines.append(line.rstrip())
    return "\n".join(lines).strip() + "\n"


def _context(letter: Letter, origin: Origin, now: datetime, tokens: Mapping[int, str]) -> dict[str, Any]:
    first = letter[0]
    programme, spec = first.programme, MESSAGES[first.row.message]
    return {
        "c": first,
        "cases": letter,
        "alone": len(letter) == 1,
        "remaining": _remaining(letter, now),
        "pending": _pending(letter),
        "unsent": "chưa nộp lại" if all(case.is_submitted for case in letter) else "chưa nộp",
        "about": first.about,
        "more": first.more,
        "now": now,
        "heading": spec.label,
        "optional": not spec.obligation,
        "rehearsal": first.rehearsal,
        "to": _addressee(first),
        "bodies": programme.bodies,
        "contact": programme.contact,
        "matter": _matter(first),
        "short": f"{programme.short_title} năm {first.round.year}",
        "door": DOORS.get(first.row.message),
        "links": {case.row.id: address(origin.base_url, case.row, tokens.get(case.row.id)) for case in letter},
        "effects": tuple(dict.fromkeys(case.effect for case in letter if case.effect)),
    }


def _matter(case: Case) -> str:
    return wording.lower_first(f"{case.programme.title} năm {case.round.year}")


def _pending(letter: Letter) -> str:
    revising = sum(case.is_submitted for case in letter)
    return wording.pending(letter[0].name, _matter(letter[0]), count=len(letter), revising=revising)


def _remaining(letter: Letter, now: datetime) -> str:
    closings = [case.closing for case in letter if case.closing]
    return wording.time_left(min(closings), now) if closings else ""


def _addressee(case: Case) -> str:
    named = [wording.one_line(part) for part in (case.account.name, case.account.position)]
    return ", ".join(part for part in named if part) or case.name or case.account.email


@cache
def _plain() -> Environment:
    return _environment("text", autoescape=False)


@cache
def _html() -> Environment:
    return _environment("html", autoescape=True)


def _environment(form: str, *, autoescape: bool) -> Environment:
    environment = Environment(
        loader=PackageLoader("notifications"),
        autoescape=autoescape,  # noqa: S701  plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "date": lambda instant: date_text(local_day(instant)),
        "deadline": deadline_text,
        "fours": wording.in_fours,
        "minute": wording.minute,
        "moment": wording.moment,
        "numbered": wording.numbered,
        "one_line": wording.one_line,
        "points": format_points,
        "styled": _styled,
        "upper_first": wording.upper_first,
    }
    environment.globals |= {"left": wording.time_left}
    environment.globals |= {"parts": environment.get_template(f"_layout/parts.{form}.jinja").module}
    return environment


def _styled(html: str) -> Markup:
    """Write the style of a paragraph into each: mail clients drop style sheets. Values are already escaped."""
    return Markup(str(html).replace("<p>", PARAGRAPH))  # noqa: S704  output of an escaping template
