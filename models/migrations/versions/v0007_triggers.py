"""Triggers that older databases lack; and an index of what one body decides on."""

from alembic import op

from models.triggers import POSTGRESQL, SQLITE

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    is_sqlite = bind.dialect.name == "sqlite"
    listed = "SELECT name FROM sqlite_master WHERE type = 'trigger'" if is_sqlite else "SELECT tgname FROM pg_trigger"
    found = {row[0] for row in bind.exec_driver_sql(listed)}
    for name, statement in (SQLITE if is_sqlite else POSTGRESQL).items():
        if name not in found:
            op.execute(statement)
    op.create_index("ix_assessment_body", "assessment", ["round_id", "body", "kind"])
