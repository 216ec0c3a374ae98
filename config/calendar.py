"""Days and deadlines as the guidance writes them: local days of Vietnam, kept as UTC instants.

"Trước ngày D" closes at D 00:00:00 local (X-D1), "đến hết ngày D" at D+1 00:00:00 (X-D2, X-D6). The instants
are the same in whatever time zone the host is (X-D3).
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo

import holidays
from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator

from config.errors import Defect, refuse

LOCAL: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_DAY: Final = timedelta(days=1)
_COMMON_YEAR: Final = 2001
_MARCH: Final = 3
_VIETNAMESE_DATE: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", re.ASCII)


def _recurring(text: str) -> str:
    on_day(text, _COMMON_YEAR)
    return text


MonthDay = Annotated[str, AfterValidator(_recurring)]
"""A day of every year, written MM-DD (29 February does not recur, X-D4)."""


def on_day(month_day: str, year: int) -> date:
    """Return that day of the year; ValueError when `month_day` is not MM-DD or not a day."""
    if not re.fullmatch(r"\d\d-\d\d", month_day, re.ASCII):
        message = f'"{month_day}" is not a day written MM-DD'
        raise ValueError(message)
    try:
        return date(year, int(month_day[:2]), int(month_day[3:]))
    except ValueError:
        message = f'"{month_day}" is not a day of every year'
        raise ValueError(message) from None


def start_of(day: date) -> datetime:
    """Return the instant at which the local day begins, in UTC."""
    return datetime.combine(day, time.min, LOCAL).astimezone(UTC)


def end_of(day: date) -> datetime:
    """Return the exclusive instant at which the local day ends (X-D6)."""
    return start_of(day + _DAY)


def opens_at(month_day: str, year: int) -> datetime:
    """Return the beginning of the day from which something is open."""
    return start_of(on_day(month_day, year))


def closes_at(year: int, *, before: str | None = None, through: str | None = None) -> datetime:
    """Return the exclusive closing instant of exactly one of `before` (X-D1) and `through` (X-D2)."""
    if before is not None and through is None:
        return start_of(on_day(before, year))
    if through is not None and before is None:
        return end_of(on_day(through, year))
    message = 'a deadline has exactly one of "before" and "through"'
    raise ValueError(message)


def local_day(instant: datetime) -> date:
    """Return the local day on which the instant falls."""
    return instant.astimezone(LOCAL).date()


def last_day(closing: datetime) -> date:
    """Return the last local day on which something that closes then is still open."""
    return local_day(closing - timedelta.resolution)


def deadline_text(closing: datetime) -> str:
    """Say when something closes: "hết ngày 09/12/2026 (trước ngày 10/12)", or the hour."""
    local = closing.astimezone(LOCAL)
    if local.time() != time.min:
        return f"{local:%H} giờ {local:%M} phút ngày {date_text(local.date())}"
    last, after = last_day(closing), local.date()
    first_closed = f"{after:%d/%m}" if after.year == last.year else date_text(after)
    return f"hết ngày {date_text(last)} (trước ngày {first_closed})"


def date_text(day: date) -> str:
    """Write a day as dd/mm/yyyy (X-D5)."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def long_date_text(day: date) -> str:
    """Write a day as documents do, with a zero before days under 10 and months 1 and 2 (X-D5)."""
    month = f"{day.month:02}" if day.month < _MARCH else f"{day.month}"
    return f"ngày {day.day:02} tháng {month} năm {day.year}"


def parse_date(text: str) -> date:
    """Read dd/mm/yyyy, or yyyy-mm-dd as programs write it; ValueError with a Vietnamese sentence."""
    found = _VIETNAMESE_DATE.fullmatch(text.strip())
    try:
        if found:
            return date(int(found[3]), int(found[2]), int(found[1]))
        return date.fromisoformat(text.strip())
    except ValueError:
        message = f"“{text}” không phải là ngày hợp lệ (viết ngày/tháng/năm, ví dụ 09/12/2026)."
        raise ValueError(message) from None


class DaysOff(BaseModel):
    """What a notice changes in the public holidays: further days off, and days off that are worked (X-D7)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    off: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        both = [(index, day) for index, day in enumerate(self.worked) if day in self.off]
        refuse("DaysOff", [Defect(("worked", index), f"{day} is also off") for index, day in both])
        return self


NO_CHANGES: Final = DaysOff()


def is_working_day(day: date, changes: DaysOff = NO_CHANGES) -> bool:
    """Tell whether offices work on that day: Monday to Friday without public holidays, as changed (X-D7)."""
    if day in changes.off:
        return False
    return day in changes.worked or _public_holidays(day.year).is_working_day(day)


def add_working_days(day: date, count: int, changes: DaysOff = NO_CHANGES) -> date:
    """Return the `count`-th working day after `day`, which itself does not count; `day` when `count` is 0."""
    for _ in range(count):
        day += _DAY
        while not is_working_day(day, changes):
            day += _DAY
    return day


def working_days_between(sent: date, until: date, changes: DaysOff = NO_CHANGES) -> int:
    """Count the working days after `sent` up to and including `until` (RULES vector 16)."""
    return sum(is_working_day(sent + _DAY * step, changes) for step in range(1, (until - sent).days + 1))


def earlier_working_day(day: date, changes: DaysOff = NO_CHANGES) -> date:
    """Return `day`, or the last working day before it."""
    while not is_working_day(day, changes):
        day -= _DAY
    return day


@cache
def _public_holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("VN", years=year)
