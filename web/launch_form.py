"""The form of a launch: from what was typed to a wish, and back; nothing that was typed is lost."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from actions.launch_draft import Letter, Member, Wish, following, prefilled
from actions.takeover import Before
from config.calendar import date_text, parse_date
from config.programme import Programme
from evidence.store import Kept
from states.errors import Refusal, Refused
from web.drafts import Taken
from web.edge import Here
from web.words import _

SCAN: Final = "letter"
SCANS: Final = ("application/pdf", "image/jpeg", "image/png")
FEWEST_ROWS: Final = 3
MOST_ROWS: Final = 40
DIGITS: Final = 9
FIELDS: Final = ("role", "email", "name", "position")


class Form(NamedTuple):
    """What stands in the fields."""

    typed: Mapping[str, str]
    kinds: tuple[str, ...]
    rows: int


def fresh(programme: Programme, year: int) -> Form:
    """The form as the programme fills it in."""
    return of_wish(prefilled(programme, year))


def after(here: Here, programme: Programme, year: int, before: Before) -> Form:
    """The form as an earlier round fills it in."""
    return of_wish(following(here.session, programme, year, before))


def of_wish(wish: Wish) -> Form:
    """The form of a wish that was made before."""
    letter = wish.letter
    typed = {f"date-{index}": date_text(day) for index, day in enumerate(wish.dates)}
    typed |= {"contact_name": wish.contact_name, "contact_phone": wish.contact_phone}
    typed |= {"number": letter.number, "signer": letter.signer, "left_out": "\n".join(wish.left_out)}
    typed |= {"dated": date_text(letter.dated) if letter.dated else ""}
    typed |= {"file_hash": letter.file_hash, "file_name": letter.file_name}
    typed |= {"after": str(wish.after)} if wish.after else {}
    for index, member in enumerate(wish.staff):
        typed |= {f"{name}-{index}": value for name, value in member.model_dump().items()}
    return Form(typed, wish.kinds, max(FEWEST_ROWS, len(wish.staff) + 1))


def of_typed(here: Here) -> Form:
    """The form as it came."""
    typed = dict(here.typed.fields)
    kept = _kept(here)
    if kept is not None:
        typed |= {"file_hash": kept.file_hash, "file_name": kept.name}
    return Form(typed, here.typed.all("kind"), _rows(here))


def _rows(here: Here) -> int:
    rows = _whole(here.typed.get("rows")) or FEWEST_ROWS
    return min(max(rows, FEWEST_ROWS), MOST_ROWS)


def _whole(given: str) -> int | None:
    """A whole number that a form of ours may hold; None when it is none."""
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else None


def read_wish(here: Here, programme: Programme, year: int) -> Wish:
    """The wish of a form; Refused with everything that cannot be read."""
    refusals: list[Refusal] = []
    dates = [_date(here, f"date-{index}", one.label, refusals) for index, one in enumerate(programme.deadlines(year))]
    letter = _letter(here, refusals)
    staff = tuple(_staff(here))
    if refusals:
        raise Refused(refusals)
    return Wish(
        slug=programme.slug,
        year=year,
        dates=tuple(day for day in dates if day),
        contact_name=here.typed.line("contact_name"),
        contact_phone=here.typed.line("contact_phone"),
        kinds=tuple(kind for kind in programme.register_kinds if kind in here.typed.all("kind")),
        left_out=tuple(dict.fromkeys(here.typed.get("left_out").replace(",", " ").replace(";", " ").split())),
        letter=letter,
        staff=staff,
        after=_whole(here.typed.line("after")),
        smtp=here.place.settings.smtp_url is not None,
        live=not here.place.is_rehearsal,
    )


def _date(here: Here, name: str, label: str, refusals: list[Refusal]) -> date | None:
    try:
        return parse_date(here.typed.line(name))
    except ValueError as error:
        refusals.append(Refusal(name, f"«{label}»: {error}"))
        return None


def _letter(here: Here, refusals: list[Refusal]) -> Letter:
    kept, taken = _kept(here), _taken(here)
    if SCAN in taken.problems:
        refusals.append(Refusal(SCAN, taken.problems[SCAN]))
    if kept is not None and kept.media_type not in SCANS:
        refusals.append(Refusal(SCAN, _("Bản chụp công văn phải là tệp PDF, JPEG hoặc PNG.")))
    given: dict[str, Any] = {"number": here.typed.line("number"), "signer": here.typed.line("signer")}
    if here.typed.line("dated"):
        given["dated"] = _date(here, "dated", _("Ngày công văn"), refusals)
    return Letter(**given, **_file(here, kept))


def _file(here: Here, kept: Kept | None) -> dict[str, Any]:
    """The copy that came now, else the one that came before and still lies there."""
    if kept is not None:
        return {"file_hash": kept.file_hash, "file_name": kept.name}
    before, name = here.typed.line("file_hash"), here.typed.line("file_name")
    return {"file_hash": before, "file_name": name} if _taken(here).there else {}


def _taken(here: Here) -> Taken:
    return here.before if isinstance(here.before, Taken) else Taken()


def _kept(here: Here) -> Kept | None:
    files = _taken(here).files.get(SCAN, [])
    return files[-1] if files else None


def _staff(here: Here) -> Iterator[Member]:
    for index in range(_rows(here)):
        given = {name: here.typed.line(f"{name}-{index}") for name in FIELDS}
        if given["email"]:
            yield Member(**given)
