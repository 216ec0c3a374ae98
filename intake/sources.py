"""Documents as they are read: the tables in them that may be the sheet, and the one that was taken."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from intake.columns import Layout
from intake.oddities import Kind, Oddity, refuse
from intake.parts import Candidate, candidates, parted, probable
from intake.plain import read_csv, read_txt
from intake.settled import Parting
from intake.surroundings import slug_of
from intake.tables import MOST_COLUMNS, MOST_LETTERS, TOO_LONG, Row, Table, letters_of, too_large
from intake.word import read_docx
from intake.workbook import read_xlsx

READERS: Final[Mapping[str, Callable[[Path], list[Table]]]] = {
    ".docx": read_docx,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
    ".txt": read_txt,
}
MOST_TABLES: Final = 100
TOO_MANY_TABLES: Final = f"Tệp có hơn {MOST_TABLES} bảng tiêu chí; hãy tách riêng bảng cần nhập rồi nhập lại."
_LISTED: Final = 4
"""As many of the tables that were not taken as the report names."""
_NO_TABLE: Final = (
    "Không thấy bảng tiêu chí: cần một bảng có dòng tiêu đề như «TT, Nội dung, Điểm tối đa»; "
    "nếu bảng là ảnh, hãy gõ lại."
)


@dataclass(frozen=True, slots=True)
class Source:
    """A table of a document as it was read, and what its columns are, before anything is made of it.

    `number` is that of the table where the document holds several of them, 0 where nothing was to be chosen.
    `parted` are tables of the document that were joined and are not any more.
    """

    name: str
    digest: str
    table: Table
    layout: Layout
    oddities: tuple[Oddity, ...] = ()
    number: int = 0
    parted: tuple[Parting, ...] = ()

    @property
    def rows(self) -> Sequence[Row]:
        """The rows of the table below its heading."""
        return self.table.rows[self.layout.first :]

    @property
    def width(self) -> int:
        """How many columns the rows below the heading have at most."""
        return min(max((len(row.cells) for row in self.rows), default=0), MOST_COLUMNS)

    @property
    def slug(self) -> str:
        """A name for the sheet, as long as nobody gives it one: that of the file, with the table's number."""
        return slug_of(f"{self.name} {self.number or ''}")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was read: by its SHA-256, with all tables in it that may be the sheet, as they were `parted`."""

    name: str
    digest: str
    tables: tuple[Candidate, ...]
    parted: tuple[Parting, ...] = ()

    @property
    def probable(self) -> int:
        """The number of the table that is most probably the sheet."""
        return probable(self.tables).number

    def source(self, number: int) -> Source:
        """One of the tables, to make a sheet of; LookupError when there is none of that number."""
        taken = next((one for one in self.tables if one.number == number), None)
        if taken is None:
            raise LookupError(number)
        is_chosen = len(self.tables) > 1
        told = (Oddity(None, Kind.PARTS, self._choice(taken)),) if is_chosen else ()
        oddities = (*told, *taken.oddities)
        chosen = number if is_chosen else 0
        return Source(self.name, self.digest, taken.table, taken.layout, oddities, chosen, self.parted)

    def part(self, parting: Parting) -> "Document":
        """The document with a table of it parted, those after it a number higher; LookupError where it cannot be."""
        if not any(one.number == parting.table for one in self.tables):
            raise LookupError(parting.table)
        tables = [
            each
            for one in self.tables
            for each in (parted(one, parting.part) if one.number == parting.table else (one,))
        ]
        numbered = tuple(replace(one, number=at) for at, one in enumerate(tables, 1))
        return replace(self, tables=numbered, parted=(*self.parted, parting))

    def _choice(self, taken: Candidate) -> str:
        """What was taken and what was not, in a sentence."""
        others = [_named(one) for one in self.tables if one is not taken]
        more = f" và {len(others) - _LISTED} bảng khác" if len(others) > _LISTED else ""
        likely = "" if taken.number == self.probable else f", không phải bảng {self.probable} mà phần mềm đề nghị"
        what = f"Tệp có {len(self.tables)} bảng tiêu chí; đã nhập {_named(taken)}{likely}."
        return f"{what} Chưa nhập: {'; '.join(others[:_LISTED])}{more}."


def _named(one: Candidate) -> str:
    known = [f"«{text}»" for text in (one.name, one.title or one.begins) if text]
    return f"bảng {one.number} ({', '.join([*known, f'{len(one.body)} dòng'])})"


def read_document(path: Path) -> Document:
    """Read a document that holds criteria sheets; ConfigError in one Vietnamese sentence when it holds none."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise refuse(path, f"Chỉ nhập được tệp {', '.join(READERS)}; hãy lưu lại ở một trong các dạng đó.")
    try:
        digest, tables = sha256(path.read_bytes()).hexdigest(), reader(path)
    except OSError as error:
        raise refuse(path, f"Không đọc được tệp: {os.strerror(error.errno or 0)}.") from None
    found = candidates(tables)
    problem = _problem(found)
    if problem:
        raise refuse(path, problem)
    return Document(path.stem, digest, tuple(found))


def _problem(found: Sequence[Candidate]) -> str | None:
    """Why no sheet can be made of what was found."""
    if not found:
        return _NO_TABLE
    if len(found) > MOST_TABLES:
        return TOO_MANY_TABLES
    if sum(letters_of(one.table) for one in found) > MOST_LETTERS:
        return TOO_LONG
    return next((problem for one in found if (problem := too_large(one.table))), None)


def read_source(path: Path) -> Source:
    """Read the table of a document that is most probably the sheet; ConfigError when it holds none."""
    document = read_document(path)
    return document.source(document.probable)
