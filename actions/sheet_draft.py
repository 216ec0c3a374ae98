"""A criteria sheet that was read from a document, while what is odd about it is settled, until it is concluded.

Of a document with several tables a draft of its own keeps all of them; each table that is taken becomes a sheet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from actions.drafts import put_draft
from intake import questions
from intake.settled import Key, Parting, Settlement, Settling, by_key
from intake.sheets import Imported
from intake.sources import Document, Source
from models.drafts import Draft
from states.actor import Actor
from states.errors import refuse
from states.history import record_installation

KIND: Final = "sheet"
TABLES: Final = "sheet_tables"


class Numbered(BaseModel):
    """Of a source the number of its table, 0 where the document holds but one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int = 0


class Named(BaseModel):
    """A draft as a list shows it."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    file_name: str
    source: Numbered = Numbered()


class Kept(BaseModel):
    """A document as it was read, with what was settled; `yaml` is the sheet that was concluded, word for word.

    `tables` is the number of the draft that keeps all tables of the document, 0 where there is but one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str
    source: Source
    settled: tuple[Settlement, ...] = ()
    yaml: str = ""
    tables: int = 0

    @property
    def settling(self) -> Settling:
        """What was settled, as a file for `danhgia sheet import --settled`."""
        source = self.source
        return Settling(
            file=self.file_name,
            source=source.digest,
            parted=source.parted,
            table=source.number,
            settled=self.settled,
        )

    def made(self) -> Imported:
        """What comes of the document as it is settled now."""
        return questions.held(self.source, by_key(self.settled))


class KeptTables(BaseModel):
    """A document with several tables, and by the number of a table the draft of the sheet that it became last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_name: str
    document: Document
    taken: Mapping[int, int] = {}


class Changed(NamedTuple):
    """What came of settling: how many were kept, and how many earlier ones do not apply any more."""

    kept: int
    dropped: int


def put_document(session: Session, file_name: str, document: Document, *, actor: Actor, now: datetime) -> Draft:
    """Keep what was read of a document: the sheet where it holds one table, else all tables, to be chosen from.

    Of one table that was joined both are kept, so that it can be parted.
    """
    is_joined = any(one.parts for one in document.tables)
    if len(document.tables) == 1 and not is_joined:
        kept = Kept(file_name=file_name, source=document.source(document.probable))
        return put_draft(session, KIND, kept.model_dump_json(), actor=actor, now=now)
    tables = KeptTables(file_name=file_name, document=document)
    draft = put_draft(session, TABLES, tables.model_dump_json(), actor=actor, now=now)
    return draft if len(document.tables) > 1 else take_table(session, draft, 1, actor=actor, now=now)


def part_table(session: Session, draft: Draft, parting: Parting) -> None:
    """Part one of the tables of a held draft again, where it was joined; Refused where it was not.

    What was read of the joined table stays a sheet of its own, which no table stands for any more.
    """
    tables = tables_of(draft)
    try:
        document = tables.document.part(parting)
    except LookupError:
        raise refuse("part", "Bảng này không có phần nào nối vào như vậy; chọn một phần nêu trên trang.") from None
    taken = {one + (one > parting.table): made for one, made in tables.taken.items() if one != parting.table}
    draft.content = tables.model_copy(update={"document": document, "taken": taken}).model_dump_json()
    session.add(draft)


def tables_of(draft: Draft) -> KeptTables:
    """The document of a draft that keeps all its tables."""
    return KeptTables.model_validate_json(draft.content)


def take_table(session: Session, draft: Draft, number: int, *, actor: Actor, now: datetime) -> Draft:
    """The sheet that one table of a held draft becomes: the one that is being settled, else a new one.

    Refused when there is no such table.
    """
    tables = tables_of(draft)
    begun = session.get(Draft, tables.taken.get(number, 0))
    if begun is not None and begun.done_at is None:
        return begun
    try:
        source = tables.document.source(number)
    except LookupError:
        raise refuse("table", "Chọn một bảng của tệp.") from None
    kept = Kept(file_name=tables.file_name, source=source, tables=draft.id)
    made = put_draft(session, KIND, kept.model_dump_json(), actor=actor, now=now)
    taken = {**tables.taken, number: made.id}
    draft.content = tables.model_copy(update={"taken": taken}).model_dump_json()
    session.add(draft)
    return made


def kept_of(draft: Draft) -> Kept:
    """What a draft holds."""
    return Kept.model_validate_json(draft.content)


def named_of(draft: Draft) -> Named:
    """What the document of a draft was called and which table of it was taken, without reading all of it."""
    return Named.model_validate_json(draft.content)


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
        "table": kept.source.number,
        "sheet": found.sheet.slug,
        "settled": len(kept.settled),
        "yaml": sha256(text.encode()).hexdigest(),
    }
    record_installation(session, "take_sheet", what, actor=actor, now=now)
