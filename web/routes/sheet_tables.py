"""A document with several tables: all that may be a criteria sheet, and the one that is taken to be settled."""

from http import HTTPStatus
from typing import Final

from actions import sheet_draft
from actions.drafts import find_draft, hold_draft
from actions.sheet_draft import TABLES
from intake.settled import Parting
from models.drafts import Draft, drafts_of
from states.errors import Refused
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import Everywhere
from web.correcting import problems
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
ONE: Final = "/sheets/documents/{draft_id:id}"
DIGITS: Final = 4


@desk.get(ONE, asks=ADMINISTER)
def tables_page(here: Here) -> Answer:
    """The tables of a document that may be the sheet, the most probable one chosen."""
    return _page(here, find_draft(here.session, TABLES, here.path["draft_id"]))


def _page(here: Here, draft: Draft, told: str = "") -> Page:
    kept = sheet_draft.tables_of(draft)
    begun = {one.id: one for one in drafts_of(here.session, kept.taken.values())}
    return page(
        "programmes/sheet_tables.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        draft=draft,
        name=kept.file_name,
        tables=kept.document.tables,
        probable=kept.document.probable,
        taken={number: begun[one] for number, one in kept.taken.items() if one in begun},
        told=told,
    )


def _number(text: str) -> int:
    """A number as it was typed; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < DIGITS else 0


@desk.post(ONE, asks=ADMINISTER)
def take_table(here: Here) -> Answer:
    """Take one of the tables, to be settled."""
    draft = hold_draft(here.session, TABLES, here.path["draft_id"])
    wanted = _number(here.typed.line("table"))
    try:
        made = sheet_draft.take_table(here.session, draft, wanted, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, draft, " ".join(problems(refused)))
    note = _("Đã đọc bảng %(number)s; xem từng dòng và giải quyết các chỗ nêu.") % {"number": wanted}
    return redirect_with_note(f"/sheets/imports/{made.id}", note)


@desk.post(f"{ONE}/part", asks=ADMINISTER)
def part_table(here: Here) -> Answer:
    """Part a table that was joined, to be taken as two."""
    draft = hold_draft(here.session, TABLES, here.path["draft_id"])
    table, _sign, part = here.typed.line("joint").partition(".")
    try:
        sheet_draft.part_table(here.session, draft, Parting(_number(table), _number(part)))
    except Refused as refused:
        return _page(here, draft, " ".join(problems(refused)))
    return redirect_with_note(f"/sheets/documents/{draft.id}", _("Đã tách bảng; chọn bảng cần nhập."))
