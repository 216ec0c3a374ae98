"""The sentences of the layers below the portal: every Vietnamese text of their modules, with `{}` for its values."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.language import extract
from tests.language.extract import ENGLISH
from web.sentences import HOLE, NAME

ROOT: Final = Path(__file__).parents[2]
PACKAGES: Final = ("states", "actions", "evidence", "models", "web")
CATALOGUE: Final = ENGLISH.with_name(f"{NAME}.po")
VIETNAMESE: Final = re.compile(r"[À-ỹđĐ]")
NO_SENTENCES: Final = frozenset(
    {
        *("đ", "đĐ", "{} năm {}", " hoặc ", "{}/{} phiếu", "{} điểm", "{} dùng cho {}.", "Có", "Không", "có", "không"),
        *("01-QĐ/TU", "Nguyễn Ví Dụ", "Cốc Cốc", "Tiếng Việt", "ngày", "giờ", "phút"),
        *("pg_dump không sao chép được cơ sở dữ liệu: {}", "SQLite không sao chép được cơ sở dữ liệu: {}"),
        "Máy này không có pg_dump; cài gói postgresql-client rồi sao lưu lại.",
    }
)
"""Signs, names, single words and values that stand in programmes too, and what only the command line tells."""

SUBJECTS: Final = frozenset({"Hồ sơ", "Đợt"})
"""What begins a sentence below, and is a label of pages by itself."""


def sentences() -> set[str]:
    """All sentences that a page may show and that go through no gettext."""
    files = (file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py")))
    found = {text for file in files for text in _of(ast.parse(file.read_text(encoding="utf-8")))}
    return found - NO_SENTENCES - (set(extract.texts()) - SUBJECTS)


def _of(tree: ast.Module) -> Iterator[str]:
    apart = _apart(tree)
    for node in ast.walk(tree):
        text = _text(node)
        if text and id(node) not in apart and VIETNAMESE.search(text):
            yield text


def _apart(tree: ast.Module) -> set[int]:
    """What is no sentence of its own: docstrings, texts of gettext, parts of a text with values."""
    found: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                found.add(id(node.value))
            case ast.Call(func=ast.Name(id="_")):
                found |= {id(part) for part in ast.walk(node)}
            case ast.JoinedStr():
                found |= {id(part) for part in node.values}
    return found


def _text(node: ast.AST) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(str(part.value) if isinstance(part, ast.Constant) else HOLE for part in parts)
    return ""


def known() -> dict[str, str]:
    """The English of every sentence that the catalogue holds."""
    with CATALOGUE.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file, locale="en") if one.id}


def save(english: dict[str, str]) -> None:
    """Write the catalogue: all sentences in their order, with the English that there is."""
    catalogue = Catalog(locale="en", charset="utf-8", fuzzy=False, header_comment="# English of refusals.")
    catalogue.mime_headers = [("Content-Type", "text/plain; charset=utf-8")]
    for text in sorted(sentences()):
        catalogue.add(text, english.get(text, ""))
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=120)


if __name__ == "__main__":
    extract.save(extract.known())
    save(known())
