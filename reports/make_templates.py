"""Makes the Word templates of the report, one a layout: `python -m reports.make_templates`.

The files are what is used, and may be changed in Word; this only makes them anew.
"""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Final

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.shared import Pt

from reports.packing import repack
from reports.paper import (
    CENTER,
    JUSTIFY,
    LEFT,
    Column,
    Container,
    Measures,
    cells,
    lay,
    line,
    listing,
    number_pages,
    prepare,
    tag,
    text,
)

HOME: Final = Path(__file__).parent / "templates"
PARTY: Final = Measures(first_line=10, table=12)
ADMINISTRATIVE: Final = Measures(first_line=12.7, table=12)
LAYOUTS: Final = {"party": PARTY, "administrative": ADMINISTRATIVE}
_MADE: Final = datetime(2024, 1, 1, tzinfo=UTC)
_PARTY_TITLE: Final = 73
_MOTTO: Final = 60
_SECTIONS: Final = (
    ("I. TÌNH HÌNH THỰC HIỆN", ()),
    ("1. Đối tượng và thời hạn", ("subjects", "closings")),
    ("2. Tự đánh giá", ("self_assessment",)),
    ("3. Thẩm định", ("appraisal",)),
    ("II. KẾT QUẢ", ()),
    ("1. Kết quả chung", ("results",)),
)

_NO: Final = Column(12, "STT", "{{ row.no }}", CENTER)
_NAME: Final = Column(66, "Đơn vị", "{{ row.name }}")
_KIND: Final = Column(52, "Nhóm đối tượng", "{{ row.kind }}")
_POINTS: Final = (
    Column(23, "Điểm tự chấm", "{{ row.own }}", CENTER),
    Column(23, "Điểm thẩm định", "{{ row.appraised }}", CENTER),
    Column(25, "Điểm quyết định", "{{ row.decided }}", CENTER),
)
_PLACE: Final = Column(16, "Hạng", "{{ row.place }}", CENTER)
_SUMMARY: Final = (
    Column(12, "STT", "{{ row.no }}", CENTER),
    Column(44, "Nhóm đối tượng", "{{ row.name }}"),
    Column(17, "Số đơn vị", "{{ row.subjects }}", CENTER),
    Column(22, "Đã có kết quả", "{{ row.decided }}", CENTER),
    Column(22, "Điểm cao nhất", "{{ row.highest }}", CENTER),
    Column(22, "Điểm thấp nhất", "{{ row.lowest }}", CENTER),
    Column(26, "Điểm bình quân", "{{ row.average }}", CENTER),
)
_TOTAL: Final = ("", "Tổng cộng", "{{ summary_total.subjects }}", "{{ summary_total.decided }}", "", "", "")
_RANKING: Final = (
    _NO,
    Column(57, "Đơn vị", "{{ row.name }}"),
    *_POINTS,
    _PLACE,
    Column(96, "Căn cứ xếp hạng", "{{ row.reason }}"),
)
_RATING: Final = (
    _NO,
    Column(60, "Đơn vị", "{{ row.name }}"),
    *_POINTS,
    Column(30, "{{ level_heading }}", "{{ row.level }}", CENTER),
    _PLACE,
    Column(63, "Căn cứ xếp hạng", "{{ row.reason }}"),
)
_ANNEXES: Final = (
    (
        "zeros",
        "DANH SÁCH ĐƠN VỊ ĐƯỢC XÁC ĐỊNH 0 ĐIỂM DO CHƯA HOÀN THÀNH TỰ ĐÁNH GIÁ",
        (
            _NO,
            Column(90, "Đơn vị", "{{ row.name }}"),
            Column(68, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(52, "Thời điểm tự động khóa", "{{ row.locked }}", CENTER),
            Column(30, "Điểm quyết định", "{{ row.decided }}", CENTER),
        ),
    ),
    (
        "late",
        "DANH SÁCH ĐƠN VỊ QUÁ THỜI HẠN",
        (
            _NO,
            _NAME,
            _KIND,
            Column(52, "Thời hạn", "{{ row.due }}", CENTER),
            Column(46, "Thời điểm nộp", "{{ row.submitted }}", CENTER),
            Column(24, "Quá hạn", "{{ row.delay }}", CENTER),
        ),
    ),
    (
        "specials",
        "DANH SÁCH TRƯỜNG HỢP ĐẶC BIỆT ĐƯỢC GIA HẠN",
        (
            _NO,
            Column(48, "Đơn vị", "{{ row.name }}"),
            Column(38, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(46, "Lý do", "{{ row.reason }}"),
            Column(36, "Văn bản", "{{ row.paper }}"),
            Column(36, "Thời hạn mới", "{{ row.until }}", CENTER),
            Column(36, "Kết quả", "{{ row.submitted }}", CENTER),
        ),
    ),
    (
        "removed",
        "DANH SÁCH ĐƠN VỊ ĐƯỢC ĐƯA RA KHỎI ĐỢT ĐÁNH GIÁ",
        (
            _NO,
            _NAME,
            _KIND,
            Column(80, "Lý do", "{{ row.reason }}"),
            Column(42, "Văn bản", "{{ row.paper }}"),
        ),
    ),
    (
        "differing",
        "CHÊNH LỆCH GIỮA ĐIỂM TỰ CHẤM VÀ ĐIỂM THẨM ĐỊNH",
        (
            _NO,
            Column(96, "Đơn vị", "{{ row.name }}"),
            Column(72, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(24, "Điểm tự chấm", "{{ row.own }}", CENTER),
            Column(24, "Điểm thẩm định", "{{ row.appraised }}", CENTER),
            Column(24, "Chênh lệch", "{{ row.difference }}", CENTER),
        ),
    ),
    (
        "redecided",
        "DANH SÁCH KẾT QUẢ ĐƯỢC QUYẾT ĐỊNH LẠI",
        (
            _NO,
            _NAME,
            Column(56, "Kết quả trước", "{{ row.before }}"),
            Column(56, "Kết quả thay thế", "{{ row.after }}"),
            Column(62, "Lý do", "{{ row.reason }}"),
        ),
    ),
)


def build(layout: str) -> bytes:
    """Return the template of a layout; the same bytes every time."""
    document, measures = docx.Document(), LAYOUTS[layout]
    prepare(document, measures)
    _properties(document)
    _headers(document, measures)
    _party_head(document) if layout == "party" else _administrative_head(document)
    _body(document)
    _party_foot(document) if layout == "party" else _administrative_foot(document)
    _annexes(document, measures)
    return _saved(document)


def _saved(document: Document) -> bytes:
    raw, packed = BytesIO(), BytesIO()
    document.save(raw)
    repack(raw, packed)
    return packed.getvalue()


def _properties(document: Document) -> None:
    properties = document.core_properties
    properties.author = properties.last_modified_by = "danhgia"
    properties.comments = properties.title = ""
    properties.created = properties.modified = _MADE


def _headers(document: Document, measures: Measures) -> None:
    section = document.sections[0]
    number_pages(section, measures.number)
    first = section.first_page_header
    first.is_linked_to_previous = False
    _mark(first, "rehearsal")
    _mark(section.header, "marks")


def _mark(container: Container, name: str) -> None:
    tag(container, f"if {name}")
    text(container, f"{{{{ {name} }}}}", size=11, bold=True, align=CENTER, after=0)
    tag(container, "endif")


def _party_head(document: Document) -> None:
    left, right = cells(document, 80, 85)
    tag(left, "if parent")
    text(left, "{{ parent }}", size=14, align=CENTER, after=0)
    tag(left, "endif")
    text(left, "{{ issuer }}", size=14, bold=True, align=CENTER, after=0)
    text(left, "*", size=14, align=CENTER, after=0)
    text(left, "Số {{ number }}", size=14, align=CENTER, after=0)
    _draft(left)
    text(right, "ĐẢNG CỘNG SẢN VIỆT NAM", size=15, bold=True, align=CENTER, after=0)
    line(right, width=_PARTY_TITLE, room=85)
    text(right, "{{ place_and_date }}", size=14, italic=True, align=CENTER, before=6, after=0)
    text(document, "BÁO CÁO", size=16, bold=True, align=CENTER, before=18, after=0)
    text(document, "{{ about }}", size=14, bold=True, align=CENTER, after=0)
    text(document, "-----", size=14, align=CENTER, after=6)
    text(document, "Kính gửi: {{ recipient }}", size=14, align=CENTER, before=6, after=12)
    text(document, "Căn cứ {{ bases|join('; ') }}, {{ opening }}", style="Report Body")


def _administrative_head(document: Document) -> None:
    left, right = cells(document, 65, 100)
    tag(left, "if parent")
    text(left, "{{ parent }}", size=13, align=CENTER, after=0)
    tag(left, "endif")
    text(left, "{{ issuer }}", size=13, bold=True, align=CENTER, after=0)
    line(left, width=22, room=65)
    text(left, "Số: {{ number }}", size=13, align=CENTER, before=6, after=0)
    _draft(left)
    text(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=13, bold=True, align=CENTER, after=0)
    text(right, "Độc lập - Tự do - Hạnh phúc", size=14, bold=True, align=CENTER, after=0)
    line(right, width=_MOTTO, room=100)
    text(right, "{{ place_and_date }}", size=14, italic=True, align=CENTER, before=6, after=0)
    text(document, "BÁO CÁO", size=14, bold=True, align=CENTER, before=18, after=0)
    text(document, "{{ about }}", size=14, bold=True, align=CENTER, after=0)
    line(document, width=55, room=ADMINISTRATIVE.width)
    text(document, "Kính gửi: {{ recipient }}", size=14, align=CENTER, before=6, after=12)
    tag(document, "for base in bases")
    text(document, "Căn cứ {{ base }}{{ '.' if loop.last else ';' }}", style="Report Body", italic=True)
    tag(document, "endfor")
    text(document, "{{ opening }}", style="Report Body")


def _draft(container: Container) -> None:
    tag(container, "if draft")
    text(container, "{{ draft }}", size=13, bold=True, align=CENTER, before=4, after=0)
    tag(container, "endif")


def _body(document: Document) -> None:
    for heading, names in _SECTIONS:
        _heading(document, heading)
        for name in names:
            _paragraphs(document, name)
    listing(document, _SUMMARY, "row in summary", total=_TOTAL)
    _heading(document, "2. Xếp hạng", before=12)
    _paragraphs(document, "ranking")
    tag(document, "if changes")
    _heading(document, "3. Điều chỉnh kết quả")
    _paragraphs(document, "changes")
    tag(document, "endif")
    _paragraphs(document, "ending", with_next=True)


def _heading(document: Document, words: str, *, before: float = 6) -> None:
    paragraph = text(document, words, style="Report Body", bold=True, before=before, with_next=True)
    paragraph.paragraph_format.alignment = LEFT


def _paragraphs(document: Document, name: str, *, with_next: bool = False) -> None:
    tag(document, f"for paragraph in {name}")
    text(document, "{{ paragraph }}", style="Report Body", align=JUSTIFY, with_next=with_next)
    tag(document, "endfor")


def _party_foot(document: Document) -> None:
    left, right = cells(document, 85, 80)
    text(left, "Nơi nhận:", size=14, underline=True, align=LEFT, before=12, after=0)
    _receivers(left, 12)
    _signature(right, bold_post=False)


def _administrative_foot(document: Document) -> None:
    left, right = cells(document, 85, 80)
    text(left, "Nơi nhận:", size=12, bold=True, italic=True, align=LEFT, before=12, after=0)
    _receivers(left, 11)
    _signature(right, bold_post=True)


def _receivers(container: Container, size: int) -> None:
    tag(container, "for receiver in receivers")
    text(container, "{{ receiver }}", size=size, align=LEFT, after=0)
    tag(container, "endfor")


def _signature(container: Container, *, bold_post: bool) -> None:
    """Without an authority to sign for, the post itself is in bold."""
    tag(container, "if signed_for")
    text(container, "{{ signed_for }}", size=14, bold=True, align=CENTER, before=12, after=0)
    text(container, "{{ signer_post }}", size=14, bold=bold_post, align=CENTER, after=0)
    tag(container, "else")
    text(container, "{{ signer_post }}", size=14, bold=True, align=CENTER, before=12, after=0)
    tag(container, "endif")
    text(container, "{{ signer }}", size=14, bold=True, align=CENTER, before=72, after=0)


def _annexes(document: Document, measures: Measures) -> None:
    section = document.add_section(WD_SECTION.NEW_PAGE)
    document.paragraphs[-1].paragraph_format.line_spacing = Pt(1)
    lay(section, measures, upright=False)
    _ranking_annex(document)
    for name, title, columns in _ANNEXES:
        tag(document, f"if {name}")
        _title(document, name, title)
        listing(document, columns, f"row in {name}")
        tag(document, "endif")
    _seal_annex(document)


def _ranking_annex(document: Document) -> None:
    tag(document, "if boards")
    _title(document, "ranking", "KẾT QUẢ ĐÁNH GIÁ VÀ XẾP HẠNG THEO NHÓM ĐỐI TƯỢNG", first=True)
    tag(document, "for board in boards")
    text(document, "{{ board.title }}", size=14, bold=True, before=10, after=6, with_next=True)
    tag(document, "if level_heading")
    listing(document, _RATING, "row in board.rows")
    tag(document, "else")
    listing(document, _RANKING, "row in board.rows")
    tag(document, "endif")
    tag(document, "endfor")
    tag(document, "endif")


def _title(document: Document, name: str, words: str, *, first: bool = False) -> None:
    number = text(document, f"{{{{ appendix.{name} }}}}", size=14, bold=True, align=CENTER, after=0, with_next=True)
    number.paragraph_format.page_break_before = not first
    text(document, words, size=14, bold=True, align=CENTER, after=0, with_next=True)
    text(document, "{{ attached_to }}", size=14, italic=True, align=CENTER, after=0, with_next=True)
    line(document, width=50, room=PARTY.wide)
    text(document, "", size=6, after=0, with_next=True)


def _seal_annex(document: Document) -> None:
    tag(document, "if seal.code")
    _title(document, "seal", "MÃ KIỂM CHỨNG DỮ LIỆU")
    text(document, "{{ seal.code }}", size=14, bold=True, align=CENTER, before=6, after=6)
    text(document, "{{ seal.at }}", style="Report Body")
    text(document, "Cách kiểm tra:", style="Report Body", bold=True)
    _paragraphs(document, "seal.steps")
    tag(document, "endif")


def main() -> None:
    """Write both templates."""
    HOME.mkdir(exist_ok=True)
    for layout in LAYOUTS:
        (HOME / f"btv-{layout}.docx").write_bytes(build(layout))


if __name__ == "__main__":
    main()
