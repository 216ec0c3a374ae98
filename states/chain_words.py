"""What is wrong with a chain of the history, as a person is told."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from states.history import Broken

WHYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "chain is gone": "cả chuỗi bị mất",
        "chain and the head kept beside it disagree": "chuỗi không khớp với dấu cuối lưu ở hồ sơ",
        "row is missing": "thiếu dòng",
        "does not follow the row before it": "không nối tiếp dòng trước",
        "body and hash disagree": "nội dung không khớp mã băm",
        "columns and body disagree": "cột tra cứu không khớp nội dung",
        "the content beside it is not the row's": "nội dung kèm theo không phải của dòng này",
        "the content beside it was changed": "nội dung kèm theo đã bị sửa",
    }
)
"""What is wrong with a chain, by the words of `states.history`."""
THINGS: Final[Mapping[str, str]] = MappingProxyType({"assessment": "hồ sơ", "round": "đợt", "installation": "phần mềm"})


def in_words(one: Broken) -> str:
    """Where a chain does not hold, and why, as a person is told."""
    table, _, key = one.entity.partition(":")
    return f"{THINGS.get(table, table)} số {key}, dòng {one.seq}: {WHYS.get(one.why, one.why)}"
