"""Alembic's entry: runs on the connection handed in by `models.migrate`."""

from alembic import context

from models.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, compare_type=True)
context.run_migrations()
