"""One act on many dossiers, listed before it is done: which it would move and which not, and why.

What is done is what was listed: a confirmation names the digest of its list, and where the list is another one by
then, nothing is done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.extension import grant_extension, untimely
from config.calendar import deadline_text, end_of, last_day, local_day
from config.programme import Programme
from config.vocabulary import Need
from models.db import run
from models.types import from_micros, to_micros
from states.actor import Actor
from states.advance import Move, tell_sql
from states.bulk import bulk, preview
from states.chain import canonical
from states.desk import Desk, Row
from states.errors import Refusal, Refused, Stale, refuse
from states.history import record
from states.hold import hold_round, milestones_for, share_round
from states.permits import DOSSIER

REMIND, EXTEND = "remind", "reopen"
PLAIN: Final = (
    "accept",
    "register_late",
    "return_registration",
    "return_dossier",
    "reopen_appraisal",
    "exclude",
    "set_aside",
    "announce",
    "refuse",
    "commend",
)
"""Triggers that need nothing beside a reason and a document, in the order in which they are offered."""
MOST: Final = 1000
"""As many dossiers are extended in one request."""
ALL_NEEDS: Final = Move("-", 1, 1)
NO_DAY: Final = Refusal("until", "Chưa ghi ngày cuối cùng của thời hạn mới.")
FACTS: Final = "SELECT id, closes_at, kind, scored, leaves FROM assessment WHERE round_id = :round"


class Offer(NamedTuple):
    """An act on many: its name, what it is called, what has to be given with it."""

    name: str
    label: str
    needs: frozenset[str]


class Wish(NamedTuple):
    """What is to be done; `until` is the last day of an extension."""

    name: str
    until: date | None = None


class Line(NamedTuple):
    """A dossier of the list: what becomes of it, or why nothing does."""

    id: int
    name: str
    state: str
    what: str
    refusals: tuple[Refusal, ...] = ()


class Listing(NamedTuple):
    """Those that would be moved, and those that would not."""

    wish: Wish
    moving: Sequence[Line]
    staying: Sequence[Line]

    @property
    def digest(self) -> str:
        """What ties a confirmation to this list."""
        until = self.wish.until.isoformat() if self.wish.until else None
        shown = {"do": self.wish.name, "until": until, "ids": [[one.id, one.what] for one in self.moving]}
        return sha256(canonical(shown).encode()).hexdigest()


class Fact(NamedTuple):
    """What extensions and reminders go by."""

    closes_at: datetime
    kind: str
    is_full: bool


def offers(programme: Programme, relations: Collection[str]) -> list[Offer]:
    """The acts on many dossiers that an actor of these relations is offered."""
    steps = programme.workflow.assessment.transitions
    labels = programme.workflow.assessment.triggers
    own = {step.do: step for step in steps if not set(step.by).isdisjoint(relations)}
    found = [Offer(REMIND, "Nhắc nộp bản tự đánh giá", frozenset())] if "administrator" in relations else []
    if EXTEND in own:
        found.append(Offer(EXTEND, labels[EXTEND], frozenset({"until", "reason", "document"})))
    plain = [name for name in PLAIN if name in own]
    return found + [Offer(name, labels[name], _needs(programme, name)) for name in plain]


def _needs(programme: Programme, name: str) -> frozenset[str]:
    steps = [step for step in programme.workflow.assessment.transitions if step.do == name]
    return frozenset(str(need) for step in steps for need in step.needs) - {str(Need.MINUTES)}


def listing(session: Session, desk: Desk, rows: Sequence[Row], wish: Wish, *, actor: Actor, now: datetime) -> Listing:
    """What an act would do to these dossiers now."""
    decide = {REMIND: _reminding, EXTEND: _extending}.get(wish.name, _moving)
    against = dict(decide(session, desk, rows, wish, actor, now))
    lines = [_line(desk, row, *against[row.id]) for row in rows]
    return Listing(wish, [one for one in lines if not one.refusals], [one for one in lines if one.refusals])


def do_listed(
    session: Session,
    desk: Desk,
    found: Listing,
    *,
    reason: str,
    document_id: int | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Do to the dossiers of a list what it says, to all of them or to none; returns how many."""
    share_round(session, desk.id)
    ids = [one.id for one in found.moving]
    if not ids:
        raise refuse("empty", "Không có hồ sơ nào thực hiện được.")
    match found.wish.name:
        case "remind":
            _remind(session, desk, ids, actor, now)
        case "reopen":
            _extend(session, found, ids, reason, document_id, actor, now)
        case name:
            moved = bulk(session, desk.id, name, actor=actor, now=now, ids=ids, move=Move(reason, document_id))
            if moved.refused:
                raise Refused([one for why in moved.refused.values() for one in why])
            if set(moved.moved) != set(ids):
                raise Stale
    return len(ids)


Found = Iterator[tuple[int, tuple[str, tuple[Refusal, ...]]]]


def _line(desk: Desk, row: Row, what: str, refusals: tuple[Refusal, ...]) -> Line:
    return Line(row.id, row.name, desk.workflow.assessment.states[row.state].label, what, refusals)


def _moving(session: Session, desk: Desk, rows: Sequence[Row], wish: Wish, actor: Actor, now: datetime) -> Found:
    part = desk.workflow.assessment
    ids = [row.id for row in rows]
    would = preview(session, desk.id, wish.name, actor=actor, now=now, ids=ids, move=ALL_NEEDS)
    for row in rows:
        if row.id in would.moved:
            yield row.id, (f"thành «{part.states[would.moved[row.id]].label}»", ())
        else:
            away = Refusal("state", f"Không thực hiện được từ trạng thái «{part.states[row.state].label}».")
            yield row.id, ("", would.refused.get(row.id, (away,)))


def _extending(session: Session, desk: Desk, rows: Sequence[Row], wish: Wish, actor: Actor, now: datetime) -> Found:
    if wish.until is None:
        yield from ((row.id, ("", (NO_DAY,))) for row in rows)
        return
    facts, closes_at = _facts(session, desk.id), end_of(wish.until)
    spans = {kind: milestones_for(session, desk.id, kind) for kind in {row.kind for row in rows}}
    for key, (_, refusals) in _moving(session, desk, rows, wish, actor, now):
        own = facts[key]
        late = untimely(desk.workflow, spans[own.kind], closes_at, present=own.closes_at, now=now)
        yield key, (f"hạn mới {deadline_text(closes_at)}", (*refusals, *late))


def _reminding(session: Session, desk: Desk, rows: Sequence[Row], _: Wish, __: Actor, now: datetime) -> Found:
    facts, part = _facts(session, desk.id), desk.workflow.assessment
    for row in rows:
        own = facts[row.id]
        if not (part.steps("submit", row.state) or part.steps("start_self", row.state)):
            yield row.id, ("", (Refusal("state", "Không còn chờ đơn vị nộp."),))
        elif own.closes_at <= now:
            yield row.id, ("", (Refusal("late", f"Đã hết hạn ({deadline_text(own.closes_at)})."),))
        else:
            yield row.id, ("gửi thư nhắc nộp" if own.is_full else "gửi thư nhắc chấm và nộp", ())


def _facts(session: Session, round_id: int) -> dict[int, Fact]:
    rows = run(session, FACTS, {"round": round_id}).fetchall()
    return {row[0]: Fact(from_micros(row[1]), row[2], bool(row[4]) and row[3] >= row[4]) for row in rows}


def _extend(
    session: Session,
    found: Listing,
    ids: Sequence[int],
    reason: str,
    document_id: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    if len(ids) > MOST:
        raise refuse("most", f"Mỗi lần gia hạn nhiều nhất {MOST} hồ sơ; hãy thu hẹp danh sách.")
    if found.wish.until is None or document_id is None:
        raise refuse("needs_document", "Phải nêu ngày và văn bản làm căn cứ.")
    until = found.wish.until
    for key in sorted(ids):
        grant_extension(session, key, until=until, reason=reason, document=document_id, actor=actor, now=now)


def _remind(session: Session, desk: Desk, ids: Sequence[int], actor: Actor, now: datetime) -> None:
    """Queue the reminders at once; the occasion is this instant, so that nobody is reminded twice by one click."""
    facts = _facts(session, desk.id)
    by_text: dict[tuple[str, int], list[int]] = {}
    for key in ids:
        days = (last_day(facts[key].closes_at) - local_day(now)).days
        by_text.setdefault(("unsubmitted_reminder" if facts[key].is_full else "reminder", days), []).append(key)
    for (message, days), among in by_text.items():
        _tell(session, message, among, {"days": days}, now)
    link = hold_round(session, desk.id, actor=actor, now=now).link
    record(session, link, "remind", {"dossiers": len(ids)}, actor=actor, now=now)


def _tell(session: Session, message: str, ids: Sequence[int], about: Mapping[str, int], now: datetime) -> None:
    where = f"a.id IN ({', '.join(str(int(key)) for key in ids)})"
    occasion = f"'by-hand:{to_micros(now)}/' || a.id"
    sql = tell_sql(message, "assessment", "a", DOSSIER, where, occasion, ":about", ":due")
    run(session, sql, {"about": canonical(dict(about)), "due": to_micros(now)})
