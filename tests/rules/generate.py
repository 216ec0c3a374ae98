"""docs/rules.md as it follows from rules.yaml and the marks of the tests."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from tests.rules.rulebook import FAMILIES, Rulebook

DOCUMENT: Final = Path(__file__).parents[2] / "docs" / "rules.md"
HEAD: Final = """\
# Rules, and the tests that hold them

Written by `DANHGIA_GOLDEN=write pytest tests/rules` from `tests/rules/rules.yaml` and the marks
`@pytest.mark.rule("HT-9.1")`; a test is marked with at most three rules, and only where breaking the rule turns
that very test red. Tests are named below `tests/`.
"""

Holders = Mapping[str, tuple[str, ...]]


def document(book: Rulebook, holders: Holders) -> str:
    """The whole document: the counts, a table for each source, ambiguities and anomalies."""
    parts = [HEAD, _counts(book, holders)]
    parts += [_table(title, book, book.of(family), holders) for family, (_, title) in FAMILIES.items()]
    return "\n".join([*parts, _ambiguities(book, holders), _anomalies(book, holders)])


def _counts(book: Rulebook, holders: Holders) -> str:
    lines = ["| Source | Rules | Held by tests | None, with the reason | Not built yet |", "|---|---|---|---|---|"]
    lines += [_row(title, list(book.of(family)), book, holders) for family, (_, title) in FAMILIES.items()]
    return "\n".join([*lines, _row("**All**", list(book.rules), book, holders), ""])


def _row(title: str, rules: list[str], book: Rulebook, holders: Holders) -> str:
    groups: tuple[Mapping[str, object], ...] = (holders, book.untested, dict.fromkeys(book.pending))
    figures = [len(rules), *(sum(rule in group for rule in rules) for group in groups)]
    return f"| {title} | {' | '.join(map(str, figures))} |"


def _table(title: str, book: Rulebook, rules: Iterator[str], holders: Holders) -> str:
    rows = [f"| {rule} | {book.rules[rule]} | {_held(rule, book, holders)} |" for rule in rules]
    return "\n".join([f"## {title}", "", "| Rule | What it says | Held by |", "|---|---|---|", *rows, ""])


def _held(rule: str, book: Rulebook, holders: Holders) -> str:
    if rule in holders:
        return _tests(rule, holders)
    return "Not built yet." if rule in book.pending else f"No test. {book.untested.get(rule, '')}".strip()


def _tests(name: str, holders: Holders) -> str:
    return "<br>".join(f"`{test}`" for test in holders.get(name, ()))


def _ambiguities(book: Rulebook, holders: Holders) -> str:
    head = ["## Where a source is silent", "", "Paths are below `config/`, of code from the root.", ""]
    columns = ["| Id | What is done | Switch, or where it is fixed | Tests |", "|---|---|---|---|"]
    return "\n".join([*head, *columns, *_silences(book, holders), ""])


def _silences(book: Rulebook, holders: Holders) -> Iterator[str]:
    for name, one in book.ambiguities.items():
        where = f"`{one.switch}`" if one.switch else f"fixed: {one.fixed}"
        later = " (not built yet)" if name in book.pending else ""
        yield f"| {name} | {one.default} | {where}{later} | {_tests(name, holders)} |"


def _anomalies(book: Rulebook, holders: Holders) -> str:
    head = ["## Where a source contradicts itself", "", "| Id | What is done | Tests |", "|---|---|---|"]
    return "\n".join(
        [*head, *(f"| {name} | {says} | {_tests(name, holders)} |" for name, says in book.anomalies.items()), ""]
    )
