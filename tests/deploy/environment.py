"""What the files of deploy/ may speak of: settings and commands that there are."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from danhgia.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent.parent
DEPLOY = ROOT / "deploy"
SETTING = re.compile(r"^(#?)(DANHGIA_\w+)=(.*)$", re.MULTILINE)
ENABLED = re.compile(r"systemctl \w+(?: --now)? (danhgia[\w-]*@?)")


def settings_in(file: Path) -> dict[str, str]:
    """The settings of an environment file that are in force."""
    return {name: value for comment, name, value in SETTING.findall(file.read_text()) if not comment}


def names_in(file: Path) -> set[str]:
    """The settings that an environment file speaks of, in force or not."""
    return {name for _, name, _ in SETTING.findall(file.read_text())}


def commands_of(text: str) -> set[str]:
    """The units that a text says to start."""
    return set(ENABLED.findall(text))


def exists(command: Sequence[str]) -> bool:
    """Whether a command line starts something of ours, or of Prefect's: as far as its first words tell."""
    known: Mapping[str, bool] = {"danhgia": command[1] in {one.name for one in COMMANDS}, "prefect": True}
    if command[0] == "python":
        return command[1] == "-m" and find_spec(command[2]) is not None
    return known.get(command[0], False)
