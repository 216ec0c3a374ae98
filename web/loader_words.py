"""What the check of a sheet or a programme found, as a page tells it: one sentence each, in the reader's language."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from config.errors import Problem
from web.sentences import of_loader

NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})


class Worded(NamedTuple):
    """A problem by its place; `told` is empty where its sentence is known only as the check says it, in `said`."""

    file: str
    line: int | None
    path: str
    told: str
    said: str


def worded(problems: Iterable[Problem], names: Mapping[str, str] = NO_NAMES) -> list[Worded]:
    """Problems as they are shown; `names` are those of what stands in them by its code."""
    return [
        Worded(one.file, one.line, one.path, _named(of_loader(one.message), names), one.message) for one in problems
    ]


def _named(told: str, names: Mapping[str, str]) -> str:
    for code, name in names.items():
        told = told.replace(f"«{code}»", f"«{name}»")
    return told
