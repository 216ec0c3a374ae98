"""Variants of a sheet: a frame (*khung*) whose groups are replaced by local criteria (S2-2.4).

A variant's file names its frame and gives new children to some of its groups; whatever does not fit is told with the
line of the variant's own file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from config import yamlfile
from config.errors import ConfigError, KeyPath, Problem, dotted
from config.yamlfile import Document

SHEETS: Final = Path(__file__).parent / "sheets"
_OWN: Final = ("slug", "title", "status")


class _Variant(BaseModel):
    """What a variant's file holds; the criteria themselves are checked with the whole sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    title: str
    status: str
    variant_of: str
    replace: Mapping[str, tuple[Any, ...]] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class _Merged(Document):
    """A frame's data with a variant's in it; the lines are the variant's, `places` tells which groups are its own."""

    places: Mapping[KeyPath, KeyPath]

    def known(self, path: KeyPath) -> KeyPath:
        """Return the longest beginning that the variant's file has of what became the path."""
        for place, own in self.places.items():
            if path[: len(place)] == place:
                inner = path[len(place) :]
                path = own + inner[1:] if inner[:1] == ("children",) else own
        return Document.known(self, path)


def is_variant(document: Document) -> bool:
    """Whether the file is a variant and no whole sheet."""
    return isinstance(document.data, dict) and "variant_of" in document.data


def frame_of(document: Document, path: Path) -> Path:
    """Return the file of the variant's frame, beside the variant or among the sheets of the house.

    Raises ConfigError when the variant has not the form of one or there is no such file.
    """
    name = f"{yamlfile.validate(_Variant, document, path).variant_of}.yaml"
    for folder in (path.parent, SHEETS):
        if (folder / name).is_file():
            return folder / name
    raise ConfigError([_problem(document, path, ("variant_of",), f'there is no sheet "{name}"')])


def merged(document: Document, frame: Document, path: Path) -> Document:
    """Put the variant's groups into the data of a frame that is whole by itself.

    Raises ConfigError with every code that is no criterion of the frame.
    """
    variant = yamlfile.validate(_Variant, document, path)
    whole: Any = frame.data
    places: dict[KeyPath, KeyPath] = {}
    criteria = list(_replaced(whole["criteria"], variant.replace, ("criteria",), places))
    unknown = variant.replace.keys() - {own[-1] for own in places.values()}
    if unknown:
        message = f'the frame "{variant.variant_of}" has no criterion of this code'
        raise ConfigError(_problem(document, path, ("replace", code), message) for code in unknown)
    own = {name: getattr(variant, name) for name in _OWN}
    return _Merged(whole | own | {"criteria": criteria}, document.lines, places)


def _replaced(
    criteria: Iterable[dict[str, Any]],
    replace: Mapping[str, tuple[Any, ...]],
    path: KeyPath,
    places: dict[KeyPath, KeyPath],
) -> Iterator[dict[str, Any]]:
    for index, criterion in enumerate(criteria):
        place = (*path, index)
        if criterion["code"] in replace:
            places[place] = ("replace", criterion["code"])
            yield criterion | {"children": list(replace[criterion["code"]])}
        elif "children" in criterion:
            yield criterion | {
                "children": list(_replaced(criterion["children"], replace, (*place, "children"), places))
            }
        else:
            yield criterion


def _problem(document: Document, path: Path, key: KeyPath, message: str) -> Problem:
    return Problem(str(path), document.line_of(key), dotted(key), message)
