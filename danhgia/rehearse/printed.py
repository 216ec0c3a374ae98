"""What a rehearsal shows in the terminal."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from config.programme import Programme

FILES = {"Báo cáo": "bao-cao.docx", "Bảng tính": "bao-cao.xlsx", "Thư": "mail", "Lịch sử": "history.jsonl"}
FIGURES = {
    "zeroed": "0 điểm do khóa",
    "late": "quá hạn",
    "extended": "gia hạn",
    "explained": "giải trình",
    "waived": "cho qua khi chưa xếp loại",
    "replaced": "hủy và công nhận lại",
    "heads_above": "người đứng đầu cao hơn nơi mình đứng đầu",
    "opinions_silent": "không có ý kiến",
}


def show(told: dict[str, Any], programme: Programme, folder: Path, url: str) -> None:
    """Print the result of a rehearsal for people."""
    console = Console()
    title = f"Chạy thử «{programme.short_title}» năm {told['year']}: {told['subjects']} hồ sơ"
    for table in _tables(told, programme, title):
        console.print(table)
    for key, label in FIGURES.items():
        if key in told:
            console.print(f"{label}: {told[key]}")
    console.print(f"Mã kiểm chứng dữ liệu: {told['seal']}")
    for label, name in FILES.items():
        console.print(f"{label}: {folder / name}")
    console.print(f"Cơ sở dữ liệu chạy thử: {url}")


def _tables(told: dict[str, Any], programme: Programme, title: str) -> list[Table]:
    if "quota" in told:
        return [_levels(told, programme, title), _quota(told)]
    return [_places(told, programme, title) if told["ranking"] else _states(told, programme, title)]


def _places(told: dict[str, Any], programme: Programme, title: str) -> Table:
    table = Table("Hạng", "Đơn vị", "Điểm", title=title)
    for kind, places in told["ranking"].items():
        table.add_section()
        table.add_row("", f"[bold]{programme.subject_kinds[kind].label}[/bold]", "")
        for row in places:
            table.add_row(str(row["place"]), row["name"], row["total"])
    return table


def _states(told: dict[str, Any], programme: Programme, title: str) -> Table:
    table = Table("Trạng thái", "Số hồ sơ", title=title)
    for state, number in told["states"].items():
        table.add_row(programme.workflow.assessment.states[state].label, str(number))
    return table


def _levels(told: dict[str, Any], programme: Programme, title: str) -> Table:
    labels = programme.level_labels
    table = Table("Loại đối tượng", *labels.values(), title=title)
    for kind, levels in told["by_kind"].items():
        numbers = (str(levels.get(code, 0)) for code in labels)
        table.add_row(programme.subject_kinds[kind].label, *numbers)
    return table


def _quota(told: dict[str, Any]) -> Table:
    table = Table("Cấp quyết định", "Nhóm", "Số", "Tỷ lệ", title="Tỷ lệ xếp loại cao nhất theo từng nhóm")
    for line in told["quota"]:
        table.add_row(line["body"], line["group"], str(line["size"]), line["text"])
    return table
