"""The page of settings, from the model that reads them, and of the other variables that scripts and tests know."""

import re
from collections.abc import Mapping
from pathlib import Path
from subprocess import run
from typing import Any, Final

from pydantic_core import PydanticUndefined

from config.settings import Settings
from tests.reference.page import Entry, Page, Table, code

ROOT: Final = Path(__file__).parents[2]
PREFIX: Final = "DANHGIA_"
VARIABLE: Final = re.compile(r"\bDANHGIA_[A-Z][A-Z0-9_]*\b")
OTHERS: Final[Mapping[str, str]] = {
    "DANHGIA_BENCH_DIR": "The folder in which `danhgia bench` makes its databases; unset, that of temporary files.",
    "DANHGIA_BENCH_MAILS": "How many mails `danhgia bench workers` sends, where the full number would take too long.",
    "DANHGIA_GOLDEN": "`write` lets tests write golden files and docs/rules.md anew.",
    "DANHGIA_TEST_POSTGRES_HOME": "Where the PostgreSQL of one test run lives; set by the tests themselves.",
    "DANHGIA_TEST_POSTGRES_URL": "A PostgreSQL server for the tests, where none can be started by them.",
    "DANHGIA_TEST_SQLITE_TEMPLATE": "The empty database that tests copy; set by the tests themselves.",
}
"""Variables that are no settings of the program: name, and what they are for."""


def settings_page() -> Page:
    """Every setting, and every other variable of ours."""
    fields = Settings.model_fields
    own = tuple(
        Entry(code(_name(name)), field.description or "", (_default(field.default),)) for name, field in fields.items()
    )
    others = tuple(Entry(code(name), about) for name, about in OTHERS.items())
    about = "Settings are variables of the environment, read when a process starts; an empty one counts as unset."
    tables = (Table("Settings", "Variable", own, ("Default",)), Table("For benchmarks and tests", "Variable", others))
    return Page("settings", "Settings", about, tables)


def unknown_variables() -> set[str]:
    """Variables that some file of the repository names and that are neither a setting nor among the others."""
    known = {_name(name) for name in Settings.model_fields} | set(OTHERS)
    return {name for text in _texts() for name in VARIABLE.findall(text)} - known


def unused_variables() -> set[str]:
    """Variables that are described and that nothing reads."""
    here = Path(__file__)
    return set(OTHERS) - {name for text in _texts(here) for name in VARIABLE.findall(text)}


def _texts(*but: Path) -> list[str]:
    listed = run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / name for name in listed.stdout.splitlines()]
    wanted = [file for file in files if file.suffix not in {".docx", ".png", ".xlsx"} and file not in but]
    return [file.read_text(errors="replace") for file in wanted if file.is_file()]


def _name(field: str) -> str:
    return f"{PREFIX}{field.upper()}"


def _default(given: Any) -> str:  # noqa: ANN401  the default of any field
    return "" if given in (None, PydanticUndefined) else code(given)
