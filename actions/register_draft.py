"""A register that was read in the portal, until somebody has looked at it again and takes it over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from actions.drafts import put_draft
from actions.register import Taken, take_register
from config.register import RegisterRow
from models.drafts import Draft
from states.actor import Actor
from states.errors import refuse

KIND: Final = "register"


class Read(BaseModel):
    """The rows of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str = ""
    rows: tuple[RegisterRow, ...] = ()


def put_read(session: Session, file_name: str, rows: Sequence[RegisterRow], *, actor: Actor, now: datetime) -> Draft:
    """Keep what was read of a file."""
    content = Read(file_name=file_name, rows=tuple(rows)).model_dump_json()
    return put_draft(session, KIND, content, actor=actor, now=now)


def read_of(draft: Draft) -> Read:
    """What was read; nothing is kept of it once it is taken over."""
    return Read.model_validate_json(draft.content)


def carry_out(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> Taken:
    """Take the register over as it was read; Refused when that was done."""
    if draft.done_at is not None:
        raise refuse("done", "Danh sách này đã được ghi.")
    read = read_of(draft)
    taken = take_register(session, read.rows, actor=actor, now=now)
    draft.done_at, draft.content = now, Read(file_name=read.file_name).model_dump_json()
    draft.result = f"{len(taken.created)} mới, {len(taken.changed)} thay đổi"
    session.add(draft)
    return taken
