"""The lock instant is one instant of the world: wherever the host stands, whoever looks (RULES vectors 1, 2, 4)."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.calendar import LOCAL, closes_at, deadline_text, end_of, last_day, local_day

ZONES = (
    "UTC",
    "Asia/Ho_Chi_Minh",
    "America/St_Johns",
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "Europe/Lisbon",
    "Asia/Kathmandu",
)
years = st.integers(2000, 2100)
month_days = st.dates(date(2001, 1, 1), date(2001, 12, 31)).map(lambda day: f"{day:%m-%d}")
zones = st.sampled_from(ZONES)
TICK = timedelta(microseconds=1)


@contextmanager
def host_in(zone: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = zone
    time.tzset()
    try:
        yield
    finally:
        os.environ.pop("TZ") if before is None else os.environ.update(TZ=before)
        time.tzset()


@pytest.mark.rule("X-D1", "X-D3")
@given(year=years, before=month_days, host=zones)
def test_the_host_does_not_move_the_closing(year: int, before: str, host: str) -> None:
    with host_in(host):
        closing = closes_at(year, before=before)
    assert closing == datetime.fromisoformat(f"{year}-{before}T00:00:00+07:00")


@pytest.mark.rule("X-D3")
@given(year=years, before=month_days, observer=zones, host=zones)
def test_an_observer_sees_the_same_last_instant(year: int, before: str, observer: str, host: str) -> None:
    closing = closes_at(year, before=before)
    seen = (closing - TICK).astimezone(ZoneInfo(observer))
    with host_in(host):
        assert seen < closing <= closing.astimezone(ZoneInfo(observer))
        assert local_day(seen) == last_day(closing) == local_day(closing) - timedelta(days=1)
        assert deadline_text(closing.astimezone(ZoneInfo(observer))) == deadline_text(closing)


@pytest.mark.rule("X-D2")
@given(year=years, day=month_days)
def test_through_a_day_is_before_the_next(year: int, day: str) -> None:
    closing = closes_at(year, through=day)
    assert closing == end_of(date.fromisoformat(f"{year}-{day}")) == closes_at(year, before=day) + timedelta(days=1)


@pytest.mark.rule("X-D1", "X-D3")
@pytest.mark.parametrize("host", ZONES)
def test_vectors_1_and_2(host: str) -> None:
    with host_in(host):
        closing = closes_at(2024, before="12-10")
        assert datetime(2024, 12, 9, 23, 59, 59, 999000, tzinfo=LOCAL) < closing
        assert datetime(2024, 12, 10, tzinfo=LOCAL) >= closing
        assert datetime(2024, 12, 9, 17, tzinfo=UTC) >= closing


@pytest.mark.rule("X-D6")
@pytest.mark.parametrize("host", ZONES)
def test_vector_4(host: str) -> None:
    with host_in(host):
        closing = end_of(date(2024, 12, 14))
        assert (
            datetime(2024, 12, 14, 23, 59, 59, 999999, tzinfo=LOCAL) < closing == datetime(2024, 12, 15, tzinfo=LOCAL)
        )
