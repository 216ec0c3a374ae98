"""A criteria sheet read from an official document: source and result side by side, settled, looked at, concluded."""

from hashlib import sha256
from http import HTTPStatus
from typing import Final

from actions import sheet_draft
from actions.drafts import find_draft, hold_draft
from actions.sheet_draft import KIND, TABLES
from config.placing import check_sheet
from intake.questions import points_of, rest
from intake.sheets import Imported
from models.drafts import Draft, drafts
from web import sheet_columns
from web import sheet_imports as shown
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import Everywhere
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.loader_words import worded
from web.routes.sheet_places import YAML, places
from web.sheet_imports import Given, Reading, read_upload
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
ONE: Final = "/sheets/imports/{draft_id:id}"
PAGE: Final = 100
LISTED: Final = 20


@desk.get("/sheets/import", asks=ADMINISTER)
def import_page(here: Here) -> Answer:
    """The form that reads a criteria sheet from a document, and those that were read."""
    return _page(here, Reading())


def _page(here: Here, reading: Reading) -> Page:
    return page(
        "programmes/sheet_import.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reading.refusal else HTTPStatus.OK,
        reading=reading,
        before=[(one, sheet_draft.named_of(one)) for one in drafts(here.session, KIND, LISTED)],
        documents=[(one, sheet_draft.named_of(one)) for one in drafts(here.session, TABLES, LISTED)],
    )


@desk.post("/sheets/import", asks=ADMINISTER, first=read_upload)
def read(here: Here) -> Answer:
    """Keep what was read of a document, to be settled."""
    reading: Reading = here.before
    if reading.document is None:
        return _page(here, reading)
    draft = sheet_draft.put_document(here.session, reading.name, reading.document, actor=here.actor, now=here.now)
    if draft.kind == TABLES:
        count = len(reading.document.tables)
        note = _("Tệp có %(count)s bảng tiêu chí; chọn bảng cần nhập.") % {"count": count}
        return redirect_with_note(f"/sheets/documents/{draft.id}", note)
    return redirect_with_note(f"/sheets/imports/{draft.id}", _("Đã đọc tệp; xem từng dòng và giải quyết các chỗ nêu."))


@desk.get(ONE, asks=ADMINISTER)
def settle_page(here: Here) -> Answer:
    """Source and result side by side, with what is to be settled."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    if draft.done_at is not None:
        return _look(draft)
    return _settling(here, draft, sheet_draft.kept_of(draft).made())


def _settling(here: Here, draft: Draft, found: Imported, given: Given | None = None) -> Page:
    kept, rows = sheet_draft.kept_of(draft), shown.beside(found)
    number, pages = page_of(here.query, len(rows), PAGE)
    points = points_of(found)
    problems = given.problems if given else {}
    return page(
        "programmes/sheet_settle.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        draft=draft,
        name=kept.file_name,
        tables=kept.tables,
        found=found,
        whole=points[None],
        open_ones=[(at // PAGE + 1, one) for at, one in enumerate(rows) if one.point.is_open],
        rows=rows[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        problems=problems,
        typed=dict(here.typed.fields) if problems else {},
        forms=shown,
        columns=sheet_columns.columns_of(found),
        roles=sheet_columns.choices(),
    )


@desk.post(ONE, asks=ADMINISTER)
def settle(here: Here) -> Answer:
    """Settle what a form says; what is wrong is shown again where it was typed."""
    draft = hold_draft(here.session, KIND, here.path["draft_id"])
    found = sheet_draft.kept_of(draft).made()
    given = shown.given_by(here, found)
    sheet_columns.take(given, here, found)
    done = sheet_draft.change(here.session, draft, given.settled, given.undone)
    if given.problems:
        return _settling(here, draft, sheet_draft.kept_of(draft).made(), given)
    return redirect_with_note(_onward(here, draft), _told(done))


def _onward(here: Here, draft: Draft) -> str:
    """Where a form leads: to the second look, to the next page, or back to its own."""
    address, number = f"/sheets/imports/{draft.id}", page_of(here.query, PAGE * PAGE, 1)[0]
    match here.typed.get("do"):
        case "look":
            return f"{address}/look"
        case "next":
            number += 1
    return f"{address}?page={number}" if number > 1 else address


def _told(done: sheet_draft.Changed) -> str:
    note = _("Đã ghi %(count)s giải quyết.") % {"count": done.kept} if done.kept else _("Không có thay đổi.")
    if done.dropped:
        note += " " + _("%(count)s giải quyết trước không còn áp dụng nên đã bỏ.") % {"count": done.dropped}
    return note


@desk.get(f"{ONE}/look", asks=ADMINISTER)
def look_page(here: Here) -> Answer:
    """The second look: what was settled, what is left as it was read, the sheet."""
    return _look(find_draft(here.session, KIND, here.path["draft_id"]))


def _look(draft: Draft) -> Page:
    kept = sheet_draft.kept_of(draft)
    found = kept.made()
    points = points_of(found).values()
    text = kept.yaml or found.as_yaml()
    return page(
        "programmes/sheet_look.html",
        draft=draft,
        name=kept.file_name,
        found=found,
        settled=shown.rows_in_words(kept.settled),
        blocking=[one for one in found.oddities if one.blocks],
        doubts=[(point.row, one) for point in points for one in point.left if not one.blocks],
        count=len(rest(found)),
        open=sum(point.is_open for point in points),
        rows=shown.beside(found),
        yaml=text,
        seen=_seen(text),
        problems=worded(check_sheet(draft.result, text)) if draft.done_at else (),
        places=places() if draft.done_at else (),
    )


def _seen(text: str) -> str:
    """What tells one look from another."""
    return sha256(text.encode()).hexdigest()[:32]


@desk.post(f"{ONE}/rest", asks=ADMINISTER)
def keep_rest(here: Here) -> Answer:
    """Settle every doubt that the look showed to what was read."""
    draft = hold_draft(here.session, KIND, here.path["draft_id"])
    found = sheet_draft.kept_of(draft).made()
    if here.typed.get("seen") != _seen(found.as_yaml()):
        return _look_again(draft)
    by = {"by": here.account.shown, "at": here.now}
    done = sheet_draft.change(here.session, draft, [one.model_copy(update=by) for one in rest(found)])
    return redirect_with_note(f"/sheets/imports/{draft.id}/look", _told(done))


def _look_again(draft: Draft) -> Answer:
    note = _("Biểu đã thay đổi sau khi xem; chưa ghi gì, xem lại rồi làm.")
    return redirect_with_note(f"/sheets/imports/{draft.id}/look", note)


@desk.post(f"{ONE}/take", asks=ADMINISTER)
def conclude(here: Here) -> Answer:
    """Conclude the sheet as it was looked at."""
    draft = hold_draft(here.session, KIND, here.path["draft_id"])
    if draft.done_at is None and here.typed.get("seen") != _seen(sheet_draft.kept_of(draft).made().as_yaml()):
        return _look_again(draft)
    sheet_draft.conclude(here.session, draft, actor=here.actor, now=here.now)
    return redirect_with_note(
        f"/sheets/imports/{draft.id}", _("Đã chốt biểu; kiểm tra biểu trong chương trình, rồi tải tệp.")
    )


@desk.get(f"{ONE}/settled", asks=ADMINISTER)
def settled_file(here: Here) -> Answer:
    """What was settled, as a file for the command line."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    text = sheet_draft.kept_of(draft).settling.as_yaml()
    return Download(text.encode(), f"giai-quyet-{draft.id}.yaml", YAML)
