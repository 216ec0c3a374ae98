"""How each unit behaves in a rehearsal, drawn from the seed; and the marks it gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from random import Random

from actions.marks import Filled
from config.programme import Programme
from config.sheet import Criterion, Degree, Entry, Kind, Sheet
from config.vocabulary import Late
from states.actor import Actor


class Part(StrEnum):
    """What a unit does with its time."""

    STEADY = "steady"
    LAST_HOUR = "last_hour"
    REVISES = "revises"
    ASKS = "asks"
    EXTENDED = "extended"
    FORGETS = "forgets"
    ABSENT = "absent"
    LATE = "late"
    OWN = "own"


COMMON = (Part.STEADY,) * 7 + (Part.LAST_HOUR,) * 3 + (Part.REVISES,) * 2 + (Part.ASKS,)
NEVER = (Part.FORGETS, Part.ABSENT)


@dataclass(frozen=True, slots=True)
class Unit:
    """One dossier of the rehearsal and the people behind it."""

    id: int
    code: str
    kind: str
    part: Part
    officer: Actor
    head: Actor
    diligence: int


def is_own(programme: Programme, kind: str) -> bool:
    """Whether dossiers of the kind go up without being appraised here (VG-2.5)."""
    steps = [step for step in programme.workflow.assessment.transitions if step.do == "start_appraisal"]
    return not any(not step.kinds or kind in step.kinds for step in steps)


def parts(programme: Programme, kinds: Sequence[str], chance: Random) -> list[Part]:
    """A part for each dossier; one zero, one extension and one late unit are always among them where they can be."""
    zeroing = any(deadline.late == Late.ZERO for deadline in programme.workflow.deadlines)
    sure = [Part.EXTENDED, Part.FORGETS, Part.ABSENT] if zeroing else [Part.EXTENDED, Part.LATE]
    pool = COMMON + (NEVER if zeroing else (Part.LATE,))
    ordinary = [number for number, kind in enumerate(kinds) if not is_own(programme, kind)]
    chance.shuffle(ordinary)
    drawn = dict(zip(ordinary, sure + [chance.choice(pool) for _ in ordinary[len(sure) :]], strict=False))
    return [drawn.get(number, Part.OWN) for number in range(len(kinds))]


def scores(sheet: Sheet, diligence: int, chance: Random) -> dict[str, Filled]:
    """The marks a unit gives itself on the criteria that must be scored; `diligence` in percent."""
    return {leaf.code: _filled(sheet, leaf, diligence, chance) for leaf in sheet.leaves() if not leaf.is_extra}


def _filled(sheet: Sheet, leaf: Criterion, diligence: int, chance: Random) -> Filled:
    entry = _entry(sheet, leaf, chance.randrange(100) < diligence, chance)
    return Filled(entry, "Có văn bản, kế hoạch và báo cáo kèm theo.")


def _entry(sheet: Sheet, leaf: Criterion, best: bool, chance: Random) -> Entry:
    match leaf.kind:
        case Kind.CHOICE | Kind.CAPPED_CHOICE:
            option = leaf.options[0] if best else chance.choice(leaf.options)
            return Entry(option=option.code, points=option.points if leaf.kind is Kind.CAPPED_CHOICE else None)
        case Kind.DEGREE:
            return Entry(degree=Degree.EXCELLENT if best else chance.choice(list(Degree)))
        case Kind.RATIO:
            assigned = chance.randint(8, 20)
            return Entry(
                done=Decimal(assigned if best else assigned - chance.randint(0, 4)), assigned=Decimal(assigned)
            )
        case Kind.COUNT:
            return Entry(units=Decimal(chance.randint(1, 4)))
        case Kind.BINARY:
            return Entry(points=leaf.ceiling if best else Decimal(0))
    return Entry(points=leaf.ceiling if best else lower(sheet, leaf, leaf.ceiling, chance))


def lower(sheet: Sheet, leaf: Criterion, points: Decimal, chance: Random) -> Decimal:
    """A value some steps below `points`, at least 0."""
    step = sheet.step_of(leaf)
    return max(points - step * chance.randint(1, 3), Decimal(0))
