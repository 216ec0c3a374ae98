"""A page of a dossier's history through the whole portal: a chain of two thousand rows against one of fifty."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from statistics import quantiles
from time import perf_counter
from typing import Final

from sqlmodel import Session
from starlette.testclient import TestClient

from danhgia.bench import world
from danhgia.bench.board import signed_in
from danhgia.bench.cases import Result
from danhgia.bench.counting import counted
from danhgia.bench.places import KINDS, fresh
from models.db import Database
from states import history
from states.actor import SYSTEM, account
from states.hold import hold

FEW: Final = 50
LOOKS: Final = 100
WARM: Final = 10
SHORT, LONG = 1, 2
"""The dossiers with the few rows and with the many."""
PAGES: Final = {
    "history": "",
    "history, older": "?seq={middle}&mail=1000000",
    "history, marks": "?kind=marks",
    "history, mail": "?kind=mail",
}


def bench_history(n: int = 2_000) -> list[Result]:
    """The 95th percentile of a page of n rows, against twice that of fifty: a ratio of 1 is the bound."""
    return [result for kind in KINDS for result in _of_kind(kind, n)]


def _of_kind(kind: str, n: int) -> Iterator[Result]:
    with fresh(kind) as database:
        browser = signed_in(database, LONG)
        _lengthen(database, SHORT, FEW)
        _lengthen(database, LONG, n)
        for name, query in PAGES.items():
            paths = {FEW: f"/assessments/{SHORT}/history", n: f"/assessments/{LONG}/history{query}"}
            found = _looked(browser, {size: path.format(middle=size // 2) for size, path in paths.items()})
            allowed = 2 * found[FEW]
            yield Result(name, kind, n, round(found[n], 2), round(allowed, 2), "ms (p95)", round(allowed / found[n], 3))


def _lengthen(database: Database, key: int, rows: int) -> None:
    """Let a chain have so many rows: marks with the content kept beside them, every tenth somebody who declares."""
    with database.writing() as session:
        for number in range(1, rows):
            _add(session, key, number)


def _add(session: Session, key: int, number: int) -> None:
    facts = hold(session, key, actor=SYSTEM, now=world.NOW)
    if number % 10 == 0:
        act, what = "declare_person", {"task": "self_assessment", "session": number}
        content: Mapping[str, object] = {"name": f"Người {number}", "position": "Chuyên viên"}
    else:
        code = f"I.{number % 20}"
        act, what = "appraise", {"criteria": [code]}
        content = {code: {"points": f"{number % 5}.0000", "entry": f'{{"points":"{number % 5}"}}', "note": "Đo"}}
    payload = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    history.record(session, facts.link, act, {**what, "payload": payload}, actor=account(1), now=world.NOW)


def _looked(browser: TestClient, paths: Mapping[int, str]) -> dict[int, float]:
    """The 95th percentile of each path; they take turns, and take the same number of queries."""
    for path in list(paths.values()) * WARM:
        _timed(browser, path)
    asked = {}
    for size, path in paths.items():
        with counted() as statements:
            _timed(browser, path)
        asked[size] = len(statements)
    if max(asked.values()) > asked[min(asked)]:
        raise AssertionError(f"the number of queries grows with the rows: {asked}")
    times: dict[int, list[float]] = {size: [] for size in paths}
    for _ in range(LOOKS):
        for size, path in paths.items():
            times[size].append(_timed(browser, path))
    return {size: quantiles(own, n=20)[-1] for size, own in times.items()}


def _timed(browser: TestClient, path: str) -> float:
    begun = perf_counter()
    answer = browser.get(path)
    if answer.status_code != HTTPStatus.OK:
        raise AssertionError(f"{path}: {answer.status_code}")
    return 1_000 * (perf_counter() - begun)
