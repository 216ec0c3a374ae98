"""Tables as offices write them: each with what has to come of it and what has to be told, row by row."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from intake.oddities import Kind

HEAD: Final = ("TT", "Nội dung", "Điểm tối đa", "Tự chấm")
TWICE: Final = "Tổ chức hội nghị đối thoại với Nhân dân trong năm"
NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Messy(NamedTuple):
    """A table; `leaves` are code, kind and points of what is scored, `told` the rows of some kinds of oddities.

    `blocked` are the rows of what has to be settled, `labels` the wording of some leaves, letter for letter.
    """

    name: str
    rows: Sequence[Sequence[str]]
    leaves: Sequence[str]
    told: Mapping[Kind, Sequence[int | None]]
    blocked: Sequence[int] = ()
    said: Sequence[str] = ()
    labels: Mapping[str, str] = NONE


MESSY: Final = (
    Messy(
        "numbers stand in the wording",
        [
            ("Tiêu chí", "Thang điểm"),
            ("I. Công khai", "10 điểm"),
            ("1. Niêm yết thủ tục tại trụ sở", "04 điểm"),
            ("2) Đăng trên cổng thông tin", "06 điểm"),
            ("II. Đối thoại", "5 điểm"),
            ("a) Đối thoại định kỳ với Nhân dân", "5 điểm"),
        ],
        ["I.1 graded 4", "I.2 graded 6", "II.a graded 5"],
        {Kind.HEADING: []},
        labels={"I.2": "Đăng trên cổng thông tin"},
    ),
    Messy(
        "numbers repeated, missing, going on from the group before",
        [
            HEAD,
            ("I", "Nhóm thứ nhất", "6", ""),
            ("1", "Việc thứ nhất của nhóm", "1", ""),
            ("2", "Việc thứ hai của nhóm", "2", ""),
            ("2", "Việc thứ ba in nhầm số", "1", ""),
            ("5", "Việc thứ tư sau chỗ thiếu", "2", ""),
            ("II", "Nhóm thứ hai đánh số tiếp", "4", ""),
            ("6", "Việc tiếp theo nhóm trước", "4", ""),
        ],
        ["I.1 graded 1", "I.2 graded 2", "I.2-2 graded 1", "I.5 graded 2", "II.6 graded 4"],
        {Kind.REPEATED: [5], Kind.SEQUENCE: [6], Kind.CODE: [5]},
        said=["3, 4"],
    ),
    Messy(
        "letters blank and wrong",
        [
            HEAD,
            ("1", "Năm việc trong năm", "5", ""),
            ("", "Việc thứ nhất, không có chữ cái", "1", ""),
            ("b", "Việc thứ hai", "1", ""),
            ("", "Việc thứ ba, không có chữ cái", "1", ""),
            ("d", "Việc thứ tư", "1", ""),
            ("f", "Việc thứ năm mang chữ cái lạ", "1", ""),
        ],
        ["1.a graded 1", "1.b graded 1", "1.c graded 1", "1.d graded 1", "1.f graded 1"],
        {Kind.FILLED: [3, 5], Kind.LETTERS: [7], Kind.SEQUENCE: [7]},
        said=["đã đặt là «a»", "đã đặt là «c»", "«f» không có trong bảng chữ cái"],
    ),
    Messy(
        "options without numbers, the heading again in the middle of them",
        [
            HEAD,
            ("(1)", "(2)", "(3)", "(4)"),
            ("1", "Tiếp công dân (chọn một trong ba mức sau)", "4", ""),
            ("", "Đủ các kỳ trong năm", "4", ""),
            HEAD,
            ("", "Thiếu một kỳ", "2", ""),
            ("", "Thiếu từ hai kỳ", "0", ""),
            ("2", "Việc khác trong năm", "1", ""),
        ],
        ["1 choice 4", "2 graded 1"],
        {Kind.HEADING: [2, 5], Kind.CODE: [4, 6, 7]},
    ),
    Messy(
        "choices that say nothing or something else, bands that overlap and gape",
        [
            HEAD,
            ("1", "Kết quả giải quyết đơn thư", "5", ""),
            ("a", "Trên 95% đúng hạn", "5", ""),
            ("b", "Từ 80% đến 90% đúng hạn", "3", ""),
            ("c", "Dưới 85% đúng hạn", "1", ""),
            ("2", "Thư cảm ơn (Chấm 1 trong 3 tiêu chí sau)", "2", ""),
            ("2.1", "Có thư", "1", ""),
            ("2.2", "Không có thư", "0", ""),
        ],
        ["1 choice 5", "2 choice 2"],
        {
            Kind.ASSUMED_CHOICE: [2],
            Kind.OVERLAP: [2],
            Kind.GAP: [2],
            Kind.CHOICE_COUNT: [6],
            Kind.UNREACHABLE: [6],
        },
        blocked=[6],
    ),
    Messy(
        "a choice of four points in words, each with its ceiling",
        [
            HEAD,
            ("1", "Xếp loại tổ chức (chọn 1 trong 4 điểm a, b, c, d)", "20", ""),
            ("a", "Tỷ lệ hoàn thành tốt từ 90% trở lên (chấm tối đa 20 điểm)", "", ""),
            ("b", "Tỷ lệ hoàn thành tốt từ 70% đến dưới 90% (chấm tối đa 15 điểm)", "", ""),
            ("c", "Tỷ lệ hoàn thành tốt từ 50% đến dưới 70% (chấm tối đa 1,25 điểm)", "", ""),
            ("d", "Tỷ lệ hoàn thành tốt dưới 50% (chấm tối đa 01 điểm)", "", ""),
        ],
        ["1 capped_choice 20"],
        {Kind.FROM_TEXT: [3, 4, 5, 6], Kind.SHARE: [2], Kind.ASSUMED_CHOICE: []},
        said=["không cộng thành 37,25"],
    ),
    Messy(
        "sums that disagree, points that say nothing, a total of something else",
        [
            HEAD,
            ("I", "Nhóm không thể đạt", "10", ""),
            ("1", "Việc của nhóm đầu", "4", ""),
            ("II", "Nhóm bị vượt", "3", ""),
            ("1", "Việc của nhóm sau", "5", ""),
            ("2", "Việc chưa ghi điểm", "", ""),
            ("3", "Việc có điểm lạ", "xem phụ lục", ""),
            ("", "Tổng cộng", "90", ""),
        ],
        ["I.1 graded 4", "II.1 graded 5", "II.2 graded ", "II.3 graded "],
        {Kind.UNREACHABLE: [2], Kind.UNCLEAR: [7], Kind.NO_POINTS: [6, 7]},
        blocked=[2, 6, 7, 7, 8],
    ),
    Messy(
        "a total that is not the sum of the groups",
        [
            HEAD,
            ("I", "Nhóm thứ nhất", "4", ""),
            ("1", "Việc của nhóm đầu", "4", ""),
            ("II", "Nhóm thứ hai", "5", ""),
            ("1", "Việc của nhóm sau", "5", ""),
            ("", "Tổng cộng", "90", ""),
        ],
        ["I.1 graded 4", "II.1 graded 5"],
        {Kind.TOTAL: [6], Kind.SUM: []},
        blocked=[6],
        said=["Dòng tổng ghi 90, các nhóm cộng lại được 9."],
    ),
    Messy(
        "bonus, penalty, subtotals, a footnote",
        [
            HEAD,
            ("A", "Nội dung chấm", "10", ""),
            ("1", "Việc được chấm trong năm", "10", ""),
            ("", "Cộng mục A", "10", ""),
            ("B", "Điểm thưởng", "5", ""),
            ("1", "Được khen thưởng cấp tỉnh", "+2", ""),
            ("2", "Có mô hình mới", "+2", ""),
            ("C", "Điểm trừ", "", ""),
            ("1", "Báo cáo chậm", "-1,5", ""),
            ("", "Tổng điểm", "10", ""),
            ("", "Ghi chú: điểm thưởng không quá 5 điểm.", "", ""),
        ],
        ["A.1 graded 10", "B.1 bonus 2", "B.2 bonus 2", "C.1 penalty 1.5"],
        {Kind.EXTRA: [5, 6, 7, 8, 9], Kind.SUBTOTAL: [4], Kind.FOOTNOTE: [11]},
        said=["Trần 5"],
    ),
    Messy(
        "footnotes with stars before and after the total",
        [
            HEAD,
            ("1", "Việc có dấu sao (*)", "3", ""),
            ("", "(*) Tính theo số liệu của năm trước.", "", ""),
            ("2", "Việc khác trong năm", "2", ""),
            ("", "Tổng cộng", "5", ""),
            ("", "** Văn bản có hiệu lực từ ngày ký.", "", ""),
            ("", "Lưu ý: kèm tài liệu kiểm chứng.", "", ""),
        ],
        ["1 graded 3", "2 graded 2"],
        {Kind.FOOTNOTE: [3, 6, 7], Kind.JOINED: []},
        labels={"1": "Việc có dấu sao (*)"},
    ),
    Messy(
        "ratio formulas in words, details, points in the wording, a range",
        [
            HEAD,
            ("1", "Hòa giải ở cơ sở. Điểm = (số vụ hòa giải thành / tổng số vụ đã nhận) x 4", "4", ""),
            ("2", "Tuyên truyền, gồm:", "6", ""),
            ("-", "Trên hệ thống truyền thanh", "", ""),
            ("-", "Tại các cuộc họp thôn", "", ""),
            ("3", "Ban hành quy chế (tối đa 05 điểm)", "", ""),
            ("4", "Tổ chức hội nghị: 2,2 điểm", "0-2,2", ""),
        ],
        ["1 ratio 4", "2 graded 6", "3 graded 5", "4 graded 2.2"],
        {Kind.RATIO: [2], Kind.DETAIL: [4, 5], Kind.FROM_TEXT: [6], Kind.RANGE: [7], Kind.STEP: [None]},
        said=["«số vụ hòa giải thành» trên «tổng số vụ đã nhận»"],
        labels={"2": "Tuyên truyền, gồm:\n- Trên hệ thống truyền thanh\n- Tại các cuộc họp thôn"},
    ),
    Messy(
        "a ratio whose formula has other points than its cell",
        [
            HEAD,
            ("1", "Điểm = số việc xong đúng hạn chia cho số việc được giao nhân với 5", "4", ""),
            ("2", "Việc khác trong năm", "1", ""),
        ],
        ["1 ratio 4", "2 graded 1"],
        {Kind.RATIO: [2], Kind.SUM: [2]},
        said=["Công thức của 1 nhân với 5, ô điểm ghi 4."],
    ),
    Messy(
        "rows broken over a page, with its number, the heading again and left-overs of HTML",
        [
            HEAD,
            ("1", "<p>Ban hành kế hoạch, quán triệt đến cán bộ và", "", ""),
            ("", "3", "", ""),
            HEAD,
            ("", "<i>người lao động</i> trong&nbsp;năm</p>", "2", ""),
            ("2", "Kiểm tra việc thực hiện tại các đơn vị,<br/>", "3", ""),
            ("", "kể cả đơn vị trực thuộc", "", ""),
        ],
        ["1 graded 2", "2 graded 3"],
        {Kind.JOINED: [5, 7], Kind.HEADING: [3, 4], Kind.MARKUP: [2, 5, 6]},
        labels={
            "1": "Ban hành kế hoạch, quán triệt đến cán bộ và người lao động trong năm",
            "2": "Kiểm tra việc thực hiện tại các đơn vị, kể cả đơn vị trực thuộc",
        },
    ),
    Messy(
        "criteria without points",
        [
            ("TT", "Tiêu chí", "Ghi chú"),
            ("I", "Tiêu chí chung", ""),
            ("1", "Có địa chỉ", ""),
            ("2", "Có kế hoạch", ""),
        ],
        ["I.1 check ", "I.2 check "],
        {Kind.NO_POINTS: [None]},
    ),
    Messy(
        "wording said twice, letters that become codes",
        [
            HEAD,
            ("1", "Ba việc", "3", ""),
            ("d)", TWICE, "1", ""),
            ("đ)", f"{TWICE}.", "1", ""),
            ("e)", "Ý khác", "1", ""),
        ],
        ["1.d graded 1", "1.dd graded 1", "1.e graded 1"],
        {Kind.DUPLICATE: [4], Kind.SEQUENCE: [3], Kind.LETTERS: []},
    ),
)
