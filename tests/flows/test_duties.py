import json
import os
import sqlite3
import subprocess
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from actions.accounts import add_account, grant
from actions.decide import Result, redecide
from actions.documents import put_document
from evidence.folder import place
from evidence.store import FOLDER
from flows import duties, jobs
from flows.jobs import Errand
from flows.work import sweep
from models import backup, copies
from models.db import Database, run
from models.history import Seal, history_of
from models.triggers import SQLITE
from states import history
from states.history import verify_seal
from tests.actions.later import announced, decided, in_decision
from tests.actions.world import CONSOLE, at, launched, paper, submitted
from tests.conftest import Fresh
from tests.flows.keeper import Keeper
from tests.keeping import keep

NIGHT = at("2024-11-05 02:00")
SUNDAY = at("2024-11-10 02:00")
DAY = timedelta(days=1)


def seals(database: Database, kind: str) -> list[Seal]:
    with database.reading() as session:
        return list(session.exec(select(Seal).where(Seal.kind == kind).order_by(col(Seal.id))))


def outcome(keeper: Keeper, kind: str) -> str:
    return keeper.jobs(kind)[-1].outcome


def test_every_night_seals_the_round_in_its_own_chain_and_tells_the_auditors(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=2)
    submitted(keeper.database, world, 0)
    for now in (NIGHT, NIGHT + timedelta(hours=5), NIGHT + DAY):
        keeper.at(now)
    made = seals(keeper.database, "nightly")
    assert [seal.at for seal in made] == [NIGHT, NIGHT + DAY]
    with keeper.database.reading() as session:
        chain = [row for row in history_of(session, f"round:{world.round_id}") if row.act == "sealed"]
        assert [json.loads(row.body)["what"] for row in chain] == [
            {"root": seal.root, "seal": seal.id} for seal in made
        ]
        assert [verify_seal(session, seal.root) for seal in made] == [(), ()]
    told = [(mail.account_id, json.loads(mail.parameters)) for mail in keeper.mails("auditor_seal")]
    assert told == [(world.auditor.account_id, {"seal": seal.root}) for seal in made]


def test_nights_that_were_missed_are_not_made_up_for(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    keeper.at(NIGHT)
    keeper.at(NIGHT + 9 * DAY)
    assert [job.occasion for job in keeper.jobs("seal")] == ["2024-11-05", "2024-11-14"]


def test_a_round_that_was_launched_today_is_sealed_tonight(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=1)
    assert "nightly" not in keeper.at(world.launched_at)
    assert keeper.at(world.launched_at + DAY)["nightly"] == {"seal": 1}


def test_a_rehearsal_is_neither_verified_nor_copied(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    assert keeper.at(NIGHT)["nightly"] == {"seal": 1}


def test_a_history_that_does_not_hold_is_said_so(live: Keeper) -> None:
    world = launched(live.database, subjects=1)
    with live.database.writing() as session:
        run(session, "UPDATE assessment SET seq = 7 WHERE id = :id", {"id": world.first})
    done = live.at(NIGHT)["nightly"]
    assert done == {"backup": 1, "failed": 1, "seal": 1, "sweep_files": 1, "tidy": 1, "verify": 1}
    assert [job.status for job in live.jobs("verify")] == ["failed"]
    told = live.mails("night_failed")
    assert [(mail.account_id, mail.parameters) for mail in told] == [
        (world.administrator.account_id, '{"work": "verify"}')
    ]
    assert f"hồ sơ số {world.first}, dòng" in outcome(live, "verify")


def test_a_history_that_holds_is_said_so(live: Keeper) -> None:
    launched(live.database, subjects=1)
    live.at(NIGHT)
    assert "nguyên vẹn" in outcome(live, "verify")


def test_the_nightly_copy_holds_everything_and_old_ones_go(live: Keeper) -> None:
    """The newest of two weeks are kept, and the first of each month; each says what it is."""
    launched(live.database, subjects=3)
    folder = live.folder / "backup"
    folder.mkdir()
    for day in range(10, 30):
        (folder / f"danhgia-2024-10-{day}.bak").touch()
        (folder / f"danhgia-2024-10-{day}.json").touch()
    for name in (".danhgia-2024-11-04.bak.77", ".danhgia-2024-11-06.bak.78", "danhgia-before-the-upgrade.bak"):
        (folder / name).touch()
    live.at(NIGHT)
    kept = copies.copies(folder)
    assert {path.name for path in folder.iterdir() if path not in kept and path.suffix not in {".json", ".sha256"}} == {
        ".danhgia-2024-11-06.bak.78",
        "danhgia-before-the-upgrade.bak",
    }
    assert kept[-1].name == "danhgia-2024-11-05.bak"
    assert [copy.name[-6:-4] for copy in kept] == ["10", *map(str, range(17, 30)), "05"]
    assert len(list(folder.glob("*.json"))) == len(kept)
    sheet = copies.sheet_of(kept[-1])
    assert sheet is not None
    assert (sheet.sha256, sheet.made_at, sheet.files_copied) == (copies.digest_of(kept[-1]), NIGHT, False)
    assert dossiers_in(kept[-1], is_sqlite=live.database.is_sqlite) == 3


def test_a_database_that_may_be_the_wrong_one_throws_no_file_away(live: Keeper) -> None:
    """An empty one by mistake, or a copy that is too old: what came since is all that is left of it."""
    launched(live.database, subjects=1)
    folder = live.folder / FOLDER
    named, other = (keep(folder, b"%PDF-1.7 " + word, "van-ban.pdf").file_hash for word in (b"mot", b"hai"))
    file = place(folder, other)
    os.utime(file, (0, 0))
    live.at(NIGHT - DAY)
    assert (file.is_file(), "chưa ghi nhận tệp nào" in outcome(live, "sweep_files")) == (True, True)
    with live.database.writing() as session:
        history.record_installation(session, "restore", {"sha256": ""}, actor=CONSOLE, now=NIGHT - DAY)
        put_document(session, kind="letter", number="7", dated=NIGHT.date(), signer="A", file_hash=named, now=NIGHT)
    live.at(NIGHT)
    assert (file.is_file(), "mới được khôi phục" in outcome(live, "sweep_files")) == (True, True)
    live.at(NIGHT + 29 * DAY)
    assert [place(folder, one).is_file() for one in (named, other)] == [True, False]


def test_files_go_to_the_folder_for_copies_and_what_is_missing_is_told(live: Keeper) -> None:
    launched(live.database, subjects=1)
    elsewhere, kept = live.folder / "elsewhere", keep(live.folder / FOLDER, b"%PDF-1.7 van ban", "van-ban.pdf")
    with live.database.writing() as session:
        put_document(
            session, kind="letter", number="7", dated=NIGHT.date(), signer="A", file_hash=kept.file_hash, now=NIGHT
        )
    for night, held in ((NIGHT, "done"), (NIGHT + DAY, "failed")):
        sweep(live.setting(night)._replace(backups=elsewhere))
        assert live.jobs("backup")[-1].status == held
        assert (elsewhere / "evidence" / kept.file_hash[:2] / kept.file_hash).read_bytes() == b"%PDF-1.7 van ban"
        with live.database.writing() as session:
            paper(session, now=NIGHT)
    assert "kho thiếu 1 tệp" in outcome(live, "backup")
    assert (elsewhere / "danhgia-2024-11-05.sha256").read_text().startswith(f"{kept.file_hash}  evidence/")


def test_a_copy_that_never_succeeds_is_told_to_the_administrators_once(live: Keeper) -> None:
    world = launched(live.database, subjects=1)
    (live.folder / "backup").write_text("no folder")
    for hours in range(8):
        with suppress(ExceptionGroup):
            live.at(NIGHT + timedelta(hours=hours))
    assert [job.status for job in live.jobs("backup")] == ["failed"]
    told = live.mails("night_failed")
    assert [(mail.account_id, mail.parameters) for mail in told] == [
        (world.administrator.account_id, '{"work": "backup"}')
    ]


def test_administrators_are_told_of_the_night_while_no_round_is_open(live: Keeper) -> None:
    world = launched(live.database, subjects=1)
    with live.database.writing() as session:
        every = add_account(session, "ca-nam@danang.example", actor=CONSOLE, now=NIGHT)
        grant(session, every, "administrator", actor=CONSOLE, now=NIGHT)
        run(session, "UPDATE round SET state = 'archived'")
    (live.folder / "backup").write_text("no folder")
    for hours in range(8):
        with suppress(ExceptionGroup):
            live.at(NIGHT + timedelta(hours=hours))
    told = {(mail.round_id, mail.account_id) for mail in live.mails("night_failed")}
    assert told == {(world.round_id, world.administrator.account_id), (world.round_id, every)}


def test_a_copy_is_brought_back_every_sunday_and_what_is_wrong_with_it_is_told(
    fresh_sqlite: Fresh, tmp_path: Path
) -> None:
    with fresh_sqlite() as url:
        live = Keeper(Database(url), tmp_path)
        launched(live.database, subjects=1)
        live.at(SUNDAY)
        assert live.jobs("drill") == []
        for hours, held in ((2, "done"), (2 + 7 * 24, "failed")):
            assert live.at(SUNDAY + timedelta(hours=hours))["rehearsal"]["drill"] == 1
            assert live.jobs("drill")[-1].status == held
            with live.database.writing() as session:
                for name in SQLITE:
                    run(session, f"DROP TRIGGER IF EXISTS {name}")
                run(session, "UPDATE history SET hash = prev_hash WHERE entity = 'assessment:1' AND seq = 1")
        whole, broken = (job.outcome for job in live.jobs("drill"))
        assert "3 chuỗi" in whole
        assert "tất cả nguyên vẹn" in whole
        assert "điểm, chạy danhgia restore --drill để xem từng điểm" in broken
        assert '{"work": "drill"}' in {mail.parameters for mail in live.mails("night_failed")}
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".drill")] == []
        live.database.dispose()


def dossiers_in(copy: Path, *, is_sqlite: bool) -> int:
    if is_sqlite:
        with closing(sqlite3.connect(copy)) as opened:
            count: int = opened.execute("SELECT count(*) FROM assessment").fetchone()[0]
            return count
    restore = Path(backup.pg_dump()).with_name("pg_restore")
    options = ("--data-only", "--table=assessment", "--file=-")
    told = subprocess.run([restore, *options, copy], check=True, capture_output=True, text=True).stdout
    return told.partition("FROM stdin;\n")[2].partition("\n\\.")[0].count("\n") + 1


def test_a_failed_copy_leaves_nothing_behind(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/folder/that/is/not.db")
    with pytest.raises(backup.BackupFailed):
        backup.copy(database, tmp_path / "copies" / "a.bak")
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_draft_of_the_report_is_written_when_every_dossier_has_a_result(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = in_decision(keeper.database)
    now = at("2024-12-20 09:30")
    assert "report" not in keeper.at(now)
    decided(keeper.database, world)
    seen: list[str] = []
    monkeypatch.setattr("flows.jobs.tell", lambda _session, _job, percent, _now: seen.append(f"{percent}%"))
    assert keeper.at(now)["report"] == {"report": 1}
    assert seen == ["40%", "60%", "75%"]
    folder = keeper.folder / "report"
    assert sorted(file.name for file in folder.iterdir()) == [
        "du-thao-bao-cao-dan-chu-co-so-2024.docx",
        "du-thao-bao-cao-dan-chu-co-so-2024.xlsx",
    ]
    root = seals(keeper.database, "draft")[0].root
    assert root.upper()[:8] in text_of(folder / "du-thao-bao-cao-dan-chu-co-so-2024.xlsx").replace(" ", "").upper()
    assert "report" not in keeper.at(now + timedelta(hours=1))


def text_of(workbook: Path) -> str:
    cells = (cell for sheet in load_workbook(workbook) for row in sheet.iter_rows(values_only=True) for cell in row)
    return " ".join(str(cell) for cell in cells if cell is not None)


def test_a_draft_is_written_again_when_a_result_changes(keeper: Keeper) -> None:
    world = in_decision(keeper.database)
    announced(keeper.database, world, decided(keeper.database, world))
    now = at("2024-12-20 11:00")
    keeper.at(now)
    with keeper.database.writing() as session:
        document = paper(session, now=now, number="08-KL/TU")
        results = [Result(world.first, total=None, reason="Ban Thường vụ kết luận.")]
        redecide(
            session,
            world.round_id,
            results,
            reason="Kết luận của Ban Thường vụ.",
            document_id=document,
            actor=world.authority,
            now=now,
        )
    assert keeper.at(now + timedelta(minutes=5))["report"] == {"report": 1}
    assert len(seals(keeper.database, "draft")) == 2


def test_a_draft_that_was_overtaken_is_not_written(keeper: Keeper) -> None:
    world = in_decision(keeper.database)
    with keeper.database.writing() as session:
        jobs.ask(session, [Errand("report", f"round:{world.round_id}", "draft/1")], NIGHT)
    assert keeper.at(NIGHT)["report"] == {"report": 1}
    assert "không còn cần" in outcome(keeper, "report")
    assert seals(keeper.database, "draft") == []


def test_a_reminder_that_was_asked_for_and_overtaken_mails_nothing(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    with keeper.database.writing() as session:
        jobs.ask(session, duties.reminders(session, at("2024-11-26 08:00")), at("2024-11-26 08:00"))
    keeper.at(at("2024-12-03 08:00"))
    assert {mail.occasion for mail in keeper.mails("reminder")} == {"assessment:1/D-7/2024-12-03"}
    assert [job.outcome for job in keeper.jobs("reminder")] == ["Đã qua thời điểm nhắc.", "Đã xếp 2 thư."]


def test_a_seal_whose_job_was_taken_over_is_not_made_twice(keeper: Keeper) -> None:
    launched(keeper.database, subjects=1)
    with keeper.database.writing() as session:
        jobs.ask(session, duties.nightly(session, NIGHT), NIGHT)
        first = jobs.claim(session, jobs.waiting(session, ["seal"], NIGHT)[0], NIGHT)
    assert first is not None
    after_lease = NIGHT + jobs.LEASE
    keeper.at(after_lease)
    duties.DUTIES["seal"](keeper.setting(after_lease), first)
    assert len(seals(keeper.database, "nightly")) == 1


def test_a_snapshot_does_not_move_while_others_write(keeper: Keeper) -> None:
    world = launched(keeper.database, subjects=1)
    with keeper.database.reading() as session:
        before = history.verify(session)
        submitted(keeper.database, world, 0)
        assert history.verify(session) == before
