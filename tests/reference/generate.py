"""`make docs`: writes docs/reference and docs/diagrams anew from the code."""

import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tests.reference.commands import commands_page
from tests.reference.diagrams import diagrams
from tests.reference.page import Page
from tests.reference.portal import documents_page, routes_page
from tests.reference.settings import settings_page
from tests.reference.workflows import guards_page, messages_page, triggers_page

DOCS: Final = Path(__file__).parents[2] / "docs"
FOLDER: Final = DOCS / "reference"
DRAWN: Final = DOCS / "diagrams"
PAGES: Final[tuple[Callable[[], Page], ...]] = (
    commands_page,
    settings_page,
    guards_page,
    messages_page,
    triggers_page,
    routes_page,
    documents_page,
)


def reference() -> Mapping[str, str]:
    """The text of every page by the name of its file."""
    return {f"{made.name}.md": made.text() for made in (page() for page in PAGES)}


def written() -> Mapping[Path, Mapping[str, str]]:
    """What stands in each folder, by the names of its files."""
    return {FOLDER: reference(), DRAWN: diagrams()}


def stale(wanted: Mapping[Path, Mapping[str, str]]) -> list[str]:
    """Files that are missing, are not as they would be written, or are nothing of ours any more."""
    return sorted(
        file.name
        for folder, texts in wanted.items()
        for file in {*folder.glob("*.*"), *(folder / name for name in texts)}
        if not file.exists() or file.read_text(encoding="utf-8") != texts.get(file.name)
    )


def main() -> int:
    """Write every file; what is nothing of ours any more goes."""
    for folder, texts in written().items():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"{len(texts)} files in {folder}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
