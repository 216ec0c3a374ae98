"""The unit's documents as LibreOffice prints them: fonts that measure as Times New Roman, pages, nothing left over."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import docx
import pikepdf
import pytest

from tests.conftest import Fresh
from tests.libreoffice import SOFFICE
from tests.reports.test_unit_documents import built

FONTS = ("LiberationSerif", "Tinos", "TimesNewRoman")
SHEETS = ("bang-cham-diem", "bang-diem-tham-dinh", "tong-hop-y-kien")
ONE_PAGE = ("giay-cong-nhan", "danh-sach-dang-ky", "tham-gia-y-kien", "tong-hop-y-kien", "van-ban-giai-trinh")
Printed = Mapping[Path, list[str]]
"""Word documents, and what stands on the pages that LibreOffice prints of each."""
pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, fresh_sqlite: Fresh) -> Printed:
    home = tmp_path_factory.mktemp("printed")
    with built(fresh_sqlite) as rounds:
        for place, one in enumerate(rounds.every()):
            (home / f"{one[1]}-{place}.docx").write_bytes(rounds.content(*one))
    made = sorted(home.glob("*.docx"))
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), *map(str, made)]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    return {path: pages(path.with_suffix(".pdf")) for path in made}


def pages(pdf: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


def fonts(pdf: pikepdf.Pdf) -> set[str]:
    found = (font for page in pdf.pages for font in page.resources.get("/Font", {}).values())
    return {str(font["/BaseFont"]).partition("+")[2] for font in found}


def test_documents_are_printed_whole(printed: Printed) -> None:
    for path, told in printed.items():
        with pikepdf.open(path.with_suffix(".pdf")) as pdf:
            assert all(name.startswith(FONTS) for name in fonts(pdf)), path.name
        assert len(told) == 1 if path.name.startswith(ONE_PAGE) else 1 <= len(told) <= 7, path.name


def test_those_who_sign_a_sheet_stand_with_its_last_rows(printed: Printed) -> None:
    sheets = [path for path in printed if path.name.startswith(SHEETS)]
    assert max(len(printed[path]) for path in sheets) > 1
    for path in sheets:
        *_, before, last, closing = docx.Document(str(path)).tables[1].rows
        words = printed[path][-1].split()
        assert "(ký," in words, path.name
        assert {*before.cells[0].text.split(), *last.cells[1].text.split()} <= set(words), path.name
        assert "(ký," in closing.cells[0].tables[0].rows[0].cells[0].text


def test_place_and_date_stand_on_one_line(printed: Printed) -> None:
    letter = next(told for path, told in printed.items() if path.name.startswith("lay-y-kien"))
    assert any("Thành phố Hà Tĩnh, ngày" in line for line in letter[0].splitlines())
