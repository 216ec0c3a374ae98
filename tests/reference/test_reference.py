"""The reference tells all there is, with a description of each, and is as `make docs` would write it."""

import re
from pathlib import Path

import pytest

from tests.reference.commands import commands_page
from tests.reference.diagrams import diagrams
from tests.reference.generate import DRAWN, FOLDER, PAGES, stale
from tests.reference.page import Entry, Page, Table
from tests.reference.settings import unknown_variables, unused_variables

FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def pages() -> list[Page]:
    return [page() for page in PAGES]


def test_everything_is_described(pages: list[Page]) -> None:
    assert [one for page in pages for one in page.undescribed()] == []
    assert [table.title for table in commands_page().tables if not table.before] == []


def test_what_has_no_description_is_named() -> None:
    page = Page("x", "X", "", (Table("Things", "Thing", (Entry("one", "A thing."), Entry("two", " "))),))
    assert page.undescribed() == ["Things: two"]


def test_every_variable_is_a_setting_or_listed_beside_them() -> None:
    assert unknown_variables() == set(), (
        "describe it in config/settings.py, or in OTHERS of tests/reference/settings.py"
    )
    assert unused_variables() == set()


def test_everything_is_as_it_would_be_written(pages: list[Page]) -> None:
    texts = {f"{page.name}.md": page.text() for page in pages}
    assert stale({FOLDER: texts, DRAWN: diagrams()}) == [], "run `make docs`"


def test_a_stale_file_is_found(tmp_path: Path) -> None:
    for name, text in {"a.md": "old", "b.md": "same", "c.md": "gone"}.items():
        (tmp_path / name).write_text(text)
    assert stale({tmp_path: {"a.md": "new", "b.md": "same", "d.md": "more"}}) == ["a.md", "c.md", "d.md"]


def test_links_between_documents_lead_somewhere() -> None:
    root = FOLDER.parent.parent
    found = [(file, link) for file in (root / "README.md", *root.glob("docs/**/*.md")) for link in links_of(file)]
    dead = [f"{file.relative_to(root)}: {link}" for file, link in found if not (file.parent / link).exists()]
    assert len(found) > 20
    assert dead == []


def links_of(file: Path) -> list[str]:
    """The links of a page that stay in the repository."""
    told = FENCED.sub("", file.read_text(encoding="utf-8"))
    links = re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", told)
    return [link for link in links if "://" not in link]
