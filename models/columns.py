"""Field shapes shared by the tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Text
from sqlmodel import Field, SQLModel

from models.types import EPOCH, GENESIS, Hash, Instant, Points

ID = BigInteger().with_variant(Integer, "sqlite")
AUTO: dict[str, Any] = {"sqlite_autoincrement": True}


def identity() -> Any:  # noqa: ANN401  SQLModel's Field is untyped
    """A primary key that is never given twice."""
    return Field(default=None, primary_key=True, sa_type=ID)


def reference(table: str, **options: Any) -> Any:  # noqa: ANN401  SQLModel's Field is untyped
    """A foreign key to `table.id`."""
    return Field(foreign_key=f"{table}.id", sa_type=ID, **options)


def instant(**options: Any) -> Any:  # noqa: ANN401  SQLModel's Field is untyped
    """A UTC instant."""
    return Field(sa_type=Instant, **options)


def points(**options: Any) -> Any:  # noqa: ANN401  SQLModel's Field is untyped
    """Points, exact to 10⁻⁴."""
    return Field(sa_type=Points, **options)


def long_text(**options: Any) -> Any:  # noqa: ANN401  SQLModel's Field is untyped
    """Text without a length."""
    return Field(sa_type=Text, **options)


class Chained(SQLModel):
    """What the head of a chain of history keeps beside its row (DESIGN §5)."""

    seq: int = 0
    head: bytes = Field(default=GENESIS, sa_type=Hash)
    chain_at: datetime = instant(default=EPOCH)


class Totals(SQLModel):
    """The three totals of a dossier, for ever apart (X-N5)."""

    self_total: Decimal | None = points(default=None)
    appraised_total: Decimal | None = points(default=None)
    decided_total: Decimal | None = points(default=None)
