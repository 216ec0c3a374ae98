from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from config.calendar import (
    LOCAL,
    DaysOff,
    add_working_days,
    closes_at,
    date_text,
    deadline_text,
    earlier_working_day,
    end_of,
    is_working_day,
    last_day,
    local_day,
    long_date_text,
    on_day,
    opens_at,
    parse_date,
    start_of,
    working_days_between,
)


@pytest.mark.rule("X-D1", "X-D3")
def test_before_a_day_closes_as_the_day_begins() -> None:
    closing = closes_at(2024, before="12-10")
    assert closing == datetime(2024, 12, 10, tzinfo=LOCAL) == datetime(2024, 12, 9, 17, tzinfo=UTC)
    assert closing.tzinfo is UTC


@pytest.mark.rule("X-D2", "X-D6")
def test_through_a_day_closes_as_the_day_ends() -> None:
    assert closes_at(2024, through="11-30") == datetime(2024, 12, 1, tzinfo=LOCAL)
    assert closes_at(2024, through="12-31") == datetime(2025, 1, 1, tzinfo=LOCAL)
    assert opens_at("10-15", 2024) == datetime(2024, 10, 15, tzinfo=LOCAL)


@pytest.mark.parametrize("given", [{}, {"before": "12-10", "through": "12-10"}])
def test_a_deadline_has_exactly_one_closing(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        closes_at(2024, **given)


@pytest.mark.parametrize("text", ["13-01", "02-30", "02-29", "1-1", "12/10", "", "١٢-١٠"])
def test_what_is_no_day_of_every_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day"):
        on_day(text, 2001)


def test_the_last_day_is_the_one_before_the_closing() -> None:
    closing = closes_at(2026, before="12-10")
    assert (last_day(closing), local_day(closing)) == (date(2026, 12, 9), date(2026, 12, 10))
    assert last_day(closing + timedelta(hours=1)) == date(2026, 12, 10)


@pytest.mark.parametrize(
    ("closing", "text"),
    [
        (closes_at(2026, before="12-10"), "hết ngày 09/12/2026 (trước ngày 10/12)"),
        (closes_at(2026, through="12-31"), "hết ngày 31/12/2026 (trước ngày 01/01/2027)"),
        (datetime(2026, 12, 9, 9, 5, tzinfo=LOCAL), "09 giờ 05 phút ngày 09/12/2026"),
        (datetime(2026, 12, 9, 17, tzinfo=UTC), "hết ngày 09/12/2026 (trước ngày 10/12)"),
        (datetime(2026, 12, 9, 12, tzinfo=ZoneInfo("America/New_York")), "hết ngày 09/12/2026 (trước ngày 10/12)"),
    ],
)
def test_a_deadline_is_said_with_its_last_day_and_the_day_of_the_guidance(closing: datetime, text: str) -> None:
    assert deadline_text(closing) == text


@pytest.mark.rule("X-D5")
@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2026, 12, 5), "05/12/2026", "ngày 05 tháng 12 năm 2026"),
        (date(2026, 2, 15), "15/02/2026", "ngày 15 tháng 02 năm 2026"),
        (date(2026, 3, 31), "31/03/2026", "ngày 31 tháng 3 năm 2026"),
    ],
)
def test_days_are_written_as_documents_write_them(day: date, short: str, long: str) -> None:
    assert (date_text(day), long_date_text(day)) == (short, long)


@pytest.mark.parametrize("text", ["14/12/2026", " 14/12/2026 ", "14-12-2026", "14.12.2026", "2026-12-14"])
def test_days_are_read(text: str) -> None:
    assert parse_date(text) == date(2026, 12, 14)


@pytest.mark.parametrize("text", ["", "12/2026", "31/02/2026", "12/14/2026", "mai", "14/12/26"])
def test_what_is_no_day_is_refused_in_vietnamese(text: str) -> None:
    with pytest.raises(ValueError, match=r"không phải là ngày hợp lệ"):
        parse_date(text)


@pytest.mark.rule("X-D6")
def test_an_extension_to_the_end_of_a_day_is_open_until_the_next_begins() -> None:
    closing = end_of(parse_date("14/12/2024"))
    assert closing == start_of(date(2024, 12, 15)) == datetime(2024, 12, 15, tzinfo=LOCAL)


@pytest.mark.rule("X-D7")
def test_a_draft_sent_on_thursday_may_be_reviewed_on_tuesday() -> None:
    thursday, tuesday = date(2022, 12, 1), date(2022, 12, 6)
    assert add_working_days(thursday, 3) == tuesday
    assert working_days_between(thursday, tuesday) == 3
    assert working_days_between(thursday, date(2022, 12, 5)) == 2
    assert working_days_between(tuesday, thursday) == working_days_between(thursday, thursday) == 0


@pytest.mark.rule("X-D7")
@pytest.mark.parametrize(
    "day", [date(2026, 2, 17), date(2026, 9, 2), date(2026, 4, 27), date(2022, 1, 3), date(2026, 12, 12)]
)
def test_public_holidays_their_swaps_and_weekends_are_off(day: date) -> None:
    assert not is_working_day(day)


@pytest.mark.rule("X-D7")
def test_a_table_adds_days_off_and_days_worked() -> None:
    monday, saturday = date(2026, 12, 7), date(2026, 12, 12)
    changes = DaysOff(off=(monday,), worked=(saturday,))
    assert (is_working_day(monday), is_working_day(saturday)) == (True, False)
    assert (is_working_day(monday, changes), is_working_day(saturday, changes)) == (False, True)
    assert add_working_days(date(2026, 12, 4), 1, changes) == date(2026, 12, 8)
    assert earlier_working_day(monday, changes) == date(2026, 12, 4)
    assert earlier_working_day(date(2026, 12, 13), changes) == saturday


def test_a_day_cannot_be_off_and_worked() -> None:
    day = date(2026, 12, 7)
    with pytest.raises(ValidationError, match="2026-12-07 is also off"):
        DaysOff(off=(day,), worked=(day,))
