"""A cell enters what its meeting found of its members, in one table by its minutes (HT-6.4, issue 3)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from actions import member_table
from actions.member_table import Line
from actions.on_behalf import enter_results
from config.sheet import Degree
from models.savepoint import savepoint
from states.errors import Refused, Unknown
from web import member_form as form
from web import papers
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.desk_queue import page_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.member_form import Kept, Row
from web.words import _

desk: Final = Desk()
MEMBERS: Final = "/assessments/{assessment_id:id}/members"
ENTER: Final = "/assessments/{assessment_id:id}/members/enter"
PAGE: Final = 50
MINUTES: Final = "minutes"


def _address(here: Here, place: str = "") -> str:
    return f"/assessments/{here.dossier.id}/members{place}"


def _common(here: Here, shown: Sequence[Row]) -> dict[str, Any]:
    facts = here.dossier
    found = member_table.table(here.session, facts)
    if not found.lines:
        raise Unknown(_("đảng viên nào do đơn vị này ghi kết quả"))
    return {
        "facts": facts,
        "address": _address(here),
        "criteria": found.criteria,
        "codes": form.codes(found.criteria),
        "takes": member_table.takes,
        "degrees": tuple(Degree),
        "levels": facts.programme.level_labels,
        "states": facts.programme.workflow.assessment.states,
        "sums": {
            "all": len(found.lines),
            "entered": sum(not one.is_open for one in found.lines),
            "ready": sum(one.is_ready for one in found.lines),
        },
        "rows": shown,
    }


def _page(here: Here, done: Kept | None = None) -> Page:
    rows = form.rows(member_table.table(here.session, here.dossier), done)
    number, pages = page_of(here.query, len(rows), PAGE)
    shown = rows[(number - 1) * PAGE : number * PAGE]
    return page(
        "members/table.html",
        status=done.status if done else HTTPStatus.OK,
        failed=[row for row in rows if row.told],
        number=number,
        pages=pages,
        **_common(here, shown),
    )


@desk.get(MEMBERS, asks=OfDossier("members"))
def members_page(here: Here) -> Answer:
    """Members of a collective with their proposed levels."""
    return _page(here)


@desk.post(MEMBERS, asks=OfDossier("members"))
def save(here: Here) -> Answer:
    """Keep what was typed of all members."""
    done = form.keep(here)
    if done.told:
        return _page(here, done)
    if here.typed.get("then") == "enter":
        return redirect_with_note(_address(here, "/enter"), "")
    number = here.query.get("page", "")
    return redirect_with_note(_address(here, f"?page={number}" if number.isdecimal() else ""), _("Đã lưu nháp."))


@desk.post("/assessments/{assessment_id:id}/members/{member_id:id}", asks=OfDossier("members"))
def save_line(here: Here) -> Answer:
    """Keep what was typed of one member."""
    key = int(here.path["member_id"])
    done = form.keep(here, key)
    rows = form.rows(member_table.table(here.session, here.dossier), done)
    row = next(one for one in rows if one.line.id == key)
    filled = bool(here.typed.get(f"all-{key}"))
    return page("members/saved.html", status=done.status, row=row, filled=filled, **_common(here, [row]))


@desk.get(ENTER, asks=OfDossier("members"))
def look(here: Here) -> Answer:
    """A second look before levels of members are entered."""
    return _look(here)


def _look(here: Here, *, problems: Sequence[str] = ()) -> Page:
    """The second look: whose results will be entered, and whose are not whole yet."""
    lines = member_table.table(here.session, here.dossier).lines
    return page(
        "members/enter.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        ready=[one for one in lines if one.is_ready],
        lacking=[one for one in lines if one.is_open and not one.is_ready],
        left_out=[one.id for one in lines if problems and str(one.id) not in here.typed.all("id")],
        typed=papers.typed(here, MINUTES)[MINUTES],
        problems=problems,
        saw=saw,
        **_common(here, []),
    )


@desk.post(ENTER, asks=OfDossier("members"), first=take_files)
def enter(here: Here) -> Answer:
    """Enter what was looked at; a line that was changed since is looked at again."""
    ticked = set(here.typed.all("id"))
    chosen = [one for one in member_table.table(here.session, here.dossier).lines if str(one.id) in ticked]
    if not chosen:
        return _look(here, problems=[_("Chọn ít nhất một đảng viên.")])
    if any(here.typed.get(f"saw-{one.id}") != saw(one) for one in chosen):
        return _look(here, problems=[_("Có dòng vừa được sửa ở nơi khác; xem lại rồi ghi.")])
    try:
        with savepoint(here.session):
            _enter(here, chosen)
    except Refused as refused:
        return _look(here, problems=[one.sentence for one in refused.refusals])
    return redirect_with_note(_address(here), _("Đã ghi kết quả của %(count)s đảng viên.") % {"count": len(chosen)})


def _enter(here: Here, chosen: Sequence[Line]) -> None:
    minutes = papers.put(here, MINUTES, "minutes", _("biên bản"), scan=False)
    facts, rows = here.dossier, member_table.entered(chosen)
    enter_results(here.session, facts.subject_id, facts.round_id, rows, minutes, actor=here.actor, now=here.now)


def saw(line: Line) -> str:
    """What tells a line as it was looked at from any other."""
    return "|".join((*(f"{code}={text}" for code, text in sorted(line.cells.items())), line.level))
