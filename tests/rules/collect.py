"""Which rules a test says it holds, read from the source of the tests without running anything."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MOST: Final = 3
TESTS: Final = Path(__file__).parents[1]

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, order=True)
class Marked:
    """A test, as `file::name` below tests/, and the rules it is marked with, in the order they are written."""

    test: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The marked tests, and what is wrong with marks, as `file:line: what`."""

    marked: tuple[Marked, ...]
    problems: tuple[str, ...]

    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """The tests of each rule that any test names."""
        named = dict.fromkeys(rule for one in self.marked for rule in one.rules)
        return {rule: tuple(one.test for one in self.marked if rule in one.rules) for rule in named}


def collect(root: Path = TESTS) -> Found:
    """Read every test file below the folder."""
    read = [_read(path, str(path.relative_to(root))) for path in sorted(root.rglob("test_*.py"))]
    marked = tuple(one for found in read for one in found.marked)
    return Found(marked, tuple(problem for found in read for problem in found.problems))


def wrong(marked: Iterable[Marked], known: Iterable[str]) -> list[str]:
    """What is wrong with the rules that tests name: unknown, named twice, more than three."""
    rules = frozenset(known)
    return [problem for one in marked for problem in _wrong(one, rules)]


def _wrong(one: Marked, known: frozenset[str]) -> Iterator[str]:
    for rule in one.rules:
        if rule not in known:
            yield f"{one.test}: there is no rule {rule}"
    if len(set(one.rules)) < len(one.rules):
        yield f"{one.test}: names a rule twice"
    if len(one.rules) > MOST:
        yield f"{one.test}: names more than {MOST} rules"


def _read(path: Path, name: str) -> Found:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tests = [node for node in ast.walk(tree) if isinstance(node, Function) and node.name.startswith("test_")]
    calls = {test: [one for one in test.decorator_list if _is_mark(one)] for test in tests}
    good = {call for of_test in calls.values() for call in of_test if _literals(call)}
    marked = tuple(
        Marked(f"{name}::{test.name}", tuple(rule for call in of_test for rule in _literals(call)))
        for test, of_test in calls.items()
        if of_test
    )
    return Found(marked, tuple(_stray(tree, good, name)))


def _stray(tree: ast.AST, good: Iterable[ast.expr], name: str) -> Iterator[str]:
    """Marks that would be passed over: not on a test, or not with rules written out."""
    counted = {id(call.func) for call in good if isinstance(call, ast.Call)}
    for node in ast.walk(tree):
        if _names_mark(node) and id(node) not in counted:
            yield f"{name}:{getattr(node, 'lineno', 0)}: a rule is marked on a test function, written out as text"


def _names_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "rule" and ast.unparse(node.value).endswith("mark")


def _is_mark(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and _names_mark(node.func)


def _literals(node: ast.expr) -> tuple[str, ...]:
    """The rules of a mark; none when anything but text stands there."""
    if not isinstance(node, ast.Call) or node.keywords:
        return ()
    values = [one.value for one in node.args if isinstance(one, ast.Constant)]
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == len(node.args) else ()
