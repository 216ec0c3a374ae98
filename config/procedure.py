"""Whether quota, order, ballot boxes, authorities and rating of a programme fit its kinds, levels and workflow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from config.errors import Defect
from config.rating import check_against
from config.vocabulary import Box, Child, Edges

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from config.graph import GuardCall
    from config.programme import Programme


def procedure_defects(programme: Programme) -> Iterator[Defect]:
    """Everything in these parts that names what the programme does not have."""
    for check in _CHECKS:
        yield from check(programme)


def _check_rating(programme: Programme) -> Iterator[Defect]:
    if programme.rating is not None:
        sheets = {kind: programme.sheet_for(kind) for use in programme.sheets for kind in use.kinds}
        yield from check_against(programme.rating, programme.subject_kinds, programme.groups, sheets)


def _check_one_scheme(programme: Programme) -> Iterator[Defect]:
    if programme.rating is not None and programme.levels.bands:
        yield Defect(("rating",), "levels come either from the bands or from a regime, not from both")


def _check_quota(programme: Programme) -> Iterator[Defect]:
    quota = programme.quota
    if quota is None:
        return
    for field in ("level", "counted"):
        if getattr(quota, field) not in programme.level_labels:
            yield Defect(("quota", field), f'there is no level "{getattr(quota, field)}"')
    named = {kind for kinds in quota.groups.values() for kind in kinds}
    yield from _unknown_kinds(programme, named, ("quota", "groups"))


def _check_orders(programme: Programme) -> Iterator[Defect]:
    for name, edges in programme.order.items():
        for index, edge in enumerate(edges):
            yield from _unknown_kinds(programme, (*edge.from_kinds, *edge.to_kinds), ("order", name, index))
    for call in _calls(programme):
        if isinstance(call.parameters, Edges) and call.parameters.edges not in programme.order:
            yield Defect(("order",), f'the workflow asks for the order "{call.parameters.edges}", which is not here')


def _check_boxes(programme: Programme) -> Iterator[Defect]:
    steps = programme.workflow.assessment.transitions
    opened = {opening.name for step in steps for opening in step.opens if opening.child is Child.BALLOT}
    asked = {call.parameters.box for call in _calls(programme) if isinstance(call.parameters, Box)}
    for name in sorted((opened | asked) - programme.boxes.keys()):
        yield Defect(("boxes",), f'the workflow opens the ballot "{name}", which is not here')
    for name, box in programme.boxes.items():
        if not box.options and not programme.level_labels:
            yield Defect(("boxes", name, "options"), "the programme has no levels to vote between")


def _check_authorities(programme: Programme) -> Iterator[Defect]:
    authorities = programme.authorities
    for name, authority in authorities.items():
        yield from _unknown_kinds(programme, (*authority.kinds, *authority.within), ("authorities", name))
    decided = {kind for authority in authorities.values() for kind in authority.kinds}
    for kind in programme.subject_kinds if authorities else ():
        if kind not in decided:
            yield Defect(("authorities",), f'nobody decides on "{kind}"')


def _calls(programme: Programme) -> Iterator[GuardCall]:
    return (call for step in programme.workflow.assessment.transitions for call in step.guards)


def _unknown_kinds(programme: Programme, kinds: Iterable[str], path: tuple[str | int, ...]) -> Iterator[Defect]:
    for kind in dict.fromkeys(kinds):
        if kind not in programme.subject_kinds:
            yield Defect(path, f'there is no kind or group of subjects "{kind}"')


_CHECKS: Final = (_check_rating, _check_one_scheme, _check_quota, _check_orders, _check_boxes, _check_authorities)
