"""No heading stands alone at the foot of a page, also where LibreOffice lays pages out before it measures them."""

import subprocess
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.shared import Pt
from docx.text.paragraph import Paragraph

from reports.first_page import ENDS, THIN, free_ends, kept_at
from tests.libreoffice import SOFFICE

LINE = Pt(6)
LONG = 30


def paged(heading: int, *, rows: int = 0, together: int = 1) -> Document:
    """A page that ends with a line that stays with the next: the `heading`th, the rows of a table counted."""
    document = docx.Document()
    section, style = document.sections[0], document.styles["Normal"]
    section.top_margin = section.bottom_margin = section.header_distance = section.footer_distance = Pt(10)
    section.page_height = Pt(20 + LINE.pt * heading + 3)
    style.font.size, style.paragraph_format.line_spacing = Pt(5), LINE
    style.paragraph_format.space_after, style.paragraph_format.widow_control = Pt(0), False
    if rows:
        document.add_table(rows, 1)
    for number in range(rows + 1, heading + LONG):
        line = document.add_paragraph(f"L{number}")
        line.paragraph_format.keep_with_next = heading - together < number <= heading
    return document


def thin(document: Document) -> list[Paragraph]:
    return [one for one in document.paragraphs if one.paragraph_format.line_spacing == THIN]


@pytest.mark.parametrize(("rows", "together"), [(0, 1), (4, 1), (0, 3)])
def test_what_is_kept_with_the_next_stands_elsewhere(rows: int, together: int) -> None:
    for end in ENDS:
        document = paged(end, rows=rows, together=together)
        words = [one.text for one in document.paragraphs]
        free_ends(document)
        assert len(thin(document)) == together
        assert [kept_at(document, one) for one in ENDS] == [[], []]
        assert [one.text for one in document.paragraphs if one.text] == words
    untouched = paged(23)
    free_ends(untouched)
    assert thin(untouched) == []


@pytest.mark.faults
def test_libreoffice_keeps_the_heading_with_its_text(tmp_path: Path) -> None:
    assert SOFFICE is not None
    for end in ENDS:
        before, after = paged(end), paged(end)
        free_ends(after)
        before.save(str(tmp_path / f"{end}-before.docx"))
        after.save(str(tmp_path / f"{end}-after.docx"))
    command = [SOFFICE, f"-env:UserInstallation=file://{tmp_path}/home", "--headless", "--convert-to", "pdf"]
    subprocess.run([*command, "--outdir", str(tmp_path), *map(str, tmp_path.glob("*.docx"))], check=True, timeout=600)
    assert last_line(tmp_path / "25-before.pdf") == "L25", "LibreOffice mended it: free_ends can go"
    assert [last_line(tmp_path / f"{end}-after.pdf") for end in ENDS] == [f"L{end - 1}" for end in ENDS]


def last_line(pdf: Path) -> str:
    command = ["pdftotext", "-l", "1", str(pdf), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.split()[-1]
