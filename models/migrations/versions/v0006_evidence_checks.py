"""What files were found to be, what units declare of them, and what stands in for a refused one."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNCHECKED = (
    "INSERT INTO job (kind, target, occasion, status, asked_at, due_at, attempts, outcome) "
    "SELECT 'check_evidence', 'evidence:' || id, 'added', 'waiting', at, at, 0, '' FROM evidence "
    "WHERE file_hash <> ''"
)


def upgrade() -> None:
    op.create_table(
        "evidence_check",
        sa.Column("id", ID, nullable=False),
        sa.Column("file_hash", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("scan", sa.Text(), nullable=False),
        sa.Column("virus", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("file_hash", "rules"),
        sqlite_autoincrement=True,
    )
    op.add_column("evidence", sa.Column("declared_at", sa.BigInteger(), nullable=True))
    op.add_column("evidence", sa.Column("number", sa.Text(), nullable=False, server_default=""))
    op.add_column("evidence", sa.Column("dated", sa.Text(), nullable=False, server_default=""))
    op.add_column("evidence", sa.Column("replaces_id", ID, nullable=True))
    op.add_column("evidence", sa.Column("replace_by", sa.BigInteger(), nullable=True))
    op.execute(UNCHECKED)
