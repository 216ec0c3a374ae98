"""Writes a concluded round into a folder that can be checked without this program (reports/archive.py)."""

import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.calendar import LOCAL, date_text
from danhgia.commands.history_file import write_history, write_seals
from models.history import seals_of
from models.installation import installation
from models.rounds import ProgrammeVersion, Round
from reports import archive, open_data
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from reports.inspection import Inspection
from states.actor import Actor
from states.chain import iso
from states.desk import round_as_desk
from states.errors import Unknown, refuse
from states.facts import Dossier
from states.glance import glance
from states.permits import demand_round, visible
from states.released import demand_released
from web.inspection import inspection

WRITING: Final = 0o222
TEXT: Final = Path(__file__).with_name("archive-readme.md")


class Archived(NamedTuple):
    """What was written; `sha256` is the hash of the list of hashes, and with that of everything."""

    dossiers: int
    files: int
    sha256: str


@contextmanager
def folder_for(to: Path) -> Iterator[Path]:
    """A folder to write into that becomes `to` when the block ends, and vanishes when it raises.

    Nobody writes into it then; who may read it, the umask says.
    """
    if to.exists() and any(to.iterdir()):
        raise refuse("folder", f"Thư mục {to} đã có tệp; hãy chọn thư mục mới.")
    to.parent.mkdir(parents=True, exist_ok=True)
    partial = to.with_name(f".{to.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    try:
        yield partial
        partial.replace(to)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    for path in (*to.rglob("*"), to):
        path.chmod(path.stat().st_mode & ~WRITING)


def demand_concluded(session: Session, round_id: int, actor: Actor) -> None:
    """Refused while the round is not reported, or something of it is being decided again; and to who may not."""
    if session.get(Round, round_id) is None:
        raise Unknown(f"đợt số {round_id}")
    demand_round(session, actor, "audit", round_id)
    demand_released(session, round_as_desk(session, round_id))


def write(session: Session, round_id: int, folder: Path, *, actor: Actor, now: datetime) -> Archived:
    """Write everything of a round as it stands in one snapshot; `now` only says when that was."""
    rehearsal = installation(session).made_as == "rehearsal"
    write_history(session, round_id, folder / archive.HISTORY)
    write_seals(session, round_id, folder / archive.SEALS)
    (folder / archive.DOSSIERS).mkdir()
    keys = visible(session, actor, "audit", round_id)
    facts = (glance(session, key, actor=actor, now=now) for key in keys)
    (folder / archive.EVIDENCE).write_bytes(archive.manifest(_dossiers(session, facts, folder)))
    round_, report = session.get_one(Round, round_id), gather(session, round_id)
    write_docx(report, folder / "report.docx", rehearsal=rehearsal)
    write_xlsx(report, folder / "report.xlsx", rehearsal=rehearsal)
    for name, content in open_data.files(session, actor, round_as_desk(session, round_id)).items():
        (folder / name).write_bytes(content)
    pinned = session.get_one(ProgrammeVersion, round_.programme_version_id)
    (folder / archive.PROGRAMME).write_text(pinned.document, encoding="utf-8")
    _put(folder / archive.ROUND, _about(session, round_, pinned, len(keys)))
    (folder / archive.README).write_text(_readme(round_, now), encoding="utf-8")
    listed = archive.sums(folder)
    (folder / archive.SUMS).write_text(listed, encoding="utf-8")
    return Archived(len(keys), len(listed.splitlines()), sha256(listed.encode()).hexdigest())


def _dossiers(session: Session, dossiers: Iterable[Dossier], folder: Path) -> Iterator[Inspection]:
    """Write the files of dossiers, one after the other: a round may be larger than the memory."""
    for facts in dossiers:
        told = inspection(session, facts)
        (folder / archive.file_of(facts.id)).write_bytes(told.as_json())
        session.expunge_all()
        yield told


def _about(session: Session, of: Round, pinned: ProgrammeVersion, dossiers: int) -> dict[str, Any]:
    return {
        "format": 1,
        "round": of.id,
        "programme": of.slug,
        "programme_digest": pinned.digest,
        "year": of.year,
        "title": of.title,
        "state": of.state,
        "launched_at": iso(of.launched_at) if of.launched_at else None,
        "dossiers": dossiers,
        "rows": of.seq,
        "head": of.head.hex(),
        "seals": [{"kind": one.kind, "at": iso(one.at), "seal": one.root} for one in seals_of(session, of.id)],
    }


def _put(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _readme(of: Round, now: datetime) -> str:
    day = date_text(now.astimezone(LOCAL).date())
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{title}", of.title).replace("{round}", str(of.id)).replace("{day}", day)
