"""What was typed, said to whoever typed it: by the words of the form and not by the names of its fields."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from web.forms import Typed
from web.sheet_form import print_of, shown, typed_for
from web.words import _

PLAIN: Final[Mapping[str, str]] = {
    "reason": _("Lý do"),
    "name": _("Họ và tên"),
    "position": _("Chức vụ"),
    "number": _("Số, ký hiệu"),
    "dated": _("Ngày văn bản"),
    "signer": _("Người ký"),
    "text": _("Nội dung"),
    "title": _("Tên gọi"),
    "question": _("Nội dung yêu cầu"),
    "answer": _("Trả lời"),
    "until": _("Thời hạn"),
    "place": _("Địa điểm"),
    "email": _("Địa chỉ thư"),
}
OF_CRITERION: Final[Mapping[str, str]] = {
    "points": _("điểm"),
    "option": _("mức đã chọn"),
    "degree": _("cấp độ"),
    "done": _("số đã làm"),
    "assigned": _("tổng số"),
    "units": _("số đơn vị tính"),
    "note": _("thuyết minh"),
    "answer": _("giải trình"),
    "link": _("đường link"),
    "secret": _("văn bản Mật, số và ký hiệu"),
    "dated": _("ngày văn bản"),
}
OF_DOSSIER: Final[Mapping[str, str]] = {
    "comment": _("Ý kiến nhận xét"),
    "remedy": _("Kết quả khắc phục"),
    "reason": _("Lý do"),
}
OF_MACHINE: Final = re.compile(r"[\w./:?=&-]{0,64}", re.ASCII)
"""What keys, prints and choices of a page look like; words that a person typed in a field not named above do not."""


def spoken(typed: Typed) -> list[tuple[str, str]]:
    """What is to be read again or copied, in order, each with what the form called it; not what stood there before."""
    same = set(_untouched(typed))
    told = ((_label(name), name, value) for name, value in typed.kept() if name not in same)
    return [(label or _("Nội dung"), value) for label, _name, value in told if label or not OF_MACHINE.fullmatch(value)]


def _untouched(typed: Typed) -> Iterator[str]:
    """The fields of the criteria that are as they stood when the page was made."""
    for code, before in typed.starting("was-").items():
        fields = typed_for(typed, code)
        if fields is not None and print_of(fields) == before:
            yield from (f"{name}-{code}" for name in shown(fields))


def _label(name: str) -> str:
    """What a field is called; empty for one that has no words of its own."""
    if name in PLAIN:
        return _(PLAIN[name])
    kind, _dash, code = name.partition("-")
    if not code.isdecimal() and kind in OF_CRITERION and code:
        return _("Tiêu chí %(code)s, %(what)s") % {"code": code, "what": _(OF_CRITERION[kind])}
    return _(OF_DOSSIER[kind]) if code and kind in OF_DOSSIER else ""
