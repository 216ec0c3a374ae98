"""Tokens by which programs work for an account through /api/v1."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from models.columns import AUTO, identity, instant, long_text, reference
from models.types import Hash


class ApiToken(SQLModel, table=True):
    """A token of an account until `ends_at`, `revoked_at`, or the account's address changes; only its hash is kept.

    `scopes` are names joined by spaces. `spent` counts the requests since `window_at`, for the limit on them.
    """

    __tablename__ = "api_token"
    __table_args__ = (Index("ix_api_token_account", "account_id", "ends_at"), AUTO)
    id: int = identity()
    token_hash: bytes = Field(sa_type=Hash, unique=True)
    account_id: int = reference("account")
    email: str
    name: str
    scopes: str = long_text()
    made_at: datetime = instant()
    ends_at: datetime = instant()
    revoked_at: datetime | None = instant(default=None)
    used_at: datetime | None = instant(default=None)
    window_at: datetime = instant()
    spent: int = 0
