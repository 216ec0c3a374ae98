"""The appraiser's report of differences as an Excel workbook: a line for each, and none for what agrees (AMB-DN-11)."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from typing import Final, NamedTuple

from reports.workbook import Book, Cover, Field, Value


class Differing(NamedTuple):
    """One appraised mark that is not the self mark: points as numbers, everything else in words."""

    name: str
    code: str
    label: str
    own: Value
    given: Value
    change: Decimal
    reason: str


FIELDS: Final[tuple[Field[Differing], ...]] = (
    Field("Đơn vị", 32, lambda one: one.name),
    Field("Tiêu chí", 10, lambda one: one.code),
    Field("Nội dung tiêu chí", 56, lambda one: one.label),
    Field("Tự chấm", 12, lambda one: one.own),
    Field("Thẩm định", 12, lambda one: one.given),
    Field("Chênh lệch", 12, lambda one: one.change),
    Field("Lý do", 48, lambda one: one.reason),
)


def differences_xlsx(cover: Cover, every: Sequence[Differing]) -> bytes:
    """The workbook; what was typed stays text whatever it begins with."""
    made = BytesIO()
    book = Book(cover, made)
    book.table("Chênh lệch", "Điểm thẩm định khác điểm tự chấm", FIELDS, every, filtered=True)
    book.close()
    return made.getvalue()
