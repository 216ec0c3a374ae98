"""The two sheets of the sources in our own wording, with the numbers, points, broken rows and oddities of the sources.

The wording is that of the house's sheets; where the source breaks a row over a page, so is it here.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from config.sheet import Criterion, Kind, load_sheet

Cells = tuple[str, ...]
SHEETS = Path(__file__).parents[2] / "config" / "sheets"
BROKEN = ("I.2", "I.5", "IV", "IV.3", "VII.1", "VIII.2", "VIII.2.3")
"""The seven rows of Văn Giang's table that are broken over a page."""
VAN_GIANG_BEFORE = (
    "Số: /UBND-NV",
    "Văn Giang, ngày tháng 10 năm 2022",
    "Thực hiện Công văn số 7-CV/NV ngày 25/10/2021 về việc chấm điểm công tác dân vận năm 2022.",
    "V. QUẢN TRIỆT, CÙNG CỐ; Tàn suất hoạt động; nơi không tổ tiếp dân; Chỉ thị 03/CTUBND",
    "BẢNG CHẤM ĐIỂM",
    "Kết quả công tác dân vận chính quyền năm 2022",
    "(Kèm theo Báo cáo số: /BC-.... ngày....tháng ...năm 2021 của)",
)
FRAME_HEADING = ("TT", "NỘI DUNG ĐÁNH GIÁ", "ĐIỂM TỐI ĐA", "ĐIỂM ĐƠN VỊ TỰ CHẤM", "THUYẾT MINH, SỐ LIỆU MINH CHỨNG")
VAN_GIANG_HEADING = (
    "STT",
    "Nội dung tiêu chí",
    "Thang điểm",
    "Kết quả tự chấm điểm",
    "Kết quả chấm điểm của cơ quan có thẩm quyền",
    "Tài liệu kiểm chứng",
)


def frame() -> list[Cells]:
    """The 30/70 sheet: two letters missing, f and no đ, spaces, a cell of twelve lines, points in words."""
    rows = [cells for criterion in load_sheet(SHEETS / "khung-30-70.yaml").criteria for cells in _frame_rows(criterion)]
    return [FRAME_HEADING, *rows]


def _frame_rows(criterion: Criterion) -> Iterator[Cells]:
    code, label = criterion.code, criterion.label
    number = "" if code in {"I.1.a", "I.1.b"} else code.rpartition(".")[2]
    if code == "II.2":
        label += "\n" + "\n".join(f"({khoi}) Loại hình thứ {khoi}: nội dung riêng." for khoi in range(1, 11))
        label += "\n(Giao cấp ủy các cấp tự cụ thể hóa tiêu chí này)"
    if code == "I.3.b":
        label = "Trả lời trên 95% đơn thư đúng hạn"
    if code in {"I.2.a", "I.5", "I.6.b", "II.1.a"}:
        label = f" {label}"
    yield number, label.replace("một trong bốn mức", "1 trong 4 điểm a, b,c, d"), f"{criterion.ceiling:02}", "", ""
    for option in criterion.options:
        words = (
            f"Tập thể cùng cấp hoàn thành tốt trở lên đạt {option.label.lower()} (chấm tối đa {option.points:02} điểm)"
        )
        yield option.code.rpartition(".")[2], words, "", "", ""
    for child in criterion.children:
        yield from _frame_rows(child)


def van_giang() -> list[Cells]:
    """The table of Văn Giang: seven broken rows, tags, "Châm", options counted from the start in each group."""
    criteria = load_sheet(SHEETS / "dan-van-chinh-quyen-2022.yaml").criteria
    rows = [cells for criterion in criteria for cells in _van_giang_rows(criterion)]
    return [VAN_GIANG_HEADING, *rows, ("", "Tổng điểm", "100", "", "", "")]


def _van_giang_rows(criterion: Criterion) -> Iterator[Cells]:
    number, label = criterion.code.rpartition(".")[2], criterion.label
    if criterion.kind == Kind.CHOICE:
        verb = "Châm" if criterion.code in {"IV.1", "VIII.2"} else "Chấm"
        label = label.replace("(chọn một trong ba mức)", "").strip()
        if criterion.code != "VIII.2":
            label = (
                f"{criterion.options[0].label} (kể cả việc nhỏ)"
                if criterion.code == "V.2"
                else criterion.options[0].label
            )
        label += f" <i>({verb} 1 trong 3 tiêu chí sau)</i>"
    yield from _broken(criterion.code, (number, label, f"{criterion.ceiling:02}", "", "", ""))
    for option in criterion.options:
        short = option.code.split(".", 1)[1]
        worth = f"{option.points:02}" if option.points else "0"
        yield from _broken(option.code, (short, f"<i>{option.label}</i>", worth, "", "", ""))
    for child in criterion.children:
        yield from _van_giang_rows(child)


def _broken(code: str, cells: Cells) -> Iterator[Cells]:
    if code not in BROKEN:
        yield cells
        return
    words = cells[1].split(" ")
    at = next(at for at in range(len(words) // 2, len(words)) if words[at][:1].islower())
    first, rest = " ".join(words[:at]), " ".join(words[at:])
    yield cells[0], first + ("</i>" if "<i>" in first else ""), *cells[2:]
    yield "", f"<p><i>{rest}</p>" if "<i>" in first else rest, *[""] * (len(cells) - 2)


def wording(rows: Sequence[Cells]) -> str:
    """All wording of a table without spaces and tags, to be compared letter for letter."""
    text = "".join(cells[1] for cells in rows[1:])
    for tag in ("<p>", "</p>", "<i>", "</i>", "Tổng điểm"):
        text = text.replace(tag, "")
    return "".join(text.split())
