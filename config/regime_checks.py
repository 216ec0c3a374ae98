"""What keeps a regime of rating from being used: contradictions within it, and names that a programme does not know."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from config.conditions import CriteriaSet, Named, OfCriteria, Term, Total, in_set
from config.errors import Defect, KeyPath
from config.sheet import Sheet
from config.statements import StatementKind

if TYPE_CHECKING:
    from config.rating import Regime, Rule


def defects_of(regime: "Regime") -> Iterator[Defect]:
    """Find what contradicts itself in a regime."""
    return (defect for check in _CHECKS for defect in check(regime))


def check_against(
    regime: "Regime",
    kinds: Collection[str],
    groups: Mapping[str, tuple[str, ...]],
    sheets: Mapping[str, Sheet],
) -> Iterator[Defect]:
    """Find what does not fit a programme: its kinds of subjects, their groups, and the sheet of each kind."""
    unknown = list(_check_kinds(regime, {*kinds, *groups}))
    spelled = regime.spelled_out(groups)
    yield from unknown
    yield from _check_every_level(spelled, kinds)
    yield from _check_bands(spelled)
    yield from _check_statements_are_for(spelled, kinds)
    yield from _check_criteria(spelled, sheets)


class _Place(NamedTuple):
    path: KeyPath
    term: Term

    def defect(self, message: str) -> Defect:
        return Defect(self.path, message)


def _in_rules(regime: "Regime") -> Iterator[tuple["Rule", _Place]]:
    for index, rule in enumerate(regime.rules):
        field = "all_of" if rule.all_of else "any_of"
        for number, condition in enumerate(rule.conditions):
            yield rule, _Place(("rules", index, field, number), condition)


def _places(regime: "Regime") -> Iterator[_Place]:
    yield from (place for _, place in _in_rules(regime))
    yield from (_Place(("gaps", index, "when"), gap.when) for index, gap in enumerate(regime.gaps))


def _check_levels(regime: "Regime") -> Iterator[Defect]:
    codes = [level.code for level in regime.levels]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield Defect(("levels", index, "code"), f'the level "{code}" stands twice')
        if not any(rule.level == code for rule in regime.rules):
            yield Defect(("levels", index), f'no rule is for the level "{code}"')


def _levels_named(regime: "Regime") -> Iterator[tuple[KeyPath, str]]:
    for switch in ("member_disciplined_default", "unlisted_default"):
        yield ("switches", switch), dict(regime.switches)[switch]
    yield from ((("rules", index, "level"), rule.level) for index, rule in enumerate(regime.rules))
    for index, gap in enumerate(regime.gaps):
        yield from ((("gaps", index, "levels"), level) for level in gap.levels)
    for place in _places(regime):
        yield from ((place.path, named.name) for named in place.term.names() if named.use == "level")


def _check_levels_named(regime: "Regime") -> Iterator[Defect]:
    known = {level.code for level in regime.levels}
    for path, level in _levels_named(regime):
        if level not in known:
            yield Defect(path, f'there is no level "{level}"')


def _check_rules(regime: "Regime") -> Iterator[Defect]:
    lowest = regime.levels[-1].code
    for index, rule in enumerate(regime.rules):
        path = ("rules", index)
        if bool(rule.all_of) == bool(rule.any_of):
            yield Defect(path, 'a rule has either "all_of" or "any_of"')
        elif (rule.level == lowest) != bool(rule.any_of):
            yield Defect(path, 'the lowest level is triggered by "any_of", every other one needs "all_of"')


_STATED: Final = {"count": StatementKind.COUNT, "yes_no": StatementKind.YES_NO}


def _statements_named(regime: "Regime") -> Iterator[tuple[KeyPath, Named]]:
    for place in _places(regime):
        yield from ((place.path, named) for named in place.term.names() if named.use in _STATED)
    for index, cap in enumerate(regime.caps):
        excuses = {"unless": cap.unless, "leap": cap.leap}
        yield from ((("caps", index, field), Named("yes_no", name)) for field, name in excuses.items() if name)


def _check_statements(regime: "Regime") -> Iterator[Defect]:
    for path, (use, name) in _statements_named(regime):
        statement = regime.statements.get(name)
        if statement is None:
            yield Defect(path, f'there is no statement "{name}"')
        elif statement.kind != _STATED[use]:
            yield Defect(path, f'"{name}" is stated as {statement.kind}, and needed as {_STATED[use]}')


def _check_gaps(regime: "Regime") -> Iterator[Defect]:
    for index, gap in enumerate(regime.gaps):
        if gap.unlisted and gap.levels:
            yield Defect(("gaps", index), 'a gap is for some "levels" or "unlisted", not both')
        if gap.default != "unlisted_default" and not gap.unlisted:
            yield Defect(("gaps", index, "default"), "only what is unlisted has a default")


def _check_bands(regime: "Regime") -> Iterator[Defect]:
    """Bands on the total leave no total without a level and none with two."""
    for kind in dict.fromkeys(kind for rule in regime.rules for kind in rule.kinds):
        bands = [_bands(regime, kind, level.code) for level in regime.levels]
        if any(bands) and _has_every_level(regime, kind):
            yield from (Defect(("rules",), f'"{kind}": {message}') for message in _bands_apart(bands))


def _has_every_level(regime: "Regime", kind: str) -> bool:
    """Tell whether the name stands for whole subjects; otherwise it adds to a group, and is looked at spelled out."""
    levels = {rule.level for rule in regime.rules if kind in rule.kinds}
    return all(level.code in levels for level in regime.levels)


def _bands(regime: "Regime", kind: str, level: str) -> list[Total]:
    rules = [rule for rule in regime.rules if kind in rule.kinds and rule.level == level]
    asked = [condition.parameters for rule in rules for condition in rule.conditions]
    return [total for total in asked if isinstance(total, Total)]


def _bands_apart(bands: Sequence[Sequence[Total]]) -> Iterator[str]:
    """Say what is wrong with the bands of the levels from the best to the lowest."""
    if any(len(of_level) != 1 for of_level in bands):
        yield "the bands leave a gap or overlap: every level needs exactly one on the total"
        return
    floors, lowest = [of_level[0].at_least for of_level in bands[:-1]], bands[-1][0].below
    known = [floor for floor in floors if floor is not None]
    if len(known) < len(floors) or lowest is None:
        yield 'a band is written "at_least", and "below" for the lowest level'
    elif any(higher <= lower for higher, lower in pairwise(known)):
        yield "the bands overlap: each must begin below the one before it"
    elif known[-1] != lowest:
        yield f"the bands {'leave a gap' if lowest < known[-1] else 'overlap'} between {lowest} and {known[-1]}"


def _check_kinds(regime: "Regime", known: Collection[str]) -> Iterator[Defect]:
    parts = [("rules", regime.rules), ("caps", regime.caps), ("gaps", regime.gaps)]
    named: list[tuple[KeyPath, tuple[str, ...]]] = [
        *(((field, index), part.kinds) for field, listed in parts for index, part in enumerate(listed)),
        *((("statements", name), statement.kinds) for name, statement in regime.statements.items()),
    ]
    for path, names in named:
        for name in names:
            if name not in known:
                yield Defect((*path, "for"), f'there is no kind or group of subjects "{name}"')


def _check_every_level(regime: "Regime", kinds: Collection[str]) -> Iterator[Defect]:
    for kind in kinds:
        for level in regime.levels:
            if not any(rule.level == level.code and rule.concerns(kind, "") for rule in regime.rules):
                yield Defect(("rules",), f'no rule is for "{kind}" at the level "{level.code}"')


def _check_statements_are_for(regime: "Regime", kinds: Collection[str]) -> Iterator[Defect]:
    for rule, place in _in_rules(regime):
        for use, name in place.term.names():
            statement = regime.statements.get(name) if use in _STATED else None
            for kind in rule.kinds:
                if statement is not None and kind in kinds and not statement.is_for(kind):
                    yield place.defect(f'"{name}" is needed for "{kind}" and cannot be stated of it')


def _check_criteria(regime: "Regime", sheets: Mapping[str, Sheet]) -> Iterator[Defect]:
    """A rule on a set of criteria needs at least one of them in the sheet of each kind it is for."""
    for rule, place in _in_rules(regime):
        for criteria in _sets(place.term):
            for kind in rule.kinds:
                if kind in sheets and _is_empty(criteria, sheets[kind]):
                    yield place.defect(f'the sheet of "{kind}" has no "{criteria}" criteria graded in degrees')


def _sets(term: Term) -> Iterator[CriteriaSet]:
    asked = (one.parameters for one in term.every())
    return (parameters.of for parameters in asked if isinstance(parameters, OfCriteria))


def _is_empty(criteria: CriteriaSet, sheet: Sheet) -> bool:
    return not any(in_set(leaf, criteria) for leaf in sheet.leaves())


_CHECKS: Final[Sequence[Callable[["Regime"], Iterator[Defect]]]] = (
    _check_levels,
    _check_levels_named,
    _check_rules,
    _check_statements,
    _check_gaps,
    _check_bands,
)
