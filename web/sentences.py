"""Sentences of the layers below the portal, which speak Vietnamese only, in the language of the reader.

The catalogue `sentences.po` holds them with `{}` where a value stands. A sentence is known by its words about the
values; a value that is a sentence of its own (“hồ sơ số 5” within “Không tìm thấy …”) is translated too. What the
catalogue does not know, such as the words of a programme, stays as it is.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from web.words import HOME, catalogue, language, settled

HOLE: Final = "{}"
NAME: Final = "sentences"
LOADER: Final = "loader"
"""What the check of sheets and programmes says in English, in the language of the pages."""
KEPT: Final = 10_000


class Form(NamedTuple):
    """A sentence with holes, and what it is in the other language."""

    known: re.Pattern[str]
    told: str


class Forms(NamedTuple):
    """The sentences of a language: those without holes, and the others by their first word, if they have one."""

    whole: Mapping[str, str]
    by_word: Mapping[str, Sequence[Form]]


def told(value: object) -> object:
    """A value that a page shows; a sentence of ours in the language of the reader."""
    if type(value) is not str or language() == HOME or len(value) < len(HOLE):
        return value
    return _told(value, language())


def of_loader(message: str) -> str:
    """A sentence of the check of sheets and programmes, in English, as the reader is told it; empty where unknown."""
    if language() != HOME:
        return message
    known = _told(message, HOME, LOADER)
    return "" if known == message else known


@lru_cache(maxsize=KEPT)
def _told(text: str, name: str, domain: str = NAME) -> str:
    forms = _forms(name, domain)
    if text in forms.whole:
        return forms.whole[text]
    for form in (*forms.by_word.get(_first(text), ()), *forms.by_word.get("", ())):
        found = form.known.fullmatch(text)
        if found:
            return settled(form.told.format(*(_told(value, name, domain) for value in found.groups())))
    return text


@cache
def _forms(name: str, domain: str) -> Forms:
    known = catalogue(name, domain)
    by_word: dict[str, list[Form]] = defaultdict(list)
    for text in sorted((text for text in known if HOLE in text), key=len, reverse=True):
        pattern = "(.*)".join(map(re.escape, text.split(HOLE)))
        by_word[_first(text)].append(Form(re.compile(pattern, re.DOTALL), known[text]))
    return Forms({text: english for text, english in known.items() if HOLE not in text}, by_word)


def _first(text: str) -> str:
    """The first word of a sentence; empty where a value stands there or the word runs into one."""
    word = text.partition(" ")[0]
    return "" if HOLE in word or word.startswith("«") else word
