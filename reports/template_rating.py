"""The template of the report on a round that rates: levels, no places, and no points but where a sheet has them."""

from typing import Final

from docx.document import Document

from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import NO, Annex, annex, paragraphs, sections, title

_NAME: Final = Column(58, "Đối tượng", "{{ row.name }}")
_KIND: Final = Column(46, "Nhóm đối tượng", "{{ row.kind }}")
_LEVELS: Final = (("first", 20), ("second", 20), ("third", 20), ("fourth", 20))
_SUMMARY: Final = (
    Column(9, "TT", "{{ row.no }}", CENTER),
    Column(32, "Nhóm đối tượng", "{{ row.name }}"),
    Column(13, "Tổng số", "{{ row.total }}", CENTER),
    *(
        Column(width, f"{{{{ level_names[{place}] }}}}", f"{{{{ row.{name} }}}}", CENTER)
        for place, (name, width) in enumerate(_LEVELS)
    ),
    Column(16, "Không xếp loại", "{{ row.not_rated }}", CENTER),
    Column(15, "Chưa xếp loại", "{{ row.waiting }}", CENTER),
)
_TOTAL: Final = (
    "",
    "Tổng cộng",
    "{{ summary_total.total }}",
    *(f"{{{{ summary_total.{name} }}}}" for name, _ in _LEVELS),
    "{{ summary_total.not_rated }}",
    "{{ summary_total.waiting }}",
)
_DECIDED: Final = (
    Column(25, "Mức tự xếp loại", "{{ row.self_level }}", CENTER),
    Column(25, "Mức đề xuất", "{{ row.proposed }}", CENTER),
    Column(25, "Mức công nhận", "{{ row.level }}", CENTER),
    Column(38, "Quyết định", "{{ row.paper }}"),
)
_BOARD: Final = (
    NO,
    Column(76, "Đối tượng", "{{ row.name }}"),
    *_DECIDED,
    Column(51, "Ghi chú", "{{ row.notes }}"),
)
_SCORED: Final = (
    NO,
    Column(54, "Đối tượng", "{{ row.name }}"),
    Column(18, "Điểm tự chấm", "{{ row.own }}", CENTER),
    Column(18, "Điểm thẩm định", "{{ row.appraised }}", CENTER),
    *_DECIDED,
    Column(37, "Ghi chú", "{{ row.notes }}"),
)
_SELF_AND_GIVEN: Final = (
    Column(32, "Mức tự xếp loại", "{{ row.self_level }}", CENTER),
    Column(32, "Mức công nhận", "{{ row.level }}", CENTER),
)
_RELEVELLED: Final = (
    NO,
    Column(100, "Đối tượng", "{{ row.name }}"),
    Column(76, "Nhóm đối tượng", "{{ row.kind }}"),
    *_SELF_AND_GIVEN,
)
_REMARKED: Final = (
    NO,
    Column(74, "Đối tượng", "{{ row.name }}"),
    Column(58, "Nhóm đối tượng", "{{ row.kind }}"),
    Column(22, "Điểm tự chấm", "{{ row.own }}", CENTER),
    Column(22, "Điểm thẩm định", "{{ row.appraised }}", CENTER),
    *_SELF_AND_GIVEN,
)
_ANNEXES: Final[tuple[Annex, ...]] = (
    (
        "quotas",
        "TỶ LỆ XẾP LOẠI THEO NHÓM VÀ CẤP QUYẾT ĐỊNH",
        (
            NO,
            Column(38, "Nhóm đối tượng", "{{ row.kinds }}"),
            Column(34, "Cấp quyết định", "{{ row.body }}"),
            Column(14, "Tổng số", "{{ row.size }}", CENTER),
            Column(20, "{{ level_names[1] }}", "{{ row.counted }}", CENTER),
            Column(23, "{{ level_names[0] }}", "{{ row.scarce }}", CENTER),
            Column(14, "Tối đa", "{{ row.seats }}", CENTER),
            Column(58, "Cách tính", "{{ row.base }}"),
            Column(39, "Kết luận", "{{ row.verdict }}"),
        ),
    ),
    (
        "asides",
        "DANH SÁCH TRƯỜNG HỢP KHÔNG XẾP LOẠI, CHƯA XẾP LOẠI",
        (
            NO,
            _NAME,
            _KIND,
            Column(44, "Trường hợp", "{{ row.case }}"),
            Column(56, "Lý do", "{{ row.reason }}"),
            Column(36, "Văn bản", "{{ row.paper }}"),
        ),
    ),
    (
        "flags",
        "DANH SÁCH HỒ SƠ CÓ NỘI DUNG CẦN XEM XÉT",
        (
            NO,
            _NAME,
            _KIND,
            Column(110, "Nội dung", "{{ row.text }}"),
            Column(26, "Mức công nhận", "{{ row.level }}", CENTER),
        ),
    ),
    (
        "sent_up",
        "DANH SÁCH CÁN BỘ DO CẤP TRÊN QUYẾT ĐỊNH",
        (
            NO,
            Column(80, "Họ và tên", "{{ row.name }}"),
            Column(34, "Mức tham gia ý kiến", "{{ row.voted }}", CENTER),
            Column(46, "Văn bản báo cáo", "{{ row.paper }}"),
            Column(34, "Mức cấp trên công nhận", "{{ row.level }}", CENTER),
            Column(46, "Quyết định của cấp trên", "{{ row.decided }}"),
        ),
    ),
    (
        "replaced",
        "DANH SÁCH KẾT QUẢ HỦY BỎ VÀ CÔNG NHẬN LẠI",
        (
            NO,
            _NAME,
            Column(42, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(48, "Kết quả đã hủy bỏ", "{{ row.before }}"),
            Column(48, "Kết quả công nhận lại", "{{ row.after }}"),
            Column(44, "Lý do", "{{ row.reason }}"),
        ),
    ),
    (
        "late",
        "DANH SÁCH QUÁ THỜI HẠN",
        (
            NO,
            Column(74, "Đối tượng", "{{ row.name }}"),
            Column(60, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(54, "Thời hạn", "{{ row.due }}", CENTER),
            Column(52, "Kết quả", "{{ row.result }}", CENTER),
        ),
    ),
    (
        "specials",
        "DANH SÁCH TRƯỜNG HỢP ĐẶC BIỆT ĐƯỢC GIA HẠN",
        (
            NO,
            Column(48, "Đối tượng", "{{ row.name }}"),
            Column(38, "Nhóm đối tượng", "{{ row.kind }}"),
            Column(46, "Lý do", "{{ row.reason }}"),
            Column(36, "Văn bản", "{{ row.paper }}"),
            Column(36, "Thời hạn mới", "{{ row.until }}", CENTER),
            Column(36, "Kết quả", "{{ row.submitted }}", CENTER),
        ),
    ),
)


def body(document: Document) -> None:
    """Print the report on a round that rates."""
    sections(document, "before")
    text(document, "{{ lead }}", style="Report Body", with_next=True)
    listing(document, _SUMMARY, "row in summary", total=_TOTAL, size=11)
    text(document, "{{ legend }}", size=12, italic=True, before=3, after=6)
    sections(document, "after")
    paragraphs(document, "ending", with_next=True)


def annexes(document: Document) -> None:
    """Print who was rated how, by kind and deciding body, then the lists."""
    tag(document, "if boards")
    title(document, "boards", "KẾT QUẢ XẾP LOẠI THEO NHÓM ĐỐI TƯỢNG VÀ CẤP QUYẾT ĐỊNH", first=True)
    text(document, "{{ legend }}", size=12, italic=True, align=CENTER, after=6)
    tag(document, "for board in boards")
    _board(document)
    tag(document, "endfor")
    tag(document, "endif")
    quotas, *others = _ANNEXES
    annex(document, quotas)
    _differing(document)
    for one in others:
        annex(document, one)


def _differing(document: Document) -> None:
    tag(document, "if differing")
    tag(document, "if has_points")
    title(document, "differing", "DANH SÁCH ĐỐI TƯỢNG CÓ ĐIỂM HOẶC MỨC XẾP LOẠI KHÁC KẾT QUẢ TỰ ĐÁNH GIÁ")
    listing(document, _REMARKED, "row in differing")
    tag(document, "else")
    title(document, "differing", "DANH SÁCH ĐỐI TƯỢNG CÓ KẾT QUẢ CÔNG NHẬN KHÁC KẾT QUẢ TỰ ĐÁNH GIÁ")
    listing(document, _RELEVELLED, "row in differing")
    tag(document, "endif")
    tag(document, "endif")


def _board(document: Document) -> None:
    text(document, "{{ board.title }}", size=14, bold=True, before=10, after=0, with_next=True)
    text(document, "{{ board.body }}", size=13, italic=True, after=6, with_next=True)
    tag(document, "if board.points")
    listing(document, _SCORED, "row in board.rows")
    tag(document, "else")
    listing(document, _BOARD, "row in board.rows")
    tag(document, "endif")
