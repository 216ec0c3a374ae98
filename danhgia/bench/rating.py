"""Rating and quota of many subjects under all conditions of seed 001, against ten times a tenth of them."""

from collections.abc import Sequence
from random import Random
from time import perf_counter

from config.load import load_programme
from config.programme import Programme
from config.statements import StatementKind
from danhgia.bench.cases import Result, result
from danhgia.rehearse import merits
from danhgia.rehearse.merits import LEVELS, Merit
from scoring.case import Case, Votes
from scoring.quota import Candidate, preview
from scoring.rating import rate

GROUP = 500
"""How many subjects share a quota."""
LEADER = "can_bo_co_so"


def bench_rating(n: int = 50_000) -> list[Result]:
    """Proposals with every condition explained, then the quota of every group: a ratio of 1 is linear."""
    programme = load_programme("kiem-diem-xep-loai")
    few, many = _seconds(programme, n // 10), _seconds(programme, n)
    return [result("rating", "none", n, (many, 10 * few))]


def _seconds(programme: Programme, n: int) -> float:
    chance = Random(n)
    kinds = tuple(programme.subject_kinds)
    asked = [(kinds[number % len(kinds)], _case(programme, kinds[number % len(kinds)], chance)) for number in range(n)]
    start = perf_counter()
    _rate_all(programme, asked)
    return perf_counter() - start


def _rate_all(programme: Programme, asked: Sequence[tuple[str, Case]]) -> None:
    if programme.rating is None or programme.quota is None:
        raise AssertionError("the programme of the bench neither rates nor has a quota")
    levels = [rate(programme.rating, kind, case).level for kind, case in asked]
    for first in range(0, len(levels), GROUP):
        group = levels[first : first + GROUP]
        preview([Candidate(key=key, name="", proposed=level) for key, level in enumerate(group)], programme.quota)


def _case(programme: Programme, kind: str, chance: Random) -> Case:
    merit, sheet = merits.drawn(chance), programme.sheet_for(kind)
    statements = programme.rating.statements if programme.rating else {}
    stated = merits.stated(statements, kind, merit)
    degrees = merits.degrees(sheet, merit, chance)
    counts = {name for name, one in statements.items() if one.kind is StatementKind.COUNT}
    yes_no = {name for name, one in statements.items() if one.kind is StatementKind.YES_NO}
    others = tuple(LEVELS[one] for one in chance.choices(list(Merit), k=10))
    return Case(
        leaves=tuple(leaf for leaf in sheet.leaves() if degrees[leaf.code] is not None),
        degrees={code: degree for code, degree in degrees.items() if degree is not None},
        related=dict.fromkeys(("subordinates", "members", "peers", "managed"), others)
        | {"headed": others[:1], "civil_servant": (LEVELS[merit],)},
        figures={name: int(value) for name, value in stated.items() if name in counts},
        declared={name: stated.get(name) == "yes" for name in yes_no},
        disciplines=(),
        ballots={"workplace": Votes({LEVELS[merit]: 28, "htnv": 2}, valid=30, issued=30, summoned=30)},
        post="head" if kind == LEADER else "",
        months_in_post=chance.randint(6, 90),
    )
