"""Names as they are searched and put in order: without marks, numbers by their value, đ after d."""

import re
import unicodedata
from typing import Final

MARKS: Final = dict.fromkeys(range(0x300, 0x370))
"""Every combining mark of Vietnamese, as `str.translate` takes them out."""
NUMBER: Final = re.compile(r"\d+")
DIGITS: Final = 6


def folded(text: str) -> str:
    """A text without marks and case, on one line: what one types to find it."""
    return " ".join(unicodedata.normalize("NFD", text.casefold().replace("đ", "d")).translate(MARKS).split())


def sort_name(name: str) -> str:
    """The key by which names are in order, compared byte by byte."""
    return padded(folded(name.casefold().replace("đ", "d~")))


def sought(text: str) -> str:
    """What is typed to find a name, as it stands in `sort_name` without its signs for đ."""
    return padded(folded(text))


def padded(text: str) -> str:
    """A text whose numbers are in order when compared as text."""
    return NUMBER.sub(_pad, text)


def _pad(found: re.Match[str]) -> str:
    return found[0].zfill(DIGITS)


def holding(text: str) -> str:
    """The SQL pattern of texts that hold this one; `!` takes its meaning from a sign."""
    return f"%{''.join(f'!{sign}' if sign in '!%_' else sign for sign in text)}%"
