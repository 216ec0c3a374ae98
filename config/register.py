"""Reads a register of subjects (*danh sách đơn vị*) from CSV or Excel, all rows checked before one is used.

Columns, in any order, by their name or its Vietnamese heading (HEADINGS); * may be left out or empty:

code         unique, ASCII                       group        the cluster (*khối*) it is ranked in
name         as of the round (X-A3)              parent*      the code of its direct superior
kind         one of the programme's kinds        holder*      who holds its account, else the name (AMB-DN-8)
officer*     cán bộ đơn vị                       email_officer
head*        thủ trưởng                          email_head
active*      yes or no (có, không), else yes; what is not active needs no addresses (ANO-DN-2)
valid_from*, valid_to*   the first and last day the subject exists, dd/mm/yyyy or yyyy-mm-dd
leads*       what it heads, also as deputy secretary; member_of* the cell or collective it belongs to; peer_of* the
             Party organisation of its own level (*cùng cấp*): codes of this register, separated by ";"
post*        secretary, deputy_secretary, head, deputy or member, of what it leads or belongs to
since*       the first day in that post, or of the organisation (HT-11.10)
body*        the code of the body that decides on it, when not the programme's default
note*        anything to be remembered
"""

import contextlib
import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import ParseError

import openpyxl
from email_validator import EmailNotValidError, validate_email
from openpyxl.utils.exceptions import InvalidFileException
from pydantic import BaseModel, ConfigDict

from config.errors import ConfigError, Problem

_CODE: Final = re.compile(r"[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*")
_REQUIRED: Final = ("code", "name", "kind", "group")
_ADDRESSES: Final = ("email_officer", "email_head")
_DATES: Final = ("valid_from", "valid_to", "since")
_LINKS: Final = ("leads", "member_of", "peer_of")
_OPTIONAL: Final = ("parent", "holder", "officer", "head", "active", *_DATES, *_LINKS, "post", "body", "note")
_TEXTS: Final = ("officer", "head", "post", "body", "note")
_COLUMNS: Final = (*_REQUIRED, *_ADDRESSES, *_OPTIONAL)
_NO_WORKBOOK: Final = (OSError, zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, ParseError)
POSTS: Final = ("secretary", "deputy_secretary", "head", "deputy", "member")
HEADINGS: Final = {
    "code": "Mã",
    "name": "Tên",
    "kind": "Loại",
    "group": "Khối",
    "parent": "Mã cấp trên",
    "holder": "Tên tài khoản",
    "officer": "Cán bộ đơn vị",
    "email_officer": "Thư cán bộ",
    "head": "Thủ trưởng",
    "email_head": "Thư thủ trưởng",
    "active": "Hoạt động",
    "valid_from": "Từ ngày",
    "valid_to": "Đến ngày",
    "leads": "Đứng đầu",
    "member_of": "Thuộc",
    "peer_of": "Cùng cấp",
    "post": "Chức vụ",
    "since": "Giữ chức vụ từ",
    "body": "Cấp quyết định",
    "note": "Ghi chú",
}
"""What people call the columns."""
MOST_ROWS: Final = 100_000
_MOST_COLUMNS: Final = 64
_MOST_UNPACKED: Final = 512 * 1024 * 1024
_NAMES: Final = {heading.casefold(): name for name, heading in HEADINGS.items()}
_ACTIVE: Final = {"": True, "yes": True, "có": True, "no": False, "không": False}


class RegisterRow(BaseModel):
    """One subject of a register; `parent` and `holder` are never empty text.

    `leads`, `member_of` and `peer_of` are codes of the same register.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    name: str
    kind: str
    group: str
    parent: str | None
    holder: str
    officer: str
    email_officer: str
    head: str
    email_head: str
    active: bool
    valid_from: date | None
    valid_to: date | None
    note: str
    leads: tuple[str, ...] = ()
    member_of: tuple[str, ...] = ()
    peer_of: tuple[str, ...] = ()
    post: str = ""
    since: date | None = None
    body: str = ""

    def exists_on(self, day: date) -> bool:
        """Whether the subject exists on that day, the first and the last included."""
        return (self.valid_from or date.min) <= day <= (self.valid_to or date.max)


class _Line(NamedTuple):
    number: int
    cells: Mapping[str, str]
    surplus: tuple[str, ...]


class _Finding(NamedTuple):
    line: int
    column: str
    message: str


def load_register(path: Path, *, kinds: Collection[str] | None = None) -> list[RegisterRow]:
    """Return the subjects in the order of the file; ConfigError with the problems of all rows, line by line.

    `kinds` are those the programme knows; without them any kind will do. Rows without any text are passed
    over. A CSV file is UTF-8, separated by commas or semicolons; of a workbook the first sheet is read.
    """
    lines = list(_lines(path))
    findings = list(_findings(lines, kinds))
    if findings:
        raise ConfigError(Problem(str(path), *finding) for finding in findings)
    return [_row(line.cells) for line in lines]


def _row(cells: Mapping[str, str]) -> RegisterRow:
    return RegisterRow(
        **{name: cells[name] for name in (*_REQUIRED, *_ADDRESSES, *_TEXTS)},
        parent=cells["parent"] or None,
        holder=cells["holder"] or cells["name"],
        active=_ACTIVE[cells["active"].casefold()],
        valid_from=_date(cells["valid_from"]),
        valid_to=_date(cells["valid_to"]),
        leads=_codes(cells["leads"]),
        member_of=_codes(cells["member_of"]),
        peer_of=_codes(cells["peer_of"]),
        since=_date(cells["since"]),
    )


def _codes(cell: str) -> tuple[str, ...]:
    return tuple(code for part in cell.split(";") if (code := part.strip()))


def _lines(path: Path) -> Iterator[_Line]:
    rows = _workbook(path) if path.suffix.lower() == ".xlsx" else _csv(path)
    number, header = next(rows, (1, []))
    columns = [_column(cell) for cell in header]
    _check_header(path, number, columns)
    for number, row in rows:
        cells = [_clean(cell) for cell in row]
        if any(cells):
            known = dict.fromkeys(_COLUMNS, "") | dict(zip(columns, cells, strict=False))
            yield _Line(number, known, tuple(filter(None, cells[len(columns) :])))


def _column(cell: object) -> str:
    written = _clean(cell).casefold()
    return _NAMES.get(written, written)


def _clean(cell: object) -> str:
    if isinstance(cell, datetime):
        cell = cell.date()
    text = "" if cell is None else str(cell)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _check_header(path: Path, line: int, columns: Sequence[str]) -> None:
    known = [name for name in columns if name]
    said = [f"thiếu cột «{name}»" for name in (*_REQUIRED, *_ADDRESSES) if name not in known]
    said += [f"không có cột nào tên là «{name}»" for name in known if name not in _COLUMNS]
    said += [f"cột «{name}» có hai lần" for name in sorted({n for n in known if known.count(n) > 1})]
    if said:
        raise ConfigError(Problem(str(path), line, "", message) for message in said)


def _csv(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(path, "tệp không phải văn bản UTF-8, hãy lưu lại dưới dạng CSV UTF-8") from None
    except OSError as error:
        raise _unreadable(path, f"không đọc được tệp: {error.strerror}") from None
    first = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error:
        raise _unreadable(path, "dòng không đúng dạng CSV", line) from None


def _workbook(path: Path) -> Iterator[tuple[int, Sequence[object]]]:
    try:
        _demand_small(path)
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        with contextlib.closing(book):
            rows = [list(row) for sheet in book.worksheets[:1] for row in _rows(sheet)]
    except _NO_WORKBOOK:
        raise _unreadable(path, "không đọc được tệp Excel") from None
    yield from enumerate(rows, 1)


def _demand_small(path: Path) -> None:
    """A file that unpacks to far more than a register has is not opened."""
    with zipfile.ZipFile(path) as packed:
        if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
            raise _unreadable(path, "tệp Excel quá lớn")


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401  openpyxl's sheet
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=_MOST_COLUMNS, values_only=True)
    return rows


def _unreadable(path: Path, message: str, line: int | None = None) -> ConfigError:
    return ConfigError([Problem(str(path), line, "", message)])


def _findings(lines: Sequence[_Line], kinds: Collection[str] | None) -> Iterator[_Finding]:
    if not lines:
        yield _Finding(1, "", "danh sách không có đơn vị nào")
    if len(lines) > MOST_ROWS:
        yield _Finding(lines[MOST_ROWS].number, "", f"danh sách có quá {MOST_ROWS} đơn vị")
    each = (check(line) for line in lines for check in _ROW_CHECKS)
    yield from chain.from_iterable(each)
    yield from _check_kinds(lines, kinds)
    yield from _check_codes(lines)
    yield from _check_parents(lines)
    yield from _check_links(lines)


def _check_filled(line: _Line) -> Iterator[_Finding]:
    for name in _REQUIRED:
        if not line.cells[name]:
            yield _Finding(line.number, name, "không được để trống")


def _check_addresses(line: _Line) -> Iterator[_Finding]:
    idle = _ACTIVE.get(line.cells["active"].casefold()) is False
    for name in _ADDRESSES:
        address = line.cells[name]
        if not address and not idle:
            yield _Finding(line.number, name, "không được để trống")
        elif address and not _is_address(address):
            yield _Finding(line.number, name, f"địa chỉ thư «{address}» không hợp lệ")


def _check_text(line: _Line) -> Iterator[_Finding]:
    if line.surplus:
        yield _Finding(line.number, "", f"có nhiều ô hơn hàng tiêu đề: «{line.surplus[0]}»")
    for name, text in line.cells.items():
        if not text.isprintable():
            yield _Finding(line.number, name, "có ký tự không in được, hãy gõ lại ô này")


def _is_address(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return True


def _check_form(line: _Line) -> Iterator[_Finding]:
    cells = line.cells
    if cells["code"] and not _CODE.fullmatch(cells["code"]):
        yield _Finding(line.number, "code", f"mã «{cells['code']}» chỉ được có chữ không dấu, số, «.», «-», «_»")
    if cells["active"].casefold() not in _ACTIVE:
        yield _Finding(line.number, "active", f"«{cells['active']}» phải là yes hoặc no")
    if cells["post"] and cells["post"] not in POSTS:
        yield _Finding(line.number, "post", f"chức vụ «{cells['post']}» phải là {', '.join(POSTS)} hoặc để trống")
    if cells["body"] and not _CODE.fullmatch(cells["body"]):
        yield _Finding(line.number, "body", f"mã «{cells['body']}» chỉ được có chữ không dấu, số, «.», «-», «_»")
    wrong = [name for name in _DATES if cells[name] and _date(cells[name]) is None]
    for name in wrong:
        yield _Finding(line.number, name, f"«{cells[name]}» không phải là ngày (dd/mm/yyyy)")
    begins, ends = _date(cells["valid_from"]), _date(cells["valid_to"])
    if begins and ends and begins > ends:
        yield _Finding(line.number, "valid_to", "ngày hết hiệu lực đứng trước ngày có hiệu lực")


_ROW_CHECKS: Final = (_check_text, _check_filled, _check_addresses, _check_form)


def _date(text: str) -> date | None:
    day, _, rest = text.partition("/")
    month, _, year = rest.partition("/")
    try:
        return date(int(year), int(month), int(day)) if rest else date.fromisoformat(text)
    except ValueError:
        return None


def _check_kinds(lines: Iterable[_Line], kinds: Collection[str] | None) -> Iterator[_Finding]:
    for line in lines:
        kind = line.cells["kind"]
        if kind and kinds is not None and kind not in kinds:
            known = ", ".join(sorted(kinds))
            yield _Finding(line.number, "kind", f"loại «{kind}» không có trong chương trình (có: {known})")


def _check_codes(lines: Iterable[_Line]) -> Iterator[_Finding]:
    first: dict[str, int] = {}
    for line in lines:
        code = line.cells["code"]
        if code and code in first:
            yield _Finding(line.number, "code", f"mã «{code}» đã có ở dòng {first[code]}")
        first.setdefault(code, line.number)


def _check_parents(lines: Sequence[_Line]) -> Iterator[_Finding]:
    parents = {line.cells["code"]: line.cells["parent"] for line in lines}
    for line in lines:
        code, parent = line.cells["code"], line.cells["parent"]
        if parent and parent not in parents:
            yield _Finding(line.number, "parent", f"không có đơn vị cấp trên nào mang mã «{parent}»")
        elif parent and (circle := _circle(code, parents)):
            yield _Finding(line.number, "parent", f"cấp trên đi vòng: {' → '.join(circle)}")


def _check_links(lines: Sequence[_Line]) -> Iterator[_Finding]:
    known = {line.cells["code"] for line in lines}
    for line in lines:
        for name in _LINKS:
            codes = _codes(line.cells[name])
            for code in dict.fromkeys(codes):
                if message := _wrong_link(line.cells["code"], code, codes, known):
                    yield _Finding(line.number, name, message)


def _wrong_link(own: str, code: str, codes: Sequence[str], known: Collection[str]) -> str | None:
    if code not in known:
        return f"không có đơn vị nào mang mã «{code}»"
    if code == own:
        return f"mã «{code}» là của chính dòng này"
    return f"mã «{code}» có hai lần" if codes.count(code) > 1 else None


def _circle(code: str, parents: Mapping[str, str]) -> list[str]:
    """Return the way from the code up to itself again, or nothing when it does not lead there."""
    way = [code]
    while (above := parents.get(way[-1], "")) and above not in way:
        way.append(above)
    return [*way, code] if above == code else []
