"""Questions to a unit from the appraiser's desk, several sent in one go, withdrawn, answered (DN-4.2, AMB-DN-4)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Final, NamedTuple

from actions import explain
from actions.appraise_seen import begin
from actions.assign import leaves_in
from config.calendar import date_text, end_of, last_day, parse_date
from models.assessments import ExplanationRequest
from models.savepoint import savepoint
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from web import desk_sheet
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.desk_queue import address, ask_first, carried, demand_confirmed, wanted_of
from web.desk_sheet import Opened
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()


class Question(NamedTuple):
    """One question that is about to be sent."""

    criteria: tuple[str, ...]
    text: str


@desk.get("/assessments/{assessment_id:id}/questions", asks=OfDossier("mark"))
def questions_page(here: Here) -> Answer:
    """Questions to the unit of a dossier."""
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    chosen = {here.query.get("code", "")}
    return ask_first(here) or _page(here, dossier, chosen=chosen, texts={})


def _page(
    here: Here, dossier: Opened, *, chosen: Iterable[str], texts: Mapping[str, str], told: Sequence[str] = ()
) -> Page:
    facts = dossier.facts
    closing = explain.default_closing(facts, here.now)
    return page(
        "desk/questions.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        dossier=dossier,
        facts=facts,
        lines=[line for line in desk_sheet.lines(dossier) if line.mine or line.row is None],
        state=facts.programme.workflow.assessment.states[facts.state],
        may_ask=desk_sheet.may_ask(facts),
        chosen=frozenset(chosen),
        texts=texts,
        common=here.typed.get("common"),
        until=here.typed.get("until") or date_text(last_day(closing)),
        usual=closing,
        soonest=_tomorrow(here.now),
        told=told,
        query=carried(wanted_of(here.query)),
    )


def _tomorrow(now: datetime) -> date:
    return last_day(now) + timedelta(days=1)


@desk.post("/assessments/{assessment_id:id}/questions", asks=OfDossier(trigger="ask_explanation"))
def ask(here: Here) -> Answer:
    """Ask the unit to explain, until a day."""
    demand_confirmed(here, here.dossier.id)
    texts, chosen = here.typed.starting("text-"), here.typed.all("code")
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    try:
        asked = _questions(dossier, chosen, texts, here.typed.get("common"))
        with savepoint(here.session):
            _send(here, asked, _closing(here.typed.line("until")))
    except Refused as refused:
        told = [refusal.sentence for refusal in refused.refusals]
        return _page(here, dossier, chosen=chosen, texts=texts, told=told)
    note = _("Đã gửi %(count)s yêu cầu giải trình đến đơn vị.") % {"count": len(asked)}
    query = carried(wanted_of(here.query))
    return redirect_with_note(address(f"/assessments/{here.dossier.id}/questions", query), note)


def _questions(dossier: Opened, chosen: Iterable[str], texts: Mapping[str, str], common: str) -> list[Question]:
    """Criteria with a text of their own are questions of their own; the others share the common one."""
    order = leaves_in(dossier.sheet, "")
    wanted = [*(code for code in order if code in chosen), *sorted(set(chosen) - set(order))]
    own = [Question((code,), text) for code in order if (text := texts.get(code, "")).strip()]
    shared = tuple(code for code in wanted if not texts.get(code, "").strip())
    if shared and not common.strip():
        sentence = _("Tiêu chí %(codes)s: chưa ghi nội dung cần giải trình.") % {"codes": ", ".join(shared)}
        raise refuse("question", sentence)
    asked = [*([Question(shared, common)] if shared else []), *own]
    if not asked:
        raise refuse("criteria", _("Chọn ít nhất một tiêu chí và ghi nội dung cần giải trình."))
    return asked


def _closing(until: str) -> datetime | None:
    if not until:
        return None
    try:
        return end_of(parse_date(until))
    except (ValueError, OverflowError):
        sentence = _("«%(until)s» không phải là ngày; ghi như 15/12/2026.") % {"until": until[:20]}
        raise refuse("closes_at", sentence) from None


def _send(here: Here, asked: Sequence[Question], closing: datetime | None) -> None:
    key, found = here.dossier.id, dict[Refusal, None]()
    begin(here.session, key, actor=here.actor, now=here.now)
    for one in asked:
        try:
            explain.ask(here.session, key, one.criteria, one.text, closes_at=closing, actor=here.actor, now=here.now)
        except Refused as refused:
            found |= dict.fromkeys(refused.refusals)
    if found:
        raise Refused(found)


@desk.post(
    "/assessments/{assessment_id:id}/questions/{request_id:id}/withdraw", asks=OfDossier(trigger="ask_explanation")
)
def withdraw(here: Here) -> Answer:
    """Withdraw a question, with the reason."""
    demand_confirmed(here, here.dossier.id)
    key = here.path["request_id"]
    found = here.session.get(ExplanationRequest, key)
    if found is None or found.assessment_id != here.dossier.id:
        raise Unknown(_("yêu cầu giải trình số %(key)s") % {"key": key})
    _demand_own(here, key)
    explain.withdraw(here.session, key, here.typed.get("reason"), actor=here.actor, now=here.now)
    to = address(f"/assessments/{here.dossier.id}/questions", carried(wanted_of(here.query)))
    return redirect_with_note(to, _("Đã rút yêu cầu giải trình."))


def _demand_own(here: Here, request_id: int) -> None:
    """A question on criteria of another group is its appraiser's to withdraw."""
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    asked = {item.criterion for one in dossier.asked if one.id == request_id for item in one.items}
    if asked.isdisjoint(dossier.mine):
        raise NotAllowed(_("Yêu cầu này thuộc nhóm tiêu chí của người thẩm định khác."))
