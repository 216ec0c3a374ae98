import pytest
from sqlmodel import Session

from models.db import Database, run
from models.people import Account
from models.savepoint import savepoint


def emails(database: Database) -> list[str]:
    with database.reading() as session:
        return [row[0] for row in run(session, "SELECT email FROM account ORDER BY email").fetchall()]


SQL = "INSERT INTO account (email, name, position, active, reminders) VALUES (:email, '', '', TRUE, TRUE)"


def fails(session: Session) -> None:
    """Write by the driver and by the ORM, and fail."""
    with savepoint(session):
        run(session, SQL, {"email": "trong@donvi.example"})
        session.add(Account(email="orm@donvi.example"))
        session.flush()
        raise ValueError("no")


def test_what_a_block_wrote_is_undone_by_itself(database: Database) -> None:
    with database.writing() as session:
        run(session, SQL, {"email": "truoc@donvi.example"})
        with pytest.raises(ValueError, match="no"):
            fails(session)
        with savepoint(session):
            run(session, SQL, {"email": "sau@donvi.example"})
    assert emails(database) == ["sau@donvi.example", "truoc@donvi.example"]
