"""Numbers, times and papers as an official writes them."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from config.calendar import LOCAL, date_text, deadline_text
from reports.contents import Head, Result
from reports.values import Paper
from scoring.numbers import format_points

NONE: Final = "–"
REHEARSAL: Final = "BẢN CHẠY THỬ – KHÔNG CÓ GIÁ TRỊ PHÁP LÝ"
DRAFT: Final = "DỰ THẢO"
CONFIDENTIAL: Final = "văn bản Mật"
UNNUMBERED: Final = "." * 8
SUBJECTS: Final = "đối tượng"
SPOTS: Final = "điểm sáng"
_DAY: Final = timedelta(days=1)
_FEW: Final = 3
_TOGETHER: Final = re.compile(
    r"\b(?:ban thường vụ|ban thường trực|ủy ban|mặt trận|tổ quốc|việt nam|hội đồng|nhân dân|thành phố|thường vụ|"
    r"thường trực|tổ chức|tập thể|cá nhân|lãnh đạo|quản lý|kiểm điểm|đánh giá|xếp loại|chất lượng|chấm điểm|kết quả|"
    r"thực hiện|dân chủ|cơ sở|quy chế|điểm sáng|dân vận|chính quyền|giải trình|bổ sung|hồ sơ|tham gia|ý kiến|công nhận|"
    r"năm \d{4})\b",
    re.IGNORECASE,
)
"""Words of several syllables that titles and names are full of, which no line should tear apart."""
_PHRASE_ENDS: Final = re.compile(r"(?<=,) | (?=và |của )")
BODY_BEGINS: Final = re.compile(
    r"(?<!ủy) (?=ban (?!nhân|mặt))|"
    r" (?=ủy ban|(?:đảng|thành|tỉnh|huyện|quận) ủy|thành phố|tỉnh|huyện|quận|thị|phường|xã)",
    re.IGNORECASE,
)
"""Where the name of a body within that of another begins."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE: Final = re.compile(r"[^\n\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def printable(words: str) -> str:
    """Replace by spaces what neither Word nor Excel can hold."""
    return _UNPRINTABLE.sub(" ", words)


def harmless(words: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula when it reads a text; numbers stay."""
    return f"'{words}" if words.startswith(_FORMULA) and not words[1:].replace(",", "").isdecimal() else words


def count(number: int) -> str:
    """Write a count with a zero before it when it is below ten."""
    return f"{number:02}"


def units(number: int, noun: str = "đơn vị") -> str:
    return f"{count(number)} {noun}"


def points(value: Decimal | None) -> str:
    return NONE if value is None else format_points(value)


def signed(value: Decimal) -> str:
    """Write a difference with its sign."""
    return f"+{format_points(value)}" if value > 0 else format_points(value)


def share(part: int, whole: int, noun: str = "đơn vị") -> str:
    """Write a part of a whole: 26/28 đơn vị (92,9%)."""
    if not whole:
        return f"{count(part)}/{units(whole, noun)}"
    return f"{count(part)}/{units(whole, noun)} ({percent(part, whole)})"


def percent(part: int, whole: int) -> str:
    """Write a part of a whole that is not nothing, as 92,9%."""
    return f"{format_points(rounded(Fraction(100 * part, whole), 1))}%"


def average(values: Sequence[Decimal]) -> Decimal | None:
    """Return the mean, rounded to two decimals, a half upwards; None of nothing."""
    return rounded(sum(map(Fraction, values), Fraction(0)) / len(values), 2) if values else None


def rounded(value: Fraction, places: int) -> Decimal:
    """Round a figure that is only shown, a half upwards as everybody does by hand."""
    scaled = Decimal((value * 10**places * 2 + 1) // 2)
    return scaled.scaleb(-places)


def instant(at: datetime) -> str:
    """Say when something happened, to the minute."""
    local = at.astimezone(LOCAL)
    return f"{local:%H} giờ {local:%M} phút ngày {date_text(local.date())}"


def due(closing: datetime) -> str:
    """Say when something closes, as a cell of its own: Hết ngày 09/12/2026 (trước ngày 10/12)."""
    return upper(deadline_text(closing))


def delay(result: Result) -> str:
    """Say by how many days, begun ones counted, a submission came after its closing."""
    if result.submitted_at is None:
        return "Chưa nộp"
    days = -(-(result.submitted_at - result.closes_at) // _DAY)
    return f"{count(days)} ngày" if days > 0 else NONE


def submitted(at: datetime | None) -> str:
    return "Chưa nộp" if at is None else f"Đã nộp lúc {instant(at)}"


def number(head: Head, paper: Paper, sign: str = "BC") -> str:
    """Write a number with its signs: 05/BC-UBND, or 05-BC/BDVTU as the Party does; as typed when it has them.

    A letter has no sign of its type in the administrative layout: 05/UBND.
    """
    if paper.number and not paper.number.isdecimal():
        return paper.number
    own = paper.number.zfill(2) if paper.number else UNNUMBERED
    if head.layout == "party":
        return f"{own}-{sign}/{head.abbreviation}"
    return f"{own}/{sign}-{head.abbreviation}" if sign else f"{own}/{head.abbreviation}"


def paper(cited: Paper) -> str:
    """Cite a document: Công văn 12-CV/BDVTU ngày 11/12/2024; without what is missing; of one that is Mật nothing."""
    if cited.confidential:
        return CONFIDENTIAL
    dated = "" if cited.dated is None else f"ngày {date_text(cited.dated)}"
    return " ".join(part for part in (cited.number, dated) if part) or NONE


def numbered(kind: str, cited: Paper) -> str:
    """Cite a document after its type within a sentence: Quyết định số 12-QĐ/TU ngày 11/12/2024; Quyết định (Mật)."""
    return f"{kind} (Mật)" if cited.confidential else f"{kind} số {paper(cited)}"


def named(results: Sequence[Result]) -> str:
    """Name a few subjects, or say how many they are."""
    if len(results) > _FEW:
        return units(len(results))
    *others, last = (result.name for result in results)
    return f"{', '.join(others)} và {last}" if others else last


def lower(words: str) -> str:
    """Begin with a small letter, to go on within a sentence."""
    return words[:1].lower() + words[1:]


def upper(words: str) -> str:
    """Begin with a capital letter, to stand at the head of a sentence or a cell."""
    return words[:1].upper() + words[1:]


def in_full(name: str) -> str:
    """The name of a body as its own letterhead has it, without abbreviations (NĐ 30/2020, Phụ lục I, II.2)."""
    return name.replace("UBND", "Ủy ban nhân dân").replace("HĐND", "Hội đồng nhân dân")


def balanced(words: str, longest: int) -> str:
    """Break a long name between words into lines of nearly the same length, as few as will do."""
    lines = -(-len(words) // longest)
    whole = _TOGETHER.sub(lambda found: found[0].replace(" ", "_"), words)
    gaps = [at for at, letter in enumerate(whole) if letter == " "]
    if lines <= 1 or not gaps:
        return words
    first = min(gaps, key=lambda at: abs(lines * at - len(words)))
    return f"{words[:first]}\n{balanced(words[first + 1 :], longest)}"


def parted(words: str, longest: int, ends: re.Pattern[str] = _PHRASE_ENDS) -> str:
    """Break a long title into two lines where a phrase ends: after a comma, before “và”, “của”; else in the middle."""
    if len(words) <= longest:
        return words
    gaps = [found.start() for found in ends.finditer(words)]
    fitting = [at for at in gaps if max(at, len(words) - at - 1) <= longest]
    middle = min(fitting, key=lambda at: abs(2 * at - len(words)), default=None)
    return balanced(words, longest) if middle is None else f"{words[:middle]}\n{words[middle + 1 :]}"
