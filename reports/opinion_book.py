"""The opinions of a body as a workbook: a row for each dossier that it is asked about, a level and words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from intake.filled import CHOICE
from reports.form_book import Cell, Choice, Column, FormBook, Head, Input, Table

COMMENT: Final = "comment"
LEVEL: Final = "level"
_COLUMNS: Final = (Column("number", "TT", 6), Column("name", "Đối tượng", 46))
_CHOOSING: Final = Column(CHOICE, "Mức đề nghị", 30)
_SAYING: Final = (Column(COMMENT, "Ý kiến nhận xét", 60), Column("status", "Tình trạng", 18))


class Asked(NamedTuple):
    """A dossier: what is written of it, the print of that, and how that stands; who has sent it writes no more."""

    id: int
    name: str
    level: str
    comment: str
    print: str
    status: str
    is_open: bool


def opinion_book(
    about: Mapping[str, str], head: Head, levels: Mapping[str, str], every: Sequence[Asked], made_at: datetime
) -> bytes:
    """The workbook; without levels, where the programme has none, there are words alone."""
    book = FormBook(about, made_at)
    choices = tuple(Choice(label, LEVEL, code) for code, label in levels.items())
    table = Table(book, "Ý kiến", [*_COLUMNS, *([_CHOOSING] if choices else []), *_SAYING], head)
    for number, one in enumerate(every, 1):
        label = levels.get(one.level, "")
        cells: dict[str, Cell] = {"number": number, "name": one.name, "status": one.status}
        if one.is_open:
            choosing = {CHOICE: table.choosing(choices, label)} if choices else {}
            cells |= {COMMENT: Input(one.comment), **choosing}
            table.line(cells, key=str(one.id), was=one.print, choices=choices)
        else:
            table.line({**cells, CHOICE: label, COMMENT: one.comment})
    return book.written()
