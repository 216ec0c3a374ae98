"""The file of a dossier for inspection: what stands on its pages, that typed text stays text, and its shape in JSON."""

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, get_args

import pikepdf
import pytest
from pydantic import BaseModel

from reports.inspection import Inspection
from reports.inspection_pdf import written_pdf
from reports.typst_pdf import visible
from tests.reports.inspection_factory import AT, HASH, MARKUP, NAME, TURNED, inspection

DOCUMENTED = Path(__file__).parents[2] / "docs" / "dossier-format.md"


def text_of(content: bytes, path: Path) -> list[str]:
    """The text of each page, every run of spaces as one."""
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]


@pytest.fixture(scope="module")
def content() -> bytes:
    return written_pdf(inspection())


def test_the_pages_say_everything(content: bytes, tmp_path: Path) -> None:
    pages = text_of(content, tmp_path / "a.pdf")
    whole = " ".join(pages)
    for expected in (
        "HỒ SƠ PHỤC VỤ KIỂM TRA, GIÁM SÁT",
        NAME,
        "BẢN CHẠY THỬ – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ",
        "Tổng điểm thẩm định 90",
        "2 (đồng hạng)",
        "Hết ngày 09/12/2024 (trước ngày 10/12)",
        "Thẩm định: #eval",
        "Văn bản mật số 05-BC/M ngày 02/11/2024: chỉ ghi số và ngày",
        "Đơn vị tự khai",
        "số 07-QĐ/BDV ngày 20/12/2024, Lê Thử ký",
        "Nguyễn Ví Dụ, Chánh Văn phòng (cán bộ đơn vị)",
        "Nội dung mật: không đưa vào tệp này",
        "Đang tự đánh giá → Đã nộp",
        "danhgia audit verify --round 3",
        "01234567 89abcdef",
        "09/12/2024 23:59:59",
    ):
        assert expected in whole, expected
    assert whole.count(HASH) >= 4
    assert "None" not in whole
    for number, page in enumerate(pages, 1):
        assert f"Trang {number}/{len(pages)}" in page
    headed = [page for page in pages if "Tiêu chí số" in page]
    assert len(headed) > 1
    assert all("Mã Tiêu chí Tối đa" in page for page in headed)


def test_what_was_typed_is_text_and_nothing_hides(content: bytes, tmp_path: Path) -> None:
    whole = "".join(text_of(content, tmp_path / "a.pdf")).replace(" ", "")
    assert whole.count(MARKUP.replace(" ", "")) >= 40
    assert "Công[U+202E]txt.exe[U+202C][U+200B]kín[U+00AD]" in whole
    assert not any(sign in whole for sign in "\u202e\u200b\u2066")
    assert visible("Ủy\nban\x07\u2067") == "Ủy\nban[U+0007][U+2067]"


def test_a_sign_that_no_font_has_is_spelled_out(tmp_path: Path) -> None:
    (page, *_rest) = text_of(written_pdf(inspection(sheet="Biểu \ufdfd\U00013080 số 1")), tmp_path / "a.pdf")
    assert any(f"Biểu {one}" in page for one in ("[U+FDFD][U+13080] số 1", "\ufdfd", "[U+FDFD]\U00013080 số 1"))


def test_it_is_an_archival_pdf_of_the_same_bytes(content: bytes) -> None:
    assert written_pdf(inspection()) == content
    assert written_pdf(inspection(as_of=AT + timedelta(seconds=1))) != content
    with pikepdf.open(BytesIO(content)) as pdf, pdf.open_metadata() as about:
        assert {tuple(map(round, page.mediabox)) for page in pdf.pages} == {(0, 0, 595, 842)}
        assert about["dc:title"] == f"Hồ sơ phục vụ kiểm tra, giám sát: {NAME}"
        assert about.pdfa_status == "2U"
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20241209235959")
        fonts = {str(name).partition("+")[2] for name in _fonts(pdf)}
    assert fonts >= {"Tinos", "Tinos-Bold"} or fonts >= {"LiberationSerif", "LiberationSerif-Bold"}


def _fonts(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """The fonts of a file, each of which is embedded."""
    for font in (one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and "/FontDescriptor" in one):
        assert "/FontFile2" in font.FontDescriptor
        yield font.BaseFont


def test_the_json_is_the_same_in_its_documented_shape() -> None:
    made = inspection()
    assert Inspection.model_validate_json(made.as_json()) == made
    assert made.as_json() == inspection().as_json()
    data = json.loads(made.as_json())
    assert data["events"][0]["facts"][1]["value"] == TURNED
    assert data["outcome"]["self_total"] == "92.5"
    words = DOCUMENTED.read_text()
    assert [name for name in sorted(set(names(Inspection))) if f"`{name}`" not in words] == []


def names(model: type[BaseModel]) -> Iterator[str]:
    """Every key of the shape."""
    for name, field in model.model_fields.items():
        yield name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from names(part)
