"""More time for units: what they ask for is answered, one dossier or several are given a later deadline."""

from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Final, NamedTuple

from actions.extend_many import Chosen, chosen_of, extend_all, plan_extensions
from actions.extension import refuse_extension
from config.calendar import end_of, parse_date
from models.assessments import Extension
from states.asked import extensions_answered, extensions_asked
from states.errors import Refusal, Refused, Unknown, refuse
from states.overview import Watched, watch
from web import papers
from web import watch as ways
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
OWNER: Final = OfRound("administer", by_body=True)
PAPER: Final = "paper"
MOST: Final = 200
"""So many dossiers are given more time at once."""


class Asked(NamedTuple):
    """What the form asks: until when, and why."""

    until: date
    reason: str


@desk.get("/rounds/{round_id:id}/extensions", asks=OWNER)
def extensions_page(here: Here) -> Answer:
    """Extensions that units ask for, and those that were granted."""
    return _list(here)


def _list(here: Here, *, problem: str = "", of: int | None = None) -> Page:
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    return page(
        "watch/extensions.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        watched=watched,
        asked=extensions_asked(here.session, watched),
        answered=extensions_answered(here.session, watched, ways.number(here.query, "after")),
        problem=problem,
        of=of,
        typed=here.typed.get("reason"),
        ways=ways,
    )


@desk.post("/rounds/{round_id:id}/extensions/{extension_id:id}/refuse", asks=OWNER)
def refuse_one(here: Here) -> Answer:
    """Refuse an extension, with the reason that is mailed."""
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    key = here.path["extension_id"]
    found = here.session.get(Extension, key)
    if found is None:
        raise Unknown(f"đề nghị gia hạn số {key}")
    name = chosen_of(here.session, watched.id, [found.assessment_id], here.actor)[0].name
    try:
        refuse_extension(here.session, key, here.typed.get("reason"), actor=here.actor, now=here.now)
    except Refused as refused:
        return _list(here, problem=str(refused), of=key)
    note = _("Đã trả lời không chấp thuận đề nghị gia hạn của «%(name)s»; đơn vị được thông báo lý do.")
    return redirect_with_note(f"/rounds/{watched.id}/extensions", note % {"name": name})


@desk.post("/rounds/{round_id:id}/extensions/choose", asks=OWNER)
def choose(here: Here) -> Answer:
    """Choose dossiers to be extended together."""
    return _give(here, ())


def _give(here: Here, told: Sequence[str]) -> Page:
    watched, chosen = _chosen(here)
    if not chosen:
        told = [_("Chưa chọn hồ sơ nào. Hãy quay lại danh sách và đánh dấu các hồ sơ cần gia hạn.")]
    return page(
        "watch/extend.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        watched=watched,
        chosen=chosen,
        told=told,
        typed={name: here.typed.get(name) for name in ("until", "reason")},
        paper=papers.typed(here, PAPER)[PAPER],
        ways=ways,
    )


@desk.post("/rounds/{round_id:id}/extensions/look", asks=OWNER)
def look(here: Here) -> Answer:
    """Show what an extension of many would change, and for whom."""
    watched, chosen = _chosen(here)
    try:
        asked = _asked(here)
        paper = papers.read(here, PAPER, _("văn bản cho phép gia hạn"), scan=False)
    except Refused as refused:
        return _give(here, _told(here, refused))
    lines = plan_extensions(
        here.session, chosen, until=asked.until, reason=asked.reason, actor=here.actor, now=here.now
    )
    return page(
        "watch/extend_look.html",
        watched=watched,
        lines=lines,
        stopped=sum(bool(line.refusals) for line in lines),
        closes_at=end_of(asked.until),
        asked=asked,
        paper=paper,
        kept=[(name, value) for name, value in here.typed.fields if name != "csrf"],
        ways=ways,
    )


def _told(here: Here, first: Refused) -> list[str]:
    """Everything that is wrong with the form, not only what was met first."""
    sentences = [one.sentence for one in first.refusals]
    try:
        papers.read(here, PAPER, _("văn bản cho phép gia hạn"), scan=False)
    except Refused as refused:
        sentences += [one.sentence for one in refused.refusals if one.sentence not in sentences]
    return sentences


@desk.post("/rounds/{round_id:id}/extensions", asks=OWNER)
def extend(here: Here) -> Answer:
    """Extend the chosen dossiers, with reason and document."""
    watched, chosen = _chosen(here)
    if not chosen:
        return _give(here, ())
    try:
        asked = _asked(here)
        document = papers.put(here, PAPER, "extension", _("văn bản cho phép gia hạn"), scan=False)
    except Refused as refused:
        return _give(here, _told(here, refused))
    extend_all(
        here.session,
        chosen,
        until=asked.until,
        reason=asked.reason,
        document=document,
        actor=here.actor,
        now=here.now,
    )
    note = _("Đã gia hạn %(count)s hồ sơ; các đơn vị được thông báo thời hạn mới.")
    return redirect_with_note(f"/rounds/{watched.id}/extensions", note % {"count": len(chosen)})


def _chosen(here: Here) -> tuple[Watched, list[Chosen]]:
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    ids = ways.ids(here.typed)
    if len(ids) > MOST:
        raise refuse("most", _("Mỗi lần gia hạn được nhiều nhất %(most)s hồ sơ.") % {"most": MOST})
    return watched, chosen_of(here.session, watched.id, ids, here.actor)


def _asked(here: Here) -> Asked:
    refusals = []
    until, reason = None, here.typed.get("reason").strip()
    try:
        until = parse_date(here.typed.line("until"))
    except ValueError:
        refusals.append(Refusal("until", _("Ghi ngày cuối cùng được nộp, ví dụ 15/12/2026.")))
    if not reason:
        refusals.append(Refusal("reason", _("Ghi lý do gia hạn.")))
    if refusals or until is None:
        raise Refused(refusals)
    return Asked(until, reason)
