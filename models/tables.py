"""All tables in one place, for migrations."""

from sqlmodel import SQLModel

from models import assessments, decisions, history, installation, jobs, mail, people, rounds

MODULES = (assessments, decisions, history, installation, jobs, mail, people, rounds)
METADATA = SQLModel.metadata
