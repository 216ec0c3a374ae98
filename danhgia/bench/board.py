"""The board of a round and its lists, through the whole portal: fifty thousand dossiers against five hundred."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from http import HTTPStatus
from statistics import quantiles
from time import perf_counter
from typing import Final

from sqlmodel import Session
from starlette.testclient import TestClient

from actions.sessions import Visit, hash_of, start
from config.settings import Settings
from danhgia.bench import world
from danhgia.bench.cases import Result
from danhgia.bench.counting import counted
from danhgia.bench.places import KINDS, fresh
from models.db import Database, run
from models.people import Account
from models.types import to_micros
from web.app import create_app
from web.place import Place

ADDRESS: Final = "http://127.0.0.1"
SIZES: Final = (50, 500, 3_000)
LOOKS: Final = 200
WARM: Final = 10
OK: Final = HTTPStatus.OK
AHEAD: Final = world.NOW + timedelta(hours=1)
STAFF: Final = 1_000_001
PAGES: Final = {
    "board": "/rounds/1",
    "board, list": "/rounds/1/units?after={middle}",
    "board, state": "/rounds/1/units?state=submitted&sort=name_down",
    "board, mail": "/rounds/1/mail?state=sent",
}
TURNS: Final = ("submitted", "self_assessing", "assigned", "self_assessing")
MOVED: Final = (
    "UPDATE assessment SET group_name = 'Khối ' || mod(id, 20), scored = CASE WHEN mod(id, 20) = 3 THEN leaves "
    "ELSE mod(id, 19) END, late = mod(id, 100) = 7, opened_at = CASE WHEN mod(id, 10) = 0 THEN NULL ELSE 1 END, "
    "submitted_at = CASE WHEN mod(id, 4) = 0 THEN 1 ELSE NULL END"
)
COUNTED: Final = (
    "INSERT INTO round_count (round_id, body, kind, group_name, left_state, state, n) "
    "SELECT round_id, body, kind, group_name, '', state, count(*) FROM assessment "
    "GROUP BY round_id, body, kind, group_name, state"
)
MAILED: Final = (
    "INSERT INTO outbox (round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, "
    "answer) SELECT 1, a.id, 'assigned', g.account_id, 'bench', '{}', :now, CASE WHEN mod(g.id, 100) = 0 "
    "THEN 'bounced' ELSE 'sent' END, 1, '250 Ok' FROM assessment a JOIN account_grant g ON g.subject_id = a.subject_id"
)


def bench_board(n: int = 50_000) -> list[Result]:
    """The 95th percentile of each page at n dossiers, against twice that at five hundred: a ratio of 1 is the bound."""
    return [result for kind in KINDS for result in _of_kind(kind, n)]


def _of_kind(kind: str, n: int) -> Iterator[Result]:
    with ExitStack() as stack:
        sizes = {size: stack.enter_context(fresh(kind)) for size in (*SIZES, n)}
        browsers = {size: signed_in(database, size) for size, database in sizes.items()}
        for name, path in PAGES.items():
            _demand_same_queries(name, {size: _queries(browsers[size], path, size) for size in browsers})
            found = _looked(browsers, path)
            for size in (50, 3_000, n):
                allowed = 2 * found[500]
                own = found[size]
                yield Result(name, kind, size, round(own, 2), round(allowed, 2), "ms (p95)", round(allowed / own, 3))


def _demand_same_queries(name: str, numbers: Mapping[int, int]) -> None:
    if len(set(numbers.values())) > 1:
        raise AssertionError(f"{name}: the number of queries grows with the dossiers: {numbers}")


def _queries(browser: TestClient, path: str, size: int) -> int:
    for _ in range(WARM):
        _timed(browser, path, size)
    with counted() as asked:
        _timed(browser, path, size)
    return len(asked)


def _looked(browsers: Mapping[int, TestClient], path: str) -> dict[int, float]:
    """The 95th percentile at each size; the sizes take turns, so that what else the machine does falls on all alike."""
    times: dict[int, list[float]] = {size: [] for size in browsers}
    for _ in range(LOOKS):
        for size, browser in browsers.items():
            times[size].append(_timed(browser, path, size))
    return {size: quantiles(own, n=20)[-1] for size, own in times.items()}


def _timed(browser: TestClient, path: str, size: int) -> float:
    start_at = perf_counter()
    answer = browser.get(path.format(middle=size // 2))
    if answer.status_code != OK:
        raise AssertionError(f"{path}: {answer.status_code}")
    return 1_000 * (perf_counter() - start_at)


def signed_in(database: Database, n: int) -> TestClient:
    """A round of n dossiers under way, and its administrator's browser."""
    world.fill(database, n, *TURNS)
    with database.writing() as session:
        run(session, MOVED)
        run(session, "DELETE FROM round_count")
        run(session, COUNTED)
        run(session, MAILED, {"now": to_micros(world.NOW)})
        run(session, "ANALYZE" if not database.is_sqlite else "SELECT 1")
        token = _administrator(session)
    place = Place(Settings(database_url=str(database.url), base_url=ADDRESS), database, lambda: AHEAD, False)
    cookies = {"danhgia": token, "danhgia-may": "bench"}
    return TestClient(create_app(place), base_url=ADDRESS, cookies=cookies)


def _administrator(session: Session) -> str:
    account = Account(id=STAFF, email="quan-tri@don-vi.example", name="Quản trị")
    session.add(account)
    session.flush()
    sql = "INSERT INTO account_grant (id, account_id, role, granted_at) VALUES (:id, :id, 'administrator', :now)"
    run(session, sql, {"id": STAFF, "now": to_micros(world.NOW)})
    return start(session, account, "rehearsal", Visit(hash_of("bench")), now=AHEAD)[1]
