"""A criteria sheet that was read from a document, while what is odd about it is settled, until it is concluded."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from actions.drafts import put_draft
from intake import questions
from intake.settled import Key, Settlement, Settling, by_key
from intake.sheets import Imported, Source
from models.drafts import Draft
from states.actor import Actor
from states.errors import refuse
from states.history import record_installation

KIND: Final = "sheet"


class Named(BaseModel):
    """A draft as a list shows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file_name: str


class Kept(BaseModel):
    """A document as it was read, with what was settled; `yaml` is the sheet that was concluded, word for word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str
    source: Source
    settled: tuple[Settlement, ...] = ()
    yaml: str = ""

    @property
    def settling(self) -> Settling:
        """What was settled, as a file for `danhgia sheet import --settled`."""
        return Settling(file=self.file_name, source=self.source.digest, settled=self.settled)

    def made(self) -> Imported:
        """What comes of the document as it is settled now."""
        return questions.held(self.source, by_key(self.settled))


class Changed(NamedTuple):
    """What came of settling: how many were kept, and how many earlier ones do not apply any more."""

    kept: int
    dropped: int


def put_source(session: Session, file_name: str, source: Source, *, actor: Actor, now: datetime) -> Draft:
    """Keep what was read of a document."""
    content = Kept(file_name=file_name, source=source).model_dump_json()
    return put_draft(session, KIND, content, actor=actor, now=now)


def kept_of(draft: Draft) -> Kept:
    """What a draft holds."""
    return Kept.model_validate_json(draft.content)


def file_name_of(draft: Draft) -> str:
    """What the document of a draft was called, without reading all of it."""
    return Named.model_validate_json(draft.content).file_name


def change(session: Session, draft: Draft, settlements: Sequence[Settlement], undone: Sequence[Key] = ()) -> Changed:
    """Settle and take settlements back, in a draft that is held; Refused when it was concluded."""
    if draft.done_at is not None:
        raise refuse("done", "Biểu này đã chốt; nhập lại tệp để làm bản khác.")
    kept = kept_of(draft)
    wanted = {**by_key(kept.settled), **by_key(settlements)}
    for key in undone:
        wanted.pop(key, None)
    found = questions.held(kept.source, wanted)
    draft.content = kept.model_copy(update={"settled": tuple(found.settled.values())}).model_dump_json()
    session.add(draft)
    return Changed(len(settlements) + len(undone), len(wanted) - len(found.settled))


def conclude(session: Session, draft: Draft, *, actor: Actor, now: datetime) -> None:
    """Conclude the sheet of a draft that is held; Refused while something is open, or when that was done."""
    kept = kept_of(draft)
    found = kept.made()
    if draft.done_at is not None:
        raise refuse("done", "Biểu này đã chốt.")
    if found.sheet is None or any(point.is_open for point in questions.points_of(found).values()):
        raise refuse("open", "Còn chỗ chưa giải quyết; giải quyết hết rồi chốt biểu.")
    text = found.as_yaml()
    draft.done_at, draft.content = now, kept.model_copy(update={"yaml": text}).model_dump_json()
    draft.result = found.sheet.slug
    session.add(draft)
    what = {
        "file": kept.file_name,
        "source": kept.source.digest,
        "sheet": found.sheet.slug,
        "settled": len(kept.settled),
        "yaml": sha256(text.encode()).hexdigest(),
    }
    record_installation(session, "take_sheet", what, actor=actor, now=now)
