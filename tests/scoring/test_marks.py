from decimal import Decimal
from pathlib import Path

import pytest

from config.sheet import Criterion, Degree, Entry, Kind, Option, Sheet, load_sheet
from scoring.marks import check, is_scored, points, printed, totals, unmet

SHEETS = Path(__file__).parents[2] / "config" / "sheets"
VAN_GIANG = load_sheet(SHEETS / "dan-van-chinh-quyen-2022.yaml")


def d(text: str) -> Decimal:
    return Decimal(text)


def option(code: str, worth: int) -> Option:
    return Option(code=code, label=code, points=Decimal(worth))


def sheet(*criteria: Criterion, not_applicable: str = "forbidden", bonus_above_total: bool = False) -> Sheet:
    total = sum((criterion.ceiling for criterion in criteria if not criterion.is_extra), Decimal(0))
    data = {"slug": "thu", "title": "Thử", "status": "sample", "total": total, "criteria": criteria}
    rules = {"not_applicable": not_applicable, "bonus_above_total": bonus_above_total}
    return Sheet.model_validate(data | rules)


GRADED = Criterion(code="I.1", label="Chấm", kind=Kind.GRADED, max=d("2"))
CHOICE = Criterion(
    code="IV.1", label="Chọn", kind=Kind.CHOICE, max=d("7"), options=(option("IV.1.1", 7), option("IV.1.2", 3))
)
CAPPED = Criterion(
    code="II.3",
    label="Tỷ lệ tổ chức trực thuộc",
    kind=Kind.CAPPED_CHOICE,
    max=d("20"),
    options=(option("II.3.a", 20), option("II.3.b", 15), option("II.3.c", 10), option("II.3.d", 5)),
)
BINARY = Criterion(code="B", label="Có", kind=Kind.BINARY, max=d("3"))
DEGREE = Criterion(code="D", label="Cấp độ", kind=Kind.DEGREE)
RATIO = Criterion(
    code="R", label="Tỷ lệ", kind=Kind.RATIO, max=d("5"), done_label="Đã giải quyết", assigned_label="Phải giải quyết"
)
COUNT = Criterion(
    code="C", label="Số cuộc", kind=Kind.COUNT, max=d("4"), per_unit=d("1.5"), unit_label="Số cuộc đối thoại"
)
BONUS = Criterion(code="T", label="Thưởng", kind=Kind.BONUS, max=d("2"))
PENALTY = Criterion(code="P", label="Trừ", kind=Kind.PENALTY, max=d("5"))
CHECK = Criterion(code="K", label="Có đăng ký", kind=Kind.CHECK)
OPTIONAL = Criterion(code="N", label="Nghĩa vụ ngân sách (nếu có)", kind=Kind.CHECK, optional=True)
AUTOMATIC = Criterion(code="M", label="Được công nhận", kind=Kind.CHECK, met_by="cong_van_de_nghi")
ASKED = Criterion(code="G", label="Theo gợi ý (nếu có)", kind=Kind.DEGREE, optional=True)
CHECKS = sheet(CHECK, OPTIONAL, AUTOMATIC, ASKED)
ALL = sheet(GRADED, CHOICE, CAPPED, BINARY, DEGREE, RATIO, COUNT, BONUS, PENALTY)

FINE = [
    (GRADED, Entry(points=d("0")), "0"),
    (GRADED, Entry(points=d("1.25")), "1.25"),
    (GRADED, Entry(points=d("2")), "2"),
    (CHOICE, Entry(option="IV.1.2"), "3"),
    (CAPPED, Entry(option="II.3.b", points=d("12.5")), "12.5"),
    (BINARY, Entry(points=d("0")), "0"),
    (BINARY, Entry(points=d("3")), "3"),
    (DEGREE, Entry(degree=Degree.GOOD), "0"),
    (RATIO, Entry(done=d("2"), assigned=d("3")), "3.3333"),
    (RATIO, Entry(done=d("9"), assigned=d("8")), "5"),
    (RATIO, Entry(done=d("0"), assigned=d("0")), "5"),
    (COUNT, Entry(units=d("0")), "0"),
    (COUNT, Entry(units=d("2")), "3"),
    (COUNT, Entry(units=d("9")), "4"),
    (BONUS, Entry(points=d("1.5")), "1.5"),
    (PENALTY, Entry(points=d("2")), "-2"),
    (CHECK, Entry(passed=True), "0"),
    (CHECK, Entry(passed=False), "0"),
    (OPTIONAL, Entry(not_applicable=True), "0"),
    (ASKED, Entry(not_applicable=True), "0"),
]

REFUSED = [
    (GRADED, Entry(points=d("2.25")), "Tiêu chí I.1: điểm phải từ 0 đến 2, không nhận 2,25."),
    (GRADED, Entry(points=d("-1")), "Tiêu chí I.1: điểm phải từ 0 đến 2, không nhận -1."),
    (GRADED, Entry(points=d("1.3")), "Tiêu chí I.1: điểm theo bước 0,25, không nhận 1,3."),
    (GRADED, Entry(), "Tiêu chí I.1: chưa có điểm."),
    (GRADED, Entry(option="x"), "Tiêu chí I.1: chấm bằng điểm, không nhận mức được chọn."),
    (CHOICE, Entry(), "Tiêu chí IV.1: chưa chọn mức nào, phải chọn một trong hai mức (1.1, 1.2)."),
    (CHOICE, Entry(option="IV.1.3"), "Tiêu chí IV.1: chỉ được chọn một trong hai mức (1.1, 1.2)."),
    (CHOICE, Entry(option="IV.1.1 IV.1.2"), "Tiêu chí IV.1: chỉ được chọn một trong hai mức (1.1, 1.2)."),
    (
        CHOICE,
        Entry(option="IV.1.2", points=d("3")),
        "Tiêu chí IV.1: chấm bằng mức được chọn, không nhận điểm.",
    ),
    (
        CAPPED,
        Entry(option="II.3.b", points=d("16")),
        "Tiêu chí II.3: mức 3.b chấm tối đa 15 điểm, không nhận 16.",
    ),
    (CAPPED, Entry(option="II.3.b"), "Tiêu chí II.3: chưa có điểm."),
    (
        CAPPED,
        Entry(points=d("5")),
        "Tiêu chí II.3: chưa chọn mức nào, phải chọn một trong bốn mức (3.a, 3.b, 3.c, 3.d).",
    ),
    (
        CAPPED,
        Entry(option="II.3.e", points=d("1")),
        "Tiêu chí II.3: chỉ được chọn một trong bốn mức (3.a, 3.b, 3.c, 3.d).",
    ),
    (
        CAPPED,
        Entry(option="II.3.b", points=d("1.1")),
        "Tiêu chí II.3: điểm theo bước 0,25, không nhận 1,1.",
    ),
    (BINARY, Entry(points=d("1")), "Tiêu chí B: chỉ nhận 0 hoặc 3 điểm."),
    (DEGREE, Entry(), "Tiêu chí D: chưa có cấp độ."),
    (DEGREE, Entry(points=d("1")), "Tiêu chí D: chấm bằng cấp độ, không nhận điểm."),
    (RATIO, Entry(), "Tiêu chí R: chưa có số đã thực hiện và số được giao."),
    (RATIO, Entry(done=d("1")), "Tiêu chí R: chưa có số được giao."),
    (
        RATIO,
        Entry(done=d("1"), assigned=d("0")),
        "Tiêu chí R: «Phải giải quyết» bằng 0 thì «Đã giải quyết» cũng phải bằng 0.",
    ),
    (
        RATIO,
        Entry(done=d("-1"), assigned=d("2")),
        "Tiêu chí R: «Đã giải quyết» và «Phải giải quyết» không được âm.",
    ),
    (COUNT, Entry(units=d("1.5")), "Tiêu chí C: «Số cuộc đối thoại» phải là số nguyên từ 0 trở lên."),
    (COUNT, Entry(units=d("-1")), "Tiêu chí C: «Số cuộc đối thoại» phải là số nguyên từ 0 trở lên."),
    (BONUS, Entry(points=d("3")), "Tiêu chí T: điểm phải từ 0 đến 2, không nhận 3."),
    (CHECK, Entry(), "Tiêu chí K: chưa có kết luận đạt hay không đạt."),
    (CHECK, Entry(points=d("1")), "Tiêu chí K: chấm bằng kết luận đạt hay không đạt, không nhận điểm."),
    (
        CHECK,
        Entry(not_applicable=True),
        "Tiêu chí K: luôn phải kết luận đạt hay không đạt, không đánh dấu «không áp dụng».",
    ),
    (
        OPTIONAL,
        Entry(not_applicable=True, passed=True),
        "Tiêu chí N: đã đánh dấu «không áp dụng» thì để trống phần chấm điểm.",
    ),
    (PENALTY, Entry(points=d("-1")), "Tiêu chí P: điểm phải từ 0 đến 5, không nhận -1."),
    (
        GRADED,
        Entry(not_applicable=True),
        "Tiêu chí I.1: biểu này không cho phép đánh dấu «không áp dụng».",
    ),
]


@pytest.mark.parametrize(("criterion", "entry", "worth"), FINE)
def test_a_fine_entry_has_its_points(criterion: Criterion, entry: Entry, worth: str) -> None:
    assert check(criterion, entry, ALL) is None
    assert points(criterion, entry, ALL) == d(worth)


@pytest.mark.parametrize(("criterion", "entry", "said"), REFUSED)
def test_a_wrong_entry_is_refused_with_the_rule(criterion: Criterion, entry: Entry, said: str) -> None:
    assert check(criterion, entry, ALL) == said


@pytest.mark.parametrize(
    ("criterion", "entry"),
    [
        (GRADED, Entry(not_applicable=True, points=d("1"))),
        (RATIO, Entry(done=d("1"))),
        (RATIO, Entry(assigned=d("1"))),
    ],
)
def test_what_does_not_apply_or_is_half_filled_in_has_no_points(criterion: Criterion, entry: Entry) -> None:
    assert points(criterion, entry, ALL) == 0


def test_options_are_counted_in_words_up_to_ten() -> None:
    said = []
    for count in (10, 11):
        options = tuple(option(f"IV.2.{number}", number) for number in range(1, count + 1))
        said.append(check(Criterion(code="IV.2", label="Chọn", kind=Kind.CHOICE, options=options), Entry(), ALL))
    assert [one and one[:62] for one in said] == [
        "Tiêu chí IV.2: chưa chọn mức nào, phải chọn một trong mười mức",
        "Tiêu chí IV.2: chưa chọn mức nào, phải chọn một trong 11 mức (",
    ]


def test_an_option_is_printed_without_the_whole_group_of_its_criterion() -> None:
    deep = Criterion(code="I.2.c", label="Chọn", kind=Kind.CHOICE, options=(option("I.2.c.1", 1),))
    assert [printed(deep, "I.2.c.1"), printed(deep, None)] == ["c.1", ""]


def test_a_group_is_not_scored_itself() -> None:
    group = VAN_GIANG.criteria[0]
    entry = Entry(points=d("1"))
    assert check(group, entry, VAN_GIANG) == "Tiêu chí I: là nhóm tiêu chí, không chấm điểm trực tiếp."


@pytest.mark.parametrize(
    ("criterion", "entry", "said"),
    [
        (GRADED, Entry(not_applicable=True), None),
        (
            GRADED,
            Entry(not_applicable=True, points=d("1")),
            "Tiêu chí I.1: đã đánh dấu «không áp dụng» thì để trống phần chấm điểm.",
        ),
        (
            BONUS,
            Entry(not_applicable=True),
            "Tiêu chí T: điểm thưởng, điểm trừ không đánh dấu «không áp dụng», không có thì để trống.",
        ),
    ],
)
def test_not_applicable_is_said_alone(criterion: Criterion, entry: Entry, said: str | None) -> None:
    assert check(criterion, entry, sheet(GRADED, BONUS, not_applicable="zero")) == said


def best(leaf: Criterion) -> Entry:
    return Entry(option=leaf.options[0].code) if leaf.options else Entry(points=leaf.max)


def worst(leaf: Criterion) -> Entry:
    return Entry(option=leaf.options[-1].code) if leaf.options else Entry(points=d("0"))


ALL_BEST = {leaf.code: best(leaf) for leaf in VAN_GIANG.leaves()}


def test_vector_6_all_best_is_100_and_not_111() -> None:
    result = totals(VAN_GIANG, ALL_BEST)
    assert (result.total, result.missing) == (d("100"), ())
    assert list(result.groups.values()) == [14, 10, 15, 23, 8, 10, 10, 10]


def test_vector_6_all_worst_is_0() -> None:
    assert totals(VAN_GIANG, {leaf.code: worst(leaf) for leaf in VAN_GIANG.leaves()}).total == 0


def test_vector_6_two_options_are_refused() -> None:
    said = check(VAN_GIANG.leaf("IV.1"), Entry(option="IV.1.1,IV.1.2"), VAN_GIANG)
    assert said == "Tiêu chí IV.1: chỉ được chọn một trong ba mức (1.1, 1.2, 1.3)."


def test_vector_6_no_option_is_unfinished() -> None:
    entries = {code: entry for code, entry in ALL_BEST.items() if code != "IV.1"}
    result = totals(VAN_GIANG, entries | {"V.2": Entry()})
    assert (result.total, result.missing) == (d("88"), ("IV.1", "V.2"))


def test_vector_7_is_93() -> None:
    chosen = {"IV.1": "IV.1.2", "IV.4": "IV.4.1", "V.2": "V.2.2", "VIII.2": "VIII.2.1"}
    entries = ALL_BEST | {code: Entry(option=option) for code, option in chosen.items()}
    assert totals(VAN_GIANG, entries).total == 93


@pytest.mark.parametrize(
    ("letter", "given", "worth"), [("a", "20", "20"), ("b", "15", "15"), ("c", "10", "10"), ("d", "5", "5")]
)
def test_vector_8_a_capped_choice_counts_what_was_given_under_its_cap(letter: str, given: str, worth: str) -> None:
    small = sheet(GRADED, CAPPED)
    entry = Entry(option=f"II.3.{letter}", points=d(given))
    assert check(CAPPED, entry, small) is None
    assert totals(small, {"II.3": entry, "I.1": Entry(points=d("2"))}).total == d(worth) + 2


def test_vector_8_less_than_the_next_cap_is_allowed_too() -> None:
    assert check(CAPPED, Entry(option="II.3.a", points=d("3")), ALL) is None


FRAME = load_sheet(SHEETS / "khung-30-70.yaml")


def top(leaf: Criterion) -> Entry:
    return Entry(option=leaf.options[0].code if leaf.options else None, points=leaf.ceiling)


@pytest.mark.rule("X-N2", "S2-2.1")
@pytest.mark.parametrize("path", sorted(SHEETS.glob("khung-30-70*.yaml")), ids=lambda path: path.stem)
def test_vector_8_all_best_is_100_and_not_130(path: Path) -> None:
    framed = load_sheet(path)
    entries = {leaf.code: top(leaf) for leaf in framed.leaves()}
    result = totals(framed, entries)
    assert [check(leaf, entries[leaf.code], framed) for leaf in framed.leaves()] == [None] * len(entries)
    assert [result.total, result.groups["I"], result.groups["II"]] == [100, 30, 70]


@pytest.mark.rule("S2-1.3", "X-N4")
def test_an_item_is_graded_between_nothing_and_its_ceiling() -> None:
    given = [d(text) for text in ("-0.25", "0", "1.5", "4", "4.25")]
    refused = [points for points in given if check(FRAME.leaf("I.1.e"), Entry(points=points), FRAME)]
    assert refused == [d("-0.25"), d("4.25")]


@pytest.mark.rule("S2-2.5")
def test_the_item_on_accountability_takes_its_full_point() -> None:
    assert check(FRAME.leaf("I.2.c"), Entry(points=d("1")), FRAME) is None


@pytest.mark.rule("NA-2.1", "NA-2.2")
def test_what_is_not_checked_is_missing_but_for_what_the_dossier_meets() -> None:
    spot = load_sheet(SHEETS / "diem-sang-qcdc.yaml")
    passed = {leaf.code: Entry(passed=True) for leaf in spot.leaves() if leaf.code not in {"I.5", "II.6", "II.7"}}
    assert totals(spot, passed).missing == ("II.6", "II.7")
    assert totals(spot, passed | {"II.6": Entry(not_applicable=True), "II.7": Entry(passed=False)}).missing == ()


@pytest.mark.rule("NA-2.1", "NA-2.3")
def test_every_criterion_of_a_spot_has_to_be_met() -> None:
    spot = load_sheet(SHEETS / "diem-sang-dvcq.yaml")
    passed = {leaf.code: Entry(passed=True) for leaf in spot.leaves()}
    assert unmet(spot, passed) == ()
    assert unmet(spot, passed | {"II.6": Entry(passed=False)}) == ("II.6",)
    assert unmet(spot, {}) == tuple(leaf.code for leaf in spot.leaves() if leaf.code != "I.5")


@pytest.mark.parametrize(
    ("code", "entry", "against"),
    [
        ("N", Entry(not_applicable=True), ()),
        ("N", Entry(), ("N",)),
        ("M", Entry(), ()),
        ("M", Entry(passed=False), ("M",)),
        ("G", Entry(degree=Degree.POOR), ()),
    ],
)
def test_what_stands_against_recognition(code: str, entry: Entry, against: tuple[str, ...]) -> None:
    met = {"K": Entry(passed=True), "N": Entry(passed=True)}
    assert unmet(CHECKS, met | {code: entry}) == against


def test_a_zero_is_a_score_and_a_blank_is_not() -> None:
    assert is_scored(GRADED, Entry(points=d("0")))
    assert not is_scored(GRADED, Entry())
    assert not is_scored(CAPPED, Entry(option="II.3.a"))


def test_bonus_and_penalty_may_stay_blank() -> None:
    assert totals(sheet(GRADED, BONUS, PENALTY), {"I.1": Entry(points=d("1"))}).missing == ()


def test_a_bonus_fills_up_to_the_total_of_the_sheet() -> None:
    entries = {"I.1": Entry(points=d("1.5")), "T": Entry(points=d("2"))}
    assert totals(sheet(GRADED, BONUS), entries).total == 2
    assert totals(sheet(GRADED, BONUS, bonus_above_total=True), entries).total == d("3.5")


def test_a_penalty_takes_away_down_to_0() -> None:
    small = sheet(GRADED, BINARY, PENALTY)
    entries = {"I.1": Entry(points=d("2")), "B": Entry(points=d("3")), "P": Entry(points=d("1.5"))}
    assert totals(small, entries).total == d("3.5")
    assert totals(small, {"P": Entry(points=d("5"))}).total == 0


def test_entries_for_other_codes_are_passed_over() -> None:
    assert totals(sheet(GRADED), {"cũ": Entry(points=d("9")), "I.1": Entry(points=d("1"))}).total == 1


NOT_APPLICABLE = {
    "I.1": Entry(points=d("1")),
    "IV.1": Entry(option="IV.1.2"),
    "B": Entry(not_applicable=True),
}


def test_not_applicable_counts_0_without_rescaling() -> None:
    result = totals(sheet(GRADED, CHOICE, BINARY, not_applicable="zero"), NOT_APPLICABLE)
    assert (result.total, result.missing) == (d("4"), ())


def test_not_applicable_scales_the_rest_up_exactly() -> None:
    result = totals(sheet(GRADED, CHOICE, BINARY, not_applicable="rescale"), NOT_APPLICABLE)
    assert result.total == d("5.3333")  # 4 of 9 applicable, of 12


def test_where_nothing_applies_the_total_is_0() -> None:
    small = sheet(GRADED, BINARY, not_applicable="rescale")
    assert totals(small, {code: Entry(not_applicable=True) for code in ("I.1", "B")}).total == 0


def test_a_bonus_is_not_rescaled() -> None:
    small = sheet(GRADED, BINARY, BONUS, not_applicable="rescale")
    entries = {
        "I.1": Entry(points=d("1")),
        "B": Entry(not_applicable=True),
        "T": Entry(points=d("0.5")),
    }
    assert totals(small, entries).total == 3  # 1 of 2 is 2.5 of 5, and 0.5 more


def test_groups_within_groups_have_their_points() -> None:
    inner = Criterion(code="I.2", label="Nhóm con", kind=Kind.GROUP, max=d("3"), children=(BINARY,))
    outer = Criterion(code="I", label="Nhóm", kind=Kind.GROUP, max=d("5"), children=(GRADED, inner, BONUS))
    entries = {"I.1": Entry(points=d("1")), "B": Entry(points=d("3")), "T": Entry(points=d("1"))}
    result = totals(sheet(outer), entries)
    assert (result.total, result.groups) == (d("5"), {"I": d("4"), "I.2": d("3")})
    assert list(result.groups) == ["I", "I.2"]
