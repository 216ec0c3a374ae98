"""The texts of pages: what stands in gettext in templates and modules of web/, and the words of the vocabulary."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from config.vocabulary import MESSAGES, NEEDS, RELATIONS
from states.tasks import TASKS
from web.desk_queue import SORTS
from web.refusals import TOLD
from web.words import FOLDER

HOME: Final = FOLDER.parent
ENGLISH: Final = FOLDER / "en" / "LC_MESSAGES" / "messages.po"
SAID: Final = ("_", "gettext", "ngettext")


def texts() -> dict[str, list[str]]:
    """Every text with the files in which it stands."""
    found: dict[str, list[str]] = {}
    for text, where in (*_of_templates(), *_of_modules(), *_of_vocabulary()):
        places = found.setdefault(text, [])
        if where not in places:
            places.append(where)
    return found


def _of_templates() -> Iterator[tuple[str, str]]:
    reader = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True)  # noqa: S701  only read
    for file in sorted((HOME / "templates").rglob("*.html")):
        extract = reader.extract_translations(file.read_text(encoding="utf-8"), gettext_functions=SAID)  # type: ignore[attr-defined] # the extension's
        for _line, _function, message in extract:
            text = message[0] if isinstance(message, tuple) else message
            if text:
                yield text, _named(file)


def _of_modules() -> Iterator[tuple[str, str]]:
    for file in sorted(HOME.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_" and node.args:
                yield from ((text, _named(file)) for text in _constants(node.args[0]))


def _constants(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_constants(body), *_constants(orelse))


def _of_vocabulary() -> Iterator[tuple[str, str]]:
    """Words that modules below the portal bring, and that pages say in the language of the reader."""
    words = [*RELATIONS.values(), *NEEDS.values(), *(spec.label for spec in MESSAGES.values())]
    words += [*(task.label for task in TASKS.values()), *SORTS.values(), *(title for _status, title in TOLD.values())]
    yield from ((word, "config/vocabulary.py") for word in words)


def _named(file: Path) -> str:
    return file.relative_to(HOME.parent).as_posix()


def known() -> dict[str, str]:
    """The English of every text that the catalogue holds."""
    with ENGLISH.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


def save(english: dict[str, str]) -> None:
    """Write the catalogue: all texts of the pages in their order, with the English that there is."""
    catalogue = Catalog(locale="en", charset="utf-8", fuzzy=False, header_comment="# English texts of the portal.")
    catalogue.mime_headers = [("Content-Type", "text/plain; charset=utf-8")]
    for text, places in sorted(texts().items(), key=lambda one: (one[1][0], one[0])):
        catalogue.add(text, english.get(text, ""), locations=[(place, 0) for place in places])
    ENGLISH.parent.mkdir(parents=True, exist_ok=True)
    with ENGLISH.open("wb") as file:
        write_po(file, catalogue, width=120, include_lineno=False)
