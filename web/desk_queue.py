"""The queue in addresses: what was asked for is carried from page to page, so that nobody loses the place."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from states import desk as desks
from states.desk import Desk, Queue, Row, Wanted
from states.errors import NotAllowed
from web.answers import Redirect
from web.edge import Here
from web.forms import clean
from web.words import _

SORTS: Final = {
    "": "Việc cần làm trước",
    "name": "Tên",
    "state": "Trạng thái",
    "progress": "Tiến độ thẩm định",
    "total": "Tổng điểm tự chấm",
}
DAYS: Final = (3, 7, 14, 30)
LONGEST: Final = 100
DIGITS: Final = 6


class Choices(NamedTuple):
    """What the filters offer, each value with its words; and when reports are due."""

    states: Sequence[tuple[str, str]]
    kinds: Sequence[tuple[str, str]]
    groups: Sequence[tuple[str, str]]
    days: Sequence[tuple[str, str]]
    sorts: Sequence[tuple[str, str]]
    closings: Sequence[tuple[str, datetime]]


def choices(desk: Desk, queue: Queue) -> Choices:
    """The filters of a queue, each state with the number of its dossiers."""
    states, kinds = desk.workflow.assessment.states, desk.programme.subject_kinds
    return Choices(
        states=[(name, f"{states[name].label} ({count})") for name, count in queue.states.items()],
        kinds=[(kind, kinds[kind].label) for kind in queue.kinds],
        groups=[(group, kinds[group].label if group in kinds else group) for group in queue.groups],
        days=[(str(days), _("Còn không quá %(days)s ngày") % {"days": days}) for days in DAYS],
        sorts=[(name, _(label)) for name, label in SORTS.items()],
        closings=_closings(desk, queue),
    )


def _closings(desk: Desk, queue: Queue) -> list[tuple[str, datetime]]:
    """When reports are due, and of which kinds where that differs."""
    by_time: dict[datetime, list[str]] = {}
    for kind in queue.kinds:
        by_time.setdefault(desk.closings[kind], []).append(desk.programme.subject_kinds[kind].label)
    if len(by_time) == 1:
        return [(_("Hạn thẩm định và báo cáo"), next(iter(by_time)))]
    return [(_("Hạn báo cáo: %(kinds)s") % {"kinds": ", ".join(kinds)}, at) for at, kinds in sorted(by_time.items())]


class Near(NamedTuple):
    """A dossier's place in the queue, and those beside it."""

    place: int
    total: int
    before: Row | None
    after: Row | None


def wanted_of(query: Mapping[str, str]) -> Wanted:
    """What an address asks of the queue; what makes no sense is not asked."""
    days = query.get("days", "")
    return Wanted(
        search=" ".join(clean(query.get("q", "")).split())[:LONGEST],
        state=query.get("state", ""),
        kind=query.get("kind", ""),
        group=query.get("group", ""),
        differs=query.get("differs") == "1",
        waiting=query.get("waiting") == "1",
        mine=query.get("mine") == "1",
        days=int(days) if days in {str(one) for one in DAYS} else None,
        sort=query.get("sort", "") if query.get("sort", "") in SORTS else "",
    )


def carried(wanted: Wanted, **changes: str) -> str:
    """What is asked for, as the query of an address; empty when everything is."""
    given = {
        "q": wanted.search,
        "state": wanted.state,
        "kind": wanted.kind,
        "group": wanted.group,
        "differs": "1" if wanted.differs else "",
        "waiting": "1" if wanted.waiting else "",
        "mine": "1" if wanted.mine else "",
        "days": str(wanted.days or ""),
        "sort": wanted.sort,
    }
    return urlencode({name: value for name, value in (given | changes).items() if value})


def address(path: str, query: str, anchor: str = "") -> str:
    """A path with its query and anchor."""
    asked = f"{path}?{query}" if query else path
    return f"{asked}#{anchor}" if anchor else asked


def page_of(query: Mapping[str, str], count: int, size: int = desks.PAGE) -> tuple[int, int]:
    """The number of the page asked for, and how many there are; beyond the last is the last."""
    pages = max(1, -(-count // size))
    asked = query.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) <= DIGITS else 1
    return min(max(number, 1), pages), pages


def near(here: Here, desk: Desk, wanted: Wanted, assessment_id: int) -> Near | None:
    """Where a dossier stands in the queue; None when what is asked for has it not."""
    rows: Sequence[Row] = desks.queue(here.session, here.actor, desk, wanted, now=here.now).rows
    place = next((number for number, row in enumerate(rows) if row.id == assessment_id), None)
    if place is None:
        return None
    before = rows[place - 1] if place else None
    after = rows[place + 1] if place + 1 < len(rows) else None
    return Near(place + 1, len(rows), before, after)


def demand_confirmed(here: Here, assessment_id: int) -> None:
    """NotAllowed until the actor has stated to have no conflict of interest with the dossier."""
    if not desks.confirmed(here.session, here.actor, [assessment_id]):
        raise NotAllowed(_("Phải xác nhận không có xung đột lợi ích trước khi mở hồ sơ này."))


def ask_first(here: Here) -> Redirect | None:
    """The page that asks about conflicts of interest, as long as the actor has not answered it."""
    key = here.dossier.id
    if desks.confirmed(here.session, here.actor, [key]):
        return None
    return Redirect(address(f"/assessments/{key}/conflict", carried(wanted_of(here.query))))
