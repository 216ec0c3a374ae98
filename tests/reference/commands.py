"""The page of commands, from the command line itself."""

from collections.abc import Iterator
from typing import Any

from danhgia.cli import COMMANDS, Later
from tests.reference.page import Entry, Page, Table, code


def commands_page() -> Page:
    """Every command with its arguments and options."""
    tables = tuple(table for command in COMMANDS for table in _tables(command))
    about = "Every command of `danhgia`; each also tells itself by `--help`, and ends with 0, 1 (refused) or 2 (usage)."
    return Page("commands", "Commands", about, tables)


def _tables(command: Later) -> Iterator[Table]:
    found = command.command()
    if not hasattr(found, "commands"):
        yield _one(command.name or "", found)
        return
    for name, part in found.commands.items():
        yield _one(f"{command.name} {name}", part)


def _one(name: str, command: Any) -> Table:  # noqa: ANN401  a command of Typer's own Click
    asked = [parameter for parameter in command.params if parameter.name != "help"]
    entries = tuple(Entry(_typed(one), getattr(one, "help", "") or "", (_default(one),)) for one in asked)
    return Table(f"danhgia {name}", "Argument or option", entries, ("Default",), _paragraphs(command.help))


def _paragraphs(text: str | None) -> str:
    """The help of a command; one without help is found by its heading."""
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def _typed(parameter: Any) -> str:  # noqa: ANN401  as above
    if parameter.param_type_name == "argument":
        return code(parameter.metavar or parameter.name.upper())
    flag = "/".join([*parameter.opts, *parameter.secondary_opts])
    return code(flag if parameter.is_flag else f"{flag} {parameter.metavar or parameter.name.upper()}")


def _default(parameter: Any) -> str:  # noqa: ANN401  as above
    if parameter.required:
        return "must be given"
    given = parameter.default
    return "" if given in (None, False, "", ()) or callable(given) else code(given)
