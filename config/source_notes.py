"""What is odd in the sources of the programmes, in words, and what is done about it (the ANO rules)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from config import yamlfile
from config.graph import Frozen
from config.sheet import Text

FILE: Final = Path(__file__).parent / "source_notes.yaml"


class SourceNote(Frozen):
    """What a source says that cannot be right or is missing, and what the software does."""

    code: Text
    says: Text
    does: Text


_NOTES: Final[TypeAdapter[Mapping[str, tuple[SourceNote, ...]]]] = TypeAdapter(Mapping[str, tuple[SourceNote, ...]])


def source_notes(slug: str) -> tuple[SourceNote, ...]:
    """The notes on the source of a programme, in the order of the rules."""
    return _all().get(slug, ())


@cache
def _all() -> Mapping[str, tuple[SourceNote, ...]]:
    return _NOTES.validate_python(yamlfile.read(FILE).data)
