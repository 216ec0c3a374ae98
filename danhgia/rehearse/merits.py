"""How good each subject of a rated round is, drawn from the seed: its degrees and what it states."""

from collections.abc import Mapping
from enum import StrEnum
from random import Random

from config.sheet import Criterion, Degree, Sheet
from config.statements import Statement, StatementKind


class Merit(StrEnum):
    """How a subject did in the year."""

    EXCELLENT = "excellent"
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


LEVELS = {Merit.EXCELLENT: "htxsnv", Merit.GOOD: "httnv", Merit.FAIR: "htnv", Merit.POOR: "khtnv"}
TASK = {
    Merit.EXCELLENT: Degree.EXCELLENT,
    Merit.GOOD: Degree.GOOD,
    Merit.FAIR: Degree.AVERAGE,
    Merit.POOR: Degree.POOR,
}
OTHER = {
    Merit.EXCELLENT: (Degree.EXCELLENT, Degree.GOOD),
    Merit.GOOD: (Degree.EXCELLENT, Degree.GOOD, Degree.AVERAGE),
    Merit.FAIR: (Degree.GOOD, Degree.AVERAGE),
    Merit.POOR: (Degree.AVERAGE,),
}
FIGURES = {
    "tasks": (20, 20, 20, 20),
    "tasks_done": (20, 20, 20, 13),
    "tasks_on_time": (20, 20, 17, 9),
    "tasks_exceeded": (12, 5, 1, 0),
    "targets": (20, 20, 20, 20),
    "targets_done": (20, 18, 15, 9),
    "basic_targets": (10, 10, 10, 10),
    "basic_targets_exceeded": (6, 2, 0, 0),
    "main_targets_missed": (0, 0, 0, 2),
    "subordinate_units": (10, 10, 10, 10),
    "criteria_not_ensured": (0, 0, 1, 3),
    "shortcomings": (2, 2, 2, 2),
    "shortcomings_remedied": (2, 2, 1, 0),
}
"""What is stated by name: of the excellent, the good, the fair and the poor."""
ALWAYS, PROUD = ("leader_exemplary",), ("outstanding", "new_models", "united", "exemplary")


def drawn(chance: Random) -> Merit:
    """A merit as they are spread."""
    return chance.choices(list(Merit), weights=(30, 52, 15, 3))[0]


def degrees(sheet: Sheet, merit: Merit, chance: Random) -> dict[str, Degree | None]:
    """A degree for each criterion; None where it does not apply."""
    return {leaf.code: _degree(leaf, merit, chance) for leaf in sheet.leaves()}


def _degree(leaf: Criterion, merit: Merit, chance: Random) -> Degree | None:
    if leaf.optional:
        return None
    return TASK[merit] if leaf.task else chance.choice(OTHER[merit])


def stated(statements: Mapping[str, Statement], kind: str, merit: Merit) -> dict[str, str]:
    """What a subject states of itself; exceptions that need a second key it does not claim."""
    asked = {name: one for name, one in statements.items() if one.is_for(kind) and not one.two_keys}
    return {name: _value(name, one, merit) for name, one in asked.items()}


def _value(name: str, one: Statement, merit: Merit) -> str:
    if one.kind is StatementKind.LEVEL:
        return LEVELS[merit]
    if one.kind is StatementKind.COUNT:
        return str(FIGURES[name][list(Merit).index(merit)])
    yes = name in ALWAYS or (name in PROUD and merit is Merit.EXCELLENT)
    return "yes" if yes else "no"
