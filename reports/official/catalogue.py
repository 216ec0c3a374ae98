"""Every document that is handed out, in the order in which pages list them. Each is a module of its own."""

from typing import Final

from config.programme import Programme
from reports.official.deciding_entries import DECIDING_ENTRIES
from reports.official.entry import Entry, Scope
from reports.official.unit_entries import UNIT_ENTRIES

ENTRIES: Final[tuple[Entry, ...]] = (*DECIDING_ENTRIES, *UNIT_ENTRIES)
BY_KEY: Final = {entry.key: entry for entry in ENTRIES}
BUILDERS: Final = {entry.template: entry.build for entry in ENTRIES if entry.build is not None}
"""By the name of a template, what makes it anew."""


def entries(programme: Programme, scope: Scope, kind: str = "") -> list[Entry]:
    """The documents of a round, or of a dossier of that kind, in a programme."""
    return [entry for entry in ENTRIES if entry.scope == scope and entry.has(programme, kind)]
