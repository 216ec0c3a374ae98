from fractions import Fraction

import pytest

from config.quota import Base, Quota
from scoring.quota import Candidate, Line, Seats, Standing, Verdict, after, preview, seats, within

X, T, N, K = "htxsnv", "httnv", "htnv", "khtnv"
DEFAULT = Quota(
    level=X,
    counted=T,
    share=Fraction(1, 5),
    outstanding_share=Fraction(1, 4),
    groups={"tap_the": ("tap_the",)},
)
STRICT = DEFAULT.model_copy(update={"base": Base.STRICT})


def group(httnv: int, htxsnv: int, htnv: int = 0) -> list[str]:
    return [T] * httnv + [X] * htxsnv + [N] * htnv


@pytest.mark.rule("HT-9.1", "AMB-HT-1")
@pytest.mark.parametrize(
    ("quota", "httnv", "htxsnv", "held"),
    [
        (DEFAULT, 4, 1, True),
        (DEFAULT, 8, 2, True),
        (DEFAULT, 7, 2, False),
        (STRICT, 4, 1, False),
        (STRICT, 5, 1, True),
        (STRICT, 9, 2, False),
        (STRICT, 10, 2, True),
    ],
)
def test_vector_9_a_group_keeps_a_fifth_of_its_base(quota: Quota, httnv: int, htxsnv: int, *, held: bool) -> None:
    assert within(group(httnv, htxsnv), quota).held is held
    assert not seats(group(httnv, htxsnv), quota).few


@pytest.mark.rule("HT-9.1", "HT-9.3")
def test_vector_9_one_beside_three_stands_only_by_the_rule_of_the_few() -> None:
    assert seats(group(3, 1), DEFAULT).few
    assert within(group(3, 1), DEFAULT).held is True
    assert within(group(3, 1), DEFAULT.model_copy(update={"few": 0})).held is False


@pytest.mark.rule("AMB-HT-1")
@pytest.mark.parametrize(
    ("total", "strict", "default"), [(5, 0, 1), (6, 1, 1), (10, 1, 2), (11, 1, 2), (12, 2, 2), (30, 5, 6)]
)
def test_the_base_decides_how_many_of_those_rated_well(total: int, strict: int, default: int) -> None:
    assert (seats([T] * total, STRICT).seats, seats([T] * total, DEFAULT).seats) == (strict, default)


@pytest.mark.rule("HT-9.3", "AMB-HT-2")
@pytest.mark.parametrize(
    ("levels", "default", "strict"),
    [
        ([T] * 4, 1, 1),
        ([T] * 3 + [N], 0, 0),
        ([T] * 3 + [K], 0, 0),
        ([T] * 5, 1, 0),
        ([T], 1, 1),
        ([T] * 3 + [X], 1, 1),
        ([], 0, 0),
    ],
)
def test_vector_10_a_small_group_that_is_wholly_good_has_one(levels: list[str], default: int, strict: int) -> None:
    assert [seats(levels, quota).seats for quota in (DEFAULT, STRICT)] == [default, strict]


@pytest.mark.rule("HT-9.3")
def test_the_rule_of_the_few_gives_one_and_not_two() -> None:
    assert within(group(2, 2), DEFAULT).held is False


@pytest.mark.rule("AMB-HT-2")
def test_the_one_of_a_small_group_waits_for_all_others() -> None:
    assert seats([T, T, None, T], DEFAULT) == Seats(
        total=3,
        seats=0,
        few=False,
        text=(
            "Tính trên số xếp loại HTTNV trở lên: 3; tỷ lệ 20%, không làm tròn lên: tối đa 0 HTXSNV. "
            "Còn 1 chưa có mức xếp loại."
        ),
    )
    assert [after([T, T, other], X, DEFAULT).held for other in (None, T, N)] == [None, True, False]


@pytest.mark.rule("HT-9.1")
def test_what_may_yet_come_right_is_not_yet_held_and_not_yet_broken() -> None:
    assert [within([X, X, *[None] * others], DEFAULT).held for others in (7, 8)] == [False, None]
    assert [within([X, *[T] * decided, None], DEFAULT).held for decided in (3, 4)] == [None, True]
    assert within([X, T, T, None], DEFAULT).held is None


@pytest.mark.rule("HT-9.1", "HT-11.8")
def test_lowering_another_may_break_the_quota_too() -> None:
    others = group(3, 1)
    assert [after(others, level, DEFAULT).held for level in (T, N)] == [True, False]


def test_outstanding_bodies_may_have_a_quarter() -> None:
    levels = group(6, 2)
    assert [within(levels, DEFAULT, outstanding=said).held for said in (False, True)] == [False, True]
    assert [seats(levels, quota, outstanding=True).seats for quota in (DEFAULT, STRICT)] == [2, 1]
    assert after(levels[:-1], X, DEFAULT, outstanding=True).held is True


@pytest.mark.rule("HT-9.1", "AMB-HT-1")
def test_the_base_is_printed() -> None:
    assert seats([*group(9, 2), N], DEFAULT) == Seats(
        total=11,
        seats=2,
        few=False,
        text="Tính trên số xếp loại HTTNV trở lên: 11; tỷ lệ 20%, không làm tròn lên: tối đa 2 HTXSNV.",
    )
    assert seats([T] * 11, STRICT).text == (
        "Tính trên số xếp loại HTTNV, không kể HTXSNV: có 11 xếp loại HTTNV trở lên; "
        "tỷ lệ 20%, không làm tròn lên: tối đa 1 HTXSNV."
    )
    assert seats([T] * 4, DEFAULT).text == (
        "Nhóm có 4, dưới 5, và tất cả đạt HTTNV trở lên: được chọn 1 HTXSNV nếu đủ điều kiện."
    )
    third = DEFAULT.model_copy(update={"share": Fraction(1, 3)})
    assert "tỷ lệ 1/3, không làm tròn lên: tối đa 2 HTXSNV" in seats([T] * 7, third).text


def test_a_verdict_says_what_it_counted() -> None:
    base = "Tính trên số xếp loại HTTNV trở lên: {}; tỷ lệ 20%, không làm tròn lên: tối đa {} HTXSNV."
    assert within(group(4, 1), DEFAULT) == Verdict(held=True, text=f"Trong tỷ lệ: có 1 HTXSNV. {base.format(5, 1)}")
    assert within(group(7, 2), DEFAULT) == Verdict(held=False, text=f"Vượt tỷ lệ: có 2 HTXSNV. {base.format(9, 1)}")
    assert within([X, None, None], DEFAULT) == Verdict(
        held=None,
        text=f"Chưa đủ căn cứ để có 1 HTXSNV. {base.format(1, 0)} Còn 2 chưa có mức xếp loại.",
    )


def candidate(key: int, merit: int | None, *, decided: str | None = None) -> Candidate:
    shown = "" if merit is None else f"{merit} điểm"
    exact = None if merit is None else Fraction(merit)
    return Candidate(key=key, name=f"Đơn vị {key}", proposed=X, decided=decided, merit=exact, shown=shown)


def good(*keys: int) -> list[Candidate]:
    return [Candidate(key=key, name=f"Đơn vị {key}", proposed=T) for key in keys]


@pytest.mark.rule("HT-9.1", "AMB-HT-1")
def test_a_preview_says_who_would_be_in_who_out_and_why() -> None:
    contenders = [candidate(1, 95), candidate(2, 97), candidate(3, 96)]
    found = preview([*contenders, *good(*range(4, 12))], DEFAULT)
    assert (found.seats.total, found.seats.seats) == (11, 2)
    assert found.lines == (
        Line(2, "Đơn vị 2", Standing.IN, "Trong số 2 được chọn, có 3 đề nghị (97 điểm)."),
        Line(3, "Đơn vị 3", Standing.IN, "Trong số 2 được chọn, có 3 đề nghị (96 điểm)."),
        Line(
            1,
            "Đơn vị 1",
            Standing.OUT,
            "Ngoài số được chọn: chỉ còn chọn 2, đã có 2 đề nghị xếp trên (95 điểm); còn lại mức HTTNV.",
        ),
    )


def test_nobody_is_preferred_among_equals_at_the_edge() -> None:
    contenders = [candidate(1, 95), candidate(2, 97), candidate(3, 95)]
    found = preview([*contenders, *good(*range(4, 12))], DEFAULT)
    said = "Bằng nhau với 1 đề nghị khác (95 điểm); chỉ còn chọn 1, cấp có thẩm quyền chọn."
    assert [line.standing for line in found.lines] == [Standing.IN, Standing.OPEN, Standing.OPEN]
    assert [line.text for line in found.lines[1:]] == [said, said]


def test_equals_that_all_have_a_seat_are_in_and_that_all_have_none_are_out() -> None:
    equals = [candidate(1, 95), candidate(2, 95)]
    assert {line.standing for line in preview([*equals, *good(*range(3, 11))], DEFAULT).lines} == {Standing.IN}
    better = candidate(3, 96)
    found = preview([*equals, better, *good(4, 5)], DEFAULT)
    assert [line.standing for line in found.lines] == [Standing.IN, Standing.OUT, Standing.OUT]


def test_what_cannot_be_compared_is_left_to_the_authority() -> None:
    found = preview([candidate(1, None), candidate(2, 97), candidate(3, 96), *good(*range(4, 12))], DEFAULT)
    assert [(line.key, line.standing) for line in found.lines] == [
        (2, Standing.IN),
        (3, Standing.OPEN),
        (1, Standing.OPEN),
    ]
    assert [line.text for line in found.lines[1:]] == [
        "Có 1 đề nghị chưa so sánh được (96 điểm); chỉ còn chọn 1, cấp có thẩm quyền chọn.",
        "Chưa có căn cứ để so sánh; chỉ còn chọn 2, cấp có thẩm quyền chọn.",
    ]


def test_where_there_is_a_seat_for_everybody_nothing_has_to_be_compared() -> None:
    found = preview([candidate(1, None), candidate(2, None), *good(*range(3, 11))], DEFAULT)
    assert [line.text for line in found.lines] == ["Trong số 2 được chọn, có 2 đề nghị."] * 2
    assert {line.standing for line in found.lines} == {Standing.IN}


def test_a_merit_of_nothing_is_the_last_of_all_that_are_compared() -> None:
    found = preview([candidate(1, 0), candidate(2, 1), candidate(3, 0), *good(*range(4, 13))], DEFAULT)
    assert [line.key for line in found.lines] == [2, 1, 3]


def test_what_is_decided_has_its_seat_first() -> None:
    decided = [candidate(1, 90, decided=X), candidate(2, 99, decided=T)]
    found = preview([*decided, candidate(3, 95), *good(4, 5)], DEFAULT)
    assert found.lines == (
        Line(1, "Đơn vị 1", Standing.DECIDED, "Đã được quyết định xếp loại HTXSNV."),
        Line(
            3,
            "Đơn vị 3",
            Standing.OUT,
            "Ngoài số được chọn: không còn được chọn thêm (95 điểm); còn lại mức HTTNV.",
        ),
    )


def test_more_decided_than_there_are_seats_leave_none() -> None:
    decided = [candidate(1, 90, decided=X), candidate(2, 99, decided=X)]
    found = preview([*decided, candidate(3, None), *good(4, 5)], DEFAULT)
    assert [(line.key, line.standing) for line in found.lines] == [
        (2, Standing.DECIDED),
        (1, Standing.DECIDED),
        (3, Standing.OUT),
    ]


@pytest.mark.rule("HT-9.3")
def test_a_preview_of_a_small_group_gives_its_one_seat() -> None:
    found = preview([candidate(1, 95), candidate(2, 97), *good(3, 4)], DEFAULT)
    assert (found.seats.few, found.seats.seats) == (True, 1)
    assert [(line.key, line.standing) for line in found.lines] == [(2, Standing.IN), (1, Standing.OUT)]


def test_a_preview_counts_with_the_share_of_an_outstanding_body() -> None:
    found = preview([candidate(1, 95), candidate(2, 97), *good(*range(3, 9))], DEFAULT, outstanding=True)
    assert [line.standing for line in found.lines] == [Standing.IN, Standing.IN]
