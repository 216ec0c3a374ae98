"""What the API tells and takes, as types: the base, what many resources share, pages of lists, problems."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

LARGEST_ID: Final = 10**18 - 1
PAGE: Final = 50
MOST: Final = 100
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)

Id = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(max_length=20_000)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
Version = Annotated[int, Field(ge=0, le=2**31 - 1)]
Points = Annotated[str, Field(pattern=r"^-?\d+\.\d{4}$", description="Điểm, đúng bốn chữ số thập phân.")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


def _near_day(value: date) -> date:
    if not FIRST_DAY <= value <= LAST_DAY:
        raise ValueError("ngoài khoảng năm 2000 đến 2099")
    return value


Day = Annotated[date, AfterValidator(_near_day)]


class Shape(BaseModel):
    """Anything of the API."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Fault(Shape):
    """One thing that is wrong: by which rule, in words, and where in what was sent."""

    rule: str
    detail: str
    pointer: str = ""


class Told(Shape):
    """A problem (RFC 9457); `request` is the id under which the log of the portal tells of it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request: str
    errors: tuple[Fault, ...] = ()


One = TypeVar("One")


class Listed(Shape, Generic[One]):
    """A page of a list; `next` is the cursor of the page after it, null at the end."""

    items: tuple[One, ...]
    next: str | None


class Query(Shape):
    """What an address may ask."""


class Paged(Query):
    """A page: how many at most, and where the page before it ended."""

    limit: Annotated[int, Field(ge=1, le=MOST)] = PAGE
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None

    @property
    def after(self) -> int | None:
        """The key that the page begins behind."""
        return None if self.cursor is None else int(self.cursor)


class Cursor(Query):
    """A page of a fixed length: where the page before it ended."""

    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None

    @property
    def after(self) -> int | None:
        """The key that the page begins behind."""
        return None if self.cursor is None else int(self.cursor)


class Versioned(Shape):
    """A step on a dossier; with `version`, only where it still stands there (else 409)."""

    version: Version | None = None


class Because(Shape):
    """A step that needs a reason."""

    reason: Reason


class Paper(Shape):
    """A numbered document; the signed copy is added on the portal."""

    number: Line
    dated: Day
    signer: Line
    title: Annotated[str, StringConstraints(max_length=1_000)] = ""
    confidential: bool = False


class Done(Shape):
    """A step was done: the dossier's state, what that is called, and its version now."""

    id: int
    state: str
    label: str
    version: int


class Acknowledged(Shape):
    """What was asked for was done, or will be: its id where it has one, and a sentence."""

    id: int | None = None
    done: str


def exact(points: Decimal | None) -> str | None:
    """Points as the API writes them."""
    return None if points is None else f"{points:.4f}"


Row = TypeVar("Row")


def page(rows: Sequence[Row], asked: Paged, told: Callable[[Row], One], key: Callable[[Row], int]) -> Listed[One]:
    """A page of the rows found behind the cursor, of which there is one too many where there are more."""
    shown = rows[: asked.limit]
    return Listed(items=tuple(map(told, shown)), next=str(key(shown[-1])) if len(rows) > asked.limit else None)


def after(rows: Iterable[Row], asked: Paged, key: Callable[[Row], int], *, down: bool = False) -> list[Row]:
    """Of a list that is all there, what follows the cursor by ids that ascend, or descend."""
    ordered = sorted(rows, key=key, reverse=down)
    start = asked.after
    behind = [row for row in ordered if start is None or (key(row) < start if down else key(row) > start)]
    return behind[: asked.limit + 1]
