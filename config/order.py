"""Which subject comes before which, in review and in rating, by the links of the register (HT-2.2, HT-6.2, HT-11.3)."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from itertools import combinations
from typing import Annotated, Final, Self

from pydantic import AfterValidator, model_validator

from config.errors import Defect, refuse
from config.graph import Frozen, Names, OneOrMore, spelled
from config.sheet import Slug
from config.vocabulary import Name


class Link(StrEnum):
    """How one subject (`from`) stands to another (`to`).

    The first four are columns of the register. `led_by` follows from them: a member to whoever leads what it
    is a member of, unless it leads there too. `self` is the same subject in another programme.
    """

    PARENT = "parent"
    LEADS = "leads"
    MEMBER_OF = "member_of"
    PEER_OF = "peer_of"
    LED_BY = "led_by"
    SELF = "self"


class End(StrEnum):
    """One of the two subjects of a link: the one that has it, or the one that it names."""

    FROM = "from"
    TO = "to"


class Edge(Frozen):
    """For two subjects so linked, which comes first; for all kinds when none is named.

    `unless` excuses those that are linked in that way too. With `programme` the one that comes first does so
    in that programme of the same year; of `self` that is the one called `from`.
    """

    link: Link
    first: End
    from_kinds: Names = ()
    to_kinds: Names = ()
    unless: Link | None = None
    programme: Slug | None = None

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the edge with each name of a group of subjects replaced by its kinds."""
        kinds = {"from_kinds": spelled(self.from_kinds, groups), "to_kinds": spelled(self.to_kinds, groups)}
        return self.model_copy(update=kinds)

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Edge", [defect for check in _CHECKS for defect in check(self)])
        return self


def _check_unless(edge: Edge) -> Iterator[Defect]:
    if edge.unless in {edge.link, Link.SELF}:
        yield Defect(("unless",), f'"{edge.unless}" cannot excuse from "{edge.link}"')


def _check_self(edge: Edge) -> Iterator[Defect]:
    if edge.link is not Link.SELF:
        return
    if edge.programme is None:
        yield Defect(("programme",), 'a subject comes before itself only in another programme: "programme" is missing')
    if edge.first is not End.FROM:
        yield Defect(("first",), 'of "self" the one in the other programme comes first: "from"')
    if edge.to_kinds:
        yield Defect(("to_kinds",), '"self" has one subject: its kinds are "from_kinds"')
    if edge.unless is not None:
        yield Defect(("unless",), 'nothing excuses from "self"')


_CHECKS: Final = (_check_unless, _check_self)


def _consistent(edges: tuple[Edge, ...]) -> tuple[Edge, ...]:
    refuse("Edges", list(_clashes(edges)))
    return edges


def _clashes(edges: tuple[Edge, ...]) -> Iterator[Defect]:
    for (number, earlier), (index, later) in combinations(enumerate(edges), 2):
        if earlier == later:
            yield Defect((index,), f"the same edge stands already at [{number}]")
        elif _opposite(earlier, later):
            message = (
                f'"{later.link}" is the other way round at [{number}] for the same kinds: both would wait for ever'
            )
            yield Defect((index, "first"), message)


def _opposite(one: Edge, other: Edge) -> bool:
    same = one.link is other.link and one.programme == other.programme and one.first is not other.first
    return same and _meet(one.from_kinds, other.from_kinds) and _meet(one.to_kinds, other.to_kinds)


def _meet(kinds: tuple[str, ...], others: tuple[str, ...]) -> bool:
    return not kinds or not others or not set(kinds).isdisjoint(others)


Edges = Annotated[tuple[Edge, ...], OneOrMore, AfterValidator(_consistent)]
Order = Mapping[Name, Edges]
"""The orders of a programme by the names that guards use, as `rating_order` and `review_order`."""
