"""Printed numbers of criteria: I, 1, a, 1.1, I.1.a, -, + and how one follows another."""

import re
from typing import Final, NamedTuple

ALPHABET: Final = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
PASSED_OVER: Final = frozenset("ăâđêfjôơưwz")
"""Letters that a list may leave out: lists use the Vietnamese alphabet, or the Latin one, with or without đ."""
FOREIGN: Final = frozenset("fjwz")
BULLETS: Final = {"-": "-", "–": "-", "—": "-", "+": "+", "*": "*"} | dict.fromkeys("•●▪\uf0b7\uf0a7", "•")
DOTTED: Final = "."
BLANK: Final = "blank"
_ROMAN: Final = re.compile(r"(?=[IVX])X{0,3}(?:IX|IV|V?I{0,3})", re.IGNORECASE)
_VALUES: Final = {"I": 1, "V": 5, "X": 10}
_WORDS: Final = re.compile(r"^(?:phần|mục|chương|nhóm|tiêu chí(?: số)?|tiêu chuẩn|câu|khoản|điểm)\s+", re.IGNORECASE)
_CLOSED: Final = re.compile(r"^\(?\s*(.*?)\s*[.):/]*\s*$", re.DOTALL)
_LEADING: Final = re.compile(
    r"^\s*(?:(?P<bullet>[-–—+*•●▪])\s+|\(?(?P<number>(?:[IVXivx]+|\d{1,2}|[a-zđA-ZĐ])"
    r"(?:\.(?:\d{1,2}|[a-zđ]))*)(?:[.)/:]+|\s*[-–]\s)\s*)(?=\S)"
)


class Printed(NamedTuple):
    """One way to read a printed number: its style ("R", "n", "a", "n.n", a bullet), place, own part and prefix."""

    style: str
    place: int
    own: str
    prefix: str = ""


def roman(number: int) -> str:
    """The Roman numeral of a number from 1 to 39."""
    tens, ones = divmod(number, 10)
    return "X" * tens + ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")[ones]


def readings(text: str) -> list[Printed]:
    """All ways to read a printed number, none when it is no number; "I" may be a Roman one or a letter."""
    text = _WORDS.sub("", text.strip())
    if text in BULLETS:
        return [Printed(BULLETS[text], 0, BULLETS[text])]
    closed = _CLOSED.match(text)
    parts = re.sub(r"\s", "", closed[1]).split(DOTTED) if closed else []
    forms = [_forms(part) for part in parts]
    if not forms or not all(forms):
        return []
    prefix = DOTTED.join(parts[:-1])
    depth = "".join(f"{form[0][0]}." for form in forms[:-1])
    return [Printed(depth + style, index, parts[-1], prefix) for style, index in forms[-1]]


def _forms(part: str) -> list[tuple[str, int]]:
    if part.isascii() and part.isdigit():
        return [("n", int(part))] if len(part) <= 3 else []  # noqa: PLR2004  no list has a thousand criteria
    found = []
    if _ROMAN.fullmatch(part):
        found.append(("R" if part.isupper() else "r", _roman_value(part.upper())))
    if len(part) == 1 and part.lower() in ALPHABET:
        found.append(("A" if part.isupper() else "a", ALPHABET.index(part.lower()) + 1))
    return found


def _roman_value(text: str) -> int:
    values = [_VALUES[one] for one in text]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))


def between(style: str, before: int, after: int) -> list[str]:
    """What is missing between two of one style, 0 for the beginning; letters that may be left out do not count."""
    last = style.rpartition(DOTTED)[2]
    if last in {"a", "A"}:
        letters = [one for one in ALPHABET[before : after - 1] if one not in PASSED_OVER]
        return [one.upper() if last == "A" else one for one in letters]
    if last in {"R", "r"}:
        numerals = [roman(number) for number in range(before + 1, min(after, 40))]
        return [one.lower() if last == "r" else one for one in numerals]
    return [str(number) for number in range(before + 1, after)]


def is_next(style: str, before: int, after: int) -> bool:
    """Whether nothing is missing and nothing repeated between the two."""
    return after > before and not between(style, before, after)


def split(text: str) -> tuple[str, str]:
    """The number a text begins with, and the rest; no number when it begins with none."""
    found = _LEADING.match(text)
    if found is None or not readings(found["bullet"] or found["number"]):
        return "", text
    return found["bullet"] or found["number"], text[found.end() :]
