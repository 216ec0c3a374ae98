"""Instants and spans of time as pages say them, in the language of the reader."""

from datetime import datetime, time
from typing import Final

from config import calendar
from config.calendar import LOCAL, date_text, last_day
from notifications import wording
from web.words import HOME, _, language

UNITS: Final = {"ngày": _("còn %(count)s ngày"), "giờ": _("còn %(count)s giờ"), "phút": _("còn %(count)s phút")}
"""How long something is still open, by what is counted."""


def minute(instant: datetime) -> str:
    """An instant to the minute."""
    return wording.minute(instant) if language() == HOME else _dated(instant, "%H:%M")


def moment(instant: datetime) -> str:
    """An instant to the second."""
    return wording.moment(instant) if language() == HOME else _dated(instant, "%H:%M:%S")


def _dated(instant: datetime, form: str) -> str:
    local = instant.astimezone(LOCAL)
    return _("%(time)s ngày %(day)s") % {"time": local.strftime(form), "day": date_text(local.date())}


def deadline_text(closing: datetime) -> str:
    """When something closes: its last day and the day before which it is, or the hour."""
    local = closing.astimezone(LOCAL)
    if language() == HOME:
        return calendar.deadline_text(closing)
    if local.time() != time.min:
        return minute(closing)
    days = {"last": date_text(last_day(closing)), "after": date_text(local.date())}
    return _("hết ngày %(last)s (trước ngày %(after)s)") % days


def left(closing: datetime, now: datetime) -> str:
    """How long something is still open."""
    said = wording.time_left(closing, now)
    if language() == HOME:
        return said
    _still, count, unit = said.split(" ")
    return UNITS[unit] % {"count": count}
