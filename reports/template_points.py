"""The template of the report on a round of points: what stands between head and foot, and its appendices."""

from typing import Final

from docx.document import Document

from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import NO, Annex, annex, heading, paragraphs, title

_SECTIONS: Final = (
    ("I. TÌNH HÌNH THỰC HIỆN", ()),
    ("1. Đối tượng và thời hạn", ("subjects", "closings")),
    ("2. Tự đánh giá", ("self_assessment",)),
    ("3. Thẩm định", ("appraisal",)),
    ("II. KẾT QUẢ", ()),
    ("1. Kết quả chung", ("results",)),
)

_NAME: Final = Column(66, "Đơn vị", "{{ row.name }}")
_KIND: Final = Column(52, "Nhóm đối tượng", "{{ row.kind }}")
_POINTS: Final = (
    Column(23, "Điểm tự chấm", "{{ row.own }}", CENTER),
    Column(23, "Điểm thẩm định", "{{ row.appraised }}", CENTER),
    Column(25, "Điểm quyết định", "{{ row.decided }}", CENTER),
)
_PLACE: Final = Column(16, "Hạng", "{{ row.place }}", CENTER)
_SUMMARY: Final = (
    NO,
    Column(44, "Nhóm đối tượng", "{{ row.name }}"),
    Column(17, "Số đơn vị", "{{ row.subjects }}", CENTER),
    Column(22, "Đã có kết quả", "{{ row.decided }}", CENTER),
    Column(22, "Điểm cao nhất", "{{ row.highest }}", CENTER),
    Column(22, "Điểm thấp nhất", "{{ row.lowest }}", CENTER),
    Column(26, "Điểm bình quân", "{{ row.average }}", CENTER),
)
_TOTAL: Final = ("", "Tổng cộng", "{{ summary_total.subjects }}", "{{ summary_total.decided }}", "", "", "")
_RANKING: Final = (
    NO,
    Column(57, "Đơn vị", "{{ row.name }}"),
    *_POINTS,
    _PLACE,
    Column(96, "Căn cứ xếp hạng", "{{ row.reason }}"),
)
_RATING: Final = (
    NO,
    Column(60, "Đơn vị", "{{ row.name }}"),
    *_POINTS,
    Column(30, "{{ level_heading }}", "{{ row.level }}", CENTER),
    _PLACE,
    Column(63, "Căn cứ xếp hạng", "{{ row.reason }}"),
)
_ANNEXES: Final[tuple[Annex, ...]] = (
    (
        "zeros",
        "DANH SÁCH ĐƠN VỊ ĐƯỢC XÁC ĐỊNH 0 ĐIỂM DO CHƯA HOÀN THÀNH TỰ ĐÁNH GIÁ",
        (
            NO,
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
            NO,
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
            NO,
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
            NO,
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
            NO,
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
            NO,
            _NAME,
            Column(56, "Kết quả trước", "{{ row.before }}"),
            Column(56, "Kết quả thay thế", "{{ row.after }}"),
            Column(62, "Lý do", "{{ row.reason }}"),
        ),
    ),
)


def body(document: Document) -> None:
    """Print the report on a round of points."""
    for words, names in _SECTIONS:
        heading(document, words)
        for name in names:
            paragraphs(document, name)
    listing(document, _SUMMARY, "row in summary", total=_TOTAL)
    heading(document, "2. Xếp hạng", before=12)
    paragraphs(document, "ranking")
    tag(document, "if changes")
    heading(document, "3. Điều chỉnh kết quả")
    paragraphs(document, "changes")
    tag(document, "endif")
    paragraphs(document, "ending", with_next=True)


def annexes(document: Document) -> None:
    """Print the rankings, then the lists."""
    _ranking_annex(document)
    for one in _ANNEXES:
        annex(document, one)


def _ranking_annex(document: Document) -> None:
    tag(document, "if boards")
    title(document, "ranking", "KẾT QUẢ ĐÁNH GIÁ VÀ XẾP HẠNG THEO NHÓM ĐỐI TƯỢNG", first=True)
    tag(document, "for board in boards")
    text(document, "{{ board.title }}", size=14, bold=True, before=10, after=6, with_next=True)
    tag(document, "if level_heading")
    listing(document, _RATING, "row in board.rows")
    tag(document, "else")
    listing(document, _RANKING, "row in board.rows")
    tag(document, "endif")
    tag(document, "endfor")
    tag(document, "endif")
