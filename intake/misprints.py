"""Misprints that official papers of this kind are known for, and document numbers that lost their hyphen."""

import re
from collections.abc import Iterator
from typing import Final

_KNOWN: Final = {
    "quản triệt": "quán triệt",
    "cùng cố": "củng cố",
    "tàn suất": "tần suất",
    "không tổ tiếp": "không tổ chức tiếp",
    "trương đương": "tương đương",
    "lễ lối": "lề lối",
    "căn quy định": "căn cứ quy định",
    "giữ mỗi liên hệ": "giữ mối liên hệ",
    "chuyên công tác": "chuyển công tác",
    "chưởng trình": "chương trình",
    "nghị quyêt": "nghị quyết",
    "đánh gía": "đánh giá",
    "ban thường tỉnh ủy": "Ban Thường vụ Tỉnh ủy",
    "ban thường thành ủy": "Ban Thường vụ Thành ủy",
}
_WORD: Final = re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in _KNOWN), re.IGNORECASE)
_NUMBER: Final = re.compile(r"\b\d+(?:/\d{4})?/(QĐ|CT|KH|NQ|TB|BC|CV|HD|QC)(UBND|HĐND|TU|TW|BCĐ|BTV)\b")


def found(text: str) -> Iterator[str]:
    """A sentence for each suspected misprint; the wording itself is kept."""
    for word in _WORD.finditer(text):
        yield f"«{word[0]}» có lẽ in sai của «{_KNOWN[word[0].casefold()]}»; giữ nguyên văn."
    for number in _NUMBER.finditer(text):
        yield f"Số văn bản «{number[0]}» có lẽ thiếu dấu gạch: {number[1]}-{number[2]}; giữ nguyên văn."
