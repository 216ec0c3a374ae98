from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.sheet import Criterion, Degree, Entry, Kind, Option, Sheet
from scoring.marks import check, points, totals
from scoring.ranking import Rankable, rank

STEP = Decimal("0.25")
quarters = st.integers(1, 40).map(lambda n: n * STEP)


def up_to(most: Decimal) -> st.SearchStrategy[Decimal]:
    return st.integers(0, int(most / STEP)).map(lambda n: n * STEP)


@st.composite
def options(draw: st.DrawFn, code: str) -> tuple[Option, ...]:
    worths = draw(st.lists(up_to(Decimal(10)), min_size=2, max_size=4).filter(any))
    return tuple(Option(code=f"{code}.{number}", label="Mức", points=worth) for number, worth in enumerate(worths, 1))


@st.composite
def leaves(draw: st.DrawFn, code: str) -> Criterion:
    kind = draw(st.sampled_from(sorted(set(Kind) - {Kind.GROUP})))
    data: dict[str, object] = {"code": code, "label": "Tiêu chí", "kind": kind}
    if kind in {Kind.CHOICE, Kind.CAPPED_CHOICE}:
        chosen = draw(options(code))
        data |= {"options": chosen, "max": max(option.points for option in chosen)}
    elif kind not in {Kind.DEGREE, Kind.CHECK}:
        data["max"] = draw(quarters)
    if kind == Kind.RATIO:
        data |= {"done_label": "Đã làm", "assigned_label": "Được giao"}
    if kind == Kind.COUNT:
        data |= {"per_unit": draw(quarters), "unit_label": "Số việc"}
    return Criterion.model_validate(data)


def worth(criteria: tuple[Criterion, ...]) -> Decimal:
    return sum((criterion.ceiling for criterion in criteria if not criterion.is_extra), Decimal(0))


@st.composite
def groups(draw: st.DrawFn, code: str) -> Criterion:
    number = draw(st.integers(1, 4))
    children = tuple(draw(leaves(f"{code}.{index}")) for index in range(1, number + 1))
    return Criterion(code=code, label="Nhóm", kind=Kind.GROUP, max=worth(children) or None, children=children)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    criteria = tuple(draw(groups(f"G{index}")) for index in range(1, draw(st.integers(1, 4)) + 1))
    rule = draw(st.sampled_from(["forbidden", "zero", "rescale"]))
    data = {"slug": "thu", "title": "Thử", "status": "sample", "total": worth(criteria)}
    return Sheet.model_validate(data | {"criteria": criteria, "not_applicable": rule})


amounts = st.integers(0, 50).map(Decimal)


@st.composite
def capped_entries(draw: st.DrawFn, leaf: Criterion) -> Entry:
    option = draw(st.sampled_from(leaf.options))
    return Entry(option=option.code, points=draw(up_to(option.points)))


def fine_entries(leaf: Criterion) -> st.SearchStrategy[Entry]:
    forms: Mapping[Kind, Callable[[], st.SearchStrategy[Entry]]] = {
        Kind.CHOICE: lambda: st.builds(Entry, option=st.sampled_from([option.code for option in leaf.options])),
        Kind.CAPPED_CHOICE: lambda: capped_entries(leaf),
        Kind.BINARY: lambda: st.builds(Entry, points=st.sampled_from([Decimal(0), leaf.ceiling])),
        Kind.DEGREE: lambda: st.builds(Entry, degree=st.sampled_from(Degree)),
        Kind.CHECK: lambda: st.builds(Entry, passed=st.booleans()),
        Kind.RATIO: lambda: st.builds(Entry, done=amounts, assigned=amounts.map(lambda n: n + 1)),
        Kind.COUNT: lambda: st.builds(Entry, units=amounts),
    }
    return forms.get(leaf.kind, lambda: st.builds(Entry, points=up_to(leaf.ceiling)))()


@st.composite
def filled_sheets(draw: st.DrawFn) -> tuple[Sheet, Mapping[str, Entry]]:
    sheet = draw(sheets())
    entries = {leaf.code: draw(fine_entries(leaf)) for leaf in sheet.leaves()}
    if sheet.not_applicable != "forbidden":
        ordinary = [leaf.code for leaf in sheet.leaves() if not leaf.is_extra and leaf.kind != Kind.CHECK]
        left_out = draw(st.sets(st.sampled_from(ordinary))) if ordinary else set()
        entries |= dict.fromkeys(left_out, Entry(not_applicable=True))
    return sheet, entries


@given(filled_sheets())
def test_a_sheet_filled_in_by_its_rules_is_accepted_and_lies_within_its_total(
    filled: tuple[Sheet, Mapping[str, Entry]],
) -> None:
    sheet, entries = filled
    assert [check(leaf, entries[leaf.code], sheet) for leaf in sheet.leaves()] == [None] * len(sheet.leaves())
    result = totals(sheet, entries)
    assert 0 <= result.total <= sheet.total
    assert result.missing == ()


@pytest.mark.rule("DN-4.1")
@given(filled_sheets())
def test_groups_are_the_sums_of_their_leaves_and_within_their_max(
    filled: tuple[Sheet, Mapping[str, Entry]],
) -> None:
    sheet, entries = filled
    result = totals(sheet, entries)
    for group in sheet.criteria:
        ordinary = [leaf for leaf in group.children if not leaf.is_extra]
        assert result.groups[group.code] == sum(points(leaf, entries[leaf.code], sheet) for leaf in ordinary)
        assert 0 <= result.groups[group.code] <= group.ceiling


@given(filled_sheets())
def test_the_total_is_the_exact_rescaled_sum_rounded_once(
    filled: tuple[Sheet, Mapping[str, Entry]],
) -> None:
    sheet, entries = filled
    result = totals(sheet, entries)
    applies = [leaf for leaf in sheet.leaves() if not entries[leaf.code].not_applicable or leaf.is_extra]
    extras = sum(points(leaf, entries[leaf.code], sheet) for leaf in applies if leaf.is_extra)
    exact = Fraction(sum(result.groups.values()))
    if sheet.not_applicable == "rescale":
        most = Fraction(worth(tuple(applies)))
        exact = exact * Fraction(sheet.total) / most if most else Fraction(0)
    bounded = max(Fraction(0), min(exact + Fraction(extras), Fraction(sheet.total)))
    assert abs(Fraction(result.total) - bounded) <= Fraction(1, 20000)


@given(filled_sheets())
def test_an_entry_is_the_same_after_it_was_stored(filled: tuple[Sheet, Mapping[str, Entry]]) -> None:
    for entry in filled[1].values():
        assert Entry.model_validate_json(entry.model_dump_json(exclude_defaults=True)) == entry


@pytest.mark.rule("X-N2")
@given(st.data(), options("A"))
def test_options_are_never_summed(data: st.DataObject, chosen: tuple[Option, ...]) -> None:
    most = max(option.points for option in chosen)
    leaf = Criterion(code="A", label="Chọn", kind=Kind.CHOICE, max=most, options=chosen)
    sheet = Sheet(slug="thu", title="Thử", status="sample", total=most, criteria=(leaf,))
    one = data.draw(st.sampled_from(chosen))
    assert totals(sheet, {"A": Entry(option=one.code)}).total == one.points
    several = data.draw(st.lists(st.sampled_from(chosen), min_size=2).map(lambda many: [o.code for o in many]))
    assert check(leaf, Entry(option=",".join(several)), sheet) is not None


@pytest.mark.rule("X-N4")
@given(quarters, st.decimals(-5, 50, places=4))
def test_points_stand_exactly_when_within_the_range_and_on_a_step(most: Decimal, given_points: Decimal) -> None:
    leaf = Criterion(code="A", label="Chấm", kind=Kind.GRADED, max=most)
    sheet = Sheet(slug="thu", title="Thử", status="sample", total=most, criteria=(leaf,))
    stands = 0 <= given_points <= most and given_points % STEP == 0
    assert (check(leaf, Entry(points=given_points), sheet) is None) == stands


rankings = st.lists(
    st.tuples(st.sampled_from("AB"), st.none() | st.integers(0, 12).map(lambda n: Decimal(n) / 4)), max_size=30
).map(lambda rows: [Rankable(key, group, total) for key, (group, total) in enumerate(rows)])


@given(rankings.flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_ranking_does_not_depend_on_the_order_of_the_rows(both: tuple[list[Rankable], list[Rankable]]) -> None:
    assert rank(both[0]) == rank(both[1])


@given(rankings)
def test_a_place_is_one_more_than_those_ahead_in_the_same_group(rows: list[Rankable]) -> None:
    places = {place.key: place for place in rank(rows)}
    assert len(places) == len(rows)
    for row in rows:
        totals_there = [other.total for other in rows if other.group == row.group and other.total is not None]
        expected = None if row.total is None else 1 + sum(total > row.total for total in totals_there)
        assert places[row.key].place == expected
        assert places[row.key].tied == (row.total is not None and totals_there.count(row.total) > 1)


@given(rankings)
def test_a_group_is_ranked_as_if_it_were_alone(rows: list[Rankable]) -> None:
    alone = [row for row in rows if row.group == "A"]
    assert [place for place in rank(rows) if place.group == "A"] == rank(alone)
