import csv
import json
from hashlib import sha256
from pathlib import Path

from sqlmodel import SQLModel, col, func, select

from config.clock import Clock
from config.load import HOME
from models.assessments import Assessment
from models.db import Database
from models.history import History
from models.mail import Outbox
from models.people import Account, Subject
from models.rounds import Round
from tests.actions.later import DECIDING, announced, decided, in_decision
from tests.actions.world import launched
from tests.danhgia.conftest import Shell

REGISTERS = HOME / "registers"
DA_NANG = ("round", "launch", "dan-chu-co-so", "--year", 2024, "--register", REGISTERS / "da-nang-2024.csv")
SMTP = "smtp://127.0.0.1:1"
NEXT_YEAR = Clock().now().year + 1
DECIDED = {"now": DECIDING.isoformat()}
TABLES = (Round, Assessment, History, Outbox, Account, Subject)


def count(database: Database, table: type[SQLModel]) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def register(path: Path, *rows: tuple[str, str, str]) -> Path:
    """A register of subjects by code, kind and address."""
    columns = ["code", "name", "kind", "group", "email_officer", "email_head"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([code, f"Đơn vị {code}", kind, kind, address, address] for code, kind, address in rows)
    return path


def test_a_dry_run_tells_everything_and_keeps_nothing(rehearsal: Shell, database: Database) -> None:
    ran = rehearsal(*DA_NANG, "--dry-run", "--json")
    told = json.loads(ran.out)
    assert (ran.code, ran.err, told["problems"]) == (0, "", [])
    assert len(told["subjects"]) == 29
    assert told["subjects"][0] == {
        "code": "dn-quan-lien-chieu",
        "name": "Đảng bộ quận Liên Chiểu",
        "kind": "dang_bo_quan_huyen",
        "sheet": "bieu-1-mau",
        "closes_at": "2024-12-09T17:00:00+00:00",
        "problem": None,
    }
    assert [one["code"] for one in told["subjects"] if one["sheet"] is None] == ["dn-huyen-hoang-sa"]
    assert [count(database, table) for table in TABLES] == [0] * len(TABLES)


def test_a_launch_makes_the_round_its_dossiers_and_their_mail(rehearsal: Shell, database: Database) -> None:
    ran = rehearsal.script(*DA_NANG, "--document", "15-CV/BDVTU;25/09/2024;Nguyễn Ví Dụ", "--json")
    assert (ran.code, json.loads(ran.out)) == (0, {"round": 1, "dossiers": 28})
    assert count(database, Assessment) == 28
    assert count(database, Outbox) == 56
    again = rehearsal(*DA_NANG)
    title = "Đánh giá, chấm điểm kết quả thực hiện dân chủ ở cơ sở năm 2024"
    assert (again.code, again.err) == (1, f"Đợt «{title}» đã được phát động (đợt số 1).\n")
    listed = json.loads(rehearsal("round", "list", "--json").out)
    assert listed[0].pop("launched_at").startswith("2024-10-01T01:00:0")
    assert listed == [
        {
            "round": 1,
            "programme": "dan-chu-co-so",
            "year": 2024,
            "state": "self_assessment",
            "dossiers": 28,
        }
    ]
    status = json.loads(rehearsal("round", "status", 1, "--json").out)
    assert status["states"] == {"assigned": 28}
    closings = {one["closes_at"] for one in status["milestones"]}
    assert closings == {"2024-12-09T17:00:00+00:00", "2024-12-29T17:00:00+00:00"}
    shown = rehearsal("round", "status", 1).out
    assert "hết ngày 09/12/2024 (trước ngày 10/12)" in shown
    assert "01/10/2024 08:00" in rehearsal("round", "list").out


def test_a_bad_register_is_told_row_by_row_and_nothing_is_kept(rehearsal: Shell, database: Database) -> None:
    rows = [("a", "so_nganh", "a@x.example"), ("a", "", "a@x.example"), ("b", "so_nganh", "không phải thư")]
    bad = register(rehearsal.directory / "bad.csv", *rows)
    expected = [(3, "kind"), (3, "group"), (3, "code"), (4, "email_officer"), (4, "email_head")]
    for command in (DA_NANG[:-1], ("register", "import"), ("register", "check")):
        ran = rehearsal(*command, bad)
        assert (ran.code, ran.out) == (1, "")
        assert [tuple(line.split(": ")[:2]) for line in ran.err.splitlines()] == [
            (f"{bad}:{line}", column) for line, column in expected
        ]
    told = json.loads(rehearsal("register", "check", bad, "--json").out)
    assert [(one["row"], one["column"]) for one in told["problems"]] == expected
    assert [count(database, table) for table in TABLES] == [0] * len(TABLES)


def test_a_register_taken_twice_changes_nothing(rehearsal: Shell, database: Database) -> None:
    file = REGISTERS / "da-nang-2024.csv"
    first = json.loads(rehearsal("register", "import", file, "--programme", "dan-chu-co-so", "--json").out)
    assert [len(first[name]) for name in ("created", "changed", "accounts")] == [29, 0, 56]
    kept = [count(database, table) for table in TABLES]
    second = json.loads(rehearsal("register", "import", file, "--json").out)
    assert second == {"created": [], "changed": [], "accounts": []}
    assert [count(database, table) for table in TABLES] == kept


def test_samples_are_refused_in_a_real_launch(shell: Shell, database: Database) -> None:
    rows = register(
        shell.directory / "r.csv", ("a", "so_nganh", "a@x.example"), ("b", "dang_bo_xa_phuong", "b@x.example")
    )
    launch = ("round", "launch", "dan-chu-co-so", "--year", NEXT_YEAR, "--register", rows)
    sentences = [f"Biểu «Biểu số {number} (mẫu)" for number in (1, 2)]
    for ran in (shell(*launch, smtp_url=SMTP), shell(*launch, "--dry-run", smtp_url=SMTP)):
        assert ran.code == 1
        assert [line[: len(sentences[0])] for line in ran.err.splitlines()] == sentences
    assert [count(database, table) for table in TABLES] == [0] * len(TABLES)


def test_a_real_launch_needs_a_mail_server(shell: Shell, database: Database) -> None:
    rows = register(shell.directory / "r.csv", ("a", "co_quan_chuyen_mon", "a@x.example"))
    launch = ("round", "launch", "dan-van-chinh-quyen", "--year", NEXT_YEAR, "--register", rows)
    ran = shell(*launch)
    assert ran.code == 1
    assert ran.err.startswith("Chưa khai báo máy chủ thư (DANHGIA_SMTP_URL)")
    assert count(database, Round) == 0
    assert shell(*launch, smtp_url=SMTP).out == "round 1 is launched with 1 dossiers\n"


def test_an_expired_subject_is_refused(rehearsal: Shell, database: Database) -> None:
    late = {"now": "2025-07-01T08:00:00+07:00"}
    ran = rehearsal("round", "launch", "dan-chu-co-so", "--year", 2025, *DA_NANG[-2:], **late)
    assert ran.code == 1
    assert "Đảng bộ quận Hải Châu hết hiệu lực từ ngày 01/07/2025, không đưa vào đợt được.\n" in ran.err
    assert [count(database, table) for table in TABLES] == [0] * len(TABLES)


def test_a_special_case_stays_open_to_the_end_of_its_day(rehearsal: Shell, database: Database) -> None:
    world = launched(database)
    extend = ("extend", world.first, "--reason", "Bão số 9", "--document", "21-CV/BDVTU;05/12/2024;Nguyễn Ví Dụ")
    ran = rehearsal(*extend, "--until", "15/12/2024", "--as", "administrator@donvi.example")
    opened = "hết ngày 15/12/2024 (trước ngày 16/12)"
    assert (ran.code, ran.out) == (0, f"assessment {world.first} is assigned, open {opened}\n")
    for until, why in (
        ("2024-12-15", "phải sau thời điểm hiện tại và sau thời hạn đang có"),
        ("2024-12-30", "phải trước hạn"),
    ):
        refused = rehearsal(*extend, "--until", until)
        assert (refused.code, refused.out) == (1, "")
        assert why in refused.err
    denied = rehearsal(*extend, "--until", "2024-12-16", "--as", "canbo1@donvi.example")
    assert (denied.code, denied.err.count("\n")) == (1, 1)
    rows = json.loads(rehearsal("audit", "history", "dv-1", "--json").out)
    assert [(row["body"]["act"], row["body"]["by"]) for row in rows] == [
        ("assigned", "console:kiem-thu"),
        ("reopen", f"account:{world.administrator.account_id}"),
    ]


def test_places_are_shown_before_they_are_given(rehearsal: Shell, database: Database) -> None:
    world = in_decision(database)
    decided(database, world)
    shown = json.loads(rehearsal("round", "rank", world.round_id, "--preview", "--json", **DECIDED).out)
    assert [(one["place"], one["tied"]) for one in shown] == [(1, True), (1, True), (3, False)]
    assert places(database) == [None, None, None]
    given = rehearsal("round", "rank", world.round_id, "--json", "--as", "authority@donvi.example", **DECIDED)
    assert (given.code, json.loads(given.out)) == (0, shown)
    assert places(database) == [1, 1, 3]


def places(database: Database) -> list[int | None]:
    with database.reading() as session:
        return list(session.exec(select(Assessment.place).order_by(col(Assessment.id))))


def test_a_round_is_reported_with_its_number_and_then_archived(rehearsal: Shell, database: Database) -> None:
    world = in_decision(database)
    announced(database, world, decided(database, world))
    later = {"now": "2024-12-28T08:00:00+07:00"}
    advance = ("round", "advance", world.round_id)
    early = rehearsal(*advance, "report", **later)
    assert early.code == 1
    assert early.err.splitlines() == [
        "Báo cáo chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước.",
        "Phải nêu văn bản làm căn cứ (số, ngày, người ký).",
    ]
    copy = rehearsal.directory / "signed.pdf"
    copy.write_bytes(b"signed")
    paper = ("--document", "12-BC/BDVTU;27/12/2024;Nguyễn Ví Dụ", "--signed-copy", copy)
    drafted = rehearsal("round", "report", world.round_id, "--out", "out", **later)
    assert drafted.out.splitlines() == [f"out/du-thao-bao-cao-dan-chu-co-so-2024.{kind}" for kind in ("docx", "xlsx")]
    assert rehearsal(*advance, "report", *paper, **later).out == f"round {world.round_id} is now reported\n"
    assert rehearsal(*advance, "archive", **later).out == f"round {world.round_id} is now archived\n"
    status = json.loads(rehearsal("round", "status", world.round_id, "--json", **later).out)
    assert (status["states"], [one["kind"] for one in status["seals"]]) == ({"reported": 3}, ["draft", "reported"])
    assert rehearsal("audit", "verify", "--seal", status["seals"][1]["seal"], **later).code == 0
    copy.unlink()
    found = rehearsal("evidence", "verify", "--json", **later).out
    assert ("abab" in found, sha256(b"signed").hexdigest() in found) == (True, False)
    numbered = rehearsal("round", "report", world.round_id, "--out", "out", **later)
    assert numbered.out.splitlines() == [f"out/bao-cao-dan-chu-co-so-2024.{kind}" for kind in ("docx", "xlsx")]
    assert all((rehearsal.directory / name).stat().st_size for name in numbered.out.splitlines())


def test_a_cancelled_round_needs_its_grounds_and_takes_its_dossiers_along(rehearsal: Shell, database: Database) -> None:
    world = launched(database)
    cancel = ("round", "advance", world.round_id, "cancel")
    assert rehearsal(*cancel).code == 1
    grounds = ("--reason", "Sáp nhập tỉnh", "--document", "30-CV/TU;01/10/2024;Nguyễn Ví Dụ")
    assert rehearsal(*cancel, *grounds).out == f"round {world.round_id} is now cancelled\n"
    assert json.loads(rehearsal("round", "status", world.round_id, "--json").out)["states"] == {"cancelled": 3}
