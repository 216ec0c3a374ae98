"""What no rehearsal makes and pages show: files, denials of conflicts, drafts, an approval, an open meeting."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlmodel import Session, select

from actions import evidence_files, launch_draft, register_draft, rehearsal_draft, sheet_draft
from actions.accounts import add_account
from actions.acts import digest
from actions.appointing import GrantRole
from actions.approvals import propose
from actions.assign import confirm_no_conflict
from actions.boxes import open_box
from actions.corrections import Grounds
from actions.drafts import put_draft
from actions.evidence_files import New
from config.register import RegisterRow
from danhgia.rehearse.sitting import Bodies, Sitting, awards, propose_and_open
from danhgia.rehearse.stage import Stage
from evidence.store import FOLDER
from intake.sources import read_document
from models.assessments import Assessment
from models.db import run
from states import order
from states.actor import account, console
from states.permits import DOSSIER, held
from tests.intake.writing import ODD, several, word, word_of
from tests.keeping import keep

FILES: Final = ("Nghị quyết số 05.pdf", "Báo cáo kết quả công khai quý IV.docx", "Biên bản đối thoại.pdf")
AGENDA: Final = 5


def dress(stage: Stage, folder: Path, rows: list[RegisterRow], *, meets: bool) -> None:
    """Add it all to a stage that stands at its moment; a meeting where one is wanted."""
    stage.act(lambda session: _put_files(session, stage, folder / FOLDER))
    stage.act(lambda session: _deny_conflicts(session, stage))
    stage.act(lambda session: _put_drafts(session, stage, rows))
    stage.act(lambda session: _ask_for_two(session, stage))
    if meets:
        stage.act(lambda session: _meet(session, stage))


def _put_files(session: Session, stage: Stage, folder: Path) -> None:
    """On the first criterion of every draft that has begun."""
    sql = f"SELECT g.account_id, a.id, a.kind FROM assessment a JOIN account_grant g ON {held(['officer'], DOSSIER)}"
    for who, key, kind in run(session, f"{sql} WHERE a.state = 'self_assessing'").fetchall():
        first = stage.programme.sheet_for(kind).leaves()[0].code
        for name in FILES:
            kept = keep(folder, name.encode(), name)
            evidence_files.add(session, key, [New(first, kept)], actor=account(who), now=stage.at)


def _deny_conflicts(session: Session, stage: Stage) -> None:
    """Of every dossier that is being appraised or was; of those that wait, none is open yet."""
    working = f"assessment a JOIN account_grant g ON {held(['appraiser', 'lead'], DOSSIER)}"
    begun = "a.state IN ('appraising', 'explaining', 'appraised')"
    for who, key in run(session, f"SELECT DISTINCT g.account_id, a.id FROM {working} WHERE {begun}").fetchall():
        confirm_no_conflict(session, key, actor=account(who), now=stage.at)


def _put_drafts(session: Session, stage: Stage, rows: list[RegisterRow]) -> None:
    actor, slug = stage.staff["administrator"], stage.programme.slug
    letter = launch_draft.Letter(number="15-CV/BDVTU", dated=stage.at.date(), signer="Phan Văn Mẫu")
    wish = launch_draft.prefilled(stage.programme, stage.year + 1).model_copy(update={"letter": letter})
    put_draft(session, launch_draft.KIND, wish.model_dump_json(), actor=actor, now=stage.at)
    asked = rehearsal_draft.Rehearsal(slug=slug, year=stage.year + 1, subjects=24).model_dump_json()
    put_draft(session, rehearsal_draft.KIND, asked, actor=actor, now=stage.at)
    changed = [rows[0].model_copy(update={"officer": "Nguyễn Thay Thế"}), *rows[1:]]
    register_draft.put_read(session, "danh-sach-bo-sung.xlsx", changed, actor=actor, now=stage.at)
    with TemporaryDirectory() as folder:
        document = read_document(word(Path(folder) / "bieu-chua-dung.docx", ODD, ["BIỂU CHẤM ĐIỂM CỦA XÃ"]))
        tables = read_document(word_of(Path(folder) / "phu-luc.docx", several(2)))
        clean = read_document(word_of(Path(folder) / "bieu-moi.docx", several(1)[1:]))
    concluded = sheet_draft.put_document(session, "bieu-moi.docx", clean, actor=actor, now=stage.at)
    sheet_draft.conclude(session, concluded, actor=actor, now=stage.at)
    sheet_draft.put_document(session, "bieu-chua-dung.docx", document, actor=actor, now=stage.at)
    sheet_draft.put_document(session, "phu-luc.docx", tables, actor=actor, now=stage.at)


def _ask_for_two(session: Session, stage: Stage) -> None:
    """Somebody new is to become an auditor; another person has to agree."""
    actor, by = stage.staff["administrator"], console("pictures")
    who = add_account(session, "moi@chay-thu.example", name="Mai Chờ Duyệt", actor=by, now=stage.at)
    act = GrantRole(account_id=who, role="auditor")
    seen = digest(act, act.plan(session, actor=actor, now=stage.at))
    propose(session, act, Grounds("Bổ sung cán bộ kiểm tra.", None), seen=seen, actor=actor, now=stage.at)


def _meet(session: Session, stage: Stage) -> None:
    """The body with the most dossiers that are ready has opened its meeting, and a box for the ballots."""
    blocked = order.blocked(session, stage.programme, "rating_order", stage.round_id)
    waiting = [one for one in session.exec(select(Assessment)).all() if one.state == "appraising"]
    ready = [one for one in waiting if one.id not in blocked]
    bodies = [one.body for one in ready]
    code = max(sorted(set(bodies)), key=bodies.count)
    keys = [one.id for one in ready if one.body == code][:AGENDA]
    propose_and_open(session, stage, keys)
    body = Bodies(stage).of(session, code)
    meeting = Sitting(stage, body, awards(session, stage, keys))._open(session)
    open_box(session, "decision", keys, meeting_id=meeting, actor=body.secretaries[0], now=stage.at)
