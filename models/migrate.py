"""Schema migrations with Alembic, without a configuration file."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from models.db import NewerSchema

SCRIPTS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration for this package."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    return config


def upgrade(engine: Engine) -> None:
    """Run every migration the database lacks, in one transaction."""
    config = configuration()
    with engine.begin() as connection:
        refuse_newer(MigrationContext.configure(connection).get_current_revision())
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def revision(engine: Engine) -> str | None:
    """The revision a database is at; None when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision of this release."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def refuse_newer(found: str | None) -> None:
    """A revision this release does not know is a NewerSchema."""
    try:
        ScriptDirectory.from_config(configuration()).get_revision(found or "base")
    except CommandError as unknown:
        raise NewerSchema(
            f"the database is at revision {found}, which this release does not know: install the newer release"
        ) from unknown
