"""Points as they are written: "02", "1,25", "0-5", "tối đa 15 điểm", and the words that make criteria a choice."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

_NUMBER: Final = r"\d{1,5}(?:[.,]\d{1,4})?"
_CAP: Final = r"(?:tối đa|không quá|nhiều nhất|cao nhất|đến|≤|<=)"
_CELL: Final = re.compile(
    rf"\(?\s*(?:(?P<from>từ\s*)?(?P<low>{_NUMBER})\s*(?:điểm|đ)?\s*(?:-|–|÷|đến|~)\s*)?(?P<cap>{_CAP}\s*)?"
    rf"(?P<sign>[+−–-]?)\s*(?P<points>{_NUMBER})\s*(?:điểm|đ|đ\.)?\s*\)?\.?",
    re.IGNORECASE,
)
_NOTHING: Final = re.compile(r"[\s\-–—./x…]*", re.IGNORECASE)
_IN_TEXT: Final = re.compile(
    rf"\((?P<words>[^()\d]*?)(?P<points>{_NUMBER})\s*(?:điểm|đ)\b(?P<rest>[^()]*)\)|"
    rf"[:–-]\s*(?P<words2>{_CAP}\s+)?(?P<points2>{_NUMBER})\s*điểm\s*[.;]?\s*$",
    re.IGNORECASE,
)
_ONE_OF: Final = re.compile(
    r"\b(?P<verb>ch[ấâ]m|chọn|đánh giá|lấy|tính)\s+(?:điểm\s+)?(?:một|0?1)\s+trong\s+(?:số\s+)?(?:các\s+)?"
    r"(?P<count>\d+|hai|ba|bốn|năm|sáu)?",
    re.IGNORECASE,
)
_COUNTS: Final = {"hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6}
_BONUS: Final = r"(?:điểm\s+(?:thưởng|cộng)|(?:thưởng|cộng)\s+(?:thêm\s+)?điểm)"
_PENALTY: Final = r"(?:điểm\s+(?:trừ|phạt)|trừ\s+điểm)"
_EXTRA: Final = re.compile(
    r"^\W*(?:(?:các\s+)?(?:nội dung|tiêu chí|nhóm|phần|trường hợp)\s+)*"
    rf"(?:(?P<bonus>{_BONUS})|(?P<penalty>{_PENALTY}))",
    re.IGNORECASE,
)
_RATIO: Final = re.compile(
    r"=\s*\(?\s*(?P<done>[^=/:÷×()]{3,200}?)\s*(?:/|:|÷|chia cho)\s*(?P<assigned>[^=/:÷×()]{3,200}?)\s*\)?\s*"
    rf"(?:×|[x*]|nhân(?:\s+với)?)\s*(?:(?P<points>{_NUMBER})|điểm tối đa|số điểm tối đa|thang điểm)",
    re.IGNORECASE,
)


class Extra(StrEnum):
    """What stands outside the sums."""

    BONUS = "bonus"
    PENALTY = "penalty"


class Worth(NamedTuple):
    """Points that were read; `sign` -1 where they are taken away, +1 where a plus is printed, else 0."""

    points: Decimal
    is_cap: bool = False
    is_range: bool = False
    sign: int = 0


class OneOf(NamedTuple):
    """A choose-one in words; `of` None when it does not say of how many, `is_misprinted` for "Châm"."""

    of: int | None
    is_misprinted: bool
    words: str


class Ratio(NamedTuple):
    """A formula in words: what was done of what was to be done, times the points."""

    done: str
    assigned: str
    points: Decimal | None


def number(text: str) -> Decimal:
    """A number with a decimal comma or point, perhaps padded with zeros."""
    return Decimal(text.replace(",", "."))


def says_nothing(text: str) -> bool:
    """Whether a cell of points is blank, a dash or dots."""
    return _NOTHING.fullmatch(text) is not None


def in_cell(text: str) -> Worth | None:
    """The points of a cell; None when it holds none that can be understood."""
    found = _CELL.fullmatch(text.strip())
    if found is None:
        return None
    sign = {"": 0, "+": 1}.get(found["sign"], -1)
    return Worth(number(found["points"]), found["cap"] is not None, found["low"] is not None, sign)


def in_text(text: str) -> Worth | None:
    """The points said at the end of, or in brackets in, a criterion; the last when there are several."""
    worths = [_said(found) for found in _IN_TEXT.finditer(text) if not _is_choice(found)]
    return worths[-1] if worths else None


def _is_choice(found: re.Match[str]) -> bool:
    return _ONE_OF.search(found[0]) is not None or re.search(r"\btrong\s+\d", found[0]) is not None


def _said(found: re.Match[str]) -> Worth:
    words = (found["words"] or found["words2"] or "").casefold()
    return Worth(number(found["points"] or found["points2"]), re.search(_CAP, words) is not None)


def one_of(text: str) -> OneOf | None:
    """The words that make the criteria below, or the options, a choice of one."""
    found = _ONE_OF.search(text)
    if found is None:
        return None
    said = (found["count"] or "").casefold()
    count = int(said) if said.isdigit() else _COUNTS.get(said)
    return OneOf(count, found["verb"].casefold() == "châm", found[0].strip())


def without_choice(text: str) -> str:
    """A criterion's words without the bracket that makes it a choice."""
    return re.sub(r"\([^()]*\)", lambda found: "" if one_of(found[0]) else found[0], text).strip(" .;:")


def extra_of(text: str) -> Extra | None:
    """Whether the words head a bonus or a penalty; talk of points inside a criterion does not count."""
    found = _EXTRA.match(text)
    if found is None:
        return None
    return Extra.BONUS if found["bonus"] else Extra.PENALTY


def ratio_of(text: str) -> Ratio | None:
    """A ratio formula in words, such as "Điểm = (số việc đã làm / số việc được giao) x 4"."""
    found = _RATIO.search(text)
    if found is None:
        return None
    return Ratio(found["done"], found["assigned"], number(found["points"]) if found["points"] else None)


def shown(points: Decimal) -> str:
    """Points as people read them, with a decimal comma."""
    return f"{points.normalize() + 0:f}".replace(".", ",")
