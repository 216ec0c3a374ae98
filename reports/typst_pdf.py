"""A PDF by typst: the values go into the template as JSON, never as markup, and the same values give the same bytes.

The fonts are those of Debian's fonts-croscore or fonts-liberation2, as wide as Times New Roman; without them typst's
own serif, which has all Vietnamese letters, stands in.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from typst import Compiler, Fonts, TypstError

TEMPLATES: Final = Path(__file__).parent / "templates"
STANDARD: Final = "a-2u"
"""PDF/A: everything needed to show it is in it, and its text can be read out."""
SERIF: Final = ("Tinos", "Liberation Serif", "Times New Roman", "Libertinus Serif")
MONO: Final = ("Cousine", "Liberation Mono", "DejaVu Sans Mono")
_UNDRAWN: Final = re.compile(r"the text `\"(.*?)\"` could not be displayed")
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Zl", "Zp"})


def written(template: str, values: Mapping[str, Any]) -> bytes:
    """A template of reports/templates with these values; `values` are JSON of texts, numbers, lists and maps.

    A sign that no font here has is spelled out, as is what would not be seen.
    """
    spelled: set[str] = set()
    while True:
        try:
            return _compiled(template, _shown({**values, "serif": SERIF, "mono": MONO}, spelled))
        except TypstError as error:
            undrawn = _undrawn(str(error)) - spelled
            if not undrawn:
                raise
            spelled |= undrawn


def _compiled(template: str, values: Any) -> bytes:  # noqa: ANN401  JSON
    data = {"data": json.dumps(values)}
    compiler = Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), sys_inputs=data)
    made = compiler.compile(format="pdf", pdf_standards=STANDARD)
    if not isinstance(made, bytes):
        raise TypeError(f"{template} gave no PDF")
    return made


def _undrawn(error: str) -> set[str]:
    """The signs of which an archival PDF says that no font has them."""
    texts = (_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) for text in _UNDRAWN.findall(error))
    return {sign for text in texts for sign in text if not sign.isascii()}


@cache
def _fonts() -> Fonts:
    return Fonts()


def _shown(value: Any, spelled: Collection[str]) -> Any:  # noqa: ANN401  any JSON value
    """The same with nothing in its texts that is not seen on paper."""
    match value:
        case str():
            return visible(value, spelled)
        case Mapping():
            return {name: _shown(one, spelled) for name, one in value.items()}
        case list() | tuple():
            return [_shown(one, spelled) for one in value]
    return value


def visible(text: str, spelled: Collection[str] = ()) -> str:
    """A text as it stands on paper: signs that turn it round, hide in it or end it are spelled out, and those given."""
    return "".join(f"[U+{ord(sign):04X}]" if sign in spelled or _is_unseen(sign) else sign for sign in text)


def _is_unseen(sign: str) -> bool:
    return sign != "\n" and unicodedata.category(sign) in _UNSEEN
