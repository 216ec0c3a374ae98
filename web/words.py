"""Texts for people: Vietnamese is the language they are written in, gettext the way to any other.

A page speaks the language that its reader chose (`read_in`). What is said while nobody reads, such as a label of a
module, is said again where it is shown. A text that no catalogue knows, such as a name or the words of a programme,
stays as it is.
"""

import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from babel.messages.pofile import read_po
from markupsafe import Markup, escape

FOLDER: Final = Path(__file__).parent / "locale"
HOME: Final = "vi"
LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({HOME: "Tiếng Việt", "en": "English"})
COUNTED: Final = re.compile(r"((?<![\d.,/])(\d+)(?:</?\w+>|\s)+(?:\w+ ){0,3}?\w+)\(s\)|\(s\)")
"""A noun that is counted, `3 dossier(s)`; one whose number stands elsewhere."""
_READER: Final[ContextVar[str]] = ContextVar("reader", default="")


def read_in(language: str) -> None:
    """Let the texts of this request be said in a language."""
    _READER.set(language if language in LANGUAGES else HOME)


def language() -> str:
    """The language of the reader; that of the texts themselves while nobody reads."""
    return _READER.get() or HOME


@cache
def catalogue(name: str, domain: str = "messages") -> Mapping[str, str]:
    """The texts of a language by what they are in Vietnamese."""
    with (FOLDER / name / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        found = read_po(file, locale=name)
    return {str(message.id): str(message.string) for message in found if message.id and message.string}


def translated(text: str) -> str:
    """A text in the language of the reader."""
    known = language()
    return text if known == HOME else catalogue(known).get(text, text)


def settled(text: str) -> str:
    """A text whose counted nouns follow their numbers: 1 dossier, 3 dossiers."""
    return COUNTED.sub(_numbered, text) if "(s)" in text else text


def _numbered(found: re.Match[str]) -> str:
    return f"{found[1] or ''}{'' if found[2] == '1' else 's'}"


class Sentence(str):
    """A text in another language, whose nouns follow the numbers that are put into it."""

    __slots__ = ()

    def __mod__(self, values: Any) -> str:  # noqa: ANN401  whatever a text takes
        return settled(super().__mod__(values))


class Label(str):
    """A text that was said while nobody read: in the language of whoever it is shown to."""

    __slots__ = ()

    def __str__(self) -> str:
        return translated(str.__str__(self))

    def __format__(self, form: str) -> str:
        return format(str(self), form)

    def __html__(self) -> Markup:
        return escape(str(self))

    def __mod__(self, values: Any) -> str:  # noqa: ANN401  as above
        return settled(str(self) % values)

    def __add__(self, other: str) -> str:
        return str(self) + other

    def lower(self) -> str:
        """Its small letters, in the language of the reader."""
        return str(self).lower()

    def __getitem__(self, key: Any) -> str:  # noqa: ANN401  an index or a slice
        return str(self)[key]


def _(text: str) -> str:
    """The text in the language of the reader."""
    reader = _READER.get()
    if not reader:
        return Label(text)
    return text if reader == HOME else Sentence(translated(text))
