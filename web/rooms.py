"""The rooms of the portal that an account may enter, as the layout shows them: those of a round, those of the house."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlmodel import Session

from states.actor import Actor
from states.permits import VERBS, standings
from web.words import _


class Room(NamedTuple):
    """A page that stands in a menu, for those who may do the verb its route asks; `also`: where its other pages are.

    One that is seldom wanted stands at the foot of the page.
    """

    path: str
    label: str
    verb: str
    also: tuple[str, ...] = ()
    at_foot: bool = False

    def reach(self, path: str) -> int:
        """How much of the way to a page is the room's own; 0 where the page lies elsewhere."""
        own = (one for one in (self.path, *self.also) if f"{path}/".startswith(f"{one}/"))
        return max(map(len, own), default=0)


class Rooms(NamedTuple):
    """What an account is shown: rooms of the house, and of the round the page is about."""

    house: Sequence[Room] = ()
    round: Sequence[Room] = ()

    def current(self, path: str) -> frozenset[Room]:
        """The rooms in which a page is, at most one of each menu."""
        nearest = (max(rooms, key=lambda room: room.reach(path)) for rooms in self if rooms)
        return frozenset(room for room in nearest if room.reach(path))


NO_ROOMS: Final = Rooms()

HOUSE: Final = (
    Room("/programmes", _("Chương trình"), "administer", ("/rounds/new", "/launches", "/sheets")),
    Room("/register", _("Đơn vị"), "administer"),
    Room("/rehearsals", _("Chạy thử"), "administer"),
    Room("/accounts", _("Người dùng"), "administer"),
    Room("/approvals", _("Chờ phê duyệt"), "approve"),
    Room("/health", _("Tình trạng hệ thống"), "administer", at_foot=True),
    Room("/audit", _("Tra cứu lịch sử"), "audit"),
)
ROUND: Final = (
    Room("/rounds/{round}", _("Tổng quan"), "view"),
    Room(
        "/rounds/{round}/appraisers",
        _("Thẩm định"),
        "assign",
        tuple(f"/rounds/{{round}}/{name}" for name in ("assignments", "desk", "criteria", "differences")),
    ),
    Room("/rounds/{round}/opinions", _("Lấy ý kiến"), "consult"),
    Room(
        "/rounds/{round}/meetings",
        _("Phiên họp"),
        "meet",
        (
            "/meetings",
            "/boxes",
            *(f"/rounds/{{round}}/{name}" for name in ("polls", "steps/open_decision", "steps/refer_up")),
        ),
    ),
    Room(
        "/rounds/{round}/decisions",
        _("Quyết định"),
        "number",
        tuple(f"/rounds/{{round}}/{name}" for name in ("quota", "waivers", "steps")),
    ),
    Room("/rounds/{round}/stages", _("Giai đoạn"), "administer"),
    Room("/rounds/{round}/difficulties", _("Vướng mắc"), "administer"),
    Room("/rounds/{round}/corrections", _("Điều chỉnh"), "administer"),
    Room("/rounds/{round}/bulk", _("Nhiều hồ sơ"), "many"),
    Room("/rounds/{round}/people", _("Phân quyền"), "administer"),
    Room("/rounds/{round}/mail", _("Thư"), "administer"),
    Room("/rounds/{round}/jobs", _("Việc tự động"), "administer"),
    Room("/rounds/{round}/pictures", _("Biểu đồ"), "view"),
    Room("/rounds/{round}/documents", _("Văn bản"), "number"),
    Room("/rounds/{round}/results", _("Kết quả"), "results"),
    Room("/rounds/{round}/history", _("Lịch sử"), "audit"),
)


def rooms_of(session: Session, actor: Actor, round_id: int | None) -> Rooms:
    """The rooms an account may enter, in one query; those of a round where the page is about one."""
    everywhere, there = standings(session, actor, round_id)
    return Rooms(_open(HOUSE, everywhere), [_in_round(room, round_id) for room in _open(ROUND, there)])


def _in_round(room: Room, round_id: int | None) -> Room:
    path, *also = (one.format(round=round_id) for one in (room.path, *room.also))
    return room._replace(path=path, also=tuple(also))


def _open(rooms: Iterable[Room], relations: frozenset[str]) -> list[Room]:
    return [room for room in rooms if not relations.isdisjoint(VERBS[room.verb])]
