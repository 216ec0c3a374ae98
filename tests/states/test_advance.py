import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import rfc8785
from sqlmodel import Session

from config.calendar import LOCAL
from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.assessments import Assessment
from models.db import Database, run
from models.history import History, HistoryPayload, history_of
from models.mail import Outbox
from models.types import from_micros, to_micros
from states.actor import SYSTEM, Actor, account, console
from states.advance import Move, Moved, advance, advance_round
from states.errors import DanhgiaError, NotAllowed, Refused, Stale, Unknown
from states.history import verify
from tests.states.worlds import (
    STAFF,
    TICK,
    TOTAL,
    add_account,
    add_document,
    add_grant,
    add_staff,
    column,
    insert,
    rows_of,
    state_of,
    write,
)

OFFICER, HEAD, ROOT = account(1), account(2), console("root")
SENT = Move(columns={"self_total": TOTAL, "submitted_at": NOW})
ZONES = ("UTC", "Asia/Ho_Chi_Minh", "America/St_Johns", "Pacific/Kiritimati")
NO_REASON = "Phải ghi lý do cho việc này."
NO_DOCUMENT = "Phải nêu văn bản làm căn cứ (số, ngày, người ký)."


def pull(
    database: Database,
    trigger: str,
    actor: Actor = OFFICER,
    *,
    now: datetime = NOW,
    key: int = 1,
    move: Move = SENT,
    version: int | None = None,
) -> Moved:
    with database.writing() as session:
        return advance(session, key, trigger, actor=actor, now=now, version=version, move=move)


def refused(database: Database, error: type[DanhgiaError], trigger: str, actor: Actor = OFFICER, **given: Any) -> str:  # noqa: ANN401  what `pull` takes
    """The sentence of a refusal; nothing at all is written with it."""
    before = rows_of(database)
    with pytest.raises(error) as caught:
        pull(database, trigger, actor, **given)
    assert rows_of(database) == before
    return str(caught.value)


def chain_of(database: Database, entity: str = "assessment:1") -> list[History]:
    with database.reading() as session:
        assert verify(session).broken == ()
        return list(history_of(session, entity))


def mails(database: Database) -> list[tuple[Any, ...]]:
    sql = (
        "SELECT round_id, assessment_id, message, account_id, occasion, parameters, due_at, status, attempts, answer "
        "FROM outbox ORDER BY id"
    )
    with database.reading() as session:
        return [tuple(row) for row in run(session, sql).fetchall()]


def receipt(account_id: int, seq: int = 2, key: int = 1) -> tuple[Any, ...]:
    occasion = f"assessment:{key}/{seq}"
    return (1, key, "receipt", account_id, occasion, "{}", to_micros(NOW), "queued", 0, "")


@pytest.mark.rule("X-A1")
def test_a_transition_writes_state_history_and_mail(database: Database) -> None:
    fill(database, 2)
    before = rows_of(database)
    moved = pull(database, "submit")
    first, row = chain_of(database)
    assert moved == Moved(1, "submitted", 2, 2, row.hash)
    assert row.body == (
        '{"act":"submit","at":"2026-12-08T17:00:00.000000Z","by":"account:1","entity":"assessment:1","round":1,"seq":2,'
        '"v":1,"what":{"from":"self_assessing","to":"submitted"}}'
    )
    assert (row.prev_hash, row.hash) == (first.hash, sha256(first.hash + row.body.encode()).digest())
    assert (row.v, row.round_id, row.at, row.actor, row.act) == (1, 1, NOW, "account:1", "submit")
    assert mails(database) == [receipt(1), receipt(2)]
    after = rows_of(database)
    assert after["assessment"][1] == before["assessment"][1]
    untouched = ("round", "seal", "installation", "milestone", "history_payload")
    assert {table: after[table] for table in untouched} == {table: before[table] for table in untouched}


def test_the_row_holds_what_was_moved(database: Database) -> None:
    fill(database, 1)
    columns = {"self_total": Decimal("87.1234"), "submitted_at": NOW + TICK, "late": True, "proposed_level": "tốt"}
    moved = pull(database, "submit", move=Move(columns=columns))
    with database.reading() as session:
        kept = session.get_one(Assessment, 1)
        assert (kept.state, kept.version, kept.seq, kept.head) == ("submitted", 2, 2, moved.hash)
        assert (kept.chain_at, kept.self_total, kept.submitted_at) == (NOW, Decimal("87.1234"), NOW + TICK)
        assert (kept.late, kept.proposed_level, kept.zeroed, kept.appraised_total) == (True, "tốt", False, None)


@pytest.mark.rule("X-D1", "X-D3")
def test_the_last_microsecond_is_in_time_and_the_closing_is_not(database: Database) -> None:
    fill(database, len(ZONES))
    sentence = "Đã quá thời hạn: hết ngày 09/12/2026 (trước ngày 10/12); phần mềm đã khóa."
    for key, zone in enumerate(map(ZoneInfo, ZONES), 1):
        officer = account(2 * key - 1)
        assert refused(database, Refused, "submit", officer, key=key, now=CLOSES_AT.astimezone(zone)) == sentence
        assert pull(database, "submit", officer, key=key, now=(CLOSES_AT - TICK).astimezone(zone)).state == "submitted"
        assert [row.at for row in chain_of(database, f"assessment:{key}")] == [NOW, CLOSES_AT - TICK]


@pytest.mark.rule("X-D1", "X-D3")
def test_vectors_1_and_2(database: Database) -> None:
    fill(database, 1)
    refused(database, Refused, "submit", now=datetime(2026, 12, 10, tzinfo=LOCAL))
    refused(database, Refused, "submit", now=datetime(2026, 12, 9, 17, tzinfo=UTC))
    in_time = datetime(2026, 12, 9, 23, 59, 59, 999000, tzinfo=LOCAL)
    assert pull(database, "submit", now=in_time).state == "submitted"


@pytest.mark.rule("DN-4.1")
def test_every_refusal_is_told_at_once(database: Database) -> None:
    fill(database, 1)
    write(database, "UPDATE assessment SET scored = 18")
    assert refused(database, Refused, "submit", now=CLOSES_AT) == (
        "Đã quá thời hạn: hết ngày 09/12/2026 (trước ngày 10/12); phần mềm đã khóa. "
        "Còn 2 tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được."
    )


def test_of_two_that_saw_the_same_version_the_second_is_stale(database: Database) -> None:
    fill(database, 1)
    told = "Hồ sơ đã được người khác cập nhật sau khi mở trang này; tải lại trang rồi thực hiện lại."
    assert refused(database, Stale, "submit", version=0) == refused(database, Stale, "submit", version=2) == told
    assert pull(database, "submit", version=1).version == 2
    assert refused(database, Stale, "revise", HEAD, version=1) == told
    assert pull(database, "revise", HEAD, version=2).version == 3


@pytest.mark.parametrize("trigger", ["submit", "announce"])
def test_the_officer_of_another_unit_may_not(database: Database, trigger: str) -> None:
    fill(database, 2)
    told = "Tài khoản này không có quyền thực hiện việc đó đối với hồ sơ này."
    assert refused(database, NotAllowed, trigger, account(3)) == told
    assert refused(database, NotAllowed, trigger, account(12_345)) == told


def test_what_is_not_there_is_unknown(database: Database) -> None:
    fill(database, 1)
    assert refused(database, Unknown, "submit", key=2) == "Không tìm thấy hồ sơ số 2; đề nghị kiểm tra lại."
    with pytest.raises(Unknown, match="Không tìm thấy đợt số 2"), database.writing() as session:
        advance_round(session, 2, "cancel", actor=ROOT, now=NOW)


def test_a_second_submission_is_refused_and_mails_nothing(database: Database) -> None:
    fill(database, 1)
    pull(database, "submit")
    told = "Hồ sơ đang ở trạng thái «Đã nộp»; không thực hiện được bước «Nộp bản tự đánh giá» từ đây."
    assert refused(database, Refused, "submit") == refused(database, Refused, "submit", HEAD) == told
    assert [row.act for row in chain_of(database)] == ["assigned", "submit"]
    assert mails(database) == [receipt(1), receipt(2)]


def test_each_submission_has_its_own_receipt(database: Database) -> None:
    fill(database, 1)
    for trigger in ("submit", "revise", "submit"):
        pull(database, trigger)
    assert mails(database) == [receipt(1), receipt(2), receipt(1, 4), receipt(2, 4)]
    assert [row.act for row in chain_of(database)] == ["assigned", "submit", "revise", "submit"]


def test_whoever_is_officer_and_head_gets_one_mail(database: Database) -> None:
    fill(database, 2)
    with database.writing() as session:
        add_grant(session, 100, 1, "head", subject_id=1)
        add_grant(session, 101, 1, "officer", subject_id=1)
        add_grant(session, 102, add_account(session, STAFF), "officer", subject_id=1, ended=True)
    pull(database, "submit")
    assert mails(database) == [receipt(1), receipt(2)]


def test_a_message_takes_its_parameters_from_the_move(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        document = add_document(session, 7)
    move = Move(
        "bão lũ", document, tell={"extension_granted": {"closes_at": "2026-12-15T17:00:00Z"}, "receipt": {"x": 1}}
    )
    pull(database, "reopen", ROOT, move=move)
    assert [row[2:6] for row in mails(database)] == [
        ("extension_granted", number, "assessment:1/2", '{"closes_at": "2026-12-15T17:00:00Z"}') for number in (1, 2)
    ]


def pull_both(session: Session, move: Move) -> None:
    """Submit dossier 1, and then 2, of which the officer is another."""
    for key in (1, 2):
        advance(session, key, "submit", actor=OFFICER, now=NOW, move=move)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    fill(database, 2)
    before = rows_of(database)
    with pytest.raises(NotAllowed), database.writing() as session:
        pull_both(session, Move(payload={"marks": {}}))
    assert rows_of(database) == before
    assert pull(database, "submit").version == 2


def test_a_failing_statement_leaves_nothing(database: Database) -> None:
    fill(database, 1)
    before = rows_of(database)
    with pytest.raises(Exception, match="no_such_column"):
        pull(database, "submit", move=Move(columns={"no_such_column": 1}))
    assert rows_of(database) == before


def test_instants_of_a_chain_never_decrease(database: Database) -> None:
    fill(database, 1)
    for now, trigger in ((NOW + 2 * TICK, "submit"), (NOW - timedelta(days=3), "revise"), (NOW + TICK, "submit")):
        pull(database, trigger, now=now)
    pull(database, "revise", now=NOW + 3 * TICK)
    assert [row.at - NOW for row in chain_of(database)] == [0 * TICK, 2 * TICK, 2 * TICK, 2 * TICK, 3 * TICK]
    assert column(database, "SELECT chain_at FROM assessment") == [to_micros(NOW + 3 * TICK)]
    due = column(database, "SELECT due_at FROM outbox ORDER BY id")
    assert [from_micros(at) for at in due] == [NOW + 2 * TICK] * 2 + [NOW + TICK] * 2


def test_what_is_locked_stays_locked_when_the_clock_steps_back(database: Database) -> None:
    fill(database, 1)
    pull(database, "lock", SYSTEM, now=CLOSES_AT, move=Move())
    told = "Hồ sơ đang ở trạng thái «Đã khóa: chưa hoàn thành, 0 điểm»; không thực hiện được bước «{}» từ đây."
    assert refused(database, Refused, "submit", now=NOW) == told.format("Nộp bản tự đánh giá")


def test_what_is_needed_must_be_given(database: Database) -> None:
    fill(database, 1)
    for move in (Move(), Move(" \n\t", minutes_id=7)):
        assert refused(database, Refused, "reopen", ROOT, move=move) == f"{NO_REASON} {NO_DOCUMENT}"
    assert refused(database, Refused, "reopen", ROOT, move=Move("bão lũ")) == NO_DOCUMENT
    assert refused(database, Refused, "reopen", ROOT, move=Move(document_id=7)) == NO_REASON


@pytest.mark.rule("X-A1")
def test_reason_documents_and_facts_go_into_the_history(database: Database) -> None:
    fill(database, 1)
    move = Move("bão lũ", 7, 8, what={"until": "2026-12-15", "asked": True})
    pull(database, "reopen", ROOT, move=move)
    assert json.loads(chain_of(database)[-1].body)["what"] == {
        "asked": True,
        "document": 7,
        "from": "self_assessing",
        "minutes": 8,
        "reason": "bão lũ",
        "to": "self_assessing",
        "until": "2026-12-15",
    }


def test_a_payload_is_kept_beside_with_its_salt(database: Database) -> None:
    fill(database, 1)
    content: Any = {"marks": {"I.1": {"points": "2.5", "note": "đủ «minh chứng»"}}, "total": "87.5000"}
    pull(database, "submit", move=Move(payload=content))
    with database.reading() as session:
        kept = session.get_one(HistoryPayload, ("assessment:1", 2))
        assert kept.salt is not None
        assert kept.content == rfc8785.dumps(content).decode()
        assert (len(kept.salt), kept.hash) == (16, sha256(kept.salt + rfc8785.dumps(content)).hexdigest())
    what = json.loads(chain_of(database)[-1].body)["what"]
    assert what == {"from": "self_assessing", "payload": kept.hash, "to": "submitted"}


def test_equal_payloads_have_different_salts(database: Database) -> None:
    fill(database, 2)
    for key in (1, 2):
        pull(database, "submit", account(2 * key - 1), key=key, move=Move(payload={"total": "1"}))
    hashes = column(database, "SELECT hash FROM history_payload")
    assert len(hashes) == len(set(hashes)) == 2


def test_salts_come_from_the_source_of_the_database(database_url: str) -> None:
    database = Database(database_url, entropy=lambda size: bytes(range(size)))
    fill(database, 1)
    pull(database, "submit", move=Move(payload={"total": "1"}))
    assert [bytes(salt) for salt in column(database, "SELECT salt FROM history_payload")] == [bytes(range(16))]
    database.dispose()


def advance_round_1(
    database: Database, trigger: str, actor: Actor = ROOT, *, now: datetime = NOW, document_id: int | None = None
) -> Moved:
    with database.writing() as session:
        return advance_round(session, 1, trigger, actor=actor, now=now, move=Move(document_id=document_id))


def test_a_round_moves_like_a_dossier(database: Database) -> None:
    fill(database, 2)
    early = "Chưa hết thời hạn của giai đoạn này (hết ngày 09/12/2026 (trước ngày 10/12))."
    with pytest.raises(Refused) as caught:
        advance_round_1(database, "close_self_assessment", now=CLOSES_AT - TICK)
    assert str(caught.value) == early
    moved = advance_round_1(database, "close_self_assessment", SYSTEM, now=CLOSES_AT)
    (row,) = chain_of(database, "round:1")
    assert moved == Moved(1, "appraisal", 1, 1, row.hash)
    assert json.loads(row.body)["what"] == {"from": "self_assessment", "to": "appraisal"}
    assert column(database, "SELECT state FROM round") == ["appraisal"]
    assert [state_of(database, key) for key in (1, 2)] == ["self_assessing"] * 2


def test_a_round_tells_those_who_stand_in_the_round(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        staff = add_staff(session, "reader", "administrator", "auditor")
        add_document(session, 7)
        run(session, "UPDATE assessment SET state = 'announced'")
        run(session, "UPDATE round SET state = 'decision', report_document_id = 7")
    moved = advance_round_1(database, "report", account(staff["administrator"]), document_id=7)
    assert (moved.state, [row[:5] for row in mails(database)]) == (
        "reported",
        [(1, None, "report_ready", staff[role], "round:1/1") for role in ("reader", "administrator")],
    )


def report_with(session: Session, change: str) -> None:
    run(session, f"UPDATE document SET {change}")
    advance_round(session, 1, "report", actor=ROOT, now=NOW, move=Move(document_id=7))


def test_a_report_needs_number_date_signer_and_signed_copy(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        add_document(session, 7)
        run(session, "UPDATE assessment SET state = 'announced'")
        run(session, "UPDATE round SET state = 'decision', report_document_id = 7")
    for missing in ("number = ''", "signer = ''", "file_hash = ''", "dated = NULL"):
        with pytest.raises(Refused) as caught, database.writing() as session:
            report_with(session, missing)
        assert [refusal.rule for refusal in caught.value.refusals] == ["report_numbered"]
    assert advance_round_1(database, "report", document_id=7).state == "reported"


def decided(session: Session, *, signed: bool) -> None:
    add_document(session, 7, signed=signed)
    insert(session, "decision", id=5, round_id=1, document_id=7, reason="", decided_at=to_micros(NOW))
    run(session, "UPDATE assessment SET state = 'decided', decision_id = 5")


@pytest.mark.parametrize("signed", [True, False])
def test_a_result_is_announced_with_a_numbered_decision_only(database: Database, *, signed: bool) -> None:
    fill(database, 1)
    with database.writing() as session:
        decided(session, signed=signed)
    if signed:
        assert pull(database, "announce", ROOT, move=Move()).state == "announced"
        assert [row[2:4] for row in mails(database)] == [("result_announced", 1), ("result_announced", 2)]
    else:
        told = "Quyết định chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước khi công bố."
        assert refused(database, Refused, "announce", ROOT, move=Move()) == told


def test_the_orm_sees_what_was_written(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        kept = session.get_one(Assessment, 1)
        assert kept.state == "self_assessing"
        advance(session, 1, "submit", actor=OFFICER, now=NOW, move=SENT)
        assert (kept.state, kept.self_total) == ("submitted", TOTAL)
        assert session.get(Outbox, 1) is not None
