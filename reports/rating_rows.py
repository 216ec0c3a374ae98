"""The rows of the tables of a round that rates, every cell a text."""

from collections.abc import Sequence
from typing import Any

from reports import wording
from reports.rating_contents import Aside, Flagged, LevelCount, QuotaLine, Rated, RatedBoard, SentUp
from reports.values import Grounds, Outcome, Redecided
from reports.wording import NONE, SUBJECTS, points, units

Row = dict[str, str]
PLACES = ("first", "second", "third", "fourth")
"""The columns of the table of levels: there are four of them (HT-5.5)."""


def board(place: int, one: RatedBoard) -> dict[str, Any]:
    title, body = f"{place}. {one.kind} ({units(len(one.rows), SUBJECTS)})", f"Cấp quyết định: {one.body}"
    rows = [_rated(number, row) for number, row in enumerate(one.rows, 1)]
    return {"title": title, "body": body, "points": one.has_points, "rows": rows}


def _rated(place: int, one: Rated) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "own": points(one.self_total),
        "appraised": points(one.appraised_total),
        "self_level": one.self_level or NONE,
        "proposed": proposed(one) or NONE,
        "level": one.level or NONE,
        "paper": wording.paper(one.paper),
        "notes": notes(one),
    }


def notes(one: Rated) -> str:
    """The notes as one sentence without its full stop."""
    first, *others = one.notes or ("",)
    return "; ".join([first, *map(wording.lower, others)])


def proposed(one: Rated) -> str:
    return " hoặc ".join(one.proposed)


def level_count(place: int, one: LevelCount) -> Row:
    return {"no": str(place), "name": one.kind, **_counts(one)}


def level_total(counts: Sequence[LevelCount]) -> Row:
    return _counts(total_of(counts))


def total_of(counts: Sequence[LevelCount]) -> LevelCount:
    """The kinds together."""
    by_level = tuple(map(sum, zip(*(one.levels for one in counts), strict=True))) or (0,) * len(PLACES)
    return LevelCount("", by_level, sum(one.not_rated for one in counts), sum(one.waiting for one in counts))


def _counts(one: LevelCount) -> Row:
    shares = (f"{number}\n({wording.percent(number, one.rated)})" if number else "0" for number in one.levels)
    others = {"total": str(one.total), "not_rated": str(one.not_rated), "waiting": str(one.waiting)}
    return {**others, **dict(zip(PLACES, shares, strict=True))}


def quota(place: int, one: QuotaLine) -> Row:
    return {
        "no": str(place),
        "kinds": "; ".join(one.kinds),
        "body": one.body,
        "size": str(one.size),
        "counted": str(one.counted),
        "scarce": str(one.scarce),
        "seats": str(one.seats),
        "base": one.base,
        "verdict": verdict(one),
    }


def verdict(one: QuotaLine) -> str:
    """Whether the quota was kept, or by which minuted word it was not, and why the share is the greater one."""
    return "\n".join(f"{part}." for part in verdicts(one))


def verdicts(one: QuotaLine) -> list[str]:
    """The parts of the verdict, without a full stop."""
    raised = [f"Áp dụng tỷ lệ cao hơn cho nơi nổi bật: {_because(grounds)}" for grounds in one.raises]
    return [*_kept(one), *raised]


def _kept(one: QuotaLine) -> list[str]:
    if one.held:
        return ["Trong tỷ lệ"]
    if one.held is None:
        return ["Chưa đủ căn cứ, còn đối tượng chưa có mức xếp loại"]
    over = f"Vượt {wording.count(one.scarce - one.seats)}"
    if not one.overrides:
        return [f"{over}, không có biên bản ghi lý do"]
    return [f"{over} theo biên bản: {_because(grounds)}" for grounds in one.overrides]


def _because(grounds: Grounds) -> str:
    """A reason with the papers that it stands in."""
    papers = "; ".join(wording.paper(one) for one in (grounds.minutes, grounds.paper) if wording.paper(one) != NONE)
    reason = grounds.reason.rstrip(".")
    return f"{reason} ({papers})" if papers and reason else reason or papers or "không ghi lý do"


def differing(place: int, one: Rated) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "own": points(one.self_total),
        "appraised": points(one.appraised_total),
        "self_level": one.self_level or NONE,
        "level": one.level or NONE,
    }


def aside(place: int, one: Aside) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "case": one.case,
        "reason": one.grounds.reason or NONE,
        "paper": wording.paper(one.grounds.paper),
    }


def flag(place: int, one: Flagged) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "text": one.text,
        "level": one.level or NONE,
    }


def sent_up(place: int, one: SentUp) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "voted": one.voted or NONE,
        "paper": wording.paper(one.paper),
        "level": one.level or "Chưa có quyết định",
        "decided": wording.paper(one.decided_by),
    }


def replaced(place: int, one: Redecided) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "before": outcome(one.before),
        "after": outcome(one.after),
        "reason": one.reason or NONE,
    }


def outcome(decided: Outcome) -> str:
    paper = wording.paper(decided.paper)
    return decided.level if paper == NONE else f"{decided.level} ({paper})"


def late(place: int, one: Rated) -> Row:
    done = f"Đã công nhận {one.level}" if one.level else one.state
    return {"no": str(place), "name": one.name, "kind": one.kind, "due": wording.due(one.closes_at), "result": done}
