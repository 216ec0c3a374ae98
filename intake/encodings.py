"""The encoding of a text: Unicode and Windows-1258 are read, the old TCVN3 and VNI are recognised and refused."""

import re
from pathlib import Path
from typing import Final

from intake.oddities import Kind, Oddity, refuse

BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_VIETNAMESE: Final = re.compile(r"[\u1ea0-\u1ef9ăđơưĂĐƠƯ\u0300-\u0323]")
_TCVN3: Final = re.compile(r"(?<=[A-Za-z]){0}|{0}(?=[A-Za-z])".format(r"[µ¸¶·¹¨»¾¼½©®¬«ª§Æ×Þßåæøþ\u00ad]"))
"""Letters of TCVN3 within words: the same signs stand alone as bullets and marks."""
_QUOTED: Final = re.compile(r"«([^«»]*)»")
_VNI: Final = re.compile(r"[aeouyAEOUY][øùûõïâåäêëáàãæúüöØÙÛÕÏÂÅÄÊËÁÀÃÆÚÜÖ]|[ñÑ]")
_MOST_FOREIGN: Final = 0.02
"""The share of letters of an old encoding that a text in Unicode may have, such as © or foreign names."""
_ADVICE: Final = (
    "hãy chuyển sang Unicode rồi nhập lại (trong Unikey: Ctrl+Shift+F6, chọn nguồn {}, đích Unicode, hoặc nhờ bộ phận "
    "tin học)."
)


def old_encoding(text: str) -> str | None:
    """The name of the old encoding that the text is in, as its characters show; None for Unicode."""
    text = _QUOTED.sub(r"\1", text)
    letters = sum(character.isalpha() or ord(character) > 127 for character in text)  # noqa: PLR2004  beyond ASCII
    if not letters or len(_VIETNAMESE.findall(text)) > _MOST_FOREIGN * letters:
        return None
    tcvn3, vni = len(_TCVN3.findall(text)), len(_VNI.findall(text))
    if max(tcvn3, vni) < max(3, _MOST_FOREIGN * letters):
        return None
    return "TCVN3 (ABC)" if tcvn3 >= vni else "VNI Windows"


def against_old(text: str) -> str | None:
    """What is wrong with a text in an old encoding, and what to do; None for Unicode."""
    name = old_encoding(text)
    return f"dùng bảng mã cũ {name}; {_ADVICE.format(name)}" if name else None


def refuse_old(path: Path, text: str) -> None:
    """Raise ConfigError, with what to do, when the text is in an old encoding."""
    wrong = against_old(text)
    if wrong:
        raise refuse(path, f"Chữ trong tệp {wrong}")


def decode(path: Path, content: bytes) -> tuple[str, list[Oddity]]:
    """The text of a file and what is odd about its encoding; ConfigError when it is none that is read."""
    named = next((name for bom, name in BOMS if content.startswith(bom)), "utf-8")
    is_binary = named != "utf-16" and b"\0" in content
    try:
        if not is_binary:
            return content.decode(named), []
    except UnicodeDecodeError:
        refuse_old(path, content.decode("latin-1"))
    try:
        text = content.decode("cp1258")
    except UnicodeDecodeError:
        text = ""
    if is_binary or not _VIETNAMESE.search(text):
        raise refuse(path, "Không nhận ra bảng mã của tệp; hãy lưu lại dạng Unicode UTF-8 rồi nhập lại.")
    return text, [Oddity(None, Kind.ENCODING, "Tệp dùng bảng mã Windows-1258, đã đọc sang Unicode; hãy soát lại dấu.")]
