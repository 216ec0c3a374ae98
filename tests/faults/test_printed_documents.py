"""The unit's documents as LibreOffice prints them: fonts that measure as Times New Roman, pages, nothing left over."""

import subprocess
from pathlib import Path

import pikepdf
import pytest

from tests.conftest import Fresh
from tests.libreoffice import SOFFICE
from tests.reports.test_unit_documents import built

FONTS = ("LiberationSerif", "Tinos", "TimesNewRoman")
ONE_PAGE = ("giay-cong-nhan", "danh-sach-dang-ky", "tham-gia-y-kien", "tong-hop-y-kien", "van-ban-giai-trinh")
pytestmark = pytest.mark.faults


def fonts(pdf: pikepdf.Pdf) -> set[str]:
    found = (font for page in pdf.pages for font in page.resources.get("/Font", {}).values())
    return {str(font["/BaseFont"]).partition("+")[2] for font in found}


def test_documents_are_printed_whole(tmp_path: Path, fresh_sqlite: Fresh) -> None:
    with built(fresh_sqlite) as rounds:
        for place, one in enumerate(rounds.every()):
            (tmp_path / f"{one[1]}-{place}.docx").write_bytes(rounds.content(*one))
    made = sorted(tmp_path.glob("*.docx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, made)]
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    for path in made:
        with pikepdf.open(path.with_suffix(".pdf")) as pdf:
            assert all(name.startswith(FONTS) for name in fonts(pdf)), path.name
            assert len(pdf.pages) == 1 if path.name.startswith(ONE_PAGE) else 1 <= len(pdf.pages) <= 7, path.name
    assert len(made) == len(list(tmp_path.glob("*.pdf")))
