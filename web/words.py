"""Texts for people: Vietnamese is the language they are written in, gettext the way to any other."""

from pathlib import Path
from typing import Final

from babel.support import NullTranslations, Translations

FOLDER: Final = Path(__file__).parent / "locale"
LANGUAGE: Final = "vi"
TRANSLATIONS: Final[NullTranslations] = Translations.load(FOLDER, [LANGUAGE])


def _(text: str) -> str:
    """The text in the language of the portal."""
    return TRANSLATIONS.ugettext(text)
