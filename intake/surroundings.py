"""The text around a table: the sheet's title, and years, numbers and misprints that do not fit."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from intake import misprints
from intake.oddities import Kind, Oddity

SHORT: Final = 40
LONGEST_SLUG: Final = 80
"""Letters of a sheet's code, which is the name of its file."""
_TITLE: Final = re.compile(r"^(?:bảng|biểu|phiếu|bộ tiêu chí|thang điểm|khung|tiêu chí)\b", re.IGNORECASE)
_CLOSING: Final = re.compile(r"^\W*(?:kèm theo|ban hành kèm)|^\(", re.IGNORECASE)
_YEAR: Final = re.compile(r"\bnăm\s+(20\d\d)\b")
_DATED: Final = re.compile(
    r"\bngày[\s.…]*(?:\d{1,2}/\d{1,2}/(20\d\d)|(?:\d{1,2}\s*)?[.…]*\s*tháng[\s.…]*\d{0,2}[\s.…]*năm\s*(20\d\d))"
)
_NO_NUMBER: Final = re.compile(r"^\W*số\s*:\s*(?:\W*/|/)", re.IGNORECASE)
_NO_DAY: Final = re.compile(r"\bngày\s+tháng\s+\d{1,2}\s+năm\b", re.IGNORECASE)
_MOST: Final = 8
_LONGEST: Final = 300


def title_of(before: Sequence[str]) -> str | None:
    """The title above the table, of one line or several; None when there is none."""
    lines = [" ".join(line.split()) for line in before[-_MOST:] if line.strip()]
    starts = [at for at, line in enumerate(lines) if _TITLE.match(line)]
    if not starts:
        return None
    taken: list[str] = []
    for line in lines[starts[-1] :]:
        if _CLOSING.match(line) or len(line) > _LONGEST:
            break
        taken.append(line)
    return " ".join(taken) or None


def look(before: Sequence[str]) -> Iterator[Oddity]:
    """What does not fit in the text before the table: years against that of the title, blanks, misprints."""
    titled = _YEAR.findall(title_of(before) or "")
    for line in before:
        yield from _years(line, titled)
        if _NO_NUMBER.match(line):
            yield Oddity(None, Kind.DATED, f"Văn bản chưa ghi số: «{_short(line)}».")
        if _NO_DAY.search(line):
            yield Oddity(None, Kind.DATED, f"Văn bản chưa ghi ngày: «{_short(line)}».")
        for sentence in misprints.found(line):
            yield Oddity(None, Kind.TYPO, f"Trước bảng: {sentence}")


def _years(line: str, titled: Sequence[str]) -> Iterator[Oddity]:
    dates = [(found[1] or found[2], found[0]) for found in _DATED.finditer(line)]
    if titled and _CLOSING.match(line):
        for year, words in dates:
            if year != titled[-1]:
                what = f"«{words}» ở đầu bảng khác năm {titled[-1]} của tiêu đề; phần mềm in năm của đợt."
                yield Oddity(None, Kind.DATED, what)
    for found in _DATED.finditer(line):
        about = re.match(r"\s*về việc[^;.]{0,200}?\bnăm\s+(20\d\d)", line[found.end() :])
        if found[1] and about and found[1] < about[1]:
            what = f"Văn bản «{found[0]}» nói về năm {about[1]}: năm ban hành có lẽ in sai; giữ nguyên văn."
            yield Oddity(None, Kind.DATED, what)


def _short(line: str) -> str:
    return " ".join(line.split())[:SHORT]


def slug_of(text: str) -> str:
    """A name in small ASCII letters with hyphens; never empty, and short enough for the name of a file."""
    plain = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    words = re.findall(r"[a-z0-9]+", "".join(one for one in plain if not unicodedata.combining(one)).casefold())
    return "-".join(words)[-LONGEST_SLUG:].strip("-") or "bieu"
