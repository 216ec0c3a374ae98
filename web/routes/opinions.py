"""A body gives its opinions: one page a request, drafts that save themselves, a second look before sending (HT-6.3)."""

from collections.abc import Collection, Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from actions import answers
from actions.answers import Answer as Written
from actions.answers import answer_of
from actions.opinion_page import asking
from models.opinions import Opinion
from states.errors import Refused, Unknown
from web import opinion_form as form
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRequest
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.opinion_form import Kept, Row, print_of
from web.words import _

desk: Final = Desk()
REQUEST: Final = "/opinions/{request_id:id}"
SEND: Final = "/opinions/{request_id:id}/send"


def _address(here: Here, place: str = "") -> str:
    return f"/opinions/{here.path['request_id']}{place}"


def _common(here: Here, shown: Sequence[Row]) -> dict[str, Any]:
    found = asking(here.session, here.path["request_id"])
    return {"found": found, "address": _address(here), "sums": form.sums(shown), "levels": found.levels}


def _is_open(here: Here) -> bool:
    return asking(here.session, here.path["request_id"]).is_open(here.now)


def _page(here: Here, done: Kept | None = None) -> Page:
    """The request as it may be answered, or what was answered once it is over."""
    if not _is_open(here):
        return _rest(here)
    shown = form.rows(here, done)
    number, pages = page_of(here.query, len(shown), form.PAGE)
    return page(
        "opinions/form.html",
        status=done.status if done else HTTPStatus.OK,
        rows=shown[(number - 1) * form.PAGE : number * form.PAGE],
        failed=[one for one in shown if one.problem or one.elsewhere],
        number=number,
        pages=pages,
        **_common(here, shown),
    )


def _rest(here: Here, *, refused: Refused | None = None) -> Page:
    """What was given, and on what there is no opinion; after a refusal also what was typed, to be copied."""
    shown = form.rows(here)
    number, pages = page_of(here.query, len(shown), form.PAGE)
    typed = form.touched(here.typed) if refused else {}
    return page(
        "opinions/rest.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        rows=shown[(number - 1) * form.PAGE : number * form.PAGE],
        unsaved=_unsaved(shown, typed),
        problems=[one.sentence for one in refused.refusals] if refused else [],
        number=number,
        pages=pages,
        **_common(here, shown),
    )


def _unsaved(shown: Sequence[Row], typed: Mapping[int, Written]) -> list[tuple[str, Written]]:
    stands = {one.line.id: one.line for one in shown}
    own = [(stands[key], answer) for key, answer in typed.items() if key in stands]
    return [(line.name, answer) for line, answer in own if answer not in {form.BLANK, line.answer}]


@desk.get(REQUEST, asks=OfRequest("opine"))
def request_page(here: Here) -> Answer:
    """A request for opinions: the dossiers on which one is asked."""
    return _page(here)


@desk.post(REQUEST, asks=OfRequest("opine"))
def save(here: Here) -> Answer:
    """Keep all opinions that were typed."""
    levels = asking(here.session, here.path["request_id"]).levels
    try:
        done = form.keep(here, levels)
    except Refused as refused:
        return _rest(here, refused=refused)
    if done.problems or done.elsewhere:
        return _page(here, done)
    if here.typed.get("then") == "send":
        return redirect_with_note(_address(here, "/send"), "")
    number, _pages = page_of(here.query, len(form.rows(here)), form.PAGE)
    return redirect_with_note(_address(here, f"?page={number}" if number > 1 else ""), _("Đã lưu, chưa gửi."))


@desk.post("/opinions/{request_id:id}/dossiers/{assessment_id:id}", asks=OfRequest("opine"))
def save_row(here: Here) -> Answer:
    """Keep the opinion on one dossier."""
    key = here.path["assessment_id"]
    try:
        done = form.keep(here, asking(here.session, here.path["request_id"]).levels, key)
    except Refused as refused:
        done = form.unkept(here, key, str(refused))
    shown = form.rows(here, done)
    row = next((one for one in shown if one.line.id == key), None)
    if row is None:
        raise Unknown(f"hồ sơ số {key} trong phần hỏi nơi này")
    return page("opinions/saved.html", status=done.status, row=row, **_common(here, shown))


def _look_again(here: Here, *, status: int = HTTPStatus.OK, problem: str = "") -> Page:
    shown = form.rows(here)
    chosen = here.typed.all("send")
    return page(
        "opinions/send.html",
        status=status,
        ready=[one for one in shown if one.is_written],
        blank=[one for one in shown if one.is_open and not one.is_written],
        left_out=[one.line.id for one in shown if problem and str(one.line.id) not in chosen],
        problem=problem,
        **_common(here, shown),
    )


@desk.get(SEND, asks=OfRequest("opine"))
def look_again(here: Here) -> Answer:
    """A second look before opinions are sent."""
    return _look_again(here) if _is_open(here) else redirect_with_note(_address(here), "")


@desk.post(SEND, asks=OfRequest("opine"))
def send(here: Here) -> Answer:
    """Send what was looked at; what another window changed or sent since is looked at again."""
    chosen = form.ids(here.typed.all("send"))
    if not chosen:
        return _look_again(here, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=_("Chọn ít nhất một hồ sơ để gửi."))
    own = form.held(here, chosen)
    if all(one.status == "given" for one in own.values()):
        return redirect_with_note(_address(here), _("Những ý kiến này đã được gửi trước đó."))
    if _is_open(here) and any(_is_changed(here, one) for one in own.values()):
        problem = _("Có nội dung vừa được sửa ở nơi khác; xem lại nội dung dưới đây rồi gửi.")
        return _look_again(here, status=HTTPStatus.CONFLICT, problem=problem)
    return _sent(here, own)


def _is_changed(here: Here, one: Opinion) -> bool:
    return one.status != "open" or print_of(answer_of(one)) != here.typed.get(f"was-{one.assessment_id}")


def _sent(here: Here, keys: Collection[int]) -> Answer:
    try:
        answers.send(here.session, here.path["request_id"], keys, actor=here.actor, now=here.now)
    except Refused as refused:
        if _is_open(here):
            return _look_again(here, status=HTTPStatus.UNPROCESSABLE_ENTITY, problem=str(refused))
        return _rest(here, refused=refused)
    return redirect_with_note(_address(here), _("Đã gửi ý kiến về %(count)s hồ sơ.") % {"count": len(keys)})
