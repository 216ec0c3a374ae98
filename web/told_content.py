"""What was kept beside a row of a history, in words: each thing under its label, as an official reads it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from config.calendar import date_text
from config.programme import Programme
from config.statements import Statement, StatementKind
from scoring.numbers import format_points
from states.past import Told
from web.sheet_form import entry_in
from web.sheet_view import word_of
from web.words import _

CONTENT: Final = {
    "total": _("Tổng điểm"),
    "question": _("Nội dung hỏi"),
    "answer": _("Trả lời"),
    "name": _("Họ tên"),
    "position": _("Chức vụ"),
    "number": _("Số"),
    "dated": _("Ngày"),
    "signer": _("Người ký"),
    "title": _("Tên gọi"),
    "file_hash": _("Mã băm bản đã ký"),
    "level": _("Mức xếp loại"),
    "instead_of": _("Thay cho mức"),
    "comment": _("Ý kiến"),
    "text": _("Nội dung"),
    "remedy": _("Khắc phục"),
    "place": _("Địa điểm"),
    "chair": _("Chủ trì"),
    "summoned": _("Được triệu tập"),
    "present": _("Có mặt"),
    "criterion": _("Tiêu chí"),
    "address": _("Địa chỉ liên kết"),
    "acted_on": _("Ngày vi phạm"),
    "effective_on": _("Ngày có hiệu lực"),
    "corruption": _("Tham nhũng, tiêu cực"),
    "remedied": _("Tự phát hiện, khắc phục"),
}
OF_ACT: Final[Mapping[str, Mapping[str, str]]] = {
    "name_spot": {"name": _("Tên điểm sáng")},
    "record_discipline": {"who": _("Bị kỷ luật")},
}
"""Labels that are an act's own."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "who": {"self": _("chính đối tượng"), "member": _("thành viên"), "subordinate": _("cấp dưới")}
}
"""Values that are codes, in words."""
PAPER: Final = frozenset(CONTENT[name] for name in ("number", "dated", "signer"))
"""What is not told a second time where the paper itself is named."""
NAMED: Final = frozenset({"add_evidence"})
"""Acts whose facts name all that stands in their content."""
LEVELS: Final = frozenset({"level", "instead_of"})
DAYS: Final = frozenset({"dated", "acted_on", "effective_on"})
Pair = tuple[str, str]


def said(act: str, content: Any, programme: Programme) -> Iterator[Pair]:  # noqa: ANN401  any JSON value
    """The content of an act as pairs of label and words; marks are told elsewhere."""
    if act in NAMED:
        return
    if isinstance(content, list):
        yield from (pair for one in content if isinstance(one, dict) for pair in said(act, one, programme))
    elif isinstance(content, dict):
        if "tried" in content:
            yield from _proposal(content, programme)
            return
        for name, value in content.items():
            text = _text(name, value, programme)
            if text:
                yield _label(act, name, programme), text


def _stated(name: str, programme: Programme) -> Statement | None:
    return programme.rating.statements.get(name) if programme.rating else None


def _label(act: str, name: str, programme: Programme) -> str:
    stated = _stated(name, programme)
    return OF_ACT.get(act, {}).get(name) or CONTENT.get(name) or (stated.label if stated else str(name))


def _text(name: str, value: Any, programme: Programme) -> str:  # noqa: ANN401  any JSON value
    if isinstance(value, list):
        return ", ".join(one for one in value if isinstance(one, str))
    if isinstance(value, bool):
        return (_("có") if value else _("không")) if name in CONTENT else ""
    return _written(name, value, programme) if isinstance(value, str) and value else ""


def _written(name: str, value: str, programme: Programme) -> str:
    stated = _stated(name, programme)
    kind = stated.kind if stated else None
    if kind is StatementKind.YES_NO:
        return {"yes": _("có"), "no": _("không")}.get(value, value)
    if name in LEVELS or kind is StatementKind.LEVEL:
        return programme.level_labels.get(value, value)
    if name in DAYS or kind is StatementKind.DAY:
        return date_text(datetime.fromisoformat(value).date())
    return format_points(Decimal(value)) if name == "total" else WORDS.get(name, {}).get(value, value)


def _proposal(content: Mapping[str, Any], programme: Programme) -> Iterator[Pair]:
    """The proposed level, and for every level tried whether its conditions hold, and which do not."""
    labels = programme.level_labels
    if content["level"]:
        yield CONTENT["level"], labels.get(content["level"], content["level"])
    elif content["possible"]:
        yield _("Các mức có thể"), ", ".join(labels.get(one, one) for one in content["possible"])
    for tried in content["tried"]:
        lowest = tried is content["tried"][-1]
        yield _("Mức «%(level)s»") % {"level": labels.get(tried["level"], tried["level"])}, _tried(tried, lowest=lowest)
    for label, name in ((_("Giới hạn"), "caps"), (_("Lưu ý"), "flags")):
        texts = [one["text"] for one in content.get(name, ())]
        if texts:
            yield label, "; ".join(texts)


def _tried(tried: Mapping[str, Any], *, lowest: bool) -> str:
    found: Sequence[Mapping[str, Any]] = tried["findings"]
    if tried["held"]:
        held = "; ".join(one["text"] for one in found if one["held"])
        return _("thuộc trường hợp: %(what)s") % {"what": held} if lowest else _("đạt mọi điều kiện")
    unknown = "; ".join(one["text"] for one in found if one["held"] is None)
    if lowest:
        return _("chưa đủ căn cứ: %(what)s") % {"what": unknown} if unknown else _("không thuộc trường hợp nào")
    failed = "; ".join(one["text"] for one in found if one["held"] is False)
    parts = (
        _("chưa đạt: %(what)s") % {"what": failed} if failed else "",
        _("chưa đủ căn cứ: %(what)s") % {"what": unknown} if unknown else "",
    )
    return ". ".join(part for part in parts if part)


def worth_of(told: Told | None) -> str:
    """A mark as it reads: its points, its degree, whether it is met; nothing where there was none."""
    return "" if told is None else word_of(entry_in(told.entry)) or format_points(told.points)
