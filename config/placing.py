"""A new sheet in its place: the files of the house as they would be with it, loaded whole before they are put there.

Nothing is installed here: sheets and programmes are files of the installation, and who administers the server puts
them where they belong.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Final

from config import load, yamlfile
from config.errors import ConfigError, Problem
from config.programme import Programme
from config.sheet import Sheet

NAME: Final = load.HOME.name
_FOLDERS: Final = ("programmes", "sheets")


@dataclass(frozen=True, slots=True)
class Change:
    """The programme's file with the new name in it: the number of the line, as it was and as it becomes."""

    text: str
    line: int
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Placed:
    """What comes of a sheet in the place of another; nothing of it is to be used while there are `problems`.

    `kinds` are the kinds of subjects that are scored otherwise from then on, by the titles of their programmes;
    `overwrites` tells that a sheet of this name is there already.
    """

    problems: tuple[Problem, ...] = ()
    sheet: Sheet | None = None
    change: Change | None = None
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    overwrites: bool = False


def check_sheet(slug: str, text: str) -> tuple[Problem, ...]:
    """Everything that is wrong with the text as the sheet of this name."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "sheets").mkdir()
        return tuple(_tried(root, lambda: load.load_sheet(_put(root, slug, text))))


def place(slug: str, text: str, programme: str, replaced: str) -> Placed:
    """Try a sheet in the place of one that a programme uses; LookupError for a programme that is not there."""
    if programme not in load.list_programmes():
        raise LookupError(programme)
    overwrites = (load.HOME / "sheets" / f"{slug}.yaml").is_file()
    concerned = load.list_programmes() if overwrites else (programme,)
    sheets: list[Sheet] = []
    changes: list[Change] = []
    kinds: dict[str, tuple[str, ...]] = {}
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name in _FOLDERS:
            copytree(load.HOME / name, root / name)
        problems = [*_tried(root, lambda: sheets.append(load.load_sheet(_put(root, slug, text))))]
        problems += _tried(root, lambda: changes.append(_changed(root, programme, replaced, slug)))
        for one in concerned:
            problems += _tried(root, partial(_tell_kinds, kinds, root, one))
    sheet, change = next(iter(sheets), None), next(iter(changes), None)
    return Placed(tuple(dict.fromkeys(problems)), sheet, change, kinds, overwrites)


def _put(root: Path, slug: str, text: str) -> Path:
    path = root / "sheets" / f"{slug}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def _tried(root: Path, do: Callable[[], object]) -> Iterator[Problem]:
    """The problems of doing it, with the files named as they are called in the installation."""
    try:
        do()
    except ConfigError as error:
        for problem in error.problems:
            yield replace(problem, file=_named(problem.file, (root, root.resolve(), load.HOME)))


def _named(file: str, roots: Sequence[Path]) -> str:
    path = Path(file)
    return next((f"{NAME}/{path.relative_to(root)}" for root in roots if path.is_relative_to(root)), path.name)


def _changed(root: Path, programme: str, replaced: str, slug: str) -> Change:
    """Write the new name into the file of a programme, which stays as it is apart from that."""
    path = root / "programmes" / f"{programme}.yaml"
    document = yamlfile.read(path)
    line = _line_of(document, replaced)
    lines = path.read_text(encoding="utf-8-sig").split("\n")
    was = lines[line - 1] if line else ""
    becomes = re.sub(rf"(\bsheet:\s*[\"']?){re.escape(replaced)}(?![\w-])", rf"\g<1>{slug}", was, count=1)
    if not line or (becomes == was and slug != replaced):
        what = f'the sheet "{replaced}" is not named here in one line as "sheet: {replaced}"'
        raise ConfigError([Problem(str(path), line or document.line_of(("sheets",)), "sheets", what)])
    lines[line - 1] = becomes
    path.write_text("\n".join(lines), encoding="utf-8")
    return Change("\n".join(lines), line, was.strip(), becomes.strip())


def _line_of(document: yamlfile.Document, replaced: str) -> int | None:
    uses = document.data.get("sheets") if isinstance(document.data, dict) else None
    for index, use in enumerate(uses if isinstance(uses, list) else ()):
        if isinstance(use, dict) and use.get("sheet") == replaced:
            return document.line_of(("sheets", index, "sheet"))
    return None


def _tell_kinds(kinds: dict[str, tuple[str, ...]], root: Path, slug: str) -> None:
    """Tell the kinds of subjects that a programme scores otherwise with the files under the root than it does now."""
    new, now = load.load_programme(root / "programmes" / f"{slug}.yaml"), load.load_programme(slug)
    labels = tuple(kind.label for name, kind in new.subject_kinds.items() if _differs(new, now, name))
    if labels:
        kinds[new.title] = labels


def _differs(new: Programme, now: Programme, kind: str) -> bool:
    return kind not in now.subject_kinds or new.sheet_for(kind) != now.sheet_for(kind)
