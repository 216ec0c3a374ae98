"""What holds of every proposal: order does not matter, better is never worse, knowing more never contradicts."""

import json
import random
from dataclasses import replace
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from config.sheet import Degree
from scoring.rating import Case, Discipline, Proposal, Votes, rate
from tests.scoring.rated import KINDS, LEAVES, QD_124

POSTS: Final = ["", "secretary", "deputy_secretary", "head", "deputy", "member"]
LEVELS: Final = [level.code for level in QD_124.levels]
WHOM: Final = ["subordinates", "members", "peers", "managed", "headed", "civil_servant"]
GOOD_TO_BAD: Final = list(Degree)
BAD_IF_TRUE: Final = {"disunity", "member_degraded", "breach_concluded"}
BAD_IF_MANY: Final = {"main_targets_missed", "criteria_not_ensured"}
WHOLES: Final = {
    "targets_done": "targets",
    "tasks_done": "tasks",
    "tasks_on_time": "tasks",
    "tasks_exceeded": "tasks",
    "basic_targets_exceeded": "basic_targets",
}
COUNTS: Final = [
    "main_targets_missed",
    "criteria_not_ensured",
    "subordinate_units",
    "targets",
    "tasks",
    "basic_targets",
]
DECLARED: Final = [name for name, statement in QD_124.statements.items() if statement.kind == "yes_no"]


@st.composite
def figures(draw: st.DrawFn) -> dict[str, int]:
    whole = {name: draw(st.integers(5, 10)) for name in COUNTS}
    parts = {name: draw(st.integers(max(whole[of] - 5, 0), whole[of])) for name, of in WHOLES.items()}
    return whole | parts | {name: draw(st.integers(0, 2)) for name in BAD_IF_MANY}


@st.composite
def votes(draw: st.DrawFn, *options: str) -> Votes:
    counts = {option: draw(st.integers(0, 12)) for option in options}
    valid = sum(counts.values()) + 1
    return Votes(counts, valid=valid, issued=valid + 1, summoned=valid + 2)


disciplines = st.lists(
    st.builds(Discipline, st.sampled_from(["self", "member", "subordinate"]), st.booleans(), st.booleans()), max_size=2
).map(tuple)
mostly = st.sampled_from([Degree.EXCELLENT, Degree.EXCELLENT, Degree.GOOD, Degree.AVERAGE, Degree.POOR])
related = st.lists(st.sampled_from(["htxsnv", "htxsnv", "httnv", "httnv", "htnv", "khtnv"]), max_size=5).map(tuple)
said = st.sampled_from([True, True, False])


@st.composite
def known(draw: st.DrawFn) -> Case:
    """Everything is known."""
    levels: dict[str, tuple[str | None, ...]] = {whom: draw(related.filter(bool)) for whom in WHOM}
    return Case(
        leaves=LEAVES,
        degrees={leaf.code: draw(mostly) for leaf in LEAVES},
        related=levels,
        figures=draw(figures()),
        declared={name: draw(said) != (name in BAD_IF_TRUE) for name in DECLARED},
        disciplines=draw(disciplines),
        ballots={
            "workplace": draw(votes(*LEVELS)),
            "residence": draw(votes("good", "bad")),
            "confidence": draw(votes("low")),
        },
        post=draw(st.sampled_from(POSTS)),
        polls=frozenset(draw(st.sets(st.sampled_from(["residence", "confidence"])))),
    )


@st.composite
def forgotten(draw: st.DrawFn, case: Case) -> Case:
    """Forget some of what is known."""
    chance = random.Random(draw(st.integers(0, 9999)))
    share = draw(st.sampled_from([0.05, 0.2, 0.6]))

    def some(mapping: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in mapping.items() if chance.random() > share}

    waiting = {whom: tuple(None if chance.random() < share else one for one in of) for whom, of in case.related.items()}
    parts: dict[str, Any] = {
        name: some(dict(getattr(case, name))) for name in ("degrees", "figures", "declared", "ballots")
    }
    measures = None if chance.random() < share else case.disciplines
    return replace(case, **parts, related=some(dict(waiting)), disciplines=measures)


kinds = st.sampled_from(KINDS)
partly = known().flatmap(forgotten)


def rank(proposal: Proposal) -> int:
    assert proposal.level is not None
    return LEVELS.index(proposal.level)


@given(kinds, known())
def test_what_is_fully_known_has_one_level(kind: str, case: Case) -> None:
    proposal = rate(QD_124, kind, case)
    assert proposal.level in LEVELS
    assert proposal.possible == (proposal.level,)
    assert all(one.held is not None for one in proposal.tried)


@given(kinds, partly)
def test_every_level_is_fully_explained(kind: str, case: Case) -> None:
    proposal = rate(QD_124, kind, case)
    trials = QD_124.rulebook(kind, case.post).trials
    assert [one.level for one in proposal.tried] == LEVELS
    for one, trial in zip(proposal.tried, trials, strict=True):
        assert [finding.clause for finding in one.findings] == [asked.clause for asked in trial.conditions]
        assert all(finding.text and finding.rule for finding in one.findings)
    assert all(finding.text and finding.clause for finding in proposal.caps)
    assert json.loads(json.dumps(proposal.as_dict())) == proposal.as_dict()


@given(kinds, known(), st.data())
def test_knowing_more_never_contradicts(kind: str, case: Case, data: st.DataObject) -> None:
    less, more = rate(QD_124, kind, data.draw(forgotten(case))), rate(QD_124, kind, case)
    assert set(more.possible) <= set(less.possible)
    assert less.level in {None, more.level}
    for before, after in zip(less.tried, more.tried, strict=True):
        for old, new in zip(before.findings, after.findings, strict=True):
            assert old.held in {None, new.held}


@given(kinds, partly, st.randoms(use_true_random=False))
def test_the_order_of_what_is_known_does_not_matter(kind: str, case: Case, chance: random.Random) -> None:
    def shuffled(mapping: dict[str, Any]) -> dict[str, Any]:
        items = list(mapping.items())
        chance.shuffle(items)
        return dict(items)

    names = ("degrees", "figures", "declared", "ballots", "related")
    mixed: dict[str, Any] = {name: shuffled(dict(getattr(case, name))) for name in names}
    other = replace(case, **mixed)
    levels = {whom: tuple(chance.sample(of, len(of))) for whom, of in case.related.items()}
    measures = None if case.disciplines is None else tuple(chance.sample(case.disciplines, len(case.disciplines)))
    assert rate(QD_124, kind, other) == rate(QD_124, kind, case)
    one, two = rate(QD_124, kind, replace(other, related=levels, disciplines=measures)), rate(QD_124, kind, case)
    assert (one.level, one.possible, one.flags) == (two.level, two.possible, two.flags)


def bettered(case: Case, chance: random.Random) -> Case:
    """Make one thing better: a degree, a figure, a statement, a related level, a ballot, a measure less."""
    changes: dict[str, Any] = {
        "degrees": lambda: {
            code: GOOD_TO_BAD[max(GOOD_TO_BAD.index(one) - 1, 0)] for code, one in case.degrees.items()
        },
        "figures": lambda: _better_figure(case, chance),
        "declared": lambda: dict(case.declared) | {(name := chance.choice(DECLARED)): name not in BAD_IF_TRUE},
        "related": lambda: {whom: (*of[1:], LEVELS[0]) for whom, of in case.related.items()},
        "ballots": lambda: {box: _better_votes(one) for box, one in case.ballots.items()},
        "disciplines": lambda: (case.disciplines or ())[1:],
    }
    name = chance.choice(sorted(changes))
    changed = {name: changes[name]()}
    return replace(case, **changed)


def _better_figure(case: Case, chance: random.Random) -> dict[str, int]:
    name = chance.choice([*WHOLES, *BAD_IF_MANY])
    better = max(case.figures[name] - 1, 0) if name in BAD_IF_MANY else case.figures[WHOLES[name]]
    return dict(case.figures) | {name: better}


def _better_votes(one: Votes) -> Votes:
    """One ballot moves to the best option."""
    worst = next((option for option in (*reversed(LEVELS[1:]), "bad", "low") if one.counts.get(option)), None)
    best = {"bad": "good", "low": "high"}.get(worst or "", LEVELS[0])
    moved = {} if worst is None else {worst: one.counts[worst] - 1, best: one.counts.get(best, 0) + 1}
    return replace(one, counts={**one.counts, **moved})


@given(kinds, known(), st.randoms(use_true_random=False))
def test_better_is_never_rated_lower(kind: str, case: Case, chance: random.Random) -> None:
    better = bettered(case, chance)
    assert rank(rate(QD_124, kind, better)) <= rank(rate(QD_124, kind, case))
