"""Small values that every report is made of."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Paper:
    """A document by its number and date; the number is empty while it has none.

    One that is `confidential` (*Mật*) is cited by others as that and by nothing else.
    """

    number: str = ""
    dated: date | None = None
    signer: str = ""
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something was done, and the documents that say so."""

    reason: str = ""
    paper: Paper = Paper()
    minutes: Paper = Paper()


NO_GROUNDS: Final = Grounds()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision says of a subject."""

    total: Decimal | None
    level: str
    paper: Paper


@dataclass(frozen=True, slots=True)
class Redecided:
    """A result that was replaced by another; one for each replacement."""

    name: str
    kind: str
    before: Outcome
    after: Outcome
    reason: str
