"""A ballot box: paper ballots printed and counted by two people apart, or votes on screens; what it came to (X-A2).

A choice stands in no address, is shown on no page again, and is told to nobody but the box: a refused vote comes back
as a blank paper. All votes of a paper have the same length, so that not even the size of a request tells one.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from actions import ballots, box_page, boxes, voting
from actions.ballots import Count, Entry
from actions.box_page import Line, Seen
from actions.sessions import STRONG
from models.ballot_secret import BallotKey
from models.decisions import Document
from models.savepoint import savepoint
from states.errors import NotAllowed, Refusal, Refused, refuse
from web import papers
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import OfBox
from web.ballot_papers import WORD, minutes_of, papers_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.forms import VOTE
from web.words import _

desk: Final = Desk()
BOX: Final = "/boxes/{box_id:id}"
CANCEL: Final = "/boxes/{box_id:id}/cancel"
MINUTES: Final = "minutes"
MOST: Final = 6
"""As many digits as a number of ballots has."""


def key_of(here: Here) -> BallotKey:
    """The key of electronic boxes, read outside the transaction."""
    return BallotKey(here.place.settings.ballot_secret())


def _page(here: Here, *, told: Sequence[str] = ()) -> Page:
    one = box_page.seen(here.session, here.path["box_id"])
    standing = box_page.standing(here.session, one.box.id, here.actor)
    counts = standing is not None and standing.holds and one.is_open and not one.box.electronic
    counting = box_page.counting(here.session, one, here.actor) if counts else None
    votes = standing is not None and standing.votes and one.is_open
    return page(
        "meetings/box.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        one=one,
        standing=standing,
        counting=counting,
        voting=box_page.voting(here.session, one, here.actor) if votes else None,
        is_strong=here.account.way in STRONG,
        figures=_figures(here, one, counting.own if counting else None, told=bool(told)),
        papers=papers.typed(here, MINUTES),
        minutes=here.session.get(Document, one.box.minutes_document_id or 0),
        closing_is_own=one.box.closing_by == here.actor.account_id,
        told=told,
    )


def _figures(here: Here, one: Seen, own: Entry | None, *, told: bool) -> dict[str, str]:
    """What stands in the fields of a count: what was typed, else what one entered oneself."""
    if told:
        return dict(here.typed.fields)
    if own is None:
        return {"issued": str(one.box.summoned)}
    found = {"issued": str(own.issued), "returned": str(own.returned)}
    for key, count in own.of.items():
        found[f"invalid-{key}"] = str(count.invalid)
        found |= {f"n-{key}-{code}": str(number) for code, number in count.counts.items()}
    return found


@desk.get(BOX, asks=OfBox("read"))
def box(here: Here) -> Answer:
    """A ballot box: to vote, to count, to close it."""
    return _page(here)


@desk.post("/boxes/{box_id:id}/count", asks=OfBox("hold"), first=take_files)
def enter_count(here: Here) -> Answer:
    """Enter the count of paper ballots."""
    key = here.path["box_id"]
    try:
        with savepoint(here.session):
            entered = _entered(here, box_page.seen(here.session, key))
    except Refused as refused:
        return _page(here, told=[one.sentence for one in refused.refusals])
    if entered.closed:
        note = _("Hai người nhập khớp nhau. Đã đóng hòm phiếu và ghi kết quả.")
    elif entered.differences:
        note = _("Đã ghi. Số liệu hai người nhập chưa khớp; xem các chỗ khác nhau dưới đây.")
    else:
        note = _("Đã ghi kết quả kiểm phiếu của bạn. Chờ người thứ hai nhập độc lập.")
    return redirect_with_note(f"/boxes/{key}", note)


def _entered(here: Here, one: Seen) -> ballots.Entered:
    entry = _entry(here, one.lines)
    named = any(here.typed.line(f"{MINUTES}-{field}") for field in ("number", "dated", "signer"))
    minutes = papers.put(here, MINUTES, "minutes", _("biên bản kiểm phiếu"), scan=False) if named else None
    return ballots.enter(here.session, one.box.id, entry, minutes_id=minutes, actor=here.actor, now=here.now)


def _entry(here: Here, lines: Sequence[Line]) -> Entry:
    """The count that was typed; what is valid is the sum of the options. Refused with every field that is no number."""
    fields = {"issued": _("Số phiếu phát ra"), "returned": _("Số phiếu thu về")}
    for line in lines:
        fields |= _fields(line)
    typed = {name: here.typed.line(name) for name in fields}
    bad = {name: text for name, text in typed.items() if not _is_number(text)}
    if bad and not any(bad.values()):
        blank = _("Còn %(count)s ô chưa ghi; không có phiếu nào thì ghi 0.")
        raise refuse("figures", blank % {"count": len(bad)})
    if bad:
        cells = "; ".join(f"{fields[name]}: «{text}»" for name, text in bad.items() if text)
        raise refuse("figures", _("Số phiếu chỉ ghi bằng chữ số; ghi lại %(cells)s.") % {"cells": cells})
    numbers = {name: int(text) for name, text in typed.items()}
    return Entry(numbers["issued"], numbers["returned"], {line.id: _count(line, numbers) for line in lines})


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST


def _fields(line: Line) -> dict[str, str]:
    """The fields of a dossier, each with its words."""
    counted = {f"n-{line.id}-{code}": f"{line.name}, {label}" for code, label in line.options.items()}
    return counted | {f"invalid-{line.id}": f"{line.name}, {_('không hợp lệ')}"}


def _count(line: Line, numbers: Mapping[str, int]) -> Count:
    counts = {code: numbers[f"n-{line.id}-{code}"] for code in line.options}
    return Count(sum(counts.values()), numbers[f"invalid-{line.id}"], counts)


@desk.post("/boxes/{box_id:id}/paper", asks=OfBox("vote"))
def take_paper(here: Here) -> Answer:
    """Hand out the one ballot: a page that is kept nowhere, with a token that no address holds."""
    _demand_strong(here)
    try:
        with savepoint(here.session):
            token = voting.issue(here.session, here.path["box_id"], actor=here.actor)
    except Refused as refused:
        return _page(here, told=[one.sentence for one in refused.refusals])
    return _paper(here, token)


def _paper(here: Here, token: str, *, told: Sequence[str] = ()) -> Page:
    one = box_page.seen(here.session, here.path["box_id"])
    status = HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK
    return page("meetings/vote.html", status=status, one=one, ballot=token, vote=VOTE, told=told)


def _demand_strong(here: Here) -> None:
    if here.account.way not in STRONG:
        raise NotAllowed(_("Bỏ phiếu phải đăng nhập bằng mật khẩu: đặt mật khẩu ở mục Tài khoản rồi đăng nhập lại."))


@desk.post("/boxes/{box_id:id}/vote", asks=OfBox("vote"), first=key_of)
def vote(here: Here) -> Answer:
    """Put the ballot in; whatever is wrong with it, nothing of it is shown or kept."""
    _demand_strong(here)
    one, token = box_page.seen(here.session, here.path["box_id"]), here.typed.get("ballot")
    try:
        with savepoint(here.session):
            choices = {line.id: _choice(here, line) for line in one.lines}
            if here.typed.get("looked") != "1":
                raise refuse("looked", _("Đánh dấu xác nhận đã xem lại phiếu trước khi bỏ."))
            voting.cast(here.session, one.box.id, token, choices, key=here.before, actor=here.actor)
    except Refused as refused:
        return _paper(here, token, told=[refusal.sentence for refusal in refused.refusals])
    return redirect_with_note(f"/boxes/{one.box.id}", _("Đã bỏ phiếu."))


def _choice(here: Here, line: Line) -> str | None:
    """The option behind a digit; 0 leaves the dossier blank. Refused without a mark of either kind."""
    codes = {str(number): code for number, code in enumerate(line.options, 1)}
    digit = here.typed.get(f"{VOTE}{line.id}")
    if digit != "0" and digit not in codes:
        raise Refused([Refusal("mark", _("Phiếu còn hồ sơ chưa đánh dấu. Vì giữ bí mật, phiếu được trả lại trắng."))])
    return codes.get(digit)


@desk.post("/boxes/{box_id:id}/close", asks=OfBox("close"), first=key_of)
def close(here: Here) -> Answer:
    """Count and close a ballot box."""
    key = here.path["box_id"]
    try:
        with savepoint(here.session):
            closing = voting.close(here.session, key, key=here.before, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, told=[one.sentence for one in refused.refusals])
    if closing.closed:
        return redirect_with_note(f"/boxes/{key}", _("Đã đóng hòm phiếu và kiểm phiếu."))
    return redirect_with_note(
        f"/boxes/{key}", _("Đã ghi xác nhận thứ nhất. Cần một người nữa xác nhận đóng hòm phiếu.")
    )


@desk.get("/boxes/{box_id:id}/papers", asks=OfBox("hold"))
def print_papers(here: Here) -> Answer:
    """Hand out paper ballots to be printed."""
    one = box_page.seen(here.session, here.path["box_id"])
    if one.box.electronic or not one.is_open:
        raise refuse("papers", _("Chỉ in phiếu của hòm phiếu giấy đang mở."))
    return Download(papers_of(here, one), f"phieu-hom-{one.box.id}.docx", WORD)


@desk.get("/boxes/{box_id:id}/minutes", asks=OfBox("hold"))
def print_minutes(here: Here) -> Answer:
    """Hand out the minutes of the count."""
    one = box_page.seen(here.session, here.path["box_id"])
    return Download(minutes_of(here, one), f"bien-ban-kiem-phieu-hom-{one.box.id}.docx", WORD)


def _cancel_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    return page(
        "meetings/box_cancel.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        one=box_page.seen(here.session, here.path["box_id"]),
        reason=here.typed.get("reason"),
        told=told,
    )


@desk.get(CANCEL, asks=OfBox("hold"))
def cancel_page(here: Here) -> Answer:
    """A second look before a ballot box is cancelled."""
    return _cancel_page(here)


@desk.post(CANCEL, asks=OfBox("hold"))
def cancel(here: Here) -> Answer:
    """Cancel a ballot box, with the reason."""
    one = box_page.seen(here.session, here.path["box_id"])
    try:
        with savepoint(here.session):
            boxes.cancel_box(here.session, one.box.id, here.typed.get("reason"), actor=here.actor, now=here.now)
    except Refused as refused:
        return _cancel_page(here, told=[refusal.sentence for refusal in refused.refusals])
    to = f"/meetings/{one.meeting.id}" if one.meeting else f"/rounds/{one.around.id}/meetings"
    return redirect_with_note(to, _("Đã hủy hòm phiếu; phiếu trong hòm không được đếm."))
