"""What people typed and sent: in NFC, and kept so that no refusal loses it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from evidence.store import Coming

CSRF: Final = "csrf"
SECRETS: Final = frozenset({CSRF, "password", "repeated", "old_password", "code", "digits", "ballot"})
VOTE: Final = "vote-"
"""How the fields of a secret ballot begin: `SECRETS` and these are never shown again."""


class Unreadable(Exception):
    """The body of the request is no form."""


class Upload(NamedTuple):
    """A file that came with a form, under the name that its sender gave it."""

    filename: str
    file: Coming


@dataclass(frozen=True, slots=True)
class Typed:
    """A form: every field with its values in order, and the files that came with it."""

    fields: tuple[tuple[str, str], ...] = ()
    files: Mapping[str, tuple[Upload, ...]] = field(default_factory=dict)

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

    def drop_files(self) -> None:
        """Take the files away; those that were kept stay kept."""
        for upload in (upload for uploads in self.files.values() for upload in uploads):
            upload.file.drop()


class Unfinished(Exception):
    """The body of the request ends before its form does; `typed` had come."""

    def __init__(self, typed: Typed) -> None:
        super().__init__("the form has no end")
        self.typed = typed


def clean(text: str) -> str:
    """Text as it is kept: NFC, lines ended by one sign, without what no database takes."""
    shown = text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", shown)
