"""The rows of the report's tables, every cell a text."""

from collections.abc import Callable, Sequence
from typing import Any

from reports import wording
from reports.contents import Board, Removed, Result, RoundReport, Special
from reports.values import Outcome, Redecided
from reports.wording import NONE, points, units

Row = dict[str, str]


def board_name(board: Board) -> str:
    return f"{board.kind} – {board.group}" if board.group else board.kind


def summary(place: int, board: Board) -> Row:
    decided = board.decided
    return {
        "no": str(place),
        "name": board_name(board),
        "subjects": str(len(board.results)),
        "decided": str(len(decided)),
        "highest": points(max(decided, default=None)),
        "lowest": points(min(decided, default=None)),
        "average": points(wording.average(decided)),
    }


def summary_total(report: RoundReport) -> Row:
    return {
        "subjects": str(sum(len(board.results) for board in report.boards)),
        "decided": str(sum(len(board.decided) for board in report.boards)),
    }


def numbered(results: Sequence[Result], row: Callable[[Result], Row]) -> list[Row]:
    return [{"no": str(place), "name": one.name, "kind": one.kind, **row(one)} for place, one in enumerate(results, 1)]


def board(place: int, board: Board, levels: str) -> dict[str, Any]:
    title = f"{place}. {board_name(board)} ({units(len(board.results))})"
    return {"title": title, "rows": numbered(board.results, lambda result: _ranked(result, levels))}


def _ranked(result: Result, levels: str) -> Row:
    level = result.level if levels == "decided" else result.proposed_level
    return {
        "own": points(result.self_total),
        "appraised": points(result.appraised_total),
        "decided": points(result.decided_total),
        "level": level or NONE,
        "place": NONE if result.place is None else str(result.place),
        "reason": result.reason or NONE,
    }


def zero(result: Result) -> Row:
    return {"locked": wording.instant(result.closes_at), "decided": points(result.decided_total)}


def late(result: Result) -> Row:
    handed_in = NONE if result.submitted_at is None else wording.instant(result.submitted_at)
    return {"due": wording.due(result.closes_at), "submitted": handed_in, "delay": wording.delay(result)}


def special(place: int, one: Special) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "reason": one.reason or NONE,
        "paper": wording.paper(one.paper),
        "until": wording.due(one.until),
        "submitted": wording.submitted(one.submitted_at),
    }


def difference(result: Result) -> Row:
    difference = NONE if result.difference is None else wording.signed(result.difference)
    return {"own": points(result.self_total), "appraised": points(result.appraised_total), "difference": difference}


def removed(place: int, one: Removed) -> Row:
    paper = wording.paper(one.paper)
    return {"no": str(place), "name": one.name, "kind": one.kind, "reason": one.reason or NONE, "paper": paper}


def redecided(place: int, one: Redecided) -> Row:
    return {
        "no": str(place),
        "name": one.name,
        "kind": one.kind,
        "before": outcome(one.before),
        "after": outcome(one.after),
        "reason": one.reason or NONE,
    }


def outcome(decided: Outcome) -> str:
    level = f", {decided.level}" if decided.level else ""
    return f"{points(decided.total)} điểm{level} ({wording.paper(decided.paper)})"
