"""How many of a group may have the scarce level, and who would be in or out before anything is decided (HT-9.1).

Everywhere `levels` are those of one group of one deciding body (HT-9.2): None for one still to be decided, and
without those that are not rated at all (AMB-HT-2).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import NamedTuple

from config.quota import Base, Quota


@dataclass(frozen=True, slots=True)
class Seats:
    """How many may have the level: of `total` rated at the counted level or better, in words with the base.

    `few`: only the rule of the small groups gives the one (HT-9.3).
    """

    total: int
    seats: int
    few: bool
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a group keeps the quota; `held` is None while those still to be decided may yet make it do so."""

    held: bool | None
    text: str


class Standing(StrEnum):
    """What a preview says of one that is to have, or has, the scarce level."""

    DECIDED = "decided"
    IN = "in"
    OUT = "out"
    OPEN = "open"
    """The figures prefer nobody: the authority chooses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A subject of the group, with the level proposed and the one decided, if any.

    `merit` compares those proposed, the greater the better (None: nothing to compare by); `shown` is the same
    in words, as "95,5 điểm" or "18/20 phiếu".
    """

    key: int
    name: str
    proposed: str | None = None
    decided: str | None = None
    merit: Fraction | None = None
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Where one candidate stands, and why."""

    key: int
    name: str
    standing: Standing
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The seats if all proposals were followed, and who takes them: the decided first, then by merit."""

    seats: Seats
    lines: tuple[Line, ...]


class _Counts(NamedTuple):
    size: int
    scarce: int
    counted: int
    undecided: int

    @property
    def total(self) -> int:
        return self.scarce + self.counted

    @property
    def most(self) -> "_Counts":
        """The counts if all that are undecided came to the counted level."""
        return self._replace(counted=self.counted + self.undecided, undecided=0)


def seats(levels: Iterable[str | None], quota: Quota, *, outstanding: bool = False) -> Seats:
    """Count how many may have the scarce level, by what is decided so far.

    The one of a small group (HT-9.3) is there only once all are decided and none is lower (AMB-HT-2).
    `outstanding`: the group belongs to a body that the authority has named so (RULES 7.3).
    """
    return _seats(_counts(levels, quota), quota, quota.share_of(outstanding=outstanding))


def within(levels: Iterable[str | None], quota: Quota, *, outstanding: bool = False) -> Verdict:
    """Tell whether the group keeps the quota with the levels it has; if so, deciding the others cannot break it."""
    counts, share = _counts(levels, quota), quota.share_of(outstanding=outstanding)
    now = _seats(counts, quota, share)
    if counts.scarce <= now.seats:
        return Verdict(held=True, text=f"Trong tỷ lệ: có {counts.scarce} {_short(quota.level)}. {now.text}")
    if counts.scarce <= _seats(counts.most, quota, share).seats:
        text = f"Chưa đủ căn cứ để có {counts.scarce} {_short(quota.level)}. {now.text}"
        return Verdict(held=None, text=text)
    return Verdict(held=False, text=f"Vượt tỷ lệ: có {counts.scarce} {_short(quota.level)}. {now.text}")


def after(levels: Sequence[str | None], intended: str, quota: Quota, *, outstanding: bool = False) -> Verdict:
    """Tell whether the group keeps the quota with one more decision; `levels` are those of all the others.

    Lowering one that was counted may break it as well as raising one (HT-11.8).
    """
    return within((*levels, intended), quota, outstanding=outstanding)


def preview(candidates: Iterable[Candidate], quota: Quota, *, outstanding: bool = False) -> Preview:
    """Say who would have the scarce level, who not, and why; nobody is preferred among equals.

    `candidates` are the whole group, since all count; lines are only for those who have the level or are
    proposed for it, in an order of their own.
    """
    group = sorted(candidates, key=lambda one: (one.merit is None, -(one.merit or 0), one.key))
    found = seats([one.decided or one.proposed for one in group], quota, outstanding=outstanding)
    decided = [one for one in group if one.decided == quota.level]
    contenders = [one for one in group if one.decided is None and one.proposed == quota.level]
    contest = _Contest(contenders, max(0, found.seats - len(decided)), quota)
    done = f"Đã được quyết định xếp loại {_short(quota.level)}."
    lines = [Line(one.key, one.name, Standing.DECIDED, done) for one in decided]
    return Preview(found, (*lines, *contest.lines()))


def _counts(levels: Iterable[str | None], quota: Quota) -> _Counts:
    given = list(levels)
    return _Counts(len(given), given.count(quota.level), given.count(quota.counted), given.count(None))


def _seats(counts: _Counts, quota: Quota, share: Fraction) -> Seats:
    by_share = _by_share(counts.total, quota, share)
    whole = counts.total == counts.size
    few = by_share == 0 and whole and 0 < counts.size < quota.few
    number = 1 if few else by_share
    text = _few_text(counts, quota) if few else _share_text(counts.total, number, quota, share)
    return Seats(counts.total, number, few, text + _waiting(counts))


def _by_share(total: int, quota: Quota, share: Fraction) -> int:
    """Of the strict base only those not promoted count: n <= share * (total - n) (AMB-HT-1)."""
    return floor(total * (share if quota.base is Base.ALL else share / (1 + share)))


def _share_text(total: int, number: int, quota: Quota, share: Fraction) -> str:
    level, counted = _short(quota.level), _short(quota.counted)
    if quota.base is Base.ALL:
        base = f"Tính trên số xếp loại {counted} trở lên: {total}"
    else:
        base = f"Tính trên số xếp loại {counted}, không kể {level}: có {total} xếp loại {counted} trở lên"
    return f"{base}; tỷ lệ {_percent(share)}, không làm tròn lên: tối đa {number} {level}."


def _few_text(counts: _Counts, quota: Quota) -> str:
    return (
        f"Nhóm có {counts.size}, dưới {quota.few}, và tất cả đạt {_short(quota.counted)} trở lên: "
        f"được chọn 1 {_short(quota.level)} nếu đủ điều kiện."
    )


def _waiting(counts: _Counts) -> str:
    return f" Còn {counts.undecided} chưa có mức xếp loại." if counts.undecided else ""


def _percent(share: Fraction) -> str:
    hundredths = share * 100
    return f"{hundredths}%" if hundredths.denominator == 1 else str(share)


def _short(level: str) -> str:
    """Write a level as offices abbreviate it: its code in capitals."""
    return level.upper()


class _Contest:
    """Those proposed for the seats that are left, the best first and those without a merit last."""

    def __init__(self, contenders: Sequence[Candidate], room: int, quota: Quota) -> None:
        self.contenders = contenders
        self.room = room
        self.quota = quota
        self.merits = sorted(one.merit for one in contenders if one.merit is not None)
        self.unknown = len(contenders) - len(self.merits)

    def lines(self) -> Iterator[Line]:
        return (Line(one.key, one.name, *self._stand(one)) for one in self.contenders)

    def _stand(self, one: Candidate) -> tuple[Standing, str]:
        """The seat is sure, lost, or open, whatever those are worth that cannot be compared."""
        better, rivals = self._ahead(one), self._rivals(one)
        if better >= self.room:
            return Standing.OUT, self._out_text(one, better)
        if better + rivals < self.room:
            return Standing.IN, self._in_text(one)
        return Standing.OPEN, self._open_text(one, self.room - better)

    def _ahead(self, one: Candidate) -> int:
        return 0 if one.merit is None else len(self.merits) - bisect_right(self.merits, one.merit)

    def _rivals(self, one: Candidate) -> int:
        """How many others may be as good or better without being known to be better."""
        return len(self.contenders) - 1 if one.merit is None else self._equal(one.merit) + self.unknown

    def _equal(self, merit: Fraction) -> int:
        return bisect_right(self.merits, merit) - bisect_left(self.merits, merit) - 1

    def _in_text(self, one: Candidate) -> str:
        return f"Trong số {self.room} được chọn, có {len(self.contenders)} đề nghị{_having(one)}."

    def _out_text(self, one: Candidate, better: int) -> str:
        why = f"chỉ còn chọn {self.room}, đã có {better} đề nghị xếp trên" if self.room else "không còn được chọn thêm"
        return f"Ngoài số được chọn: {why}{_having(one)}; còn lại mức {_short(self.quota.counted)}."

    def _open_text(self, one: Candidate, left: int) -> str:
        if one.merit is None:
            why = "Chưa có căn cứ để so sánh"
        elif self._equal(one.merit):
            why = f"Bằng nhau với {self._equal(one.merit)} đề nghị khác{_having(one)}"
        else:
            why = f"Có {self.unknown} đề nghị chưa so sánh được{_having(one)}"
        return f"{why}; chỉ còn chọn {left}, cấp có thẩm quyền chọn."


def _having(one: Candidate) -> str:
    return f" ({one.shown})" if one.shown else ""
