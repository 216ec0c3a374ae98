"""A register for a rehearsal of `kiem-diem-xep-loai`: the bodies of a town, with invented leaders and members.

No order of the links leads in a circle, but that whoever heads a cell is also a member of it (HT-6.2, RULES 6.4):
a leader's superior is that of what he leads, and whoever leads a Party organisation above the cells is in none.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, cycle, islice, zip_longest
from random import Random
from typing import Final

from config.register import RegisterRow

BODIES, LEADERS = 0.3, 0.15
CELLS: Final = ("chi_bo_co_so", "chi_bo_truc_thuoc")
PARTY: Final = ("dang_bo_co_so", *CELLS)
FEWEST: Final = 3
"""How many members the smallest cells have, too few for a share (HT-9.3)."""
RECENT: Final = (date(2024, 7, 15), date(2024, 6, 10))
"""Days of two appointments of 2024: less than six months before 10/12, and six months to the day (HT-11.10)."""
PROVINCIAL: Final = {"ht-btv": "secretary", "ht-ubnd": "head"}
"""The bodies whose heads the province's standing committee manages (HT-10.2), with their posts."""
DECIDES_ON_HEADS: Final = {"nhom_1": "btv"}
"""The first delegated group decides on advisory bodies, the standing committee on their heads (HT-10.2, HT-10.3)."""
TITLES: Final = {
    "Ban Thường vụ Thành ủy": "Bí thư Thành ủy",
    "Đảng bộ": "Bí thư Đảng ủy",
    "Chi bộ": "Bí thư Chi bộ",
    "Thường trực HĐND": "Chủ tịch HĐND",
    "Lãnh đạo UBND": "Chủ tịch UBND",
    "Ban Thường trực": "Chủ tịch",
    "Ban Thường vụ Đoàn": "Bí thư Đoàn",
    "Ban Thường vụ": "Chủ tịch",
    "Tập thể lãnh đạo": "Thủ trưởng",
    "Tập thể": "Trưởng",
}
SURNAMES: Final = ("Nguyễn Văn", "Trần Thị", "Lê Văn", "Phạm Thị", "Hoàng Văn", "Võ Thị")


def generated(rows: Sequence[RegisterRow], subjects: int, seed: int) -> list[RegisterRow]:
    """Return exactly so many subjects: bodies of the register, their leaders, and members for the rest.

    Superiors come before what is under them. Whole wards are taken, at least one, before what is too much is cut
    off; links to what is not taken are left out. The same seed gives the same persons.
    """
    chance = Random(f"ha-tinh/{seed}")
    bodies = _bodies(rows, int(subjects * BODIES))
    people = _People(chance)
    leaders = list(islice(_leaders(bodies, people), max(1, int(subjects * LEADERS))))
    members = islice(_members(bodies, people), max(0, subjects - len(bodies) - len(leaders)))
    return _closed([*bodies, *_dated(leaders), *members][:subjects])


def _bodies(rows: Sequence[RegisterRow], budget: int) -> list[RegisterRow]:
    """The town's own bodies, at most half of what there is room for, and the wards that fit beside them."""
    wards = [_ward(rows, row) for row in rows if row.kind == "dang_bo_co_so"]
    local = {row.code for ward in wards for row in ward}
    taken = [row for row in rows if row.code not in local][: max(1, budget // 2)]
    for number, ward in enumerate(wards):
        if number == 0 or len(taken) + len(ward) <= budget:
            taken += ward
    return taken


def _ward(rows: Sequence[RegisterRow], committee: RegisterRow) -> list[RegisterRow]:
    own = committee.code
    return [row for row in rows if own in {row.code, row.parent, *row.peer_of}]


class _People:
    """Invented persons, numbered as they come."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.number = 0

    def person(self, whose: RegisterRow, kind: str, /, **links: object) -> RegisterRow:
        """A person of a body: under what it is under, decided where it is, its officer also his."""
        self.number += 1
        name = f"{self.chance.choice(SURNAMES)} Mẫu {self.number:03}"
        own = {
            "code": f"ht-mau-{self.number:03}",
            "name": name,
            "kind": kind,
            "head": name,
            "email_head": f"mau-{self.number:03}@canhan.hatinh.example",
            "since": date(self.chance.randint(2020, 2023), self.chance.randint(1, 12), 1),
            "valid_to": None,
            "peer_of": (),
            "note": "",
        }
        return whose.model_copy(update=own | links)


def _leaders(bodies: Sequence[RegisterRow], people: _People) -> Iterator[RegisterRow]:
    """Those whom the province manages, then by turns two heads of the grassroots, one of the town, and a deputy."""
    others = [body for body in bodies if body.code not in PROVINCIAL]
    town = [body for body in others if body.kind == "tap_the_thanh_pho"]
    grassroots = [body for body in others if body.kind != "tap_the_thanh_pho"]
    with_deputies = sorted((body for body in others if body.kind not in CELLS), key=lambda body: body.kind)
    yield from (_head(body, people) for body in bodies if body.code in PROVINCIAL)
    for turn in zip_longest(grassroots[::2], town, grassroots[1::2], with_deputies):
        for make, body in zip((_head, _head, _head, _deputy), turn, strict=True):
            if body is not None:
                yield make(body, people)


def _head(body: RegisterRow, people: _People) -> RegisterRow:
    return people.person(
        body,
        "can_bo_dien_tinh" if body.code in PROVINCIAL else _kind(body),
        holder=_title(body),
        leads=(body.code,),
        member_of=(body.code,) if body.kind in CELLS else (),
        post=PROVINCIAL.get(body.code, "secretary" if body.kind in PARTY else "head"),
        body=DECIDES_ON_HEADS.get(body.body, body.body),
    )


def _deputy(body: RegisterRow, people: _People) -> RegisterRow:
    """A deputy secretary helps to lead his organisation, whose level is his measure; another deputy is a member."""
    title, own = _title(body), (body.code,)
    deputy = f"Phó {title[:1].lower()}{title[1:]}"
    if body.kind in PARTY:
        return people.person(body, _kind(body), holder=deputy, leads=own, post="deputy_secretary")
    return people.person(body, _kind(body), holder=deputy, member_of=own, post="deputy")


def _kind(body: RegisterRow) -> str:
    return "can_bo_thanh_pho" if body.kind == "tap_the_thanh_pho" else "can_bo_co_so"


def _title(body: RegisterRow) -> str:
    said = next((name for name in TITLES if body.name.startswith(name)), "")
    return TITLES.get(said, "Người đứng đầu") + body.name.removeprefix(said)


def _dated(leaders: Sequence[RegisterRow]) -> list[RegisterRow]:
    """Give two leaders of the grassroots, the first that lead no Party organisation, their recent appointments."""
    days = iter(RECENT)
    plain = (row.code for row in leaders if row.kind == "can_bo_co_so" and row.post == "head")
    recent = dict(zip(plain, days, strict=False))
    return [row.model_copy(update={"since": recent.get(row.code, row.since)}) for row in leaders]


def _members(bodies: Sequence[RegisterRow], people: _People) -> Iterator[RegisterRow]:
    """Members without end: the fewest for every cell, then others by chance, but for the first cell of each kind."""
    cells = [body for body in bodies if body.kind in CELLS]
    small = {kind: next((cell for cell in cells if cell.kind == kind), None) for kind in CELLS}
    others = [cell for cell in cells if cell not in small.values()] or cells
    more = (people.chance.choice(others) for _ in cycle([None]))
    return (_member(cell, people) for cell in chain(*[cells] * FEWEST, more))


def _member(cell: RegisterRow, people: _People) -> RegisterRow:
    decided_by = cell.code if cell.kind == "chi_bo_co_so" else cell.body
    row = people.person(cell, "dang_vien", parent=cell.code, member_of=(cell.code,), post="member", body=decided_by)
    return row.model_copy(update={"holder": row.name})


def _closed(rows: list[RegisterRow]) -> list[RegisterRow]:
    """Leave out links to what is not there."""
    codes = {row.code for row in rows}

    def kept(linked: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(code for code in linked if code in codes)

    return [
        row.model_copy(
            update={
                "parent": row.parent if row.parent in codes else None,
                "leads": kept(row.leads),
                "member_of": kept(row.member_of),
                "peer_of": kept(row.peer_of),
            }
        )
        for row in rows
    ]
