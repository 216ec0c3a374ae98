"""The portal's second half: what administrators, committees and programs leave behind in it."""

import sqlalchemy as sa
from alembic import op

from models.names import sort_name

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _watched()
    op.create_table(
        "draft",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_kind", "draft", ["kind", "made_at"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("document_id", ID, nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("effects", sa.Text(), nullable=False),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"]),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"]),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"]),
        sa.ForeignKeyConstraint(["answered_by"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_approval_waiting", "approval", ["status", "ends_at"], unique=False)
    op.create_index("ix_approval_round", "approval", ["round_id", "status"], unique=False)
    _tokens()


def _tokens() -> None:
    """What programs sign in with."""
    op.create_table(
        "api_token",
        sa.Column("id", ID, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("window_at", sa.BigInteger(), nullable=False),
        sa.Column("spent", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_api_token_account", "api_token", ["account_id", "ends_at"], unique=False)


def _watched() -> None:
    """What the board of a round counts and lists: counts by state, names in order, who has opened what."""
    op.create_table(
        "round_count",
        sa.Column("id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("group_name", sa.Text(), nullable=False),
        sa.Column("left_state", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_round_count_round", "round_count", ["round_id"], unique=False)
    op.execute(f"INSERT INTO round_count (round_id, body, kind, group_name, left_state, state, n) {TRUTH}")
    op.add_column("assessment", sa.Column("sort_name", BYTES, nullable=False, server_default=""))
    op.add_column("assessment", sa.Column("opened_at", sa.BigInteger(), nullable=True))
    _name_all()
    for name, columns in PLAIN.items():
        op.create_index(name, "assessment", ["round_id", *columns, "id"], unique=False)
    for name, condition in LISTED.items():
        _partial(name, "assessment", ["round_id", "sort_name", "id", "state"], condition)
    _partial("ix_extension_open", "extension", ["assessment_id"], "granted IS NULL")
    _partial("ix_difficulty_open", "difficulty", ["assessment_id"], "answered_at IS NULL")
    op.create_index("ix_outbox_round", "outbox", ["round_id", "status", "id"], unique=False)


BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TRUTH = (
    "SELECT round_id, body, kind, group_name, '', state, count(*) FROM assessment "
    "GROUP BY round_id, body, kind, group_name, state"
)
PLAIN = {
    "ix_assessment_name": ["sort_name"],
    "ix_assessment_state": ["state", "sort_name"],
    "ix_assessment_group": ["kind", "group_name", "sort_name"],
}
LISTED = {
    "ix_assessment_unopened": "opened_at IS NULL AND scored = 0 AND submitted_at IS NULL",
    "ix_assessment_full": "scored >= leaves AND leaves > 0 AND submitted_at IS NULL AND NOT zeroed",
    "ix_assessment_late": "late",
}


def _name_all() -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text("SELECT id, name FROM assessment")).fetchall()
    named = [{"key": key, "name": sort_name(name)} for key, name in found]
    if named:
        connection.execute(sa.text("UPDATE assessment SET sort_name = :name WHERE id = :key"), named)


def _partial(name: str, table: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=False, sqlite_where=where, postgresql_where=where)
