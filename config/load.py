"""Loads programmes and their parts from YAML; whatever is wrong is said at once, with file, line and path."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from pydantic import ValidationError

from config import yamlfile
from config.errors import ConfigError, KeyPath, Problem, dotted
from config.programme import Programme
from config.rating import Regime, load_regime
from config.sheet import Sheet, load_sheet
from config.workflow import Workflow

__all__ = ["list_programmes", "load_programme", "load_sheet", "load_workflow", "programme_from_document"]

HOME: Final = Path(__file__).parent
Part = TypeVar("Part", Workflow, Sheet, Regime)


def list_programmes(root: Path | None = None) -> tuple[str, ...]:
    """Return the slugs of the programmes that are there, in order, whether they load or not."""
    return tuple(sorted(path.stem for path in ((root or HOME) / "programmes").glob("*.yaml")))


def load_programme(slug_or_path: str | Path, root: Path | None = None) -> Programme:
    """Load a programme by its slug, or from a file; ConfigError with all problems of it, its workflow and sheets.

    The workflow and the sheets are looked for under `root` (of a file: the folder above its own), then here.
    """
    path = _programme_file(slug_or_path, root)
    document = yamlfile.read(path)
    parts = _Parts(path, document, (root or path.resolve().parent.parent, HOME))
    programme = parts.build()
    return programme_from_document(programme.document())


def load_workflow(path: Path) -> Workflow:
    """Load a workflow from its file; ConfigError with every problem."""
    return yamlfile.validate(Workflow, yamlfile.read(path), path)


@lru_cache(maxsize=64)
def programme_from_document(text: str) -> Programme:
    """Build the programme of a pinned document; its digest is that of the text."""
    return Programme.from_document(text)


def _programme_file(slug_or_path: str | Path, root: Path | None) -> Path:
    if isinstance(slug_or_path, Path) or "/" in slug_or_path or slug_or_path.endswith((".yaml", ".yml")):
        return Path(slug_or_path)
    if slug_or_path not in list_programmes(root):
        known = ", ".join(list_programmes(root))
        raise ConfigError([Problem(slug_or_path, None, "", f"there is no such programme; there are: {known}")])
    return (root or HOME) / "programmes" / f"{slug_or_path}.yaml"


class _Parts:
    """The data of a programme's file with the names of its parts replaced by the parts."""

    def __init__(self, path: Path, document: yamlfile.Document, roots: tuple[Path, ...]) -> None:
        self.path, self.document, self.roots = path, document, roots
        self.problems: list[Problem] = []
        self.failed: set[str] = set()

    def build(self) -> Programme:
        """Build the programme, or raise ConfigError with the problems of all its parts and its own."""
        try:
            return Programme.model_validate(self._whole())
        except ValidationError as error:
            own = yamlfile.problems_of(error, self.document, self.path)
            unsaid = [problem for problem in own if problem.path not in self.failed]
            raise ConfigError([*self.problems, *unsaid]) from None

    def _whole(self) -> object:
        data = self.document.data
        if not isinstance(data, dict):
            return data
        workflow = self._part(data.get("workflow"), ("workflow",), "workflows", load_workflow)
        uses = data.get("sheets")
        sheets = [self._use(use, index) for index, use in enumerate(uses)] if isinstance(uses, list) else uses
        rating = self._part(data.get("rating"), ("rating",), "regimes", load_regime)
        return data | {"workflow": workflow, "sheets": sheets, "rating": rating}

    def _use(self, use: object, index: int) -> object:
        if not isinstance(use, Mapping):
            return use
        path = ("sheets", index, "sheet")
        return {**use, "sheet": self._part(use.get("sheet"), path, "sheets", load_sheet)}

    def _part(self, name: object, path: KeyPath, folder: str, load: Callable[[Path], Part]) -> Part | object:
        if not isinstance(name, str):
            return name
        try:
            return load(self._file(f"{folder}/{name}.yaml", path))
        except ConfigError as error:
            self.problems += error.problems
            self.failed.add(dotted(path))
            return name

    def _file(self, name: str, path: KeyPath) -> Path:
        for root in self.roots:
            if (root / name).is_file():
                return root / name
        line = self.document.line_of(path)
        raise ConfigError([Problem(str(self.path), line, dotted(path), f'there is no file "{name}"')])
