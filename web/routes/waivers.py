"""What the authority lets pass: a missing prerequisite nobody waits for any more; a greater share of a quota."""

from collections import Counter
from collections.abc import Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from sqlmodel import col, select

from actions import decision_page, meeting_page, quotas, waive
from actions.meeting_page import Around
from actions.propose import ORDER
from models.assessments import Assessment
from models.savepoint import savepoint
from states.errors import Refused, refuse
from states.order import blocked
from states.permits import can_body, can_round, visible
from web import papers, settling
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.board import effects_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.meeting_form import ids
from web.words import _

desk: Final = Desk()
WAIVERS: Final = "/rounds/{round_id:id}/waivers"
QUOTA: Final = "/rounds/{round_id:id}/quota"
PAPER: Final = "document"
SHOWN: Final = 200


def _around(here: Here) -> Around:
    return meeting_page.around(here.session, here.path["round_id"])


def _waits(here: Here, around: Around) -> Counter[int]:
    """How many dossiers wait for each of those that the actor may waive."""
    waiting = blocked(here.session, around.programme, ORDER, around.id)
    own = set(visible(here.session, here.actor, "waive", around.id))
    return Counter(first for firsts in waiting.values() for first in firsts if first in own)


def _page(here: Here, template: str, *, told: Sequence[str] = ()) -> Page:
    around = _around(here)
    waits = dict(_waits(here, around).most_common(SHOWN))
    found = here.session.exec(select(Assessment).where(col(Assessment.id).in_(waits))).all()
    rows = sorted(((one, waits[one.id]) for one in found), key=lambda row: (-row[1], row[0].name, row[0].id))
    chosen = ids(here.typed.all("dossier"))
    return page(
        template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        rows=rows,
        chosen=chosen,
        waived=decision_page.waived(here.session, around, here.actor),
        reason=here.typed.get("reason"),
        papers=papers.typed(here, PAPER),
        kept=here.typed.kept(),
        told=told,
    )


@desk.get(WAIVERS, asks=OfRound("waive", by_body=True))
def waivers_page(here: Here) -> Answer:
    """Missing prerequisites that may be waived."""
    return _page(here, "decisions/waivers.html")


@desk.post("/rounds/{round_id:id}/waivers/look", asks=OfRound("waive", by_body=True))
def look(here: Here) -> Answer:
    """Show what waiving would mean."""
    told = settling.tried(here, partial(_waive, here, scan=False))
    return _page(here, "decisions/waivers.html" if told else "decisions/waivers_look.html", told=told)


@desk.post(WAIVERS, asks=OfRound("waive", by_body=True), first=take_files)
def do(here: Here) -> Answer:
    """Waive missing prerequisites, with the reason."""
    try:
        with savepoint(here.session):
            count = _waive(here, scan=True)
    except Refused as refused:
        return _page(here, "decisions/waivers_look.html", told=[one.sentence for one in refused.refusals])
    note = _("Đã cho xếp loại trước %(count)s hồ sơ còn thiếu.") % {"count": count}
    return redirect_with_note(f"/rounds/{here.path['round_id']}/waivers", note)


def _waive(here: Here, *, scan: bool) -> int:
    chosen, round_id = ids(here.typed.all("dossier")), here.path["round_id"]
    if not chosen:
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    if not set(chosen) <= set(visible(here.session, here.actor, "waive", round_id)):
        raise refuse("dossiers", _("Có hồ sơ không thuộc thẩm quyền của tài khoản này trong đợt."))
    document = papers.put(here, PAPER, "waiver", _("văn bản làm căn cứ"), scan=scan)
    for key in chosen:
        waive.waive(here.session, key, here.typed.get("reason"), document, actor=here.actor, now=here.now)
    return len(chosen)


def _quota_page(here: Here, *, told: Sequence[str] = ()) -> Page:
    around = _around(here)
    bodies = meeting_page.bodies(here.session, around, here.actor, "export")
    quota = around.programme.quota
    asked = here.query.get("body") or here.typed.get("group").rpartition("/")[0]
    body = asked if asked in bodies else next(iter(bodies), "")
    return page(
        "decisions/quota.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        bodies=bodies,
        body=body,
        effects=effects_of(here, around, body, {}) if bodies else (),
        may_number=can_round(here.session, here.actor, "number", around.id),
        may_raise=quota is not None and quota.outstanding_share is not None and _decides(here, around, body),
        typed={name: here.typed.get(name) for name in ("group", "reason")},
        papers=papers.typed(here, PAPER),
        told=told,
    )


def _decides(here: Here, around: Around, body: str) -> bool:
    return can_body(here.session, here.actor, "decide", around.id, body)


@desk.get(QUOTA, asks=OfRound("export", by_body=True))
def quota_page(here: Here) -> Answer:
    """Quotas: base, share, what is used, what is left."""
    return _quota_page(here)


@desk.post(QUOTA, asks=OfRound("decide", by_body=True), first=take_files)
def raise_quota(here: Here) -> Answer:
    """Give a group of a body the greater share, by the authority's document."""
    body, _sep, group = here.typed.get("group").rpartition("/")
    try:
        with savepoint(here.session):
            document = papers.put(here, PAPER, "quota", _("văn bản"), scan=True)
            quotas.raise_quota(
                here.session,
                here.path["round_id"],
                body,
                group,
                here.typed.get("reason"),
                document,
                actor=here.actor,
                now=here.now,
            )
    except Refused as refused:
        return _quota_page(here, told=[one.sentence for one in refused.refusals])
    return redirect_with_note(f"/rounds/{here.path['round_id']}/quota", _("Đã áp dụng tỷ lệ cao hơn cho nhóm này."))
