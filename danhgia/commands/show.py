"""What commands print: tables and sentences for people, JSON for programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.calendar import LOCAL

ENDLESS: Final = 100_000
"""The width of what no terminal shows: a program reads whole cells."""


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print rows for people: instants in local time, None as an empty cell."""
    made = Table(*columns, box=box.SIMPLE_HEAD, title=title, title_justify="left")
    for row in rows:
        made.add_row(*(Text(_words(cell)) for cell in row))
    Console(width=None if sys.stdout.isatty() else ENDLESS).print(made)


def _words(cell: object) -> str:
    if isinstance(cell, datetime):
        return f"{cell.astimezone(LOCAL):%d/%m/%Y %H:%M}"
    return "" if cell is None else str(cell)


def data(value: object) -> None:
    """Print a value for programs: instants in ISO 8601, points as text."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def tell(found: object, sentence: str, *, as_json: bool) -> None:
    """Print what was done: one sentence for people, or data for programs."""
    if as_json:
        data(found)
    else:
        say(sentence)


def say(sentence: str) -> None:
    """Print one sentence."""
    typer.echo(sentence)


def warn(sentence: str) -> None:
    """Print one sentence on standard error."""
    typer.echo(sentence, err=True)


@contextmanager
def working(sentence: str) -> Iterator[None]:
    """Show that something is going on, on a terminal only."""
    with Console(stderr=True).status(sentence):
        yield
