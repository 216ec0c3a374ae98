"""Results of a round as open data: a table for programs and its dictionary, both from one list of columns.

Persons are not in it (dữ liệu cá nhân), nor what is not announced. Before a text that a spreadsheet would take for a
formula stands an apostrophe.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from typing import Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from models.db import run
from reports.wording import harmless
from scoring.numbers import format_points
from states.actor import Actor
from states.desk import Desk
from states.outcomes import Outcome, Superior, outcomes, superiors
from states.released import tells_levels

DATA: Final = "ket-qua.csv"
DICTIONARY: Final = "tu-dien-du-lieu.md"
SEPARATOR: Final = ";"


class About(NamedTuple):
    """What the rows are told with: the round, its programme, and the superiors."""

    title: str
    year: int
    programme: Programme
    superiors: Mapping[int, Superior]


class Column(NamedTuple):
    """A column: its name, its type, what it means, and what it takes of an outcome."""

    name: str
    type: str
    meaning: str
    value: Callable[[Outcome, About], str]


def _points(value: Decimal | None) -> str:
    return "" if value is None else format_points(value)


def _yes(value: object, one: Outcome) -> str:
    return ("1" if value else "0") if one.told else ""


def _superior(one: Outcome, about: About) -> Superior:
    return about.superiors.get(one.parent_id or 0, Superior(0, "", ""))


def _level(one: Outcome, about: About) -> tuple[str, str]:
    """The code of a decided level and its words."""
    labels = about.programme.level_labels
    if one.level is None:
        return "", ""
    return (one.level, labels[one.level]) if one.level in labels else ("", one.level)


def _state(one: Outcome, about: About) -> str:
    return about.programme.workflow.assessment.states[one.state].label if one.told else ""


COLUMNS: Final = (
    Column("nam", "số nguyên", "Năm đánh giá", lambda _one, about: str(about.year)),
    Column("chuong_trinh", "mã", "Mã chương trình đánh giá", lambda _one, about: about.programme.slug),
    Column("ma_don_vi", "mã", "Mã đơn vị trong danh sách đơn vị; không đổi qua các năm", lambda one, _: one.code),
    Column("ten_don_vi", "chữ", "Tên đơn vị tại đợt đánh giá", lambda one, _: one.name),
    Column("loai", "mã", "Mã loại đối tượng", lambda one, _: one.kind),
    Column(
        "ten_loai", "chữ", "Tên loại đối tượng", lambda one, about: about.programme.subject_kinds[one.kind].label
    ),
    Column("khoi", "chữ", "Khối thi đua hoặc nhóm mà đơn vị được xếp vào", lambda one, _: one.group),
    Column("ma_cap_tren", "mã", "Mã đơn vị cấp trên trực tiếp", lambda one, about: _superior(one, about).code),
    Column("ten_cap_tren", "chữ", "Tên đơn vị cấp trên trực tiếp", lambda one, about: _superior(one, about).name),
    Column("da_cong_bo", "0 hoặc 1", "1: đã thông báo; 0: đang được quyết định lại", lambda one, _: str(int(one.told))),
    Column("diem_tu_cham", "số thập phân", "Tổng điểm đơn vị tự chấm", lambda one, _: _points(one.self_total)),
    Column("diem_tham_dinh", "số thập phân", "Tổng điểm thẩm định", lambda one, _: _points(one.appraised_total)),
    Column("diem_quyet_dinh", "số thập phân", "Tổng điểm được quyết định", lambda one, _: _points(one.decided_total)),
    Column("muc", "mã", "Mã mức xếp loại được quyết định", lambda one, about: _level(one, about)[0]),
    Column("ten_muc", "chữ", "Tên mức xếp loại được quyết định", lambda one, about: _level(one, about)[1]),
    Column("tinh_trang", "chữ", "Kết luận hoặc tình trạng của hồ sơ", _state),
    Column("thu_hang", "số nguyên", "Thứ hạng trong loại hoặc khối", lambda one, _: str(one.place or "")),
    Column("dong_hang", "0 hoặc 1", "1: cùng hạng với đơn vị khác", lambda one, _: _yes(one.tied, one)),
    Column("khoa_0_diem", "0 hoặc 1", "1: bị khóa và được xác định 0 điểm", lambda one, _: _yes(one.zeroed, one)),
    Column("qua_han", "0 hoặc 1", "1: nộp quá thời hạn", lambda one, _: _yes(one.late, one)),
)  # fmt: skip


def files(session: Session, actor: Actor, own: Desk) -> dict[str, bytes]:
    """The table and its dictionary of a released round, by their names, for whoever reads its results."""
    every = outcomes(session, actor, own.id, own.programme)
    above = superiors(session, {one.parent_id for one in every if one.parent_id})
    year = run(session, "SELECT year FROM round WHERE id = :id", {"id": own.id}).fetchone()[0]
    about, found = About(own.title, year, own.programme, above), open_rows(every, own.programme)
    return {DATA: as_csv(found, about), DICTIONARY: dictionary(found, about)}


def open_rows(found: Sequence[Outcome], programme: Programme) -> list[Outcome]:
    """Those that may be published: units and collectives, no persons."""
    return [one for one in found if not programme.subject_kinds[one.kind].person]


def as_csv(found: Sequence[Outcome], about: About) -> bytes:
    """The table: UTF-8 with its mark, semicolons between the columns, a decimal comma, as Vietnamese Excel has it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR)
    writer.writerow([column.name for column in COLUMNS])
    writer.writerows([harmless(column.value(one, about)) for column in COLUMNS] for one in found)
    return text.getvalue().encode("utf-8-sig")


def dictionary(found: Sequence[Outcome], about: About) -> bytes:
    """What the columns and the codes mean."""
    kinds = {one.kind for one in found}
    lines = [
        f"# Từ điển dữ liệu: {about.title}",
        "",
        f"Tệp `{DATA}` có {len(found)} dòng dữ liệu, mỗi dòng là một đơn vị; dòng đầu là tên cột.",
        "Mã ký tự UTF-8 (có BOM), các cột ngăn cách bằng dấu chấm phẩy, số thập phân dùng dấu phẩy. Ô trống: không có",
        "hoặc chưa công bố. Chữ bắt đầu bằng dấu bằng, cộng, trừ hoặc @ được thêm dấu nháy đơn ở đầu để phần mềm bảng",
        "tính không hiểu là công thức. Kết quả của cá nhân và kết quả chưa thông báo không có trong dữ liệu.",
        "",
        "| Cột | Kiểu | Ý nghĩa |",
        "|---|---|---|",
        *(f"| `{one.name}` | {one.type} | {one.meaning} |" for one in COLUMNS),
        "",
        "## Mã dùng trong cột `loai`",
        "",
        *(f"- `{code}`: {kind.label}" for code, kind in about.programme.subject_kinds.items() if code in kinds),
    ]
    if about.programme.level_labels and tells_levels(about.programme):
        lines += ["", "## Mã dùng trong cột `muc`", ""]
        lines += [f"- `{code}`: {label}" for code, label in about.programme.level_labels.items()]
    return ("\n".join(lines) + "\n").encode()
