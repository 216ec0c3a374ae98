"""Registers as they come from a browser: a file read whole, or every wrong cell of it with what to do."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from config.errors import ConfigError, Problem
from config.register import HEADINGS, RegisterRow
from intake.registers import read_register
from notifications.wording import upper_first
from web.edge import Here, Outside
from web.forms import Upload
from web.programmes import programme, programmes
from web.uploads import base_name, read_whole
from web.words import _

LARGEST: Final = 10 * 1024 * 1024
MOST: Final = 10_000
"""More rows than that take longer than a request may: `danhgia register import` takes them."""
REMEDIES: Final = {
    "": _("Sửa dòng này trong tệp rồi chọn lại tệp."),
    "code": _("Ghi mã duy nhất: chữ không dấu, số, dấu chấm, gạch ngang."),
    "kind": _("Ghi mã của loại như ở trang «Hướng dẫn» của tệp mẫu."),
    "parent": _("Ghi mã của một đơn vị có trong tệp này, hoặc để trống."),
    "active": _("Ghi có hoặc không."),
    "email_officer": _("Ghi địa chỉ thư đầy đủ, hoặc ghi «không» ở cột Hoạt động."),
    "email_head": _("Ghi địa chỉ thư đầy đủ, hoặc ghi «không» ở cột Hoạt động."),
    "valid_from": _("Viết ngày/tháng/năm, ví dụ 01/07/2025."),
    "valid_to": _("Viết ngày/tháng/năm, không trước cột Từ ngày."),
    "since": _("Viết ngày/tháng/năm, ví dụ 01/07/2025."),
}


class Fault(NamedTuple):
    """A wrong cell: its row, its column by its heading, what is wrong, and what to do."""

    row: int | None
    column: str
    what: str
    remedy: str


class Reading(NamedTuple):
    """What was read of a file: its rows, or its faults."""

    name: str
    rows: Sequence[RegisterRow] = ()
    faults: Sequence[Fault] = ()


def kinds() -> Mapping[str, str]:
    """The words of every kind that a register may list, over all programmes."""
    labels = {name: kind.label for one in programmes() for name, kind in one.subject_kinds.items()}
    return {name: labels.get(name, name) for one in programmes() for name in one.register_kinds}


def read_upload(here: Here) -> Reading | Outside:
    """Read the file of the form, before and outside the transaction."""
    given = here.typed.files.get("file", ())
    if not given:
        return _fault("", _("Chưa chọn tệp."), _("Chọn tệp Excel (.xlsx) hoặc CSV."))
    name, upload = base_name(given[0]), given[0]
    if upload.file.size > LARGEST:
        return _fault(name, _("Tệp lớn hơn 10 MB."), _("Bỏ hình ảnh, trang tính thừa rồi chọn lại."))
    if Path(name).suffix.lower() not in {".xlsx", ".csv"}:
        return _fault(name, _("Tệp này không phải Excel (.xlsx) hoặc CSV."), _("Lưu lại dưới dạng .xlsx rồi chọn lại."))
    slug = here.typed.get("programme")
    return Outside(partial(_read, upload, name, programme(slug).register_kinds if slug else kinds()))


def _read(upload: Upload, name: str, known: Collection[str]) -> Reading:
    try:
        suffix = Path(name).suffix.lower()
        rows = read_whole(upload, f"register{suffix}", partial(read_register, kinds=known), LARGEST)
    except ConfigError as error:
        return Reading(name, faults=[_of(problem) for problem in error.problems])
    if len(rows) > MOST:
        remedy = _("Nhờ người quản trị máy chủ chạy lệnh «danhgia register import» với tệp này.")
        return _fault(name, _("Tệp có %(count)s đơn vị; trang này nhận đến 10.000.") % {"count": len(rows)}, remedy)
    return Reading(name, rows)


def _fault(name: str, what: str, remedy: str) -> Reading:
    return Reading(name, faults=[Fault(None, "", what, remedy)])


def _of(problem: Problem) -> Fault:
    heading = HEADINGS.get(problem.path, problem.path)
    what, _sign, remedy = problem.message.partition("; ")
    if remedy and problem.path not in HEADINGS:
        return Fault(problem.line, heading, what, upper_first(remedy))
    return Fault(problem.line, heading, problem.message, REMEDIES.get(problem.path, REMEDIES[""]))
