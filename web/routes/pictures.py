"""A round in pictures: figures counted by the database, drawn here, each with its words and its table."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from config.calendar import last_day, local_day
from config.programme import Programme
from models.db import run
from models.types import from_micros
from reports.view import carries_points
from states import pictured
from states.desk import Desk as Found
from states.desk import name_key, round_as_desk
from states.pictured import Cell, Scope
from web.answers import Answer, page
from web.asks import OfRound
from web.edge import Desk, Here
from web.groups import group_or_kind
from web.pictures import bars, heat, points, progress, years
from web.pictures.bars import Group
from web.pictures.heat import Criterion, Row
from web.pictures.points import Pair
from web.pictures.svg import Picture
from web.words import _

desk: Final = Desk()
HOME: Final = "/rounds/{round_id:id}/pictures"
MOST_GROUPS: Final = 15
"""With more groups than this a picture shows the kinds of subjects instead."""
MOST_UNITS: Final = 40
"""With more units than this on a sheet its heat map shows groups instead."""


@desk.get(HOME, asks=OfRound("view", by_body=True))
def pictures_page(here: Here) -> Answer:
    """A round in pictures."""
    own, scope = _scope(here)
    drawn = [_progress(here, own, scope), *_states(here, own, scope), *_totals(here, scope), *_years(here, own)]
    return page("pictures/pictures.html", round=own, pictures=drawn, here="")


@desk.get(f"{HOME}/criteria", asks=OfRound("view", by_body=True))
def criteria_page(here: Here) -> Answer:
    """The heat maps: they read every mark of the round, so they have a page of their own."""
    own, scope = _scope(here)
    count, copy = pictured.size(here.session, scope)
    by_dossier = count <= MOST_UNITS * len(own.programme.sheets)
    cells = pictured.cells(here.session, scope, copy, by_dossier=by_dossier)
    names = pictured.names(here.session, scope) if by_dossier else {}
    drawn = [*_heats(own.programme, cells, copy, names)]
    return page("pictures/pictures.html", round=own, pictures=drawn, here="criteria")


def _scope(here: Here) -> tuple[Found, Scope]:
    own = round_as_desk(here.session, here.path["round_id"])
    return own, pictured.scope_of(here.session, here.actor, own.id, own.programme)


def _progress(here: Here, own: Found, scope: Scope) -> Picture:
    found, now = pictured.days(here.session, scope), local_day(here.now)
    closings = sorted(found.closings, key=lambda one: -one[1])
    closing = progress.Closing(last_day(closings[0][0]), closings[0][1]) if closings else None
    begun = min([_begun(here, own) or now, *(day for day, _count in found.counts)])
    return progress.progress(found.counts, found.total, begun, closing, now)


def _begun(here: Here, own: Found) -> date | None:
    at = run(here.session, "SELECT launched_at FROM round WHERE id = :id", {"id": own.id}).fetchone()[0]
    return None if at is None else local_day(from_micros(at))


def _group_names(programme: Programme, rows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """What each kind and group is called in a picture: its group, or its kind where there are too many groups."""
    pairs = dict.fromkeys(rows)
    named = {pair: group_or_kind(programme, *pair) for pair in pairs}
    if len(set(named.values())) <= MOST_GROUPS:
        return named
    return {pair: programme.subject_kinds[pair[0]].label for pair in pairs}


def _states(here: Here, own: Found, scope: Scope) -> list[Picture]:
    found, states = pictured.standings(here.session, scope), own.workflow.assessment.states
    names, start = _group_names(own.programme, ((one.kind, one.group) for one in found)), own.workflow.assessment.start
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    each: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        name = names[one.kind, one.group]
        kinds[name][bars.BEGIN if one.state == start else states[one.state].kind] += one.dossiers
        each[name][one.state] += one.dossiers
    groups = [Group(name, kinds[name], each[name]) for name in sorted(kinds, key=name_key)]
    used = {one.state for one in found}
    labels = {name: state.label for name, state in states.items() if name in used}
    return [bars.states(groups, labels)] if groups else []


def _totals(here: Here, scope: Scope) -> list[Picture]:
    own, given = pictured.spread(here.session, scope)
    found = pictured.levels(here.session, scope)
    drawn = [points.spread(own, given, scope.top)] if sum(own) + sum(given) else []
    drawn += [bars.levels(found, scope.programme.level_labels)] if found else []
    pairs = _pairs(scope.programme, pictured.compared(here.session, scope))
    if pairs:
        drawn += [points.gap(pairs), points.cross(pictured.cross(here.session, scope), scope.top)]
    return drawn


def _pairs(programme: Programme, found: Sequence[pictured.Compared]) -> list[Pair]:
    names = _group_names(programme, ((one.kind, one.group) for one in found))
    sums: dict[str, list[Decimal]] = {}
    for one in found:
        kept = sums.setdefault(names[one.kind, one.group], [Decimal(0)] * 3)
        kept[:] = [kept[0] + one.dossiers, kept[1] + one.own, kept[2] + one.appraised]
    order = sorted(sums, key=name_key)
    return [Pair(name, int(sums[name][0]), *(one / sums[name][0] for one in sums[name][1:])) for name in order]


def _years(here: Here, own: Found) -> list[Picture]:
    found = pictured.years(here.session, here.actor, own.programme)
    by_level = pictured.levels_by_year(here.session, here.actor, own.programme)
    if any(one.totals for one in found):
        told = [
            years.Told(*one[:4], one.sum / one.totals if one.totals else Decimal(0), one.least, one.most)
            for one in found
        ]
        return [years.totals(told, max((use.sheet.total for use in own.programme.sheets), default=Decimal(0)))]
    return [years.levels(by_level, own.programme.level_labels)] if by_level else []


def _heats(programme: Programme, cells: Sequence[Cell], copy: str, names: Mapping[str, str]) -> Iterable[Picture]:
    word = _("điểm thẩm định") if copy == "appraised" else _("điểm tự chấm")
    for place, use in enumerate(programme.sheets):
        leaves = [leaf for leaf in use.sheet.leaves() if carries_points(leaf) and leaf.ceiling > 0]
        criteria = [Criterion(leaf.code, leaf.label, leaf.ceiling) for leaf in leaves]
        own = [one for one in cells if one.kind in use.kinds]
        rows = _heat_rows(programme, own, criteria, names)
        if criteria and rows:
            title = _("%(sheet)s: %(word)s theo tiêu chí") % {"sheet": use.sheet.title, "word": word}
            yield heat.heat(f"tieu-chi-{place}", title, criteria, rows)


def _heat_rows(
    programme: Programme, cells: Sequence[Cell], criteria: Sequence[Criterion], names: Mapping[str, str]
) -> list[Row]:
    ceilings = {one.code: one.ceiling for one in criteria}
    groups = {} if names else _group_names(programme, ((one.kind, one.row) for one in cells))
    sums: dict[str, dict[str, tuple[Decimal, int]]] = {}
    for one in cells:
        if one.criterion in ceilings:
            row = sums.setdefault(names.get(one.row) or groups[one.kind, one.row], {})
            points_, count = row.get(one.criterion, (Decimal(0), 0))
            row[one.criterion] = (points_ + one.points, count + one.marks)
    return [
        Row(name, {code: total / (count * ceilings[code]) for code, (total, count) in sums[name].items()})
        for name in sorted(sums, key=name_key)
    ]
