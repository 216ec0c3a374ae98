"""What may be stated of a dossier (*khai báo*): figures, days, levels and yes or no, each with its label."""

from enum import StrEnum

from pydantic import Field

from config.graph import Frozen, Names
from config.sheet import Text


class StatementKind(StrEnum):
    """The form of what is stated."""

    COUNT = "count"
    DAY = "day"
    LEVEL = "level"
    YES_NO = "yes_no"


class Statement(Frozen):
    """One thing that may be stated, of every kind of subject when none is named.

    With `two_keys` it is in force only once the direct superior has accepted it (AMB-HT-14).
    """

    label: Text
    kind: StatementKind
    kinds: Names = Field(default=(), alias="for")
    two_keys: bool = False

    def is_for(self, kind: str) -> bool:
        """Whether it may be stated of that kind of subject; groups have to be spelled out before."""
        return not self.kinds or kind in self.kinds
