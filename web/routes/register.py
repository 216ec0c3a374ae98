"""The register of units: listed, searched, taken over from a file after a second look."""

from collections.abc import Sequence
from hashlib import sha256
from http import HTTPStatus
from typing import Final
from urllib.parse import urlencode

from actions.drafts import find_draft, hold_draft
from actions.register_draft import KIND, carry_out, put_read, read_of
from actions.register_look import Look, look, summary
from config.calendar import local_day
from models.names import folded, sort_name
from models.registered import Listed, places, standing, subjects
from reports.register_xlsx import register_xlsx
from states.history import record_installation
from web.answers import Answer, Download, page, redirect_with_note
from web.asks import Everywhere
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.forms import clean
from web.programmes import programmes
from web.registers import Reading, kinds, read_upload
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
PAGE: Final = 50
MOST_FAULTS: Final = 200
LONGEST: Final = 100
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
STANDINGS: Final = {"active": _("Đang hoạt động"), "ended": _("Không hoạt động hoặc hết hiệu lực")}


@desk.get("/register", asks=ADMINISTER)
def register_page(here: Here) -> Answer:
    """Units and people that are assessed."""
    every = subjects(here.session)
    asked = {name: " ".join(clean(here.query.get(name, "")).split())[:LONGEST] for name in ("q", "kind", "standing")}
    found = sorted(_found(here, every, asked), key=lambda one: (sort_name(one.name), one.id))
    number, pages = page_of(here.query, len(found), PAGE)
    rows = found[(number - 1) * PAGE : number * PAGE]
    used = {one.kind for one in every}
    labels = kinds()
    return page(
        "register/list.html",
        rows=rows,
        places=places(here.session, [one.id for one in rows]),
        labels=labels,
        kinds=[(name, label) for name, label in labels.items() if name in used],
        standings=list(STANDINGS.items()),
        asked=asked,
        query=urlencode({name: value for name, value in asked.items() if value}),
        count=len(found),
        total=len(every),
        number=number,
        pages=pages,
        today=local_day(here.now),
    )


def _found(here: Here, every: Sequence[Listed], asked: dict[str, str]) -> list[Listed]:
    words, today = folded(asked["q"]), local_day(here.now)
    return [
        one
        for one in every
        if (not words or words in folded(one.name) or words in one.code.casefold())
        and asked["kind"] in {"", one.kind}
        and asked["standing"] in {"", "active" if one.exists_on(today) else "ended"}
    ]


@desk.get("/register/template", asks=ADMINISTER)
def template(_here: Here) -> Answer:
    """Hand out an empty register as a workbook."""
    return Download(register_xlsx((), kinds()), "mau-danh-sach-don-vi.xlsx", WORKBOOK)


@desk.post("/register/export", asks=ADMINISTER)
def export(here: Here) -> Answer:
    """Hand out the register; the export is recorded."""
    rows = list(standing(here.session, subjects(here.session)))
    what = {"what": "register", "subjects": len(rows)}
    record_installation(here.session, "export", what, actor=here.actor, now=here.now)
    return Download(register_xlsx(rows, kinds()), "danh-sach-don-vi.xlsx", WORKBOOK)


@desk.get("/register/import", asks=ADMINISTER)
def import_page(_here: Here) -> Answer:
    """The form that takes a register in."""
    return page("register/import.html", reading=Reading(""), most=MOST_FAULTS, programmes=programmes(), chosen="")


@desk.post("/register/import", asks=ADMINISTER, first=read_upload)
def read(here: Here) -> Answer:
    """Read a register and keep it as a draft."""
    reading: Reading = here.before
    if reading.faults:
        return page(
            "register/import.html",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            reading=reading,
            most=MOST_FAULTS,
            programmes=programmes(),
            chosen=here.typed.get("programme"),
        )
    draft = put_read(here.session, reading.name, reading.rows, actor=here.actor, now=here.now)
    return redirect_with_note(f"/register/imports/{draft.id}", _("Đã đọc tệp; chưa ghi gì. Xem lại rồi ghi."))


@desk.get("/register/imports/{draft_id:id}", asks=ADMINISTER)
def look_page(here: Here) -> Answer:
    """What a register would add and change, with every problem."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    found = read_of(draft)
    looked = look(here.session, found.rows)
    shown = [line for what in ("ended", "changed", "new") for line in looked.of(what)]
    number, pages = page_of(here.query, len(shown), PAGE)
    return page(
        "register/look.html",
        draft=draft,
        file_name=found.file_name,
        total=len(found.rows),
        others=looked.others,
        counts=summary(looked.lines),
        rows=shown[(number - 1) * PAGE : number * PAGE],
        number=number,
        pages=pages,
        seen=_seen(looked),
    )


def _seen(looked: Look) -> str:
    """What tells one look from another: it changes with what stands."""
    return sha256(repr(looked).encode()).hexdigest()[:32]


@desk.post("/register/imports/{draft_id:id}", asks=ADMINISTER)
def take(here: Here) -> Answer:
    """Take a register in."""
    draft = hold_draft(here.session, KIND, here.path["draft_id"])
    if draft.done_at is None and here.typed.get("seen") != _seen(look(here.session, read_of(draft).rows)):
        note = _("Danh sách trên phần mềm đã thay đổi sau khi xem; chưa ghi gì, xem lại rồi ghi.")
        return redirect_with_note(f"/register/imports/{draft.id}", note)
    taken = carry_out(here.session, draft, actor=here.actor, now=here.now)
    told = _("Đã ghi danh sách: %(created)s đơn vị mới, %(changed)s đơn vị thay đổi, %(accounts)s tài khoản mới.")
    counts = {"created": len(taken.created), "changed": len(taken.changed), "accounts": len(taken.accounts)}
    return redirect_with_note("/register", told % counts)
