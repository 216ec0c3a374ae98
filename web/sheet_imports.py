"""Criteria sheets as they come from a browser: a document read whole, and what a form settles about it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple

from config.errors import ConfigError
from evidence.store import plain
from intake.columns import SETTLED, Layout, Role
from intake.oddities import Oddity
from intake.questions import Ask, Point, Unfit, points_of, settle
from intake.record import ABOUT, KINDS, in_words
from intake.settled import About, Key, Place, Settlement, asks_of
from intake.sheets import Imported
from intake.sources import Document, read_document
from intake.tables import Row
from scoring.numbers import format_points
from web.edge import Here, Outside
from web.forms import Typed, Upload
from web.uploads import base_name, read_whole
from web.words import _

TYPED: Final = "typed"
UNDONE: Final = "undo"
TAKEN: Final = "="
"""What the value of a choice begins with, before what it stands for."""


class Reading(NamedTuple):
    """What was read of a document, or the sentence that refuses it; nothing of either before one was chosen."""

    name: str = ""
    document: Document | None = None
    refusal: str = ""


class Cell(NamedTuple):
    """A cell of the source: the heading of its column, empty for the content, and its words; `number` before those."""

    heading: str
    text: str
    number: str = ""


class Made(NamedTuple):
    """What came of a row: code, how it is scored, points; its wording where that is not the source's cell."""

    code: str
    kind: str
    points: str
    label: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A row of the source beside what came of it, and what is to be settled."""

    row: int
    cells: Sequence[Cell]
    made: Made | None
    point: Point

    @property
    def absent(self) -> str:
        """What became of a row that is no criterion of its own."""
        place = next((ask.stands for ask in self.point.asks if ask.about is About.PLACE), None)
        if place is None:
            return _("Dòng tổng hoặc tiêu đề, không phải tiêu chí")
        return _("Đã nối vào mục trên") if place == Place.JOINED else _("Không đưa vào biểu")


def read_upload(here: Here) -> Reading | Outside:
    """Read the document of the form, before and outside the transaction."""
    given = here.typed.files.get("file", ())
    if not given:
        return Reading(refusal=_("Chưa chọn tệp; hãy chọn tệp Word, Excel, CSV hoặc văn bản có bảng tiêu chí."))
    return Outside(partial(_read, given[0]))


def _read(upload: Upload) -> Reading:
    name = base_name(upload)
    try:
        return Reading(name, read_whole(upload, plain(name), read_document))
    except ConfigError as error:
        return Reading(name, refusal=error.problems[0].message)


def beside(found: Imported) -> list[Beside]:
    """Every row of the source with what came of it, in the order of the source."""
    made = {found.rows[one["code"]]: one for one in _all(found.document["criteria"])}
    points, layout = points_of(found), found.layout
    rows = [row for row in found.source.rows if not row.is_empty]
    return [
        Beside(row.number, _cells(layout, row), _made(layout, row, made.get(row.number)), points[row.number])
        for row in rows
    ]


def _cells(layout: Layout, row: Row) -> list[Cell]:
    columns, heads = layout.columns, layout.heads
    first = {columns[role] for role in (Role.NUMBER, Role.CONTENT) if role in columns}
    number, content = (layout.text(row, role).strip() for role in (Role.NUMBER, Role.CONTENT))
    others = [at for at in range(len(row.cells)) if at not in first and row.cell(at).strip()]
    named = {at: " ".join(heads[at].split()) for at in others if at < len(heads)}
    own = [Cell("", content, number)] if content or number else []
    return own + [Cell(named.get(at, ""), row.cell(at).strip()) for at in others]


def _made(layout: Layout, row: Row, one: Mapping[str, Any] | None) -> Made | None:
    if one is None:
        return None
    worth, label = one.get("max", one.get("points")), one["label"]
    shown = "" if worth is None else format_points(worth)
    is_same = label == layout.text(row, Role.CONTENT).strip()
    return Made(one["code"], KINDS[one.get("kind", "option")], shown, "" if is_same else label)


def _all(criteria: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in criteria:
        yield one
        yield from one.get("options", ())
        yield from _all(one.get("children", ()))


def name_of(row: int | None, about: About) -> str:
    """The field of a form that settles something of a row."""
    return f"{about}-{row or 0}"


def choices(ask: Ask) -> list[tuple[str, str]]:
    """What may be chosen for one thing: the value of the field, and its words; columns are chosen side by side."""
    if ask.settlement and ask.about in SETTLED:
        return [(chosen(ask), _in_words(ask, ask.settlement.value))]
    known = [value for value in dict.fromkeys(ask.offers) if value or ask.about is not About.POINTS or not ask.proposed]
    words = [(f"{TAKEN}{value}", _in_words(ask, value)) for value in known]
    if ask.proposed and ask.proposed not in ask.offers:
        sum_ = _("Lấy %(points)s, theo điểm của nhóm và các mục con") % {"points": ask.proposed}
        words.insert(0, (f"{TAKEN}{ask.proposed}", sum_))
    return words


def _in_words(ask: Ask, value: str) -> str:
    if ask.about is About.WORDING:
        return _("Giữ nguyên văn như nguồn")
    said = in_words(ask.about, value)
    if value != ask.stands or ask.settlement:
        return said[:1].upper() + said[1:]
    return _("Giữ như phần mềm đọc được: %(value)s") % {"value": said}


def chosen(ask: Ask) -> str:
    """The choice that stands for what was settled."""
    return f"{TAKEN}{ask.settlement.value}" if ask.settlement else ""


@dataclass(slots=True)
class Given:
    """What a form settles: new settlements, those taken back, and by field what is wrong."""

    settled: list[Settlement] = field(default_factory=list)
    undone: list[Key] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def given_by(here: Here, found: Imported) -> Given:
    """Read a form about a document as it stands now."""
    given = Given()
    for point in points_of(found).values():
        for ask in point.asks:
            try:
                _take(given, here, point, ask)
            except Unfit as wrong:
                given.problems[name_of(point.row, ask.about)] = str(wrong)
    return given


def _take(given: Given, here: Here, point: Point, ask: Ask) -> None:
    name, now = name_of(point.row, ask.about), chosen(ask)
    was = here.typed.get(f"was-{name}")
    choice = _choice(here.typed, name, was)
    if choice in {"", was} or choice == now:
        return
    if was != now:
        raise Unfit(_("Người khác vừa giải quyết chỗ này; xem lại rồi chọn."))
    if choice == UNDONE:
        given.undone.append((point.row, ask.about))
        return
    made = settle(point, ask.about, choice.removeprefix(TAKEN))
    given.settled.append(made.model_copy(update={"by": here.account.shown, "at": here.now}))


def _choice(typed: Typed, name: str, was: str) -> str:
    """What was chosen for a field; what was typed counts unless something else was chosen since."""
    choice, text = typed.get(name), typed.line(f"{name}-{TYPED}")
    if choice == TYPED and not text:
        raise Unfit(_("Chưa ghi giá trị."))
    return f"{TAKEN}{text}" if text and choice in {"", TYPED, was} else choice


def is_settled(point: Point, oddity: Oddity) -> bool:
    """Whether something was settled that an oddity of a row asks for."""
    return any(ask.settlement and ask.about in asks_of(oddity) for ask in point.asks)


def wrong_of(row: int | None, problems: Mapping[str, str]) -> list[About]:
    """What of a row was typed wrong."""
    return [about for about in About if name_of(row, about) in problems]


def rows_in_words(settlements: Sequence[Settlement]) -> list[tuple[Settlement, str, str]]:
    """Settlements by their rows, with what was settled and to what, in words."""
    ordered = sorted(settlements, key=lambda one: (one.row or 0, one.about))
    return [(one, ABOUT[one.about], in_words(one.about, one.value)) for one in ordered]
