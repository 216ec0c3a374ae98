from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from reports import wording
from reports.contents import Head, Result, RoundReport
from reports.values import Paper
from tests.reports.factory import LOCK, at


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (26, 28, "26/28 đơn vị (92,9%)"),
        (5, 6, "05/06 đơn vị (83,3%)"),
        (28, 28, "28/28 đơn vị (100%)"),
        (1, 16, "01/16 đơn vị (6,3%)"),
        (0, 0, "00/00 đơn vị"),
    ],
)
def test_a_share_is_written_with_a_decimal_comma(part: int, whole: int, text: str) -> None:
    assert wording.share(part, whole) == text


@pytest.mark.parametrize(
    ("values", "mean"), [(["90", "91"], "90.5"), (["1", "1", "0"], "0.67"), (["0.005"], "0.01"), (["0", "0"], "0")]
)
def test_a_mean_is_rounded_half_upwards(values: Sequence[str], mean: str) -> None:
    assert wording.average([Decimal(value) for value in values]) == Decimal(mean)


def test_nothing_has_no_mean() -> None:
    assert wording.average([]) is None
    assert wording.points(None) == "–"


def test_rounding_half_upwards_goes_up_below_zero_too() -> None:
    assert [wording.rounded(Fraction(twice, 2), 0) for twice in (-3, -1, 1, 3)] == [-1, 0, 1, 2]


@pytest.mark.parametrize(("value", "text"), [("1.5", "+1,5"), ("-2.25", "-2,25"), ("0", "0")])
def test_differences_have_a_sign(value: str, text: str) -> None:
    assert wording.signed(Decimal(value)) == text


@pytest.mark.parametrize(
    ("layout", "typed", "text"),
    [
        ("party", "127", "127-BC/BDVTU"),
        ("administrative", "5", "05/BC-BDVTU"),
        ("party", "9-BC/TU", "9-BC/TU"),
        ("administrative", "", "......../BC-BDVTU"),
    ],
)
def test_numbers_have_the_signs_of_their_layout(
    reports: dict[str, RoundReport], layout: str, typed: str, text: str
) -> None:
    party = reports["party"].head
    head = party if layout == "party" else reports["administrative"].head
    assert wording.number(with_sign(head), Paper(typed)) == text


def with_sign(head: Head) -> Head:
    from dataclasses import replace

    return replace(head, abbreviation="BDVTU")


@pytest.mark.parametrize(
    ("paper", "text"),
    [
        (Paper("12-CV/TU", date(2024, 12, 8)), "12-CV/TU ngày 08/12/2024"),
        (Paper("12-CV/TU"), "12-CV/TU"),
        (Paper("", date(2024, 12, 8)), "ngày 08/12/2024"),
        (Paper(), "–"),
    ],
)
def test_a_paper_is_cited_by_what_is_known(paper: Paper, text: str) -> None:
    assert wording.paper(paper) == text


def test_delays_count_begun_days() -> None:
    assert wording.delay(submitted(None)) == "Chưa nộp"
    delays = [wording.delay(submitted(day)) for day in (0, 1, 24, 25)]
    assert delays == ["–", "01 ngày", "01 ngày", "02 ngày"]


def submitted(hours: int | None) -> Result:
    when = None if hours is None else at(12, 10 + hours // 24, hours % 24)
    return Result("Sở A", "Sở", "", "Đã nộp", LOCK, when, None, None, None)


def test_a_few_are_named_and_many_are_counted() -> None:
    one = submitted(None)
    assert wording.named([one]) == "Sở A"
    assert wording.named([one, one, one]) == "Sở A, Sở A và Sở A"
    assert wording.named([one] * 4) == "04 đơn vị"


def test_long_names_break_in_the_middle() -> None:
    assert wording.balanced("ỦY BAN NHÂN DÂN HUYỆN VĂN GIANG", 24) == "ỦY BAN NHÂN DÂN\nHUYỆN VĂN GIANG"
    assert wording.balanced("BAN DÂN VẬN", 24) == "BAN DÂN VẬN"
    assert wording.balanced("X" * 30, 24) == "X" * 30


def test_instants_are_local() -> None:
    assert wording.instant(at(12, 9, 23, 59)) == "23 giờ 59 phút ngày 09/12/2024"
    assert wording.due(LOCK) == "Hết ngày 09/12/2024 (trước ngày 10/12)"
    assert wording.due(at(12, 9, 17)) == "17 giờ 00 phút ngày 09/12/2024"


def test_long_titles_break_where_a_phrase_ends() -> None:
    assert wording.parted("về việc a", 75) == "về việc a"
    assert (
        wording.parted("kiểm điểm, xếp loại tổ chức đảng, cá nhân", 36) == "kiểm điểm,\nxếp loại tổ chức đảng, cá nhân"
    )
    assert wording.parted("dân chủ ở cơ sở và dân vận", 20) == "dân chủ ở cơ sở\nvà dân vận"
    assert wording.parted("không có dấu nào ở đây cả", 15) == "không có dấu\nnào ở đây cả"


@pytest.mark.parametrize(
    "lines",
    [
        "BAN THƯỜNG VỤ\nĐẢNG ỦY",
        "ĐẢNG ỦY\nPHƯỜNG TRẦN PHÚ",
        "ỦY BAN NHÂN DÂN\nHUYỆN VĂN GIANG",
        "TẬP THỂ LÃNH ĐẠO\nBAN TỔ CHỨC THÀNH ỦY",
        "ĐẢNG ỦY\nỦY BAN NHÂN DÂN TỈNH",
        "ỦY BAN MẶT TRẬN\nTỔ QUỐC VIỆT NAM\nTHÀNH PHỐ HÀ TĨNH",
    ],
)
def test_names_of_bodies_break_where_that_of_another_begins(lines: str) -> None:
    assert wording.parted(lines.replace("\n", " "), 20, wording.BODY_BEGINS) == lines


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33,3%"), (2, 3, "66,7%"), (0, 5, "0%"), (5, 5, "100%"), (1, 2000, "0,1%")]
)
def test_a_part_is_written_in_per_cent(part: int, whole: int, text: str) -> None:
    assert wording.percent(part, whole) == text
