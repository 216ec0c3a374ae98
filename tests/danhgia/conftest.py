import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from danhgia.cli import main
from models.db import Database, run
from tests.conftest import Fresh

SCRIPT = Path(sys.executable).parent / "danhgia"
UNWANTED = ("PYTHONDONTWRITEBYTECODE", "COLUMNS", "NO_COLOR", "FORCE_COLOR")


@dataclass(frozen=True)
class Ran:
    """What a command came to."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """The command line in a directory of its own, on a database."""

    url: str
    directory: Path
    settings: Mapping[str, str]
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object, **settings: str) -> Ran:
        """Run a command in this process; `settings` are further variables, without their prefix."""
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(self.directory)
            for name in UNWANTED:
                patch.delenv(name, raising=False)
            for name, value in self._variables(settings).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["danhgia", *map(str, arguments)])
            return self._run()

    def _run(self) -> Ran:
        self.capture.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capture.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    def script(self, *arguments: object, **settings: str) -> Ran:
        """Run a command as a process of its own, by the script that is installed."""
        kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
        done = subprocess.run(
            [SCRIPT, *map(str, arguments)],
            env=kept | self._variables(settings),
            cwd=self.directory,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def _variables(self, settings: Mapping[str, str]) -> dict[str, str]:
        given = {"database_url": self.url, "var": str(self.directory / "var"), **self.settings, **settings}
        return {f"DANHGIA_{name.upper()}": value for name, value in given.items()}


@pytest.fixture
def shell(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands on a new live database, once of each kind."""
    return Shell(database_url, tmp_path, {}, capsys)


@pytest.fixture
def lite(fresh_sqlite: Fresh, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    """Commands on a new live SQLite database: where the kind makes no difference."""
    with fresh_sqlite() as url:
        yield Shell(url, tmp_path, {}, capsys)


@pytest.fixture
def rehearsal(database: Database, database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Commands on a rehearsal's database, on which `database` is open too; by default on 1 October 2024."""
    with database.writing() as session:
        run(session, "UPDATE installation SET made_as = 'rehearsal'")
    return Shell(database_url, tmp_path, {"now": "2024-10-01T08:00:00+07:00"}, capsys)


@pytest.fixture
def other(request: pytest.FixtureRequest, rehearsal: Shell) -> Iterator[Shell]:
    """Commands on another, empty, live database of the same kind."""
    kind = "sqlite" if rehearsal.url.startswith("sqlite") else "postgresql"
    fresh: Fresh = request.getfixturevalue(f"fresh_{kind}")
    with fresh() as url:
        yield replace(rehearsal, url=url, settings={})
