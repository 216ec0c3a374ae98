"""The head and the foot of the documents that a body issues."""

from operator import not_
from typing import Literal

from pydantic import Field

from config.graph import Frozen
from config.sheet import Text

Layout = Literal["party", "administrative"]


class Letterhead(Frozen):
    """The head and foot of the documents that the programme, or one of its bodies, issues (RULES 7.6, 7.7)."""

    parent: Text | None = None
    issuer: Text
    place: Text
    abbreviation: Text
    signed_for: Text | None = None
    signer_post: Text
    layout: Layout | None = Field(default=None, exclude_if=not_)
    """Of a body that writes in another layout than its programme."""
