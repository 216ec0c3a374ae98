"""The rules of the house that no linter knows; each has a self-test on a source that breaks it."""

import ast
import re
import statistics
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

Check = Callable[[ast.Module], list[int]]

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES: list[str] = CONFIGURATION["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
LONGEST_MODULE = 400
MEDIAN_FUNCTION, LONG_FUNCTION = 10, 35

STATE_IN_SQL = re.compile(r"\bSET\b(?:(?!\b(?:WHERE|FROM|RETURNING)\b)[^;])*\bstate\b\s*=")
CLOCK_IN_SQL = re.compile(r"\bCURRENT_(TIMESTAMP|DATE|TIME)\b|\b(clock|statement)_timestamp\(|'now'")
CLOCKS = re.compile(
    r"(datetime|date|dt|func)\.(now|utcnow|today|current_\w+)|time\.(time|time_ns|localtime|gmtime|ctime)"
)
STOPWATCHES = re.compile(r"time\.(monotonic|perf_counter|process_time)(_ns)?")
EVASIONS = {"skip", "skipif", "skipUnless", "skipIf", "SkipTest", "skipTest", "xfail", "importorskip"}


def names(tree: ast.AST) -> Iterable[tuple[str, int]]:
    """Every dotted name that is read or imported, by its last two parts: `time.time`, `datetime.now`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield f"{last_name(node.value)}.{node.attr}", node.lineno
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def strings(tree: ast.AST) -> Iterable[tuple[str, int]]:
    """Every text, an f-string as one with its holes left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value, node.lineno
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value for part in node.values if isinstance(part, ast.Constant))
            yield "_".join(map(str, parts)), node.lineno


def commits(tree: ast.Module) -> list[int]:
    return [line for name, line in names(tree) if name.endswith(".commit")]


def state_writes(tree: ast.Module) -> list[int]:
    nodes = [node for node in ast.walk(tree) if is_state_write(node)]
    lines = [node.lineno for node in nodes if isinstance(node, ast.expr)]
    return lines + [line for text, line in strings(tree) if STATE_IN_SQL.search(text)]


def is_state_write(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr="state", ctx=ast.Store()):
            return True
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="state"), _]):
            return True
        case ast.Call(func=ast.Attribute(attr="values") as function, keywords=keywords):
            updates = any(isinstance(part, ast.expr) and last_name(part) == "update" for part in ast.walk(function))
            return updates and any(keyword.arg == "state" for keyword in keywords)
    return False


def clock_reads(tree: ast.Module) -> list[int]:
    lines = [line for name, line in names(tree) if CLOCKS.fullmatch(name)]
    return lines + [line for text, line in strings(tree) if CLOCK_IN_SQL.search(text)]


def stopwatches(tree: ast.Module) -> list[int]:
    return [line for name, line in names(tree) if STOPWATCHES.fullmatch(name)]


def evasions(tree: ast.Module) -> list[int]:
    return [line for name, line in names(tree) if name.rpartition(".")[2] in EVASIONS]


def function_lengths(tree: ast.Module) -> list[int]:
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [(node.end_lineno or node.lineno) - node.lineno + 1 for node in functions]


def lengths_are_fair(lengths: list[int]) -> bool:
    ninetieth = statistics.quantiles(lengths, n=10)[-1]
    return statistics.median(lengths) <= MEDIAN_FUNCTION and ninetieth <= LONG_FUNCTION


def too_long(source: str) -> bool:
    return len(source.splitlines()) > LONGEST_MODULE


def foreign_owners(owners: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Other distributions that install a package of ours."""
    claims = {name: set(owners.get(name, ())) - {"danhgia"} for name in [*PACKAGES, "tests"]}
    return {name: others for name, others in claims.items() if others}


def unlisted(root: Path) -> set[str]:
    """Packages that stand in the tree and are not built, linted and checked with the others."""
    return {path.parent.name for path in root.glob("*/__init__.py")} - {*PACKAGES, "tests"}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """The trees of all modules are large, and nobody else wants them."""
    yield
    tree_of.cache_clear()


def modules(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


def offences(check: Check, paths: Iterable[Path], *allowed: str) -> list[str]:
    """`file:line` wherever the check finds something outside the allowed files and folders."""
    return [
        f"{name}:{line}"
        for path in paths
        if not (name := str(path.relative_to(ROOT))).startswith(allowed)
        for line in check(tree_of(path))
    ]


def test_only_the_database_commits() -> None:
    assert offences(commits, modules(*PACKAGES), "models/db.py") == []


def test_only_states_writes_a_state() -> None:
    baseline = "danhgia/bench/raw.py"  # writes by hand what `states` writes, to be measured against
    assert offences(state_writes, modules(*PACKAGES), "states/", baseline) == []


def test_only_the_clock_reads_the_time() -> None:
    assert offences(clock_reads, modules(*PACKAGES), "config/clock.py") == []


def test_only_the_edges_measure_durations() -> None:
    assert offences(stopwatches, modules(*PACKAGES), "danhgia/", "flows/", "notifications/", "web/lines.py") == []


def test_no_test_is_evaded() -> None:
    assert offences(evasions, modules("tests")) == []


def test_modules_are_short() -> None:
    paths = [path for path in modules(*PACKAGES, "tests") if "migrations" not in path.parts]
    assert [str(path) for path in paths if too_long(path.read_text())] == []


def test_functions_are_short() -> None:
    trees = (tree_of(path) for path in modules(*PACKAGES))
    assert lengths_are_fair([length for tree in trees for length in function_lengths(tree)])


def test_no_other_distribution_owns_our_names() -> None:
    assert foreign_owners(packages_distributions()) == {}


def test_every_package_is_listed() -> None:
    assert unlisted(ROOT) == set()
    assert CONFIGURATION["tool"]["mypy"]["files"] == [*PACKAGES, "tests"]
    assert CONFIGURATION["tool"]["importlinter"]["root_packages"] == PACKAGES


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (commits, "session.commit()"),
        (commits, "close = session.connection().commit"),
        (state_writes, "row.state = 'decided'"),
        (state_writes, "row.version, row.state = 2, 'decided'"),
        (state_writes, "setattr(row, 'state', 'decided')"),
        (state_writes, "update(Assessment).where(x).values(state='decided')"),
        (state_writes, "'UPDATE assessment SET version = 2, state = :state WHERE id = 1'"),
        (state_writes, "f'UPDATE {table} SET state = :state'"),
        (clock_reads, "datetime.now(UTC)"),
        (clock_reads, "datetime.datetime.utcnow()"),
        (clock_reads, "stamp = field(default_factory=time.time)"),
        (clock_reads, "from time import time"),
        (clock_reads, "date.today()"),
        (clock_reads, "select(func.now())"),
        (clock_reads, "'SELECT CURRENT_TIMESTAMP'"),
        (stopwatches, "time.perf_counter()"),
        (evasions, "pytest.skip('later')"),
        (evasions, "@pytest.mark.xfail\ndef test(): ..."),
        (evasions, "from unittest import skipIf"),
    ],
)
def test_a_breach_is_found(check: Check, source: str) -> None:
    assert set(check(ast.parse(source))) == {1}


@pytest.mark.parametrize(
    ("check", "source"),
    [
        (commits, "'.commit('"),
        (state_writes, "print(row.state); insert(Assessment).values(state='assigned')"),
        (state_writes, "'UPDATE assessment SET closes_at = 1 WHERE state = 2'"),
        (clock_reads, "clock.now(); time.sleep(1); settings.now"),
        (stopwatches, "time.sleep(1)"),
        (evasions, "lines.skipped"),
    ],
)
def test_what_is_allowed_is_let_through(check: Check, source: str) -> None:
    assert check(ast.parse(source)) == []


def test_long_code_is_found() -> None:
    assert [too_long("\n" * lines) for lines in (LONGEST_MODULE, LONGEST_MODULE + 1)] == [False, True]
    assert function_lengths(ast.parse("def f():\n    a = 1\n    return a\n")) == [3]
    assert not lengths_are_fair([11] * 10)
    assert not lengths_are_fair([1] * 8 + [36] * 2)
    assert lengths_are_fair([10] * 10)


def test_a_foreign_owner_is_found() -> None:
    assert foreign_owners({"config": ["danhgia", "python-config"], "yaml": ["pyyaml"]}) == {"config": {"python-config"}}


def test_an_unlisted_package_is_found(tmp_path: Path) -> None:
    (tmp_path / "extras").mkdir()
    (tmp_path / "extras" / "__init__.py").touch()
    assert unlisted(tmp_path) == {"extras"}
