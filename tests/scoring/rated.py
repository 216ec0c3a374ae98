"""The shipped regimes on the kinds of seed 001, and cases that just reach a level."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from config.conditions import Term
from config.rating import load_regime
from config.sheet import Criterion, Degree, Kind
from scoring.conditions import answer
from scoring.ground import Ground
from scoring.rating import Case, Discipline, Proposal, Tried, Votes, rate

CONFIG: Final = Path(__file__).parents[2] / "config"
GROUPS: Final = {
    "to_chuc_dang": ("dang_bo_co_so", "chi_bo_co_so", "chi_bo_truc_thuoc"),
    "tap_the": ("tap_the_thanh_pho", "tap_the_co_so"),
    "ca_nhan": ("dang_vien", "can_bo_thanh_pho", "can_bo_co_so"),
    "cap_tinh": ("can_bo_dien_tinh",),
}
KINDS: Final = tuple(kind for kinds in GROUPS.values() for kind in kinds)
QD_124: Final = load_regime(CONFIG / "regimes" / "qd-124.yaml").spelled_out(GROUPS)
QD_366: Final = load_regime(CONFIG / "regimes" / "qd-366.yaml").spelled_out({"tap_the": ("tham_muu", "hanh_chinh")})

E, G, A, P = Degree.EXCELLENT, Degree.GOOD, Degree.AVERAGE, Degree.POOR
LEAVES: Final = (
    *(Criterion(code=f"A.{number}", label="Xây dựng", kind=Kind.DEGREE) for number in range(1, 8)),
    *(Criterion(code=f"B.{number}", label="Nhiệm vụ", kind=Kind.DEGREE, task=True) for number in (1, 2, 3)),
)


def degrees(rest: Degree, tasks: Degree) -> dict[str, Degree]:
    return {leaf.code: tasks if leaf.task else rest for leaf in LEAVES}


def votes(good: int, of: int = 100, option: str = "htxsnv") -> Votes:
    return Votes({option: good}, valid=of, issued=of + 10, summoned=of + 20)


def but(case: Case, **parts: Any) -> Case:  # noqa: ANN401  the fields of a case
    """Change a case; what is given of a mapping is put into the one that is there."""
    changed = dict(parts)
    for name, value in parts.items():
        if isinstance(value, Mapping):
            changed[name] = {**getattr(case, name), **value}
    return replace(case, **changed)


def without(case: Case, part: str, name: str) -> Case:
    """Forget one thing in one of the mappings of a case."""
    left: dict[str, Any] = {key: value for key, value in getattr(case, part).items() if key != name}
    changed: dict[str, Any] = {part: left}
    return replace(case, **changed)


def tried(proposal: Proposal, level: str) -> Tried:
    return next(one for one in proposal.tried if one.level == level)


def held(kind: str, level: str, case: Case) -> bool | None:
    """Tell what became of the conditions of one level."""
    return tried(rate(QD_124, kind, case), level).held


def ask(written: dict[str, object], case: Case) -> tuple[bool | None, str]:
    """Ask one condition, written as in a regime, of a leader."""
    return answer(Term.model_validate(written), Ground(case, QD_124.rulebook("can_bo_co_so", case.post)))


ORG: Final = Case(
    leaves=LEAVES,
    degrees=degrees(G, E),
    related={
        "subordinates": ("httnv",) * 8 + ("htnv",) * 2,
        "members": ("httnv",) * 8 + ("htnv",) * 2,
        "peers": ("httnv", "httnv"),
    },
    figures={"targets": 10, "targets_done": 10, "main_targets_missed": 0, "subordinate_units": 10},
    declared={"outstanding": True, "new_models": True, "force_majeure": False},
    disciplines=(),
)
"""A Party organisation that just is HTXSNV."""
EXCUSED: Final = (Discipline("subordinate", remedied=True), Discipline("member", remedied=True))
GOOD_ORG: Final = but(
    ORG,
    degrees=degrees(A, G),
    declared={"outstanding": False},
    related={
        "subordinates": ("httnv",) * 5 + ("htnv",) * 5,
        "members": ("httnv",) * 5 + ("htnv",) * 5,
        "peers": ("htnv", "httnv"),
    },
    disciplines=EXCUSED,
)
FAIR_ORG: Final = but(
    GOOD_ORG,
    degrees=degrees(A, A),
    related={"subordinates": ("khtnv",), "members": ("khtnv",), "peers": ("khtnv",)},
)

COLLECTIVE: Final = Case(
    leaves=LEAVES,
    degrees=degrees(G, E),
    figures={"targets": 10, "targets_done": 10, "main_targets_missed": 0},
    declared={"united": True, "disunity": False, "member_degraded": False, "force_majeure": False},
    disciplines=(),
)
GOOD_COLLECTIVE: Final = but(COLLECTIVE, degrees=degrees(A, G), declared={"united": False}, disciplines=EXCUSED)
FAIR_COLLECTIVE: Final = but(GOOD_COLLECTIVE, degrees=degrees(A, A))

MEMBER: Final = Case(
    leaves=LEAVES,
    degrees=degrees(G, E),
    related={"civil_servant": ("htxsnv",)},
    figures={"tasks": 10, "tasks_done": 10, "tasks_on_time": 10, "tasks_exceeded": 5, "criteria_not_ensured": 0},
    declared={"outstanding": True, "exemplary": True, "breach_concluded": False},
    disciplines=(),
)
"""A Party member that just is HTXSNV."""
GOOD_MEMBER: Final = but(
    MEMBER,
    degrees=degrees(A, G),
    related={"civil_servant": ("httnv",)},
    figures={"tasks_exceeded": 0},
    declared={"outstanding": False, "exemplary": False},
)
FAIR_MEMBER: Final = but(
    GOOD_MEMBER,
    degrees=degrees(A, A),
    related={"civil_servant": ("htnv",)},
    figures={"tasks_on_time": 5, "criteria_not_ensured": 2},
)

_LEADS: Final = {"leader_exemplary": True, "leap": False, "new_head": False}
_POLLED: Final = {"workplace": votes(90), "residence": votes(80, option="good"), "confidence": votes(50, option="low")}
LEADER: Final = but(
    MEMBER,
    figures={"targets": 100, "targets_done": 100, "basic_targets": 10, "basic_targets_exceeded": 5},
    declared=_LEADS,
    related={"managed": ("httnv",) * 7 + ("htnv",) * 3, "headed": ("htxsnv",)},
    ballots=_POLLED,
    polls=frozenset({"residence", "confidence"}),
    post="head",
)
"""A head that just is HTXSNV."""
GOOD_LEADER: Final = but(
    GOOD_MEMBER,
    figures={"targets": 100, "targets_done": 71, "basic_targets": 10, "basic_targets_exceeded": 0},
    declared=_LEADS,
    related={"managed": ("htnv",) * 7 + ("khtnv",) * 3, "headed": ("httnv",)},
    ballots={**_POLLED, "workplace": votes(90, option="httnv"), "residence": votes(75, option="good")},
    polls=LEADER.polls,
    post="head",
)
FAIR_LEADER: Final = but(
    GOOD_LEADER,
    degrees=FAIR_MEMBER.degrees,
    figures={"tasks_on_time": 5, "criteria_not_ensured": 2},
    related={"civil_servant": ("htnv",), "headed": ("htnv",)},
    ballots={"workplace": votes(90, option="htnv"), "residence": votes(70, option="good")},
)

SCORED: Final = Case(
    total=Decimal(90),
    figures={
        "tasks": 10,
        "tasks_done": 10,
        "tasks_on_time": 10,
        "tasks_exceeded": 3,
        "shortcomings": 4,
        "shortcomings_remedied": 4,
    },
    disciplines=(),
)
"""A collective on the 30/70 sheet that just is HTXSNV."""
GOOD_SCORED: Final = but(
    SCORED,
    total=Decimal(70),
    figures={"tasks_exceeded": 0, "shortcomings_remedied": 0},
    disciplines=(Discipline("member"),),
)
FAIR_SCORED: Final = but(GOOD_SCORED, total=Decimal(50), figures={"tasks_on_time": 8})
