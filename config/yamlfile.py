"""Reads a YAML file so that whatever is wrong in it, now or later, can be said with its line.

A stricter YAML than PyYAML's default: keys are text and unique; `true` and `false` are the only booleans
(`no`, `on` stay text); dates, times and numbers with a leading zero stay text; fractions become Decimal;
text is NFC; anchors and aliases are refused.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.errors import ConfigError, KeyPath, Problem, dotted

Model = TypeVar("Model", bound=BaseModel)

_DEEPEST: Final = 50
_SHOWN: Final = 60
_EXPECTED: Final = {
    "string_type": "text (a number or true/false as text stands in quotes)",
    "tuple_type": "a list",
    "list_type": "a list",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
}


@dataclass(frozen=True, slots=True)
class Document:
    """The plain data of one file and the line of every path.

    The data holds dict with text keys, list, str, int, Decimal, bool and None.
    """

    data: object
    lines: Mapping[KeyPath, int]

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of the path, or of the nearest thing around it that the file has."""
        return self.lines.get(self.known(path))

    def known(self, path: KeyPath) -> KeyPath:
        """Return the longest beginning of the path that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return path


def read(path: Path) -> Document:
    """Read a file.

    Raises ConfigError when it cannot be opened or is no YAML, or with every duplicate or unusable key.
    """
    file = str(path)
    root = _compose(_text(path, file), file)
    walk = _Walk(file)
    data = None if root is None else walk.build(root, ())
    if walk.problems:
        raise ConfigError(walk.problems)
    return Document(data, walk.lines)


def validate(model: type[Model], document: Document, file: str | Path) -> Model:
    """Build the model from the document, or raise ConfigError with every problem at its line."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(problems_of(error, document, file)) from None


def problems_of(error: ValidationError, document: Document, file: str | Path) -> tuple[Problem, ...]:
    """Turn what pydantic found into sentences with the lines of the document."""
    found = error.errors(include_url=False)
    return tuple(dict.fromkeys(_problem(details, document, str(file)) for details in found))


def _problem(details: ErrorDetails, document: Document, file: str) -> Problem:
    where = document.known(details["loc"])
    return Problem(file, document.line_of(where), dotted(where), _sentence(details))


def _sentence(details: ErrorDetails) -> str:
    kind, last = details["type"], details["loc"][-1] if details["loc"] else "the file"
    if kind == "missing":
        return f'"{last}" is missing'
    if kind == "extra_forbidden":
        return f'unknown key "{last}"'
    if kind in {"literal_error", "enum"}:
        return f"{_shown(details['input'])} is not allowed here; expected {details['ctx']['expected']}"
    if kind in {"defect", "value_error"}:
        return details["msg"].removeprefix("Value error, ")
    if kind in _EXPECTED:
        return f"expected {_EXPECTED[kind]}, found {_shown(details['input'])}"
    return f"{_shown(details['input'])}: {details['msg'][:1].lower()}{details['msg'][1:]}"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    text = "nothing" if value is None else f'"{value}"'
    return text if len(text) <= _SHOWN else f'{text[:_SHOWN]}…"'


def _text(path: Path, file: str) -> str:
    try:
        return unicodedata.normalize("NFC", path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise ConfigError([Problem(file, None, "", "the file is not UTF-8 text")]) from None
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ConfigError([Problem(file, None, "", f"the file cannot be read: {reason}")]) from None


def _compose(text: str, file: str) -> yaml.Node | None:
    try:
        _refuse_unwanted(text, file)
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError([_syntax(error, file)]) from None
    except yaml.YAMLError:
        raise ConfigError([Problem(file, None, "", "the file holds characters that YAML does not allow")]) from None


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(file, mark.line + 1 if mark else None, "", f"not valid YAML: {said}")


def _refuse_unwanted(text: str, file: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.AliasEvent):
            raise ConfigError([Problem(file, line, "", "aliases are not used here, write the value out")])
        if depth > _DEEPEST:
            raise ConfigError([Problem(file, line, "", "nested too deeply")])


class _Loader(yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader):  # type: ignore[misc]
    """The parser in C where PyYAML has it (ten times faster), with the plain forms of YAML 1.2 only."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_Loader.add_implicit_resolver("null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))
_Loader.add_implicit_resolver("float", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+$"), list("-+0123456789"))

_SCALARS: Final[Mapping[str, Callable[[str], object]]] = {
    "null": lambda _: None,
    "bool": lambda text: text == "true",
    "int": int,
    "float": Decimal,
}


class _Walk:
    """Builds the data from the nodes and notes, on the way, lines and unusable keys."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {(): 1}
        self.problems: list[Problem] = []

    def build(self, node: yaml.Node, path: KeyPath) -> object:
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, index)) for index, child in enumerate(node.value)]
        return _SCALARS.get(node.tag, str)(node.value)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, object]:
        built: dict[str, object] = {}
        for key, value in node.value:
            if self._usable(key, built, path):
                self.lines[(*path, key.value)] = key.start_mark.line + 1
                built[key.value] = self.build(value, (*path, key.value))
        return built

    def _usable(self, key: yaml.Node, built: Mapping[str, object], path: KeyPath) -> bool:
        if not isinstance(key, yaml.ScalarNode):
            self._note(key, path, "a key must be plain text")
        elif key.value in built:
            self._note(key, (*path, key.value), f'the key "{key.value}" stands twice')
        else:
            return True
        return False

    def _note(self, node: yaml.Node, path: KeyPath, message: str) -> None:
        self.problems.append(Problem(self.file, node.start_mark.line + 1, dotted(path), message))
