"""Column types that read the same on SQLite and PostgreSQL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCALE = 4
GENESIS = bytes(32)


def to_micros(instant: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00:00Z; a naive instant is a ValueError."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_micros(micros: int) -> datetime:
    """The aware UTC instant of `micros`."""
    return EPOCH + timedelta(microseconds=micros)


def from_day(day: str | date | None) -> date | None:
    """A day as a plain statement reads it: SQLite gives text, PostgreSQL a date."""
    return date.fromisoformat(day) if isinstance(day, str) else day


def to_scaled(points: Decimal) -> int:
    """Points as an integer of 10⁻⁴; finer points are a ValueError, never rounded."""
    scaled = points.scaleb(SCALE)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"points finer than 10^-{SCALE}: {points}")
    return int(scaled)


def from_scaled(scaled: int) -> Decimal:
    """The exact Decimal of an integer of 10⁻⁴."""
    return Decimal(scaled).scaleb(-SCALE)


class Instant(TypeDecorator[datetime]):
    """A UTC instant kept as microseconds since the epoch, so both databases compare alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else to_micros(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002  SQLAlchemy's signature
        return None if value is None else from_micros(value)


class Points(TypeDecorator[Decimal]):
    """Points kept as an integer of 10⁻⁴ (X-N1: never a float)."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002  SQLAlchemy's signature
        return None if value is None else to_scaled(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Decimal | None:  # noqa: ANN401, ARG002  SQLAlchemy's signature
        return None if value is None else from_scaled(value)


Hash = LargeBinary(32)
