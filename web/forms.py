"""What people typed: read once, in NFC, and kept so that no refusal loses it."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request

CSRF: Final = "csrf"
MOST_FIELDS: Final = 5_000
LONGEST_FIELD: Final = 4 * 1024 * 1024
SECRETS: Final = frozenset({CSRF, "password", "repeated", "old_password", "code", "digits", "ballot"})
VOTE: Final = "vote-"
"""How the fields of a secret ballot begin: `SECRETS` and these are never shown again."""


class Unreadable(Exception):
    """The body of the request is no form."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: every field with its values in order, and the files that came with it."""

    fields: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, tuple[UploadFile, ...]] = field(default_factory=dict)

    def get(self, name: str, default: str = "") -> str:
        """The last value of a field, as it was typed."""
        return next((value for key, value in reversed(self.fields) if key == name), default)

    def line(self, name: str) -> str:
        """The last value of a field on one line, without space around."""
        return " ".join(self.get(name).split())

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return tuple(value for key, value in self.fields if key == name)

    def starting(self, prefix: str) -> dict[str, str]:
        """The fields whose name begins so, by the rest of the name."""
        return {key.removeprefix(prefix): value for key, value in self.fields if key.startswith(prefix)}

    def kept(self) -> tuple[tuple[str, str], ...]:
        """What may be shown again: all but secrets and empty fields."""
        shown = ((key, value) for key, value in self.fields if key not in SECRETS and not key.startswith(VOTE))
        return tuple((key, value) for key, value in shown if value.strip())


async def read(request: Request) -> Typed:
    """The form of a request; Unreadable when its body is none."""
    if request.method in {"GET", "HEAD"}:
        return Typed()
    try:
        form = await request.form(max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except HTTPException as error:
        raise Unreadable(str(error.detail)) from error
    pairs = form.multi_items()
    files: dict[str, tuple[UploadFile, ...]] = {}
    for name, value in pairs:
        if isinstance(value, UploadFile) and value.filename:
            files[name] = (*files.get(name, ()), value)
    return Typed(tuple(_texts(pairs)), files)


def _texts(pairs: list[tuple[str, UploadFile | str]]) -> Iterator[tuple[str, str]]:
    for name, value in pairs:
        if isinstance(value, str):
            yield clean(name), clean(value)


def clean(text: str) -> str:
    """Text as it is kept: NFC, lines ended by one sign, without what no database takes."""
    shown = text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", shown)
