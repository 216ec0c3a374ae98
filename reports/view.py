"""The dossiers of a round as its programme names and sorts them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

from config.programme import Programme
from config.sheet import Criterion, Kind
from config.vocabulary import Need, StateKind
from models.assessments import Assessment
from models.rounds import Round
from reports.contents import Result
from states.released import tells_levels

_POINTLESS: Final = frozenset({Kind.DEGREE, Kind.CHECK})


def carries_points(leaf: Criterion) -> bool:
    """Whether a criterion is scored; the others are graded, or met or not (HT-5.4, NA-2.1)."""
    return leaf.kind not in _POINTLESS


Told = Literal["none", "proposed", "decided"]


def levels_told(programme: Programme) -> Told:
    """Whose levels are told: the decided ones only once somebody has confirmed the bands (RULES 7.1)."""
    if tells_levels(programme):
        return "decided"
    return "proposed" if programme.proposes_level else "none"


@dataclass(frozen=True)
class RoundView:
    """The dossiers of a round by id, and what its programme makes of their states."""

    round: Round
    programme: Programme
    assessments: Mapping[int, Assessment]

    @cached_property
    def out(self) -> frozenset[str]:
        """The states of who is out of the round: final, and entered only with a reason and a document."""
        machine = self.programme.workflow.assessment
        kept = {step.target for step in machine.transitions if not {Need.REASON, Need.DOCUMENT} <= set(step.needs)}
        return machine.of_kind(StateKind.FINAL) - kept

    @property
    def is_open(self) -> bool:
        """Whether agencies enter what is assessed (NA-3.1)."""
        return self.programme.workflow.intake == "open"

    @cached_property
    def decided_here(self) -> frozenset[str]:
        """The kinds that can come to a settled state; the others only pass through (VG-1.6)."""
        machine = self.programme.workflow.assessment
        settled = machine.of_kind(StateKind.SETTLED)
        own = {kind: machine.only_for(kind) for kind in self.programme.subject_kinds}
        return frozenset(kind for kind, steps in own.items() if not steps.reachable(steps.start).isdisjoint(settled))

    @cached_property
    def inside(self) -> tuple[Assessment, ...]:
        return tuple(row for row in self.assessments.values() if row.state not in self.out)

    @property
    def forwarded(self) -> Iterator[Assessment]:
        return (row for row in self.inside if row.kind not in self.decided_here)

    @cached_property
    def levels(self) -> Told:
        return levels_told(self.programme)

    @property
    def bands(self) -> Mapping[str, str]:
        return self.programme.level_labels

    def entered_by(self, *triggers: str) -> frozenset[str]:
        """The states to which these triggers lead."""
        steps = self.programme.workflow.assessment.transitions
        return frozenset(step.target for step in steps if step.do in triggers)

    def label(self, kind: str) -> str:
        return self.programme.subject_kinds[kind].label

    def state(self, row: Assessment) -> str:
        return self.programme.workflow.assessment.states[row.state].label

    def level(self, given: str | None) -> str:
        """A level in words; nothing while nobody has confirmed the bands (RULES 7.1)."""
        return self.bands.get(given or "", given or "") if self.levels == "decided" else ""

    def proposed(self, given: str | None) -> str:
        return self.bands.get(given or "", given or "")

    def result(self, row: Assessment) -> Result:
        return Result(
            name=row.name,
            kind=self.label(row.kind),
            group=row.group_name,
            state=self.state(row),
            closes_at=row.closes_at,
            submitted_at=row.submitted_at,
            self_total=row.self_total,
            appraised_total=row.appraised_total,
            decided_total=row.decided_total,
            proposed_level=self.proposed(row.proposed_level),
            level=self.level(row.level),
            place=row.place,
            tied=row.tied,
            reason=row.place_reason or "",
            zeroed=row.zeroed,
            late=row.late,
        )
