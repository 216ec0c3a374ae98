"""A year of review and rating: drafts, reviews in their order, ballots, opinions, decisions from below (HT)."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlmodel import Session

from config.calendar import local_day, working_days_between
from config.register import RegisterRow
from danhgia.rehearse import staff
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.review_people import Year
from danhgia.rehearse.review_results import annul, ask_late, decide, hear_from_above, review_late, waive_one
from danhgia.rehearse.review_work import (
    agree,
    answer,
    consult,
    discipline,
    enter_letter,
    enter_members,
    exclude,
    prepare,
    review_all,
    review_behind,
    self_rate_all,
    send_drafts,
    state_all,
)
from danhgia.rehearse.stage import Stage

Work = Callable[[Year, Session], None]


def _of_staff(work: Callable[[Session, Stage], None]) -> Work:
    return lambda year, session: work(session, year.stage)


CALENDAR: tuple[tuple[int, int, int, Work], ...] = (
    (11, 4, 9, exclude),
    (11, 6, 9, prepare),
    (11, 14, 9, agree),
    (11, 18, 9, send_drafts),
    (11, 22, 8, review_all),
    (11, 22, 14, discipline),
    (11, 25, 8, state_all),
    (11, 26, 8, self_rate_all),
    (11, 27, 8, enter_members),
    (11, 28, 8, consult),
    (11, 29, 9, answer),
    (12, 3, 7, enter_letter),
    (12, 3, 8, decide),
    (12, 4, 8, waive_one),
    (12, 4, 9, decide),
    (12, 5, 8, review_behind),
    (12, 10, 8, review_late),
    (12, 10, 9, decide),
    (12, 11, 8, ask_late),
    (12, 12, 9, answer),
    (12, 18, 8, decide),
    (12, 19, 8, hear_from_above),
    (12, 20, 8, _of_staff(staff.draft_report)),
    (12, 23, 8, _of_staff(staff.hand_over)),
    (12, 27, 8, annul),
    (12, 30, 8, _of_staff(staff.archive)),
)
"""What happens on which day and hour."""


REVIEW: Final = (11, 22, 8)
WORKING_DAYS: Final = 3


def _in_time(sent: datetime, review: datetime) -> datetime:
    """That instant, or so many days earlier that the working days a draft must be read stand before the review."""
    while working_days_between(local_day(sent), local_day(review)) < WORKING_DAYS:
        sent -= timedelta(days=1)
    return sent


def write(agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
    """Put the year of a round of review and rating on the agenda."""
    year = Year(agenda, rows)
    for month, day, hour, work in CALENDAR:
        at = year.at(month, day, hour)
        at = _in_time(at, year.at(*REVIEW)) if work is send_drafts else at
        agenda.put(at, partial(year.stage.act, partial(work, year)))
