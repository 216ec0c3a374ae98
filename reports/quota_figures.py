"""The quota of every group under every deciding body, as it was kept or exceeded (HT-9.1 to HT-9.3)."""

from collections.abc import Iterator, Sequence

from config.graph import RESTING
from config.quota import Quota
from models.assessments import Assessment
from reports.rating_contents import QuotaLine
from reports.rating_records import Records
from reports.records import grounded
from reports.values import Grounds
from scoring.quota import seats, within


def quota_lines(records: Records) -> Iterator[QuotaLine]:
    """One line for each group and body that has somebody in it, in the order of the programme."""
    quota = records.view.programme.quota
    for group in quota.groups if quota else ():
        for body in records.codes:
            rows = [row for row in records.subjects if row.body == body and quota and row.kind in quota.groups[group]]
            if quota and _levels(records, rows):
                yield _line(records, quota, group, rows)


def _line(records: Records, quota: Quota, group: str, rows: Sequence[Assessment]) -> QuotaLine:
    levels = _levels(records, rows)
    raises = tuple(
        grounded(one.reason, records.papers[one.document_id])
        for one in records.raises
        if (one.body, one.group_name) == (rows[0].body, group)
    )
    found = seats(levels, quota, outstanding=bool(raises))
    held = within(levels, quota, outstanding=bool(raises)).held
    return QuotaLine(
        kinds=tuple(dict.fromkeys(records.view.label(row.kind) for row in rows)),
        body=records.named(rows[0].body),
        size=len(levels),
        counted=levels.count(quota.counted),
        scarce=levels.count(quota.level),
        seats=found.seats,
        base=found.text,
        held=held,
        overrides=() if held is not False else _overrides(records, quota, rows),
        raises=raises,
    )


def _levels(records: Records, rows: Sequence[Assessment]) -> list[str | None]:
    """Who is not rated at all, or waived, is left out; who is still to be decided counts as open (AMB-HT-2)."""
    states = records.view.programme.workflow.assessment.states
    counted = (row for row in rows if row.id not in records.waivers)
    return [row.level for row in counted if row.level is not None or states[row.state].kind not in RESTING]


def _overrides(records: Records, quota: Quota, rows: Sequence[Assessment]) -> tuple[Grounds, ...]:
    """The minuted decisions by which members of the group have the scarce level, each once."""
    made: dict[int, Grounds] = {}
    for row in rows:
        decision = records.decisions.get(row.decision_id or 0)
        if row.level == quota.level and decision is not None and decision.minutes_id is not None:
            papers = (records.papers[decision.document_id], records.papers[decision.minutes_id])
            made[decision.id] = grounded(records.reasons.get(row.id, "") or decision.reason, *papers)
    return tuple(made.values())
