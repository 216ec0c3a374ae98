"""Rounds and dossiers as programs read them: lists, one, the sheet with its marks, evidence, results."""

from typing import Any, Final

from actions import unit_page
from actions.self_assess import sheet_of
from config.sheet import Criterion, Entry
from models.assessments import MarkRow, marks
from models.evidence import EvidenceRow, evidence_of, in_force
from scoring import marks as scoring
from states import mine
from states.desk import is_past, round_as_desk
from states.errors import refuse
from states.facts import Dossier
from states.glance import glance
from states.overview import Closing, Overview, closings, overview, watch
from states.released import Result, Sought, is_released, results, told_level
from states.tasks import is_open
from states.viewed import Viewed, Wanted, viewed
from web.api.dossier_shapes import (
    Board,
    Closes,
    Copy,
    DossierLine,
    EvidenceLine,
    Filtered,
    Leaf,
    MarkOf,
    Me,
    One,
    OptionOf,
    ResultLine,
    RoundLine,
    SheetOf,
)
from web.api.edge import Api, Call, Json
from web.api.shapes import Cursor, Done, Listed, Paged, after, exact, page
from web.asks import OfDossier, OfRound, Own
from web.words import _

api: Final = Api(_("Đợt và hồ sơ"))
APPRAISED: Final = frozenset({"appraiser", "lead", "administrator", "auditor"})
"""Relations that read appraised marks and totals while they are being given."""
DECIDED: Final = frozenset({"administrator", "authority", "auditor"})
"""Relations that read what was decided before it is announced."""
LAST_PAGE: Final = 10_000


def of_facts(facts: Dossier) -> Json:
    """What a step answers: where the dossier stands now."""
    label = facts.programme.workflow.assessment.states[facts.state].label
    return Json(Done(id=facts.id, state=facts.state, label=label, version=facts.version), version=facts.version)


def fresh(call: Call) -> Json:
    """The same, read again after a step."""
    return of_facts(glance(call.session, call.dossier.id, actor=call.actor, now=call.now))


@api.get("/me", asks=Own(), scope="read", answers=Me, summary=_("Khóa này là của tài khoản nào"), name="me")
def me(call: Call) -> Json:
    who = call.account
    return Json(Me(account_id=who.account_id, name=who.name, email=who.email, token_id=who.session_id))


@api.get(
    "/rounds", asks=Own(), scope="read", answers=Listed[RoundLine], query=Paged, summary=_("Các đợt được xem toàn đợt")
)
def rounds(call: Call) -> Json:
    whole = [one for one in mine.rounds(call.session, call.actor) if one.counts]
    rows = after(whole, call.asked, lambda one: one.id, down=True)
    return Json(page(rows, call.asked, _round, lambda one: one.id))


def _round(one: mine.Round) -> RoundLine:
    return RoundLine(id=one.id, title=one.title, label=one.label, total=one.total)


@api.get(
    "/rounds/{round_id:id}",
    asks=OfRound("view", by_body=True),
    scope="read",
    answers=Board,
    summary=_("Tình hình một đợt: số hồ sơ theo trạng thái, các thời hạn"),
    name="round",
)
def board(call: Call) -> Json:
    watched = watch(call.session, call.actor, call.path["round_id"])
    found = overview(call.session, watched)
    return Json(_board(found, closings(call.session, watched)))


def _board(found: Overview, ends: list[Closing]) -> Board:
    watched = found.watched
    return Board(
        id=watched.id,
        title=watched.title,
        state=watched.state,
        label=watched.label,
        launched_at=watched.launched_at,
        total=found.total,
        handed_in=found.handed_in,
        appraised=found.appraised,
        settled=found.settled,
        states=found.states,
        closings=tuple(Closes(label=one.label, at=one.at, kinds=tuple(one.kinds)) for one in ends),
    )


@api.get(
    "/assessments",
    asks=Own(),
    scope="read",
    answers=Listed[DossierLine],
    query=Filtered,
    summary=_("Các hồ sơ tài khoản được xem, lọc theo đợt, trạng thái, loại, nhóm, tên"),
)
def assessments(call: Call) -> Json:
    asked: Filtered = call.asked
    wanted = Wanted(asked.round, asked.state, asked.kind, asked.group, asked.search, asked.after, asked.limit)
    return Json(page(viewed(call.session, call.actor, wanted), asked, _line, lambda one: one.id))


def _line(one: Viewed) -> DossierLine:
    own = {name: value for name, value in one._asdict().items() if name in DossierLine.model_fields}
    return DossierLine(**own, label=one.label)


@api.get(
    "/assessments/{assessment_id:id}",
    asks=OfDossier("view"),
    scope="read",
    answers=One,
    summary=_("Một hồ sơ: trạng thái, thời hạn, tổng điểm, các bước đang mở"),
)
def assessment(call: Call) -> Json:
    facts = call.dossier
    machine = facts.programme.workflow.assessment
    steps = dict.fromkeys(step.do for step in machine.leaving(facts.state))
    shown: dict[str, Any] = {name: getattr(facts, name) for name in One.model_fields if hasattr(facts, name)}
    shown |= {name: exact(value) for name, value in _totals(facts).items()}
    shown["relations"] = tuple(sorted(facts.relations))
    shown["level"] = told_level(facts.programme, facts.level) if _reads_decided(facts) else None
    may = tuple(name for name in steps if is_open(facts, name))
    return Json(One(**shown, label=machine.states[facts.state].label, may=may), version=facts.version)


def _totals(facts: Dossier) -> dict[str, Any]:
    own = facts.self_total if _reads_self(facts) else None
    appraised = facts.appraised_total if _reads_appraised(facts) else None
    return {
        "self_total": own,
        "appraised_total": appraised,
        "decided_total": facts.decided_total if _reads_decided(facts) else None,
    }


def _reads_self(facts: Dossier) -> bool:
    return facts.submitted_at is not None or facts.zeroed


def _reads_appraised(facts: Dossier) -> bool:
    if not facts.relations.isdisjoint(APPRAISED):
        return True
    return "authority" in facts.relations and is_past(facts.programme.workflow, facts.state)


def _reads_decided(facts: Dossier) -> bool:
    if not facts.relations.isdisjoint(DECIDED):
        return True
    return unit_page.is_unit(facts) and unit_page.is_announced(facts)


@api.get(
    "/assessments/{assessment_id:id}/sheet",
    asks=OfDossier("papers"),
    scope="read",
    answers=SheetOf,
    summary=_("Biểu chấm điểm với các bản điểm được xem"),
)
def sheet(call: Call) -> Json:
    facts, own = call.dossier, sheet_of(call.dossier)
    copies = tuple(_copy(call, name) for name in _copies(facts))
    leaves = tuple(map(_leaf, own.leaves()))
    value = SheetOf(
        slug=own.slug,
        title=own.title,
        version=facts.version,
        total=f"{own.total:.4f}",
        criteria=leaves,
        copies=copies,
    )
    return Json(value, version=facts.version)


def _copies(facts: Dossier) -> list[str]:
    """The copies that may be read: a draft is its unit's alone, what is appraised or decided as its total."""
    reads = {
        "draft": unit_page.is_unit(facts),
        "self": facts.submitted_at is not None,
        "appraised": _reads_appraised(facts),
        "decided": _reads_decided(facts),
    }
    return [name for name, may in reads.items() if may]


def _copy(call: Call, name: str) -> Copy:
    found, own = marks(call.session, call.dossier.id, name), sheet_of(call.dossier)
    entries = {code: Entry.model_validate_json(mark.entry) for code, mark in found.items()}
    totals = scoring.totals(own, entries)
    told = tuple(_mark(code, mark) for code, mark in found.items())
    return Copy(name=name, total=f"{totals.total:.4f}", missing=tuple(totals.missing), marks=told)


def _mark(code: str, mark: MarkRow) -> MarkOf:
    entry = Entry.model_validate_json(mark.entry)
    return MarkOf(criterion=code, points=f"{mark.points:.4f}", entry=entry, note=mark.note, at=mark.at)


def _leaf(leaf: Criterion) -> Leaf:
    options = tuple(OptionOf(code=one.code, label=one.label, points=f"{one.points:.4f}") for one in leaf.options)
    return Leaf(code=leaf.code, label=leaf.label, kind=leaf.kind.value, max=exact(leaf.max), options=options)


@api.get(
    "/assessments/{assessment_id:id}/evidence",
    asks=OfDossier("papers"),
    scope="read",
    answers=Listed[EvidenceLine],
    query=Paged,
    summary=_("Danh mục minh chứng của hồ sơ"),
)
def evidence(call: Call) -> Json:
    """For its unit what stands now, for others what went with the submission."""
    facts, session = call.dossier, call.session
    if unit_page.is_unit(facts):
        every = evidence_of(session, facts.id)
    else:
        every = in_force(session, facts.id, facts.submitted_at) if facts.submitted_at else []
    return Json(page(after(every, call.asked, lambda one: one.id), call.asked, _thing, lambda one: one.id))


def _thing(one: EvidenceRow) -> EvidenceLine:
    return EvidenceLine(
        id=one.id,
        criterion=one.criterion,
        name=one.name,
        address=one.address,
        sha256=one.file_hash,
        size=one.size,
        media_type=one.media_type,
        explanation_id=one.request_id,
        at=one.at,
    )


@api.get(
    "/rounds/{round_id:id}/results",
    asks=OfRound("results", by_body=True),
    scope="read",
    answers=Listed[ResultLine],
    query=Cursor,
    summary=_("Kết quả của đợt đã báo cáo, mỗi trang 100 hồ sơ"),
    name="round_results",
)
def round_results(call: Call) -> Json:
    own = round_as_desk(call.session, call.path["round_id"])
    if not is_released(own.programme, own.state):
        raise refuse("released", _("Đợt chưa báo cáo; chưa có kết quả để đọc."))
    sought = Sought(page=min(call.asked.after or 1, LAST_PAGE))
    found = results(call.session, call.actor, own.id, own.programme, sought)
    more = str(found.page + 1) if found.page < found.pages else None
    return Json(Listed[ResultLine](items=tuple(map(_result, found.rows)), next=more))


def _result(one: Result) -> ResultLine:
    own = {name: value for name, value in one._asdict().items() if name in ResultLine.model_fields}
    return ResultLine(**own | {"decided_total": exact(one.decided_total)})
