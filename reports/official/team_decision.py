"""The decision that sets up the appraisal team of a round (quyết định thành lập đoàn thẩm định, VG-2.2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session, col, or_, select

from actions import meeting_page
from actions.handing_out import issued
from config.calendar import deadline_text
from config.programme import Programme
from models.installation import installation
from models.people import Account, Grant
from models.rounds import Round, milestones
from reports import wording
from reports.contents import Head
from reports.official import frame
from reports.official.entry import File
from reports.official.frame import ROOM, Official
from reports.official.heads import of_programme
from reports.records import own_paper
from reports.values import Paper

NAME: Final = "team"
KEY: Final = "quyet-dinh-doan-tham-dinh"
ROLES: Final = {"lead": "Trưởng đoàn", "appraiser": "Thành viên"}
_DUTIES: Final = "có nhiệm vụ thẩm định hồ sơ tự đánh giá của các cơ quan, đơn vị; tổng hợp kết quả, báo cáo"
_ENDS: Final = "Đoàn thẩm định tự giải thể sau khi"
_CONCERNED: Final = (
    "các cơ quan, đơn vị liên quan và các ông (bà) có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này. "
    "Quyết định này có hiệu lực kể từ ngày ký./."
)
STAGE: Final = "decision"
_UNNAMED: Final = tuple(
    f"{number}. Ông (bà) {ROOM} - {post}."
    for number, post in enumerate(("Trưởng đoàn", "Phó Trưởng đoàn", "Thành viên", "Thành viên, thư ký"), 1)
)
"""Room for those whom nobody has named yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """Who appraises in a round, by post in the team, and until when results are decided."""

    programme: Programme
    year: int
    launched_at: datetime
    members: Sequence[tuple[str, str, str]]
    closes_at: datetime | None
    paper: Paper
    rehearsal: bool

    @property
    def name(self) -> str:
        return self.programme.bodies.team or self.programme.bodies.appraiser

    @property
    def head(self) -> Head:
        return of_programme(self.programme)


def build_template(layout: str) -> bytes:
    """The template of a layout."""
    return frame.template(layout, lambda document: _body(document, layout))


def _body(document: Document, layout: str) -> None:
    frame.resolved(document, layout)
    frame.articles(document)


def make(session: Session, round_id: int, now: datetime) -> File:
    """The decision with those who appraise in the round; a draft while there are none."""
    found = read(session, round_id, now)
    return File(f"quyet-dinh-thanh-lap-doan-tham-dinh-{found.year}.docx", write(found))


def read(session: Session, round_id: int, now: datetime) -> Team:
    """The team of a round."""
    around, one = meeting_page.around(session, round_id), session.get_one(Round, round_id)
    closings = [each.closes_at for each in milestones(session, round_id) if each.stage == STAGE]
    return Team(
        programme=around.programme,
        year=around.year,
        launched_at=one.launched_at or now,
        members=_members(session, round_id),
        closes_at=max(closings, default=None),
        paper=own_paper(issued(session, f"round:{round_id}").get((KEY, None))),
        rehearsal=installation(session).made_as == "rehearsal",
    )


def _members(session: Session, round_id: int) -> list[tuple[str, str, str]]:
    """Post in the team, name and position, the head of the team first."""
    chosen = select(Grant.role, Account.name, Account.position).join(Account, col(Account.id) == col(Grant.account_id))
    here = chosen.where(or_(col(Grant.round_id).is_(None), col(Grant.round_id) == round_id), col(Account.active))
    rows = session.exec(
        here.where(col(Grant.role).in_(ROLES), col(Grant.ended_at).is_(None)).order_by(col(Grant.id))
    ).all()
    return [(post, name, position) for role, post in ROLES.items() for held, name, position in rows if held == role]


def write(found: Team) -> bytes:
    """The document; the same team gives the same bytes."""
    official = _official(found)
    context: dict[str, Any] = {"decider": frame.decider(found.head), "articles": list(_articles(found))}
    return frame.printed(NAME, official, {**frame.values(official), **context})


def _official(found: Team) -> Official:
    head = found.head
    order = "Xét" if head.layout == "party" else "Theo"
    owner = found.programme.bodies.owner
    advised = () if owner == head.sender else (f"{order} đề nghị của {owner}",)
    return Official(
        head=replace(head, receivers=("Như Điều 3", *head.receivers)),
        type="Quyết định",
        sign="QĐ",
        about=f"thành lập {found.name} năm {found.year}",
        year=found.year,
        paper=found.paper,
        bases=(*frame.cited(head.bases), *advised),
        draft=not found.members,
        rehearsal=found.rehearsal,
        made_at=found.launched_at,
    )


def _articles(found: Team) -> Iterator[list[str]]:
    listed = [f"{number}. {line}" for number, line in enumerate(map(_named, found.members), 1)]
    yield [f"Thành lập {found.name} năm {found.year} gồm các ông (bà) có tên sau đây:", *(listed or _UNNAMED)]
    due = f" trong thời hạn quyết định kết quả, {deadline_text(found.closes_at)}" if found.closes_at else ""
    done = f"hoàn thành việc {wording.lower(found.programme.title)} năm {found.year}"
    yield [f"{found.name} {_DUTIES} {found.head.sender} xem xét, quyết định{due}. {_ENDS} {done}."]
    yield [f"{wording.upper(found.programme.bodies.owner)}, {_CONCERNED}"]


def _named(member: tuple[str, str, str]) -> str:
    post, name, position = member
    return f"Ông (bà) {name or ROOM}{f', {position}' if position else ''} - {post}."
