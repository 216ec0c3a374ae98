"""All tables in one place, for migrations."""

from sqlmodel import SQLModel

from models import (
    approvals,
    assessments,
    counts,
    decisions,
    doors,
    drafts,
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
    tokens,
)

MODULES = (
    approvals,
    assessments,
    counts,
    decisions,
    doors,
    drafts,
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
    tokens,
)
METADATA = SQLModel.metadata
