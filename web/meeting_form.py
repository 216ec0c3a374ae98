"""The forms of a meeting: who is summoned, one a line; when and where; which dossiers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from actions.meetings import Person, Plan
from config.calendar import LOCAL, parse_date
from models.meetings import Attendance
from models.people import Account
from states.errors import Refusal, Refused
from web.edge import Here
from web.forms import Typed
from web.words import _

FIELDS: Final = ("title", "day", "hour", "place", "body", "people", "electronic")
MOST_PEOPLE: Final = 500
PARTS: Final = 3
DIGITS: Final = 18


class Draft(NamedTuple):
    """What was typed of a meeting, as it is shown again."""

    title: str = ""
    day: str = ""
    hour: str = "08:00"
    place: str = ""
    body: str = ""
    people: str = ""
    electronic: str = ""


def draft_of(typed: Typed) -> Draft:
    """What a form holds."""
    return Draft(*(typed.get(name) for name in FIELDS))


def ids(values: Sequence[str]) -> list[int]:
    """The ids among what was sent, each once, in order."""
    fit = (one for one in values if one.isascii() and one.isdecimal() and len(one) <= DIGITS)
    return list(dict.fromkeys(map(int, fit)))


def read_plan(here: Here, people: Sequence[Person]) -> Plan:
    """The meeting that was typed; the first of those summoned chairs. Refused with everything that is wrong."""
    typed = here.typed
    refusals = [*_bad_hour(typed)]
    if not typed.line("title"):
        refusals.append(Refusal("title", _("Ghi tên phiên họp.")))
    if refusals:
        raise Refused(refusals)
    return Plan(
        typed.line("title"),
        _held_at(typed),
        people[0] if people else Person(),
        typed.get("body"),
        typed.line("place"),
        electronic=typed.get("electronic") == "1",
    )


def read_people(session: Session, text: str) -> list[Person]:
    """Those summoned: «họ tên; chức vụ; địa chỉ thư», one a line. Refused with every line that cannot be read."""
    rows = [[part.strip() for part in line.split(";")] for line in text.splitlines() if line.strip()]
    emails = {row[2].lower() for row in rows if len(row) > PARTS - 1 and row[2]}
    known = dict(session.exec(select(Account.email, Account.id).where(col(Account.email).in_(emails))).all())
    refusals = [*_bad_rows(rows, known)]
    if refusals:
        raise Refused(refusals)
    return [_person([*row, "", ""], known) for row in rows]


def as_text(people: Sequence[Attendance], emails: Mapping[int, str]) -> str:
    """The same lines of those who are summoned already."""
    return "\n".join(_line(one, emails.get(one.account_id or 0, "")) for one in people)


def emails_of(session: Session, people: Sequence[Attendance]) -> dict[int, str]:
    """The addresses of those who have an account, by account."""
    keys = {one.account_id for one in people}
    return dict(session.exec(select(Account.id, Account.email).where(col(Account.id).in_(keys))).all())


def _line(one: Attendance, email: str) -> str:
    parts = [one.name, one.position, email]
    while parts and not parts[-1]:
        parts.pop()
    return "; ".join(parts)


def _person(row: Sequence[str], known: Mapping[str, int]) -> Person:
    name, position, email, *_rest = row
    return Person(name, position, known.get(email.lower()))


def _bad_rows(rows: Sequence[Sequence[str]], known: Mapping[str, int]) -> Iterator[Refusal]:
    if not rows:
        yield Refusal("people", _("Ghi ít nhất một người được triệu tập; dòng đầu là người chủ trì."))
    if len(rows) > MOST_PEOPLE:
        yield Refusal("people", _("Danh sách triệu tập dài quá %(most)s người.") % {"most": MOST_PEOPLE})
    for number, row in enumerate(rows, 1):
        if not row[0] or len(row) > PARTS:
            shape = _("Dòng %(number)s: ghi họ tên; chức vụ; địa chỉ thư, cách nhau bằng dấu chấm phẩy.")
            yield Refusal("people", shape % {"number": number})
        elif len(row) == PARTS and row[2] and row[2].lower() not in known:
            missing = _("Dòng %(number)s: không có tài khoản nào dùng địa chỉ %(email)s.")
            yield Refusal("people", missing % {"number": number, "email": row[2]})


def _bad_hour(typed: Typed) -> Iterator[Refusal]:
    try:
        _held_at(typed)
    except ValueError:
        yield Refusal("held_at", _("Ghi ngày và giờ họp, ví dụ 09/12/2026 và 08:00."))


def _held_at(typed: Typed) -> datetime:
    day, hour = parse_date(typed.line("day")), time.fromisoformat(typed.line("hour").rjust(5, "0"))
    return datetime.combine(day, hour.replace(tzinfo=None), LOCAL)
