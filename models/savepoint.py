"""A part of a transaction that can be undone by itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """Undo what the block has written when it raises, by the ORM or by the driver; the transaction goes on."""
    with session.begin_nested():
        session.connection()  # only now is the savepoint made, before the driver's cursors write past the ORM
        yield
