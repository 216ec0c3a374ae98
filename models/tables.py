"""All tables in one place, for migrations."""

from sqlmodel import SQLModel

from models import (
    assessments,
    decisions,
    doors,
    evidence,
    history,
    installation,
    jobs,
    mail,
    meetings,
    opinions,
    order,
    people,
    rounds,
    statements,
)

MODULES = (
    assessments,
    decisions,
    doors,
    evidence,
    history,
    installation,
    jobs,
    mail,
    meetings,
    opinions,
    order,
    people,
    rounds,
    statements,
)
METADATA = SQLModel.metadata
