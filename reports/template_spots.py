"""The template of the report on bright spots: who registered what, what was recognised, and what was not."""

from typing import Final

from docx.document import Document

from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import NO, Annex, annex, paragraphs, sections, title

_AGENCY: Final = Column(54, "Cơ quan, địa phương", "{{ row.agency }}")
_KIND: Final = Column(46, "Loại điểm sáng", "{{ row.kind }}")
_COUNTS: Final = (
    ("Đã đăng ký", "registered"),
    ("Được công nhận", "recognised"),
    ("Công nhận sau báo cáo", "later"),
    ("Không công nhận", "refused"),
    ("Chưa kết thúc", "open"),
    ("Rút, không đăng ký", "withdrawn"),
)
_SUMMARY: Final = (
    Column(10, "TT", "{{ row.no }}", CENTER),
    Column(35, "Loại điểm sáng", "{{ row.kind }}"),
    *(Column(20, words, f"{{{{ row.{name} }}}}", CENTER) for words, name in _COUNTS),
)
_TOTAL: Final = ("", "Tổng cộng", *(f"{{{{ summary_total.{name} }}}}" for _, name in _COUNTS))
_BOARD: Final = (
    NO,
    _AGENCY,
    Column(88, "Điểm sáng", "{{ row.name }}"),
    Column(40, "Tình trạng", "{{ row.state }}"),
    Column(58, "Quyết định công nhận", "{{ row.decision }}"),
)
_ANNEXES: Final[tuple[Annex, ...]] = (
    (
        "agencies",
        "TỔNG HỢP THEO CƠ QUAN, ĐỊA PHƯƠNG",
        (
            NO,
            Column(66, "Cơ quan, địa phương", "{{ row.agency }}"),
            Column(48, "Loại điểm sáng", "{{ row.kind }}"),
            *(Column(21, words, f"{{{{ row.{name} }}}}", CENTER) for words, name in _COUNTS),
        ),
    ),
    (
        "shortages",
        "DANH SÁCH NƠI ĐĂNG KÝ CHƯA ĐỦ SỐ LƯỢNG TỐI THIỂU",
        (
            NO,
            Column(92, "Cơ quan, địa phương", "{{ row.agency }}"),
            Column(70, "Loại điểm sáng", "{{ row.kind }}"),
            Column(26, "Tối thiểu", "{{ row.needed }}", CENTER),
            Column(26, "Đã đăng ký", "{{ row.registered }}", CENTER),
            Column(26, "Còn thiếu", "{{ row.missing }}", CENTER),
        ),
    ),
    (
        "refused",
        "DANH SÁCH ĐIỂM SÁNG KHÔNG ĐƯỢC CÔNG NHẬN, RÚT HOẶC KHÔNG ĐĂNG KÝ",
        (
            NO,
            _AGENCY,
            Column(58, "Điểm sáng", "{{ row.name }}"),
            Column(34, "Tình trạng", "{{ row.state }}"),
            Column(60, "Lý do", "{{ row.reason }}"),
            Column(34, "Văn bản", "{{ row.paper }}"),
        ),
    ),
    (
        "addendum",
        "DANH SÁCH BỔ SUNG: ĐIỂM SÁNG ĐƯỢC CÔNG NHẬN TỪ NGÀY BÁO CÁO",
        (
            NO,
            _AGENCY,
            _KIND,
            Column(66, "Điểm sáng", "{{ row.name }}"),
            Column(44, "Quyết định công nhận", "{{ row.decision }}"),
            Column(30, "Ngày ghi nhận", "{{ row.day }}", CENTER),
        ),
    ),
)


def body(document: Document) -> None:
    """Print the report on bright spots."""
    sections(document, "before")
    text(document, "{{ lead }}", style="Report Body", with_next=True)
    listing(document, _SUMMARY, "row in summary", total=_TOTAL, size=11)
    text(document, "", size=6, after=0)
    sections(document, "after")
    paragraphs(document, "ending", with_next=True)


def annexes(document: Document) -> None:
    """Print the spots by kind and agency, then the lists."""
    tag(document, "if boards")
    title(document, "boards", "DANH SÁCH ĐIỂM SÁNG THEO LOẠI VÀ CƠ QUAN, ĐỊA PHƯƠNG", first=True)
    tag(document, "for board in boards")
    text(document, "{{ board.title }}", size=14, bold=True, before=10, after=6, with_next=True)
    tag(document, "if board.rows")
    listing(document, _BOARD, "row in board.rows")
    tag(document, "else")
    text(document, "Không có.", size=14, after=6)
    tag(document, "endif")
    tag(document, "endfor")
    tag(document, "endif")
    for one in _ANNEXES:
        annex(document, one)
