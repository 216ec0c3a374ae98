"""A page of the reference: a table of what there is, each with its description; what has none is told by name."""

from collections.abc import Iterable, Sequence
from inspect import cleandoc
from typing import Final, NamedTuple

HEAD: Final = "Written by `make docs` from the code; what is wrong here is wrong there."


class Entry(NamedTuple):
    """One thing of the reference: its name, what it is for, and its other columns."""

    name: str
    about: str
    columns: tuple[str, ...] = ()


class Table(NamedTuple):
    """Things of one kind under a heading; `columns` names what follows name and description."""

    title: str
    named: str
    entries: tuple[Entry, ...]
    columns: tuple[str, ...] = ()
    before: str = ""

    def nameless(self) -> list[str]:
        """What has no description."""
        return [f"{self.title}: {entry.name}" for entry in self.entries if not entry.about.strip()]


class Page(NamedTuple):
    """One file of docs/reference."""

    name: str
    title: str
    about: str
    tables: tuple[Table, ...]

    def text(self) -> str:
        """The Markdown of the page."""
        parts = [f"# {self.title}", "", self.about, "", HEAD, ""]
        return "\n".join([*parts, *(line for table in self.tables for line in _table(table))])

    def undescribed(self) -> list[str]:
        """What of the page has no description."""
        return [one for table in self.tables for one in table.nameless()]


def _table(table: Table) -> Iterable[str]:
    yield from (f"## {table.title}", "")
    if table.before:
        yield from (table.before, "")
    if table.entries:
        yield _row((table.named, "What it is", *table.columns))
        yield _row(["---"] * (2 + len(table.columns)))
        yield from (_row((entry.name, entry.about, *entry.columns)) for entry in table.entries)
        yield ""


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """A word as it is typed."""
    return f"`{text}`" if str(text) else ""


def doc_of(thing: object) -> str:
    """The docstring of a thing in one line, without what it inherits."""
    return " ".join(cleandoc(vars(thing).get("__doc__") or thing.__doc__ or "").split())
