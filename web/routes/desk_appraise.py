"""The appraisal of one dossier: marks beside those of the unit, agreement, conclusion (DN-4.2, X-N5, AMB-DN-11)."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

from actions import appraise
from actions.appraise_seen import Overtaken, begin, is_same, save_over
from actions.assign import leaves_in
from models.savepoint import savepoint
from states import desk as desks
from states.errors import Refusal, Refused
from states.glance import glance
from web import desk_entries, desk_sheet
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.desk_entries import Read
from web.desk_queue import address, ask_first, carried, demand_confirmed, near, wanted_of
from web.desk_sheet import Line, Opened
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()


@desk.get("/assessments/{assessment_id:id}/appraise", asks=OfDossier("mark"))
def appraise_page(here: Here) -> Answer:
    """A dossier on the appraiser's desk, criterion beside criterion."""
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    return ask_first(here) or _page(here, dossier, desk_sheet.lines(dossier))


def _page(here: Here, dossier: Opened, lines: Sequence[Line], *, told: Iterable[str] = (), status: int = 200) -> Page:
    facts, wanted = dossier.facts, wanted_of(here.query)
    found = desks.round_as_desk(here.session, facts.round_id)
    closed = desk_sheet.closed_by(facts)
    return page(
        "desk/appraise.html",
        status=status,
        dossier=dossier,
        facts=facts,
        lines=lines,
        desk=found,
        near=near(here, found, wanted, facts.id),
        state=facts.programme.workflow.assessment.states[facts.state],
        closed=closed,
        told=list(told),
        may=desk_sheet.may,
        may_ask=desk_sheet.may_ask(facts),
        query=carried(wanted),
        is_lead="lead" in facts.relations,
    )


@desk.post("/assessments/{assessment_id:id}/appraise", asks=OfDossier("mark"))
def save(here: Here) -> Answer:
    """Keep appraised marks and reasons."""
    demand_confirmed(here, here.dossier.id)
    before = desk_sheet.opened(here.session, here.dossier, here.actor)
    form = desk_entries.read(before.sheet, here.typed)
    changed = [code for code, one in form.filled.items() if not is_same(before.appraised.get(code), one)]
    try:
        with savepoint(here.session):
            _keep(here, form)
    except Overtaken as overtaken:
        return _overtaken(here, form, overtaken.codes)
    except Refused as refused:
        return _refused(here, form, [refusal.sentence for refusal in refused.refusals])
    if here.typed.get("part"):
        return _saved_part(here, next(iter(form.seen), ""))
    query = carried(wanted_of(here.query))
    to = address(f"/assessments/{here.dossier.id}/appraise", query, _after(before, [*changed, here.typed.get("go")]))
    return redirect_with_note(to, _("Đã lưu %(count)s tiêu chí.") % {"count": len(changed)})


def _keep(here: Here, form: Read) -> None:
    if form.problems:
        raise Refused(Refusal("entry", sentence) for sentence in form.problems.values())
    save_over(here.session, here.dossier.id, form.filled, form.seen, actor=here.actor, now=here.now)


def _after(dossier: Opened, changed: Sequence[str]) -> str:
    """The anchor of the criterion after the last one changed, so that the work goes on there."""
    codes = [code for code in leaves_in(dossier.sheet, "") if code in dossier.mine]
    places = [codes.index(code) for code in changed if code in codes]
    return f"tc-{codes[min(max(places) + 1, len(codes) - 1)]}" if places else ""


def _saved_part(here: Here, code: str) -> Page:
    facts = glance(here.session, here.dossier.id, actor=here.actor, now=here.now)
    dossier = desk_sheet.opened(here.session, facts, here.actor)
    line = desk_sheet.line(dossier, dossier.sheet.leaf(code))
    return _part(here, dossier, line)


def _part(here: Here, dossier: Opened, line: Line) -> Page:
    every = desk_sheet.lines(dossier)
    state = dossier.facts.programme.workflow.assessment.states[dossier.facts.state]
    found = desks.round_as_desk(here.session, dossier.facts.round_id)
    context: dict[str, Any] = {
        "dossier": dossier,
        "line": line,
        "lines": every,
        "facts": dossier.facts,
        "desk": found,
        "state": state,
    }
    query = carried(wanted_of(here.query))
    return page("desk/saved.html", at=here.now, may=desk_sheet.may, query=query, closed="", **context)


def _refused(here: Here, form: Read, sentences: Sequence[str]) -> Page:
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    problems, others = desk_sheet.by_criterion(sentences, frozenset(form.typed) & dossier.mine)
    lines = desk_sheet.retyped(desk_sheet.lines(dossier), form.typed, problems)
    if here.typed.get("part"):
        return _refused_part(here, dossier, lines, others)
    told = [_("Chưa lưu: còn %(count)s tiêu chí phải sửa.") % {"count": len(problems)}] if problems else []
    return _page(here, dossier, lines, told=[*told, *others], status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _refused_part(here: Here, dossier: Opened, lines: Sequence[Line], others: Sequence[str]) -> Page:
    line = next((one for one in lines if one.problem), None)
    if line is None:
        raise Refused(Refusal("marks", sentence) for sentence in others)
    return _part(here, dossier, line)


def _overtaken(here: Here, form: Read, codes: Sequence[str]) -> Page:
    """Both are shown, what stands now and what was typed; sending again writes what was typed."""
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    every = {one.criterion.code: one for one in desk_sheet.lines(dossier)}
    problems = {code: _standing(every[code]) for code in codes}
    lines = desk_sheet.retyped(desk_sheet.lines(dossier), form.typed, problems)
    if here.typed.get("part"):
        return _part(here, dossier, next(one for one in lines if one.problem))
    head = _("Chưa lưu: có tiêu chí đã được người khác hoặc trang khác ghi sau khi mở trang này.")
    return _page(here, dossier, lines, told=[head], status=HTTPStatus.CONFLICT)


def _standing(line: Line) -> str:
    return desk_entries.overtaken(line.given, line.given_beside, f"«{line.given_note}»" if line.given_note else "")


@desk.get("/assessments/{assessment_id:id}/appraise/agree", asks=OfDossier("mark"))
def agree_page(here: Here) -> Answer:
    """A second look before the unit's marks are taken over."""
    dossier = desk_sheet.opened(here.session, here.dossier, here.actor)
    group = here.query.get("of", "")
    codes = appraise.untouched(here.session, here.dossier.id, group, actor=here.actor)
    every = {line.criterion.code: line for line in desk_sheet.lines(dossier)}
    return ask_first(here) or page(
        "desk/agree.html",
        facts=here.dossier,
        group=group,
        head=every.get(group),
        lines=[every[code] for code in codes],
        query=carried(wanted_of(here.query)),
    )


@desk.post("/assessments/{assessment_id:id}/appraise/agree", asks=OfDossier("mark"))
def agree(here: Here) -> Answer:
    """Take the unit's marks over where none is appraised yet."""
    demand_confirmed(here, here.dossier.id)
    key, group = here.dossier.id, here.typed.get("group")
    begin(here.session, key, actor=here.actor, now=here.now)
    codes = here.typed.all("code")
    appraise.agree_untouched(here.session, key, group, codes, actor=here.actor, now=here.now)
    to = address(f"/assessments/{key}/appraise", carried(wanted_of(here.query)), f"tc-{group}" if group else "")
    return redirect_with_note(to, _("Đã đồng ý với điểm tự chấm của %(count)s tiêu chí.") % {"count": len(codes)})


@desk.post("/assessments/{assessment_id:id}/appraise/conclude", asks=OfDossier(trigger="conclude_appraisal"))
def conclude(here: Here) -> Answer:
    """Conclude the appraisal of a dossier."""
    demand_confirmed(here, here.dossier.id)
    facts = here.dossier
    found, wanted = desks.round_as_desk(here.session, facts.round_id), wanted_of(here.query)
    place = near(here, found, wanted, facts.id)
    version = here.typed.get("version")
    given = int(version) if version.isascii() and version.isdecimal() else -1
    try:
        with savepoint(here.session):
            appraise.conclude(here.session, facts.id, actor=here.actor, now=here.now, version=given)
    except Refused as refused:
        dossier = desk_sheet.opened(here.session, facts, here.actor)
        told = [refusal.sentence for refusal in refused.refusals]
        return _page(here, dossier, desk_sheet.lines(dossier), told=told, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    after = place.after if place else None
    path = f"/assessments/{after.id}/appraise" if after else f"/rounds/{facts.round_id}/desk"
    return redirect_with_note(
        address(path, carried(wanted)), _("Đã kết thúc thẩm định «%(name)s».") % {"name": facts.name}
    )


@desk.post("/assessments/{assessment_id:id}/appraise/reopen", asks=OfDossier(trigger="reopen_appraisal"))
def reopen(here: Here) -> Answer:
    """Open a concluded appraisal again."""
    appraise.reopen(here.session, here.dossier.id, here.typed.get("reason").strip(), actor=here.actor, now=here.now)
    to = address(f"/assessments/{here.dossier.id}/appraise", carried(wanted_of(here.query)))
    return redirect_with_note(to, _("Đã mở lại thẩm định."))
