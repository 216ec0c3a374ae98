"""The text of a Word document as lines; `python -m tests.reports.golden` writes the golden ones anew."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import docx
from docx.table import Table
from docx.text.paragraph import Paragraph

from models.db import Database
from reports.btv_docx import write_docx
from reports.figures import gather
from tests.reports import factory

HOME = Path(__file__).parent / "golden"


def lines(path: Path) -> Iterator[str]:
    """The paragraphs that have text, and the rows of the tables, in their order."""
    for block in docx.Document(str(path)).iter_inner_content():
        match block:
            case Paragraph() if block.text.strip():
                yield block.text
            case Table():
                yield from (" | ".join(cell.text for cell in row.cells) for row in block.rows)


def text(path: Path) -> str:
    return "\n".join(lines(path)) + "\n"


def main() -> None:
    HOME.mkdir(exist_ok=True)
    with TemporaryDirectory() as directory:
        for layout, make in factory.MADE.items():
            database = Database(f"sqlite:///{directory}/{layout}.db")
            database.upgrade()
            path = Path(directory, f"{layout}.docx")
            with database.writing() as session:
                report = gather(session, make(session).round.id)
            write_docx(report, path, rehearsal=layout == "administrative")
            (HOME / f"{layout}.txt").write_text(text(path))


if __name__ == "__main__":
    main()
