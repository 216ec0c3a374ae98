"""The handbook as pages of the portal: Markdown of docs/handbook, rendered by a library when it is first read."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

FOLDER: Final = Path(__file__).parent / "handbook"
PICTURES: Final = FOLDER / "pictures"
CHAPTER: Final = re.compile(r"\d\d-([a-z0-9-]+)\.md")


class Chapter(NamedTuple):
    """One page of the handbook."""

    slug: str
    title: str
    body: Markup


@cache
def chapters() -> Mapping[str, Chapter]:
    """All chapters in their order, by the name they have in addresses."""
    found = ((CHAPTER.fullmatch(file.name), file) for file in sorted(FOLDER.glob("*.md")))
    return {name[1]: _chapter(name[1], file.read_text(encoding="utf-8")) for name, file in found if name}


def picture(name: str) -> Path | None:
    """The file of a picture; None when there is none of this name."""
    return next((file for file in PICTURES.glob("*.png") if file.name == name), None)


def _chapter(slug: str, text: str) -> Chapter:
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse(text)
    title = next(token.content for token in tokens if token.type == "inline")
    _point_home(tokens)
    body = reader.renderer.render(tokens, reader.options, {})
    return Chapter(slug, title, Markup(body))  # noqa: S704  our own text, and HTML in it is escaped


def _point_home(tokens: Iterable[Token]) -> None:
    """Let links between chapters and the pictures be found in the portal."""
    for token in tokens:
        _point_home(token.children or ())
        if token.type == "image":
            token.attrSet("src", f"/help/{token.attrs['src']}")
            token.attrSet("loading", "lazy")
        elif token.type == "link_open":
            chapter = CHAPTER.fullmatch(str(token.attrs["href"]))
            token.attrSet("href", f"/help/{chapter[1]}" if chapter else str(token.attrs["href"]))
