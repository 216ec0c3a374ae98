"""What is wrong with a file of configuration: every problem at once, each with file, line and path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place; `line` counts from 1 and is None when no line can be named."""

    file: str
    line: int | None
    path: str
    message: str

    def __str__(self) -> str:
        """Return `file:line: path: message`, without the parts that are not known."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (place, self.path, self.message) if part)


class ConfigError(Exception):
    """A file cannot be used; `problems` holds all that was found, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems, the unplaced ones first and then by line; equal lines keep the order given."""
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: p.line or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Defect(NamedTuple):
    """A rule between several values that a definition breaks, found by its own `_check_*` functions."""

    path: KeyPath
    message: str


def refuse(title: str, defects: Sequence[Defect]) -> None:
    """Raise one pydantic ValidationError with all defects at their paths; return when there are none.

    To be called from a model validator: pydantic keeps the paths, so `yamlfile.validate` finds the lines.
    """
    if defects:
        raise ValidationError.from_exception_data(title, [_details(defect) for defect in defects])


def _details(defect: Defect) -> InitErrorDetails:
    error = PydanticCustomError("defect", "{sentence}", {"sentence": defect.message})
    return InitErrorDetails(type=error, loc=defect.path, input=None)


def dotted(path: KeyPath) -> str:
    """Write a path as people read it: `("criteria", 0, "max")` is `criteria[0].max`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")
