"""Gathers what the report of a round that rates by conditions says, in a constant number of queries."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sqlmodel import Session

from config.graph import RESTING
from models.assessments import Assessment
from reports import wording
from reports.quota_figures import quota_lines
from reports.rating_contents import Aside, Flagged, LevelCount, Rated, RatedBoard, RatingPart, SentUp
from reports.rating_records import Records, code_in_words, degrees_of, read_records
from reports.records import grounds, last
from reports.values import Outcome, Paper, Redecided
from reports.view import RoundView

PARTING: Final = (("set_aside",), ("exclude",), ("remove", "cancel"))
"""The acts by which somebody is left without a level."""
LATE: Final = "Quá thời hạn"
REPLACED: Final = "Kết quả cũ đã hủy, công nhận lại"


def rating_part(session: Session, view: RoundView, redecided: tuple[Redecided, ...]) -> RatingPart:
    """Everything that such a report says beside what all reports say."""
    records = read_records(session, view)
    return RatingPart(
        gathered_by=view.programme.bodies.owner,
        superior=records.superior,
        levels=tuple(records.words.values()),
        scarce=_scarce(records),
        reviewed=_reviewed(records),
        boards=tuple(_boards(records)),
        counts=tuple(_counts(records)),
        quotas=tuple(quota_lines(records)),
        asides=tuple(_asides(records)),
        flags=tuple(_flags(records)),
        sent_up=tuple(_sent_up(records)),
        replaced=(*redecided, *_late_levels(records)),
        degrees=degrees_of(session, records),
    )


def _scarce(records: Records) -> str:
    quota = records.view.programme.quota
    return records.words[quota.level][1] if quota else ""


def _reviewed(records: Records) -> int | None:
    if "review" not in records.view.programme.workflow.assessment.triggers:
        return None
    return sum(row.reviewed_at is not None for row in records.subjects)


def _boards(records: Records) -> Iterator[RatedBoard]:
    view = records.view
    kinds = list(view.programme.subject_kinds)

    def order(row: Assessment) -> tuple[int, int]:
        return kinds.index(row.kind), records.place(row)

    for (kind, _), rows in groupby(sorted(records.subjects, key=order), order):
        own = list(rows)
        yield RatedBoard(view.label(kinds[kind]), records.body(own[0]), tuple(_rated(row, records) for row in own))


def _rated(row: Assessment, records: Records) -> Rated:
    decision = records.decisions.get(row.decision_id or 0)
    return Rated(
        name=row.name,
        kind=records.view.label(row.kind),
        body=records.body(row),
        state=records.view.state(row),
        submitted_at=row.submitted_at,
        self_total=row.self_total,
        appraised_total=row.appraised_total,
        self_level=records.short(row.proposed_level),
        proposed=records.proposed(row.id),
        level=records.short(row.level),
        paper=records.papers[decision.document_id] if decision else Paper(),
        closes_at=row.closes_at,
        late=row.late,
        notes=tuple(_notes(row, records)),
    )


def _notes(row: Assessment, records: Records) -> Iterator[str]:
    if row.level is None:
        yield "Chưa xếp loại, có lý do" if row.id in records.waivers else records.view.state(row)
    if row.level is not None and last(records.acts, row.id, "record_superior_decision"):
        yield f"{records.superior} quyết định"
    if row.id in records.replaced:
        yield REPLACED
    elif reason := records.reasons.get(row.id, "").rstrip("."):
        differs = records.proposed(row.id) != (records.short(row.level),)
        yield f"Khác mức đề xuất: {wording.lower(reason)}" if differs else reason
    if records.flags(row.id):
        words = ", ".join(records.flag_words(row.id))
        yield f"Có nội dung cần xem xét ({words})" if words else "Có nội dung cần xem xét"
    if row.late:
        yield LATE


def _counts(records: Records) -> Iterator[LevelCount]:
    for kind in records.view.programme.subject_kinds:
        rows = [row for row in records.subjects if row.kind == kind]
        if rows:
            yield _count(records.view.label(kind), rows, records)


def _count(kind: str, rows: Sequence[Assessment], records: Records) -> LevelCount:
    levels = Counter(row.level for row in rows)
    not_rated = sum(row.level is None and row.state in records.not_rated for row in rows)
    return LevelCount(kind, tuple(levels[code] for code in records.words), not_rated, levels[None] - not_rated)


def _asides(records: Records) -> Iterator[Aside]:
    """Who has no level for a reason, the kinds of reasons one after the other."""
    view = records.view
    without = [row for row in view.assessments.values() if row.level is None]
    for acts in PARTING:
        for row in without:
            if row.state in view.entered_by(*acts):
                given = grounds(last(records.acts, row.id, *acts), records.papers)
                yield Aside(row.name, view.label(row.kind), view.state(row), given)
    yield from (one for row in records.subjects for one in _waived(row, records))


def _waived(row: Assessment, records: Records) -> Iterator[Aside]:
    waiver = records.waivers.get(row.id)
    if waiver is not None:
        resting = records.view.programme.workflow.assessment.states[row.state].kind in RESTING
        case = "Xếp loại sau" if resting and row.level else "Chưa xếp loại"
        yield Aside(row.name, records.view.label(row.kind), case, records.waived_on(waiver))


def _flags(records: Records) -> Iterator[Flagged]:
    for row in records.subjects:
        for flag in records.flags(row.id):
            level = records.short(row.level)
            yield Flagged(row.name, records.view.label(row.kind), code_in_words(flag["code"]), flag["text"], level)


def _sent_up(records: Records) -> Iterator[SentUp]:
    for row in records.subjects:
        sent = last(records.acts, row.id, "send_up")
        if sent is not None:
            given, decision = grounds(sent, records.papers), records.decisions.get(row.decision_id or 0)
            paper = records.papers[decision.document_id] if decision else Paper()
            voted = records.short(records.votes.get(row.id))
            yield SentUp(row.name, voted, given.paper, records.short(row.level), paper)


def _late_levels(records: Records) -> Iterator[Redecided]:
    """Those first left without a level and rated later by form 03, so that no former decision tells of it."""
    for row in records.subjects:
        act = last(records.acts, row.id, "annul_and_recognise")
        if act is not None and act.what.get("from") in records.not_rated:
            given = grounds(act, records.papers)
            before = Outcome(
                None, records.view.programme.workflow.assessment.states[str(act.what["from"])].label, Paper()
            )
            after = Outcome(None, records.view.level(row.level), given.paper)
            yield Redecided(row.name, records.view.label(row.kind), before, after, given.reason)
