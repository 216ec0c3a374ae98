from collections.abc import Sequence
from fractions import Fraction
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from config.ballots import Box, Of
from config.quota import Base, Quota
from scoring.majority import Tally, outcome, problems
from scoring.quota import Candidate, Standing, after, preview, seats, within

X, T, N, K = LEVELS = ("htxsnv", "httnv", "htnv", "khtnv")
shares = st.sampled_from([Fraction(1, 5), Fraction(1, 4), Fraction(1, 3), Fraction(1, 7)])
outstanding = st.booleans()
groups = st.lists(st.sampled_from([X, T, T, T, N]), max_size=40)
unfinished = st.lists(st.sampled_from([X, T, T, None, N]), max_size=40)


def quota_of(share: Fraction, base: Base, few: int) -> Quota:
    return Quota(
        level=X, counted=T, share=share, base=base, few=few, outstanding_share=Fraction(1, 2), groups={"all": ("all",)}
    )


quotas = st.builds(quota_of, shares, st.sampled_from(Base), st.sampled_from([0, 3, 5]))


def kept(levels: Sequence[str | None], quota: Quota, share: Fraction) -> bool:
    """Whether the group keeps the quota, as RULES 4.9 writes it."""
    scarce, counted = levels.count(X), levels.count(T)
    if 0 < len(levels) < quota.few and scarce + counted == len(levels) and scarce <= 1:
        return True
    base = counted if quota.base is Base.STRICT else scarce + counted
    return scarce * share.denominator <= base * share.numerator


@given(groups, quotas, outstanding)
def test_a_decided_group_is_within_exactly_when_the_inequality_of_the_rules_holds(
    levels: list[str],
    quota: Quota,
    outstanding: bool,  # noqa: FBT001  hypothesis gives by position
) -> None:
    expected = kept(levels, quota, quota.share_of(outstanding=outstanding))
    assert within(levels, quota, outstanding=outstanding).held is expected
    assert (levels.count(X) <= seats(levels, quota, outstanding=outstanding).seats) is expected


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=25), quotas, st.randoms())
def test_the_quota_is_never_exceeded_in_whatever_order_single_decisions_come(
    intended: list[str],
    quota: Quota,
    chance: Random,
) -> None:
    decided: list[str | None] = [None] * len(intended)
    turns = list(range(len(intended))) * 3
    chance.shuffle(turns)
    for turn in turns:
        others = decided[:turn] + decided[turn + 1 :]
        if after(others, intended[turn], quota).held:
            decided[turn] = intended[turn]
        assert kept(decided, quota, quota.share)


@given(unfinished, quotas, st.data())
def test_what_is_held_stays_held_and_what_is_broken_stays_broken(
    levels: list[str | None], quota: Quota, data: st.DataObject
) -> None:
    finished = [level or data.draw(st.sampled_from([T, N, K])) for level in levels]
    now, then = within(levels, quota).held, within(finished, quota).held
    assert then is not None
    assert now in {None, then}


@given(unfinished, quotas)
def test_not_yet_is_said_only_when_it_may_still_come_right(levels: list[str | None], quota: Quota) -> None:
    best = within([level or T for level in levels], quota).held
    assert (within(levels, quota).held is None) == (best is True and within(levels, quota).held is not True)


@given(unfinished.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))), quotas)
def test_the_order_of_the_group_does_not_matter(both: tuple[list[str | None], list[str | None]], quota: Quota) -> None:
    assert seats(both[0], quota) == seats(both[1], quota)
    assert within(both[0], quota) == within(both[1], quota)


@given(groups, shares, st.sampled_from([0, 5]))
def test_the_strict_base_never_gives_more(levels: list[str], share: Fraction, few: int) -> None:
    strict, default = (seats(levels, quota_of(share, base, few)).seats for base in (Base.STRICT, Base.ALL))
    assert strict <= default


@given(groups, shares, st.sampled_from(Base), st.sampled_from([X, T]))
def test_one_more_that_counts_never_takes_a_seat_away(
    levels: list[str], share: Fraction, base: Base, more: str
) -> None:
    """Without the rule of the few: with the strict base it gives four what five do not have (ANO-HT-16)."""
    quota = quota_of(share, base, 0)
    assert seats(levels, quota).seats <= seats([*levels, more], quota).seats


@st.composite
def candidates(draw: st.DrawFn) -> list[Candidate]:
    merits = st.none() | st.integers(0, 4).map(Fraction)
    rows = draw(st.lists(st.tuples(st.sampled_from([X, X, T, N]), merits), max_size=25))
    return [
        Candidate(key=key, name=f"Đơn vị {key}", proposed=level, merit=merit) for key, (level, merit) in enumerate(rows)
    ]


@given(candidates(), quotas, st.data())
def test_however_the_authority_chooses_among_the_open_the_quota_is_kept(
    group: list[Candidate], quota: Quota, data: st.DataObject
) -> None:
    found = preview(group, quota)
    chosen = [line.key for line in found.lines if line.standing is Standing.IN]
    undecided = [line.key for line in found.lines if line.standing is Standing.OPEN]
    chosen += data.draw(st.permutations(undecided))[: found.seats.seats - len(chosen)]
    levels = [T if one.proposed == X and one.key not in chosen else one.proposed for one in group]
    contenders = sum(one.proposed == X for one in group)
    assert (levels.count(X), within(levels, quota).held) == (min(contenders, found.seats.seats), True)


@given(candidates(), quotas)
def test_a_preview_never_puts_one_behind_another_of_less_or_equal_merit(group: list[Candidate], quota: Quota) -> None:
    rank = {Standing.IN: 2, Standing.OPEN: 1, Standing.OUT: 0}
    merit = {one.key: one.merit for one in group}
    known = [(merit[line.key], rank[line.standing]) for line in preview(group, quota).lines]
    compared = [(value, place) for value, place in known if value is not None]
    for value, place in compared:
        assert all(place >= other for less, other in compared if less <= value)


@given(candidates().flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))), quotas)
def test_a_preview_does_not_depend_on_the_order_of_the_candidates(
    both: tuple[list[Candidate], list[Candidate]], quota: Quota
) -> None:
    assert preview(both[0], quota) == preview(both[1], quota)


@given(
    st.dictionaries(st.sampled_from(LEVELS), st.integers(0, 12)),
    st.integers(0, 5),
    st.integers(0, 5),
    st.sampled_from([Fraction(1, 2), Fraction(2, 3)]),
    st.sampled_from(Of),
)
def test_a_majority_has_one_winner_or_goes_to_the_highest(
    counts: dict[str, int], invalid: int, absent: int, majority: Fraction, of: Of
) -> None:
    valid = sum(counts.values())
    issued = valid + invalid
    tally = Tally(summoned=issued + absent, issued=issued, returned=issued, valid=valid, invalid=invalid, counts=counts)
    options = {level: level for level in LEVELS}
    box = Box(label="Thử", options=(), majority=majority, of=of)
    assert problems(tally, options) == ()
    base = {Of.SUMMONED: issued + absent, Of.ISSUED: issued, Of.VALID: valid}[of]
    winners = [code for code, number in counts.items() if number > majority * base]
    found = outcome(tally, box, options)
    assert winners == ([] if found.winner is None else [found.winner])
    left = [number for code, number in counts.items() if code not in found.again]
    if valid == 0:
        assert found.again == tuple(options)
    elif found.winner is None:
        assert min(counts[code] for code in found.again) > max(left, default=0)
