"""The decision board of a meeting: each dossier with its proposal, and what chosen levels would do to the quotas."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from actions import meeting_page
from actions.meeting_page import Around, Line
from actions.quotas import Effect, what_if
from models.meetings import Meeting
from web.desk_queue import page_of
from web.edge import Here

PAGE: Final = 50
LEVEL: Final = "level-"


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier of the board, and the level that stands in its field."""

    line: Line
    chosen: str


@dataclass(frozen=True, slots=True)
class Board:
    """One page of the agenda, what all chosen levels would come to, and the whole agenda."""

    rows: Sequence[Row]
    effects: Sequence[Effect]
    count: int
    number: int
    pages: int
    lines: Sequence[Line]


def board(here: Here, meeting: Meeting, around: Around) -> Board:
    """The board with the levels that were typed, else those that were decided, voted or proposed."""
    lines = meeting_page.agenda(here.session, meeting.id)
    every = [Row(line, chosen_of(here, around, line)) for line in lines]
    number, pages = page_of(here.query, len(every), PAGE)
    levels = {row.line.dossier.id: row.chosen or None for row in every}
    effects = effects_of(here, around, meeting.body, levels, kinds={line.dossier.kind for line in lines})
    return Board(every[(number - 1) * PAGE : number * PAGE], effects, len(every), number, pages, lines)


def chosen_of(here: Here, around: Around, line: Line) -> str:
    """The level in the field of a dossier; what is decided stands."""
    one = line.dossier
    known = here.typed.get(f"{LEVEL}{one.id}", line.voted or line.proposed or "")
    return one.level or (known if known in around.programme.level_labels else "")


def effects_of(
    here: Here,
    around: Around,
    body: str,
    levels: Mapping[int, str | None],
    *,
    kinds: Collection[str] | None = None,
) -> Sequence[Effect]:
    """What levels would do to the quotas of a body, of those `kinds` (None: all) are under; nothing without any."""
    quota = around.programme.quota
    if quota is None:
        return ()
    effects = what_if(here.session, quota, around.id, body, levels)
    return [one for one in effects if kinds is None or not set(one.kinds).isdisjoint(kinds)]
