"""The appraisal of a dossier: marks beside the unit's own, never over them (DN-4.2, X-N5, AMB-DN-11)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from sqlmodel import Session

from actions import marks
from actions.assign import foreign, leaves_in
from actions.marks import Filled
from actions.self_assess import Saved, sheet_of
from config.sheet import BLANK, Criterion, Entry, Sheet
from models import assessments
from models.assessments import Assessment, MarkRow
from models.db import run
from scoring import marks as scoring
from scoring.marks import Totals
from states import history
from states.actor import Actor
from states.advance import Move, Moved, apply, seen
from states.errors import Refusal, Refused, Stale, Unknown
from states.facts import Dossier
from states.hold import hold, share_round
from states.machine import demand_open
from states.permits import demand, demand_held
from states.related import against_shares

CONCLUDING = ("ask_explanation", "conclude_appraisal", "propose", "open_decision")
"""The steps that may follow an appraisal: while one of them is open to the appraiser, so are the marks."""


def start(session: Session, assessment_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Moved:
    """Begin the appraisal; not while the unit may still write."""
    facts = seen(hold(session, assessment_id, actor=actor, now=now), version)
    return apply(session, facts, "start_appraisal", actor)


def save_marks(
    session: Session,
    assessment_id: int,
    filled: Mapping[str, Filled],
    *,
    actor: Actor,
    now: datetime,
    version: int | None = None,
) -> Saved:
    """Keep appraised marks; what is as it was is passed over, so saving twice is saving once.

    Raises Stale, NotAllowed, or Refused with a sentence for each criterion that is another appraiser's, breaks
    the sheet, or differs from the self mark without a reason.
    """
    facts = _markable(session, assessment_id, actor, now, version)
    own = assessments.marks(session, assessment_id, "self")
    refusals = [
        *foreign(session, facts, filled, actor),
        *_against_sheet(sheet_of(facts), filled),
        *_against_shares(facts, filled),
        *_against_self(facts, own, filled),
    ]
    if refusals:
        raise Refused(refusals)
    return _write(session, facts, filled, actor)


def untouched(session: Session, assessment_id: int, group: str = "", *, actor: Actor) -> list[str]:
    """The criteria of a group that the unit scored and nobody has appraised, in the order of the sheet."""
    demand(session, actor, "mark", assessment_id)
    found = session.get(Assessment, assessment_id)
    if found is None:
        raise Unknown(f"hồ sơ số {assessment_id}")
    return _untouched(session, share_round(session, found.round_id).sheet_for(found.kind), assessment_id, group)


def agree_untouched(
    session: Session, assessment_id: int, group: str, expected: Sequence[str], *, actor: Actor, now: datetime
) -> Saved:
    """Agree with the self marks of the untouched criteria of a group (*đồng ý với điểm tự chấm*).

    `expected` is the list the actor was shown; Stale when it is no longer that.
    """
    facts = _markable(session, assessment_id, actor, now, None)
    codes = _untouched(session, sheet_of(facts), assessment_id, group)
    if codes != list(expected):
        raise Stale
    own = marks.entries(session, assessment_id, "self")
    filled = {code: Filled(own[code]) for code in codes}
    refusals = [*foreign(session, facts, codes, actor), *_against_shares(facts, filled)]
    if refusals:
        raise Refused(refusals)
    return _write(session, facts, filled, actor)


def conclude(session: Session, assessment_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Moved:
    """End the appraisal: every criterion has its mark, every difference its reason, no question is open.

    A dossier that was never submitted may be concluded without marks, with 0 (AMB-DN-2).
    """
    facts = seen(hold(session, assessment_id, actor=actor, now=now), version)
    total = marks.totals(session, sheet_of(facts), assessment_id, "appraised").total
    payload = {"marks": marks.snapshot(session, assessment_id, "appraised"), "total": f"{total:.4f}"}
    move = Move(columns={"appraised_total": total}, payload=payload)
    return apply(session, facts, "conclude_appraisal", actor, move)


def reopen(session: Session, assessment_id: int, reason: str, *, actor: Actor, now: datetime) -> Moved:
    """Appraise again what was concluded and not yet decided; needs a reason."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    return apply(session, facts, "reopen_appraisal", actor, Move(reason=reason))


def _markable(session: Session, assessment_id: int, actor: Actor, now: datetime, version: int | None) -> Dossier:
    facts = seen(hold(session, assessment_id, actor=actor, now=now), version)
    demand_held(facts.relations, "mark")
    steps = {step.do for step in facts.programme.workflow.assessment.leaving(facts.state)}
    demand_open(facts, next((trigger for trigger in CONCLUDING if trigger in steps), "conclude_appraisal"))
    return facts


def _against_sheet(sheet: Sheet, filled: Mapping[str, Filled]) -> Sequence[Refusal]:
    try:
        marks.check_all(sheet, filled)
    except Refused as refused:
        return refused.refusals
    return ()


def _against_shares(facts: Dossier, filled: Mapping[str, Filled]) -> list[Refusal]:
    """The option of a share is the one that those below and beside have reached, once that is known (S2-2.2)."""
    entries = {code: one.entry for code, one in filled.items() if one.entry is not None}
    return [Refusal("share", sentence) for sentence in against_shares(facts, entries)]


def _against_self(facts: Dossier, own: Mapping[str, MarkRow], filled: Mapping[str, Filled]) -> Iterator[Refusal]:
    sheet, above = sheet_of(facts), facts.programme.switches.appraised_may_exceed_self
    for leaf in sheet.leaves():
        entry = filled[leaf.code].entry if leaf.code in filled else None
        if entry is None or scoring.check(leaf, entry, sheet):
            continue
        if not above and scoring.points(leaf, entry, sheet) > _points(own.get(leaf.code)):
            yield Refusal("exceeds_self", f"Tiêu chí {leaf.code}: điểm thẩm định không được cao hơn điểm tự chấm.")
        if not filled[leaf.code].note.strip() and _differs(leaf, entry, own.get(leaf.code), sheet):
            yield Refusal("differences_reasoned", f"Tiêu chí {leaf.code}: khác với tự chấm điểm thì phải ghi lý do.")


def _points(mark: MarkRow | None) -> Decimal:
    return Decimal(0) if mark is None else mark.points


def _differs(leaf: Criterion, entry: Entry, own: MarkRow | None, sheet: Sheet) -> bool:
    points = scoring.points(leaf, entry, sheet)
    return points != _points(own) or (own is not None and entry != _entry(own))


def _entry(mark: MarkRow) -> Entry:
    return Entry.model_validate_json(mark.entry)


def _untouched(session: Session, sheet: Sheet, assessment_id: int, group: str) -> list[str]:
    """What has a mark of the unit and none of the appraisal.

    A remark beside a blank is no mark, nor is what does not stand on a sheet that was corrected since.
    """
    own, appraised = (marks.entries(session, assessment_id, copy) for copy in ("self", "appraised"))
    passed = {*appraised, *marks.lost(sheet, own)}
    return [code for code in leaves_in(sheet, group) if own.get(code, BLANK) != BLANK and code not in passed]


def _write(session: Session, facts: Dossier, filled: Mapping[str, Filled], actor: Actor) -> Saved:
    changed = _changed(assessments.marks(session, facts.id, "appraised"), filled)
    sheet = sheet_of(facts)
    totals = marks.put(session, sheet, facts.id, "appraised", changed, actor=actor, now=facts.now)
    if not changed:
        return Saved(facts.version, totals)
    _count(session, facts, sheet, totals)
    written = marks.snapshot(session, facts.id, "appraised")
    content = {code: written.get(code) for code in changed}
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"criteria": sorted(changed), "payload": hashed}
    history.record(session, facts.link, "appraise", what, actor=actor, now=facts.now)
    return Saved(facts.version + 1, totals)


def _changed(appraised: Mapping[str, MarkRow], filled: Mapping[str, Filled]) -> dict[str, Filled]:
    stands = {code: (_entry(mark), mark.note) for code, mark in appraised.items()}
    given = {code: (one.entry, one.note.strip()) for code, one in filled.items()}
    return {code: one for code, one in filled.items() if given[code] != stands.get(code, (None, given[code][1]))}


def _count(session: Session, facts: Dossier, sheet: Sheet, totals: Totals) -> None:
    """Count the marks: a bonus or penalty that the unit entered waits for its mark like any other criterion.

    What it was scored on before the sheet was corrected waits for nothing.
    """
    waiting = {*totals.missing, *_untouched(session, sheet, facts.id, "")}
    sql = "UPDATE assessment SET appraised = :appraised, unreasoned = :unreasoned, version = version + 1 WHERE id = :id"
    counts = {"appraised": facts.leaves - len(waiting), "unreasoned": marks.unreasoned(session, facts.id)}
    run(session, sql, counts | {"id": facts.id})
    session.expire_all()
