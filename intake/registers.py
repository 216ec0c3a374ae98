"""A register of subjects as a file: cells that hold no value and old encodings are told before the rows are checked."""

from collections.abc import Collection
from pathlib import Path

from config.errors import ConfigError, Problem
from config.register import RegisterRow, load_register
from intake.cells import unfit_cells
from intake.encodings import decode


def read_register(path: Path, *, kinds: Collection[str] | None = None) -> list[RegisterRow]:
    """The subjects of a file, as `config.register.load_register` reads them; ConfigError with every problem."""
    if path.suffix.lower() == ".xlsx" and path.is_file():
        problems = [Problem(str(path), one.row, one.heading, one.sentence) for one in unfit_cells(path)]
        if problems:
            raise ConfigError(problems)
    elif path.is_file():
        decode(path, path.read_bytes())
    return load_register(path, kinds=kinds)
