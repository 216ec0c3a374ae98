"""States by group, and levels: bars whose parts are told apart by pattern as well as by colour. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from web.pictures.svg import WIDTH, Picture, box, drawing, letters, line, number, share, short, tag
from web.words import _

STATES: Final = "trang-thai"
LEVELS: Final = "muc"
SIDE: Final = 4.0
ROOM: Final = WIDTH - 2 * SIDE
ROW: Final = 44.0
BAR: Final = 18.0
READABLE: Final = 20.0
"""The least width of a part in which its number can be read."""
BEGIN: Final = "begin"
KINDS: Final = {
    BEGIN: _("Chưa bắt đầu"),
    "working": _("Đang thực hiện"),
    "waiting": _("Chờ bước tiếp theo"),
    "settled": _("Đã có kết quả"),
    "locked": _("Đã khóa"),
}
"""The kinds of states in the order of the work; that in which all begin stands apart."""
HATCH: Final = tag(
    "defs",
    tag(
        "pattern",
        tag("rect", width=6, height=6, class_="hatch-ground"),
        tag("path", d="M0 6L6 0", class_="hatch"),
        id="gach",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
    ),
)
DARK: Final = frozenset({"settled", "locked"})


class Group(NamedTuple):
    """A group and how many of its dossiers stand in which kind of state, and in which state."""

    name: str
    kinds: Mapping[str, int]
    states: Mapping[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.kinds.values())


def states(groups: Sequence[Group], labels: Mapping[str, str]) -> Picture:
    """How far each group is; every bar is the whole of its group."""
    total = sum(group.total for group in groups)
    counts = {kind: sum(group.kinds.get(kind, 0) for group in groups) for kind in KINDS}
    said = _("%(total)s hồ sơ: %(parts)s.") % {
        "total": number(total),
        "parts": ", ".join(f"{label[0].lower()}{label[1:]} {number(counts[kind])}" for kind, label in KINDS.items()),
    }
    inner = [HATCH, *_legend()]
    for place, group in enumerate(groups):
        inner += _group(group, 84 + place * ROW)
    head = (_("Nhóm"), *labels.values(), _("Cộng"))
    rows = [(one.name, *(number(one.states.get(state, 0)) for state in labels), number(one.total)) for one in groups]
    title = _("Trạng thái theo nhóm")
    svg = drawing(STATES, title, said, 82 + ROW * len(groups), *inner)
    return Picture(STATES, title, said, svg, head, rows)


def _legend() -> list[str]:
    made: list[str] = []
    for place, (kind, label) in enumerate(KINDS.items()):
        x, y = SIDE + (place % 2) * ROOM / 2, 6 + (place // 2) * 22
        made += [_part(kind, x, y, 14, 14), letters(x + 21, y + 11.5, label)]
    return made


def _part(kind: str, x: float, y: float, width: float, height: float, told: str = "") -> str:
    fill = "url(#gach)" if kind == "working" else None
    return box(x, y, width, height, f"part {kind}", told, fill=fill)


def _group(group: Group, y: float) -> list[str]:
    made: list[str] = [
        letters(SIDE, y + 12, short(group.name, 42)),
        letters(WIDTH - SIDE, y + 12, number(group.total), end="end"),
    ]
    x = SIDE
    for kind, label in KINDS.items():
        count = group.kinds.get(kind, 0)
        if not count:
            continue
        width = ROOM * count / group.total
        made.append(_part(kind, x, y + 18, width, BAR, f"{label}: {number(count)}"))
        if width > READABLE:
            class_ = "on-dark" if kind in DARK else "on-light"
            made.append(letters(x + width / 2, y + 31, number(count), class_=class_, end="middle", size=11))
        x += width
    return made


def levels(found: Mapping[str, int], labels: Mapping[str, str]) -> Picture:
    """How many have which level, with the share of each."""
    total, most = sum(found.values()), max(found.values(), default=1)
    shown = [(labels.get(code, code), count) for code, count in found.items()]
    said = "; ".join(f"{label}: {number(count)} ({share(count, total)})" for label, count in shown) + "."
    inner: list[str] = []
    for place, (label, count) in enumerate(shown):
        y = 4 + place * ROW
        inner += [
            letters(SIDE, y + 12, short(label, 34)),
            letters(WIDTH - SIDE, y + 12, f"{number(count)} · {share(count, total)}", end="end"),
            box(SIDE, y + 18, ROOM * count / most, BAR, "solid"),
            line(SIDE, y + 18, SIDE, y + 18 + BAR, "axis"),
        ]
    rows = [(label, number(count), share(count, total)) for label, count in shown]
    title, head = _("Phân bố mức xếp loại"), (_("Mức"), _("Số hồ sơ"), _("Tỷ lệ"))
    return Picture(LEVELS, title, said, drawing(LEVELS, title, said, 8 + ROW * len(shown), *inner), head, rows)
