"""Which body decides on which subjects (HT-10.1 to HT-10.6); the first that concerns a kind counts (AMB-HT-12)."""

from collections.abc import Mapping
from operator import not_
from typing import Annotated, Self

from pydantic import Field

from config.graph import Frozen, Names, spelled
from config.letterhead import Letterhead
from config.sheet import Text


class Authority(Frozen):
    """A deciding body, and the kinds of subjects it decides on.

    With `within` it is not one body but many: of each subject the nearest superior of these kinds, by its code.
    Without a `letterhead` it writes under that of the programme, as one of many under its own name.
    """

    label: Text
    kinds: Annotated[Names, Field(alias="for", min_length=1)]
    within: Names = ()
    letterhead: Letterhead | None = Field(default=None, exclude_if=not_)

    def spelled_out(self, groups: Mapping[str, tuple[str, ...]]) -> Self:
        """Return the authority with each name of a group of subjects replaced by its kinds."""
        own = {"kinds": spelled(self.kinds, groups), "within": spelled(self.within, groups)}
        return self.model_copy(update=own)
