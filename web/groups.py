"""What a group of subjects is called on a page."""

import re
from typing import Final

from config.programme import Programme

CODE: Final = re.compile(r"[a-z0-9_-]*")


def group_name(group: str) -> str:
    """The name of a group; nothing where there is none, or where the register bears but a code."""
    return "" if CODE.fullmatch(group) else group


def group_or_kind(programme: Programme, kind: str, group: str) -> str:
    """The name of a group, or what the kind is called."""
    return group_name(group) or programme.subject_kinds[kind].label
