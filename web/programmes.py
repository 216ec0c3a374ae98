"""Programmes as pages show them: their calendar in a year, their sheets, their levels, what is odd in their source."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from sqlmodel import Session, col, select

from config.load import list_programmes, load_programme
from config.programme import LevelStatus, Programme
from config.vocabulary import Late
from models.rounds import ProgrammeVersion, Round
from states.errors import Unknown
from states.hold import programme_of
from web.words import _

LATE: Final = {
    Late.ZERO: _("Quá hạn: tự khóa; chưa nộp thì 0 điểm"),
    Late.FLAG: _("Quá hạn: vẫn nhận, ghi là quá hạn"),
    Late.REFUSE: _("Quá hạn: không nhận"),
}
SHEET_STATUS: Final = {
    "official": (_("Biểu chính thức"), "ok"),
    "sample": (_("Biểu mẫu, chỉ để chạy thử"), "warn"),
    "own_wording": (_("Điểm theo nguồn, lời văn của phần mềm"), "info"),
}
LEVEL_STATUS: Final = {
    LevelStatus.NONE: "",
    LevelStatus.CONFIRMED: _("Khung điểm đã xác nhận"),
    LevelStatus.UNCONFIRMED: _("Khung điểm chưa xác nhận"),
}


FIRST_YEAR, LAST_YEAR = 2000, 2100


class Dated(NamedTuple):
    """A deadline in a year; `kinds` is empty when it is for all."""

    label: str
    kinds: Sequence[str]
    opens_at: datetime | None
    closes_at: datetime
    late: str


class SheetRow(NamedTuple):
    """A sheet with whom it is for."""

    title: str
    total: Decimal
    leaves: int
    kinds: Sequence[str]
    status: str
    tone: str


class Running(NamedTuple):
    """A round of the programme; `may_confirm` while its bands are not."""

    id: int
    title: str
    label: str
    may_confirm: bool


def year_of(text: str, otherwise: int) -> int:
    """The year that was typed, if it is one that programmes know."""
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == len("2026") else 0
    return year if FIRST_YEAR <= year <= LAST_YEAR else otherwise


@cache
def programme(slug: str) -> Programme:
    """A programme of this release; Unknown when there is none."""
    if slug not in list_programmes():
        raise Unknown(_("chương trình này"))
    return load_programme(slug)


def programmes() -> list[Programme]:
    """All that come with this release."""
    return [programme(slug) for slug in list_programmes()]


def calendar(one: Programme, year: int) -> list[Dated]:
    """The deadlines of a year, in the order of the programme."""
    return [
        Dated(
            deadline.label,
            [one.subject_kinds[kind].label for kind in deadline.kinds if kind in one.subject_kinds],
            deadline.opens_at(year),
            deadline.closes_at(year),
            LATE[deadline.late],
        )
        for deadline in one.deadlines(year)
    ]


def sheets(one: Programme) -> list[SheetRow]:
    """The sheets, with the kinds that are scored on each."""
    return [
        SheetRow(
            use.sheet.title,
            use.sheet.total,
            len(use.sheet.leaves()),
            [one.subject_kinds[kind].label for kind in use.kinds],
            *SHEET_STATUS[use.sheet.status],
        )
        for use in one.sheets
    ]


def running(session: Session, slug: str) -> list[Running]:
    """The rounds of a programme that were launched, the newest first."""
    joined = select(Round, ProgrammeVersion.digest).join(
        ProgrammeVersion, col(ProgrammeVersion.id) == col(Round.programme_version_id)
    )
    chosen = joined.where(Round.slug == slug, col(Round.launched_at).is_not(None))
    found = session.exec(chosen.order_by(col(Round.year).desc(), col(Round.id).desc())).all()
    return [_running(one, programme_of(session, digest)) for one, digest in found]


def _running(one: Round, pinned: Programme) -> Running:
    label = pinned.workflow.round.states[one.state].label
    return Running(one.id, one.title, label, pinned.levels.status is LevelStatus.UNCONFIRMED)
