"""How mails say things: pure functions from values to Vietnamese text."""

import unicodedata
from datetime import datetime, timedelta
from typing import Final

from config.calendar import LOCAL, date_text, last_day, local_day
from config.vocabulary import Late
from models.decisions import Document

EFFECTS: Final = {
    Late.ZERO: "Quá thời hạn trên, phần mềm tự động khóa. Hồ sơ chưa nộp thì điểm tự đánh giá được xác định là "
    "0 (không) điểm, trừ trường hợp đặc biệt.",
    Late.FLAG: "Quá thời hạn trên, phần mềm vẫn tiếp nhận hồ sơ và ghi rõ là quá hạn.",
    Late.REFUSE: "Quá thời hạn trên, phần mềm không tiếp nhận hồ sơ.",
}
REVISED: Final = (
    "Hết thời hạn trên mà chưa nộp lại thì bản đã nộp vẫn có hiệu lực; nội dung sửa sau khi nộp chưa được tính."
)
_HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)


def one_line(text: str) -> str:
    """The text on one line, without control and direction characters: fit for a header or a sentence."""
    if text.isprintable():
        return unicodedata.normalize("NFC", " ".join(text.split()))
    shown = "".join(" " if sign.isspace() else sign for sign in text if sign.isspace() or not _is_hidden(sign))
    return unicodedata.normalize("NFC", " ".join(shown.split()))


def _is_hidden(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"}


def lower_first(text: str) -> str:
    """A title as it reads within a sentence."""
    return text[:1].lower() + text[1:]


def upper_first(text: str) -> str:
    """A phrase as it reads at the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def time_left(closing: datetime, now: datetime) -> str:
    """Say how long something is still open: in days until its last day, then in hours, then in minutes."""
    days = (last_day(closing) - local_day(now)).days
    if days > 0:
        return f"còn {days} ngày"
    left = max(closing - now, timedelta())
    return f"còn {left // _HOUR} giờ" if left >= _HOUR else f"còn {left // _MINUTE} phút"


def pending(name: str, matter: str, *, count: int, revising: int) -> str:
    """Say of one dossier, or of several, that they are not submitted; `revising` were once and are being mended."""
    if count > 1:
        unsent = "chưa nộp hoặc chưa nộp lại" if revising else "chưa nộp"
        return f"{count} hồ sơ {matter} sau đây {unsent}"
    if revising:
        return f"{name or 'đơn vị'} đang sửa hồ sơ {matter} đã nộp và chưa nộp lại"
    return f"{name or 'đơn vị'} chưa nộp hồ sơ {matter}"


def moment(instant: datetime) -> str:
    """An instant to the second: 09 giờ 41 phút 05 giây ngày 01/12/2026."""
    local = instant.astimezone(LOCAL)
    return f"{local:%H} giờ {local:%M} phút {local:%S} giây ngày {date_text(local.date())}"


def minute(instant: datetime) -> str:
    """An instant to the minute: 09 giờ 41 phút ngày 01/12/2026."""
    local = instant.astimezone(LOCAL)
    return f"{local:%H} giờ {local:%M} phút ngày {date_text(local.date())}"


def numbered(document: Document | None) -> str:
    """A document by number and date as far as they are known: "số 12-CV/BDVTU ngày 05/11/2026".

    One that is confidential (*Mật*) is not mentioned in mail.
    """
    if document is None or document.confidential:
        return ""
    number = f"số {one_line(document.number)}" if document.number else ""
    dated = f"ngày {date_text(document.dated)}" if document.dated else ""
    return " ".join(part for part in (number, dated) if part)


def in_fours(code: str) -> str:
    """A code in groups of four, to be read aloud and compared by eye."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4)).upper()
