"""Doors: sessions of the portal, the secrets that open it (their hashes alone), and tries against them (DESIGN §6)."""

from datetime import datetime

from sqlmodel import Field, Index, SQLModel

from models.columns import AUTO, identity, instant, long_text, reference
from models.types import Hash


class WebSession(SQLModel, table=True):
    """One browser signed in as one account, until `ends_at`, `ended_at`, or the account's address changes.

    `way` is how it began: task_link, mail, telephone, password, oidc or rehearsal. `awaits` names what has to come
    before anything else: "second" (the code of the second factor), "password" (one has to be set), or nothing.
    The declared name and position are those of the person at a shared mailbox, as that person gave them.
    """

    __tablename__ = "web_session"
    __table_args__ = (Index("ix_web_session_account", "account_id", "ends_at"), AUTO)
    id: int = identity()
    token_hash: bytes = Field(sa_type=Hash, unique=True)
    account_id: int = reference("account")
    email: str
    way: str
    awaits: str = ""
    task_link_id: int | None = reference("task_link", default=None)
    declared_name: str = ""
    declared_position: str = ""
    device_hash: bytes = Field(sa_type=Hash)
    client: str = ""
    agent: str = ""
    started_at: datetime = instant()
    seen_at: datetime = instant()
    ends_at: datetime = instant()
    ended_at: datetime | None = instant(default=None)


class Credential(SQLModel, table=True):
    """An account's password (Argon2id) and second factor.

    The secret of a second factor cannot be hashed: `totp_secret` is in force, `totp_offered` not yet confirmed, and
    `totp_step` is the last time step used, which opens nothing again.
    """

    account_id: int = reference("account", primary_key=True)
    password_hash: str
    set_at: datetime = instant()
    totp_secret: str | None = None
    totp_offered: str | None = None
    totp_step: int = 0


class OneTimeKey(SQLModel, table=True):
    """A link and a code that open one session, once: sent by mail or told by telephone."""

    __tablename__ = "one_time_key"
    __table_args__ = (Index("ix_one_time_key_account", "account_id", "ends_at"), AUTO)
    id: int = identity()
    account_id: int = reference("account")
    email: str
    way: str
    token_hash: bytes = Field(sa_type=Hash, unique=True)
    code_hash: str
    made_at: datetime = instant()
    ends_at: datetime = instant()
    used_at: datetime | None = instant(default=None)


class SignInMail(SQLModel, table=True):
    """A sign-in mail still to be sent; its key is made when it is written, so nothing secret waits here."""

    __tablename__ = "sign_in_mail"
    __table_args__ = (
        Index("ix_sign_in_mail_due", "status", "due_at"),
        Index("ix_sign_in_mail_account", "account_id", "asked_at"),
        AUTO,
    )
    id: int = identity()
    account_id: int = reference("account")
    asked_at: datetime = instant()
    due_at: datetime = instant()
    status: str = "queued"
    attempts: int = 0
    lease_until: datetime | None = instant(default=None)
    answer: str = long_text(default="")
    ended_at: datetime | None = instant(default=None)


class Attempt(SQLModel, table=True):
    """A try against a door: from which client, and whose door as the hash of what was typed."""

    __table_args__ = (Index("ix_attempt_client", "door", "client", "at"), AUTO)
    id: int = identity()
    door: str
    client: str
    whose: bytes = Field(sa_type=Hash)
    at: datetime = instant()
