"""A sheet as YAML with, above it, how it came about: what is open, what was settled by whom, what the reader did."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import yaml

from config.calendar import LOCAL
from intake.columns import SETTLED
from intake.oddities import Oddity
from intake.settled import About, Place, Settled, Settlement, is_settled

ABOUT: Final[Mapping[About, str]] = {
    About.PLACE: "vị trí",
    About.NUMBER: "số thứ tự",
    About.POINTS: "điểm",
    About.KIND: "cách chấm",
    About.WORDING: "lời văn",
    About.TITLE: "tên biểu",
    About.SLUG: "mã biểu",
    About.COLUMN_CONTENT: "cột nội dung",
    About.COLUMN_NUMBER: "cột số thứ tự",
    About.COLUMN_MAX: "cột điểm tối đa",
    About.COLUMN_SELF: "cột tự chấm",
    About.COLUMN_APPRAISED: "cột thẩm định",
    About.COLUMN_EVIDENCE: "cột minh chứng",
    About.COLUMN_NOTE: "cột ghi chú",
}
PLACES: Final[Mapping[str, str]] = {
    Place.OWN: "là mục riêng",
    Place.JOINED: "là phần tiếp của dòng trên",
    Place.LEFT_OUT: "không đưa vào biểu",
}
KINDS: Final[Mapping[str, str]] = {
    "group": "nhóm, cộng các mục con",
    "graded": "chấm theo mức",
    "choice": "chọn một",
    "capped_choice": "chọn một, mỗi phương án có trần",
    "ratio": "theo tỷ lệ",
    "binary": "có hoặc không có điểm",
    "degree": "cấp độ",
    "check": "đạt hoặc không đạt",
    "bonus": "điểm thưởng, ngoài tổng",
    "penalty": "điểm trừ, ngoài tổng",
    "option": "phương án",
}


def in_words(about: About, value: str) -> str:
    """A value that was settled, as people read it."""
    match about:
        case About.PLACE:
            return PLACES.get(value, value)
        case About.KIND:
            return KINDS.get(value, value)
        case About.WORDING:
            return "giữ nguyên văn như nguồn"
        case About.POINTS if value:
            return value
        case _ if about in SETTLED:
            return f"là cột {value}" if value else "không có"
    return f"«{value}»" if value else "để trống"


def head(oddities: Sequence[Oddity], settled: Settled) -> str:
    """What stands above a sheet: what blocks it, what was settled, and all else that was told."""
    blocking = [one for one in oddities if one.blocks]
    others = [one for one in oddities if not one.blocks and not is_settled(settled, one)]
    parts = (
        ("Còn phải giải quyết trước khi dùng:", map(_told, blocking)),
        ("Người nhập đã giải quyết:", _settled(settled)),
        ("Phần mềm đã tự xử lý hoặc báo khi đọc:", map(_told, others)),
    )
    return "".join(_part(title, list(lines)) for title, lines in parts)


def _part(title: str, lines: Sequence[str]) -> str:
    return "".join(f"# {_line(line)}\n" for line in (title, *lines)) if lines else ""


def _line(text: str) -> str:
    """A text as a comment of YAML may have it."""
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())


def _told(oddity: Oddity) -> str:
    return f"{_place(oddity.row)}{oddity.what}"


def _place(row: int | None) -> str:
    return f"Dòng {row}: " if row else ""


def _settled(settled: Settled) -> Iterator[str]:
    for one in sorted(settled.values(), key=lambda one: (one.row or 0, one.about)):
        yield f"{_place(one.row)}{ABOUT[one.about]} {in_words(one.about, one.value)}.{_because(one)}"


def _because(one: Settlement) -> str:
    odd = f" Vì: {' '.join(one.odd)}" if one.odd else ""
    at = f", {_minute(one.at)}" if one.at else ""
    return f"{odd} ({one.by}{at})" if one.by else odd


def _minute(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%d/%m/%Y %H:%M}"


def written(document: Mapping[str, Any]) -> str:
    """The data of a sheet as YAML."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)


class _Dumper(yaml.SafeDumper):
    """Writes points as the plain numbers that `config.yamlfile` reads."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  PyYAML's own
        super().increase_indent(flow, indentless=False)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    tag = "int" if plain == plain.to_integral_value() else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", f"{plain:f}")


_Dumper.add_representer(Decimal, _number)
