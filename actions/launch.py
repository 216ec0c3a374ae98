"""Launches a programme in a year: a plan that says everything that is wrong, then one transaction (DESIGN §4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlmodel import Session, col, select

from actions.bodies import deciding_bodies
from actions.spots import first_spots, is_open
from config.calendar import date_text, deadline_text, local_day
from config.programme import Programme
from config.workflow import Deadline
from models.db import among, listed, locks_rows, run
from models.rounds import Milestone, Round
from models.types import from_day
from states.actor import Actor
from states.advance import Move, advance_round
from states.bulk import tell_all
from states.create import Newcomer, create, create_round
from states.errors import Refusal, Refused
from states.order import circle
from states.permits import demand_everywhere

HAS = (
    "s.id IN (SELECT g.subject_id FROM account_grant g JOIN account c ON c.id = g.account_id "
    "WHERE g.role = '{role}' AND g.subject_id IS NOT NULL AND g.ended_at IS NULL AND c.active)"
)
SELECT = (
    "SELECT s.code, s.id, s.name, s.kind, s.group_name, s.active, "
    f"{HAS.format(role='officer')}, {HAS.format(role='head')}, s.parent_id, s.body, s.valid_from, s.valid_to "
    "FROM subject s WHERE s.code"
)


class Line(NamedTuple):
    """One subject of a plan.

    `newcomer` is None when it will have no dossier: because of its `problem`, or because it is not active.
    """

    code: str
    name: str = ""
    kind: str = ""
    newcomer: Newcomer | None = None
    problem: Refusal | None = None


class Plan(NamedTuple):
    """What a launch would do: what stands against the round as a whole, and every subject in the order asked for."""

    problems: tuple[Refusal, ...]
    lines: tuple[Line, ...]

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Everything that stands against the launch; nothing means it would go through."""
        return (*self.problems, *(line.problem for line in self.lines if line.problem))

    @property
    def newcomers(self) -> list[Newcomer]:
        """The subjects that would have a dossier."""
        return [line.newcomer for line in self.lines if line.newcomer]


class _Found(NamedTuple):
    code: str
    id: int
    name: str
    kind: str
    group: str
    active: bool
    officer: bool
    head: bool
    parent_id: int | None
    body: str
    valid_from: date | None
    valid_to: date | None


class _Own(NamedTuple):
    sheet: str
    leaves: int
    closes_at: datetime


def plan(
    session: Session,
    programme: Programme,
    year: int,
    codes: Iterable[str],
    *,
    now: datetime,
    live: bool = True,
    smtp: bool = True,
) -> Plan:
    """What a launch on `now` would do, with every problem; writes nothing. `smtp` tells whether mail can go out."""
    asked = list(dict.fromkeys(codes))
    found = _subjects(session, asked)
    own = _own_of_kinds(programme, year, _kinds_of(programme, found.values()))
    today = local_day(now)
    bodies = deciding_bodies(session, programme, frozenset(found))
    lines = tuple(_line(programme, own, bodies, code, found.get(code), today) for code in asked)
    problems = [
        *_of_order(session, programme, found.values()),
        *_of_round(session, programme, year, lines),
        *_of_calendar(programme, year, own, now),
    ]
    if live:
        problems += _of_going_live(programme, own, smtp=smtp)
    return Plan(tuple(problems), lines)


def launch(  # noqa: PLR0913  as `plan`, and who launches by which letter
    session: Session,
    programme: Programme,
    year: int,
    codes: Iterable[str],
    *,
    document: int | None = None,
    actor: Actor,
    now: datetime,
    live: bool = True,
    smtp: bool,
) -> int:
    """Make the round, its calendar and a dossier for each subject, start it and invite everybody; returns its id.

    `document` is the letter (*công văn*) the units are shown. Subjects that are not active are left out. Raises
    Refused with everything that stands against it, before anything is written.
    """
    demand_everywhere(session, actor, "administer")
    _one_at_a_time(session)
    planned = plan(session, programme, year, codes, now=now, live=live, smtp=smtp)
    if planned.refusals:
        raise Refused(planned.refusals)
    round_id = create_round(session, programme, year)
    newcomers = first_spots(session, programme, year, planned.newcomers) if is_open(programme) else planned.newcomers
    session.add_all(milestones(programme, round_id, year, {one.kind for one in newcomers}))
    ids = create(session, round_id, newcomers, actor=actor, now=now)
    what = {"programme": programme.digest, "year": year, "live": live, "dossiers": len(ids)}
    columns = {"launched_at": now, "launch_document_id": document}
    move = Move(document_id=document, columns=columns, what=what)
    advance_round(session, round_id, "launch", actor=actor, now=now, move=move)
    tell_all(session, "assigned", ids, {}, now)
    return round_id


def milestones(programme: Programme, round_id: int, year: int, kinds: Iterable[str]) -> list[Milestone]:
    """The calendar of a round for some kinds of subjects: a row for each stage that concerns a kind."""
    return [
        Milestone(
            round_id=round_id,
            stage=deadline.stage,
            kind=kind,
            opens_at=deadline.opens_at(year),
            closes_at=deadline.closes_at(year),
            late=deadline.late.value,
            trigger=deadline.do,
        )
        for deadline in programme.deadlines(year)
        for kind in sorted(kinds)
        if deadline.covers(kind)
    ]


def own_deadline(programme: Programme, year: int, kind: str) -> Deadline | None:
    """The deadline that a dossier's own `closes_at` is of: the first that covers its kind (`states.hold.own_stage`)."""
    return next((deadline for deadline in programme.deadlines(year) if deadline.covers(kind)), None)


def _one_at_a_time(session: Session) -> None:
    """Two launches of the same programme and year must see each other."""
    if locks_rows(session):
        run(session, "SELECT id FROM installation WHERE id = 1 FOR UPDATE")


def _subjects(session: Session, codes: Iterable[str]) -> Mapping[str, _Found]:
    rows = run(session, f"{SELECT} {among(session)}", {"among": listed(session, codes)}).fetchall()
    return {row[0]: _Found._make((*row[:-2], from_day(row[-2]), from_day(row[-1]))) for row in rows}


def _line(
    programme: Programme,
    own: Mapping[str, _Own],
    bodies: Mapping[str, str | None],
    code: str,
    found: _Found | None,
    today: date,
) -> Line:
    if found is None:
        return Line(code, problem=Refusal("unknown", f"Danh sách không có đơn vị nào mang mã «{code}»."))
    if not found.active:
        return Line(code, found.name, found.kind)
    body = bodies[code]
    problem = _problem(programme, own, found, today) or (_undecided(found) if body is None else None)
    if problem:
        return Line(code, found.name, found.kind, problem=problem)
    sheet = own[found.kind] if found.kind in own else _Own("", 0, min(one.closes_at for one in own.values()))
    made = Newcomer(found.id, found.name, found.kind, found.group, *sheet, body=body or "")
    return Line(code, found.name, found.kind, made)


def _problem(programme: Programme, own: Mapping[str, _Own], found: _Found, today: date) -> Refusal | None:
    if found.kind not in programme.register_kinds:
        return Refusal("kind", f"{found.name}: chương trình không có loại đối tượng «{found.kind}».")
    if found.kind not in own and not is_open(programme):
        return Refusal("kind", f"{found.name}: chương trình không có thời hạn nào cho loại «{found.kind}».")
    if found.valid_to and found.valid_to < today:
        since = date_text(found.valid_to + timedelta(days=1))
        return Refusal("expired", f"{found.name} hết hiệu lực từ ngày {since}, không đưa vào đợt được.")
    if found.valid_from and found.valid_from > today:
        return Refusal("expired", f"{found.name} chỉ có hiệu lực từ ngày {date_text(found.valid_from)}.")
    return None if found.officer and found.head else _without_address(found)


def _undecided(found: _Found) -> Refusal:
    return Refusal("body", f"{found.name}: không xác định được cấp có thẩm quyền xếp loại; ghi mã vào cột «body».")


def _of_order(session: Session, programme: Programme, found: Iterable[_Found]) -> Iterator[Refusal]:
    names = {one.id: one.name for one in found if one.active}
    kinds = {one.id: one.kind for one in found if one.active}
    around = circle(session, programme, kinds) if programme.order else ()
    if around:
        path = " → ".join(names[one] for one in around)
        yield Refusal("cycle", f"Thứ tự xếp loại đi vòng, không thể bắt đầu từ đâu: {path}.")


def _kinds_of(programme: Programme, found: Iterable[_Found]) -> set[str]:
    return set(programme.subject_kinds) if is_open(programme) else {one.kind for one in found if one.active}


def _without_address(found: _Found) -> Refusal:
    missing = [label for label, there in (("cán bộ đơn vị", found.officer), ("thủ trưởng", found.head)) if not there]
    return Refusal("address", f"{found.name} chưa có địa chỉ thư của {' và '.join(missing)}.")


def _own_of_kinds(programme: Programme, year: int, kinds: set[str]) -> dict[str, _Own]:
    own = {}
    for kind in sorted(kinds & programme.subject_kinds.keys()):
        deadline, sheet = own_deadline(programme, year, kind), programme.sheet_for(kind)
        if deadline is not None:
            own[kind] = _Own(sheet.slug, len(sheet.leaves()), deadline.closes_at(year))
    return own


def _of_round(session: Session, programme: Programme, year: int, lines: Sequence[Line]) -> Iterator[Refusal]:
    if not any(line.newcomer or line.problem for line in lines):
        yield Refusal("nobody", "Danh sách không có đơn vị nào đang hoạt động để phát động đợt.")
    chosen = select(Round).where(Round.slug == programme.slug, Round.year == year, col(Round.launched_at).is_not(None))
    for one in session.exec(chosen.where(Round.state != "cancelled").order_by(col(Round.id))):
        yield Refusal("launched", f"Đợt «{one.title}» đã được phát động (đợt số {one.id}).")


def _of_calendar(programme: Programme, year: int, kinds: Iterable[str], now: datetime) -> Iterator[Refusal]:
    own = {deadline.stage: deadline for kind in kinds if (deadline := own_deadline(programme, year, kind))}
    for deadline in own.values():
        closes_at = deadline.closes_at(year)
        if closes_at <= now:
            yield Refusal("too_late", f"Thời hạn «{deadline.label}» đã qua: {deadline_text(closes_at)}.")


def _of_going_live(programme: Programme, kinds: Iterable[str], *, smtp: bool) -> Iterator[Refusal]:
    if not smtp:
        yield Refusal("smtp", "Chưa khai báo máy chủ thư (DANHGIA_SMTP_URL); đợt thật cần gửi được thư cho các đơn vị.")
    for title in sorted({sheet.title for sheet in map(programme.sheet_for, kinds) if sheet.status == "sample"}):
        yield Refusal("sample", f"Biểu «{title}» là biểu mẫu, chỉ dùng để chạy thử; hãy nạp biểu chính thức.")
