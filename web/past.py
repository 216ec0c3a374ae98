"""The difference between two points of a dossier's history, in words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from config.calendar import deadline_text
from config.programme import Programme
from scoring.numbers import format_points
from states import timeline
from states.past import COPIES, Past, past
from states.timeline import Line
from web.acts import title_of
from web.told_content import worth_of
from web.words import _

TOTALS: Final = (_("Tổng điểm tự chấm"), _("Tổng điểm thẩm định"), _("Tổng điểm quyết định"))


class Point(NamedTuple):
    """A row of a chain as one of the two that are compared."""

    seq: int
    at: datetime
    title: str


class Change(NamedTuple):
    """Something that is not the same at both points."""

    label: str
    was: str
    now: str


class MarkChange(NamedTuple):
    """A criterion of which some mark is not the same; for each copy what it was and what it is."""

    code: str
    label: str
    copies: Sequence[tuple[str, str]]


class Difference(NamedTuple):
    """Two points, what differs between them, and how much was done meanwhile."""

    first: Point
    second: Point
    changes: Sequence[Change]
    marks: Sequence[MarkChange]
    rows: int


def difference(
    session: Session, assessment_id: int, seqs: tuple[int, int], programme: Programme, kind: str
) -> Difference:
    """What a dossier was at two rows of its chain, the earlier first, and what differs; in three queries."""
    first, second = sorted(seqs)
    lines = timeline.through(session, f"assessment:{assessment_id}", second)
    earlier = past(one.step for one in lines if one.seq <= first)
    later = past(one.step for one in lines)
    things = timeline.things(session, assessment_id)
    names = _names(session, earlier.people ^ later.people, later)
    return Difference(
        _point(lines[first - 1], programme),
        _point(lines[-1], programme),
        [*_changes(earlier, later, programme, things, names)],
        [*_marks(earlier, later, programme, kind)],
        second - first,
    )


def _point(line: Line, programme: Programme) -> Point:
    return Point(line.seq, line.at, title_of(line.act, moves="to" in line.what, programme=programme, is_round=False))


def _names(session: Session, people: set[tuple[int, str]], later: Past) -> dict[int, str]:
    found = timeline.people(session, "", {key for key, _ in people | later.people}, 0).persons
    return {key: versions[-1].name or versions[-1].email for key, versions in found.items()}


def _changes(
    was: Past, now: Past, programme: Programme, things: Mapping[int, tuple[str, str]], names: Mapping[int, str]
) -> Iterator[Change]:
    states, levels = programme.workflow.assessment.states, programme.level_labels
    label = {name: state.label for name, state in states.items()}
    yield from _unlike(_("Trạng thái"), label.get(was.state, ""), label.get(now.state, ""))
    yield from _unlike(_("Thời hạn"), _closing(was), _closing(now))
    for copy, told in zip(COPIES, TOTALS, strict=True):
        yield from _unlike(told, *(format_points(one.totals[copy]) if copy in one.totals else "" for one in (was, now)))
    yield from _unlike(_("Mức xếp loại"), *(levels.get(one.level or "", one.level or "") for one in (was, now)))
    yield from _unlike(_("Minh chứng bỏ đi"), _things(was.evidence - now.evidence, things), "")
    yield from _unlike(_("Minh chứng thêm vào"), "", _things(now.evidence - was.evidence, things))
    yield from _unlike(_("Người thẩm định"), *(_people(one, names) for one in (was, now)))


def _unlike(label: str, was: str, now: str) -> Iterator[Change]:
    if was != now:
        yield Change(label, was, now)


def _closing(one: Past) -> str:
    return deadline_text(one.closes_at) if one.closes_at else ""


def _things(keys: set[int], things: Mapping[int, tuple[str, str]]) -> str:
    found = (things.get(key, ("", _("minh chứng số %(id)s") % {"id": key})) for key in sorted(keys))
    return "; ".join(f"{criterion}: {name}" if criterion else name for criterion, name in found)


def _people(one: Past, names: Mapping[int, str]) -> str:
    return "; ".join(f"{names.get(key, key)}{f' ({part})' if part else ''}" for key, part in sorted(one.people))


def _marks(was: Past, now: Past, programme: Programme, kind: str) -> Iterator[MarkChange]:
    own = [use.sheet for use in programme.sheets if kind in use.kinds]
    labels = {leaf.code: leaf.label for sheet in own for leaf in sheet.leaves()}
    told = {code for one in (was, now) for copy in COPIES for code in one.marks[copy]}
    for code in [*(code for code in labels if code in told), *sorted(told - labels.keys())]:
        pairs = [(was.marks[copy].get(code), now.marks[copy].get(code)) for copy in COPIES]
        if any(before != after for before, after in pairs):
            copies = [(worth_of(before), worth_of(after)) for before, after in pairs]
            yield MarkChange(code, labels.get(code, ""), copies)
