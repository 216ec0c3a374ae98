"""What a count of ballots says: whether it adds up, who has the majority, what goes to a second ballot (AMB-HT-7)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from config.ballots import Box, Of

_FIGURES: Final = {
    "summoned": "Số người được triệu tập",
    "issued": "Số phiếu phát ra",
    "returned": "Số phiếu thu về",
    "valid": "Số phiếu hợp lệ",
    "invalid": "Số phiếu không hợp lệ",
}
_BASES: Final[Mapping[Of, str]] = {
    Of.SUMMONED: "số người được triệu tập",
    Of.ISSUED: "số phiếu phát ra",
    Of.VALID: "số phiếu hợp lệ",
}
_SECOND: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """The count of one box; `counts` by the codes of the options, an option without ballots may be left out."""

    summoned: int
    issued: int
    returned: int
    valid: int
    invalid: int
    counts: Mapping[str, int]

    def figures(self) -> Mapping[str, int]:
        """Return everything but the counts, by name."""
        return {
            "summoned": self.summoned,
            "issued": self.issued,
            "returned": self.returned,
            "valid": self.valid,
            "invalid": self.invalid,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """Who won, or between what a second ballot is held (neither: report to the superior), and why in words."""

    winner: str | None
    again: tuple[str, ...]
    text: str


def problems(tally: Tally, options: Mapping[str, str]) -> tuple[str, ...]:
    """Say in sentences all that keeps a tally from being right; `options` are labels by code."""
    return tuple(_problems(tally, options))


def has_quorum(present: int, summoned: int, box: Box) -> bool:
    """Tell whether at least the box's share of the summoned is present."""
    return summoned > 0 and present >= summoned * box.quorum


def outcome(tally: Tally, box: Box, options: Mapping[str, str], *, second: bool = False) -> Outcome:
    """Find the option with strictly more than the majority; of a first ballot else the two highest.

    Those tied at the second place all go in; what nobody marked does not, but where no ballot was valid. A second
    ballot has no third: the chair reports to the superior (AMB-HT-7). The tally must have no problems.
    """
    base = tally.figures()[box.of]
    needed = f"quá {_part(box.majority)} {_BASES[box.of]} ({base})"
    winner = next((code for code in options if tally.counts.get(code, 0) > base * box.majority), None)
    if winner is not None:
        return Outcome(winner, (), f"{_with_votes([winner], tally, options)}, {needed}.")
    again = () if second else _two_highest(tally, options)
    return Outcome(None, again, f"Không có lựa chọn nào được {needed}; {_what_next(again, tally, options)}.")


def differences(first: Tally, second: Tally, options: Mapping[str, str]) -> tuple[str, ...]:
    """Say in sentences where the entries of two people differ; empty when they agree."""
    return tuple(
        f"{label}: người nhập thứ nhất ghi {one}, người nhập thứ hai ghi {other}."
        for label, one, other in _side_by_side(first, second, options)
        if one != other
    )


def _problems(tally: Tally, options: Mapping[str, str]) -> Iterator[str]:
    figures = tally.figures()
    for name, label in _FIGURES.items():
        if figures[name] < 0:
            yield f"{label} không được âm."
    for code, number in sorted(tally.counts.items()):
        if code not in options:
            yield f"Phiếu không có lựa chọn «{code}»."
        elif number < 0:
            yield f"{_label(code, options)} không được âm."
    yield from _sums(tally)


def _sums(tally: Tally) -> Iterator[str]:
    if tally.issued > tally.summoned:
        yield f"Số phiếu phát ra ({tally.issued}) nhiều hơn số người được triệu tập ({tally.summoned})."
    if tally.returned > tally.issued:
        yield f"Số phiếu thu về ({tally.returned}) nhiều hơn số phiếu phát ra ({tally.issued})."
    if tally.valid + tally.invalid != tally.returned:
        both = f"{tally.valid} hợp lệ và {tally.invalid} không hợp lệ"
        yield f"Số phiếu thu về là {tally.returned}, nhưng có {both}."
    counted = sum(tally.counts.values())
    if counted != tally.valid:
        yield f"Cộng các lựa chọn được {counted} phiếu, nhưng có {tally.valid} phiếu hợp lệ."


def _two_highest(tally: Tally, options: Mapping[str, str]) -> tuple[str, ...]:
    """The options with at least as many ballots as the second, in the order of the options; all where none has any."""
    marked = {code: tally.counts[code] for code in options if tally.counts.get(code, 0) > 0}
    least = min(sorted(marked.values(), reverse=True)[:_SECOND], default=0)
    return tuple(code for code, number in marked.items() if number >= least) or tuple(options)


def _what_next(again: tuple[str, ...], tally: Tally, options: Mapping[str, str]) -> str:
    if not again:
        return "người chủ trì báo cáo cấp trên trực tiếp"
    tied = " (bằng phiếu nên cùng được đưa vào)" if len(again) > _SECOND else ""
    return f"đưa vào bỏ phiếu lần hai: {_with_votes(again, tally, options)}{tied}"


def _with_votes(codes: Iterable[str], tally: Tally, options: Mapping[str, str]) -> str:
    return ", ".join(f"«{options[code]}» {tally.counts.get(code, 0)} phiếu" for code in codes)


def _side_by_side(first: Tally, second: Tally, options: Mapping[str, str]) -> Iterator[tuple[str, int, int]]:
    one, other = first.figures(), second.figures()
    yield from ((label, one[name], other[name]) for name, label in _FIGURES.items())
    codes = [*options, *sorted((first.counts.keys() | second.counts.keys()) - options.keys())]
    yield from ((_label(code, options), first.counts.get(code, 0), second.counts.get(code, 0)) for code in codes)


def _label(code: str, options: Mapping[str, str]) -> str:
    return f"Số phiếu cho «{options.get(code, code)}»"


def _part(share: Fraction) -> str:
    return f"{share.numerator}/{share.denominator}"
