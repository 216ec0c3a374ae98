import json
from contextlib import nullcontext
from hashlib import sha256

import pytest

from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from models.history import HistoryPayload, seals_of
from models.types import GENESIS, to_micros
from states.actor import SYSTEM
from states.advance import Move, advance, advance_round
from states.bulk import bulk
from states.errors import Unknown
from states.history import (
    Broken,
    Verified,
    erase_payload,
    heads_of_round,
    record,
    seal,
    verify_chain,
)
from states.hold import hold
from states.merkle import Leaf, root
from tests.conftest import Fresh
from tests.states.tampering import (
    NO_ROW,
    ROOT,
    against,
    broken,
    exonerate,
    forge,
    live,
    row_of,
    tamper,
    tampering,
    verified,
)
from tests.states.worlds import column, rows_of, write


def test_a_chain_recomputed_after_an_edit_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    assert row_of(database, "assessment:1", 2)[8] == "account:9"
    assert broken(database) == []
    assert against(database, sealed) == [Broken("assessment:1", 4, "sealed row was rewritten")]


def test_a_cut_tail_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    cut = "UPDATE assessment SET seq = 3, head = :head WHERE id = 1"
    tail = "WHERE entity = 'assessment:1' AND seq = 4"
    tamper(database, f"DELETE FROM history {tail}", f"DELETE FROM history_payload {tail}")
    write(database, cut, head=row_of(database, "assessment:1", 3)[5])
    assert broken(database) == []
    assert against(database, sealed) == [Broken("assessment:1", 4, "sealed row is gone")]


def test_a_deleted_chain_is_found_by_the_seal_alone(database: Database) -> None:
    sealed = live(database)
    tamper(database, "DELETE FROM history WHERE entity IN ('assessment:2', 'round:1')")
    for table, key in (("assessment", 2), ("round", 1)):
        write(database, f"UPDATE {table} SET seq = 0, head = :head WHERE id = :id", head=GENESIS, id=key)
    assert broken(database) == []
    assert against(database, sealed) == [
        Broken("assessment:2", 2, "sealed row is gone"),
        Broken("round:1", 1, "sealed row is gone"),
    ]


def test_a_replaced_seal_is_found_by_the_one_outside(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    with database.writing() as session, tampering(session):
        leaves = heads_of_round(session, 1)
        values = {"root": root(leaves), "leaves": json.dumps(leaves)}
        run(session, "UPDATE seal SET root = :root, leaves = :leaves", values)
    assert (broken(database), against(database, root(leaves))) == ([], [])
    assert against(database, sealed) == [Broken("seal", 0, NO_ROW)]


def test_leaves_replaced_under_the_same_code_are_found(database: Database) -> None:
    sealed = live(database)
    forge(database, "assessment:1", 2, exonerate)
    with database.writing() as session, tampering(session):
        run(session, "UPDATE seal SET leaves = :leaves", {"leaves": json.dumps(heads_of_round(session, 1))})
    assert against(database, sealed) == [Broken("seal", 0, "the stored leaves do not give this code")]


def test_another_code_is_no_seal(database: Database) -> None:
    live(database)
    for code in ("", "00" * 32, "' OR 1 = 1 --"):
        assert against(database, code) == [Broken("seal", 0, NO_ROW)]


def test_a_seal_holds_the_heads_as_they_stood(database: Database) -> None:
    sealed = live(database)
    with database.reading() as session:
        (kept,) = seals_of(session, 1)
        leaves = [Leaf(*one) for one in json.loads(kept.leaves)]
        assert leaves == heads_of_round(session, 1)
    ends = [("assessment:1", 4), ("assessment:2", 2), ("assessment:3", 2), ("round:1", 1)]
    assert leaves == [Leaf(*end, row_of(database, *end)[5].hex()) for end in ends]
    assert (kept.round_id, kept.kind, kept.at, kept.root, root(leaves)) == (1, "reported", CLOSES_AT, sealed, sealed)


def test_later_rows_do_not_break_a_seal(database: Database) -> None:
    sealed = live(database)
    grounds = Move("bão lũ", 7)
    with database.writing() as session:
        advance(session, 2, "reopen", actor=ROOT, now=CLOSES_AT, move=grounds)
        bulk(session, 1, "cancel", actor=ROOT, now=CLOSES_AT, move=grounds)
        advance_round(session, 1, "cancel", actor=ROOT, now=CLOSES_AT, move=grounds)
        again = seal(session, 1, "supplement", now=CLOSES_AT).root
    assert verified(database) == Verified(rows=15, chains=5, broken=())
    assert again != sealed
    assert against(database, sealed) == against(database, again) == []
    forge(database, "assessment:2", 3, exonerate)
    assert against(database, sealed) == []
    assert against(database, again) == [Broken("assessment:2", 4, "sealed row was rewritten")]


def test_what_has_no_history_yet_is_sealed_as_nothing(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        sealed = seal(session, 1, "nightly", now=NOW).root
        advance_round(session, 1, "close_self_assessment", actor=SYSTEM, now=CLOSES_AT)
    assert against(database, sealed) == []


def test_acts_are_chained_beside_transitions(database: Database) -> None:
    live(database)
    with database.writing() as session:
        facts = hold(session, 1, actor=ROOT, now=NOW)
        row = record(session, facts.link, "assign", {"account": 9}, actor=ROOT, now=NOW)
        assert hold(session, 1, actor=ROOT, now=NOW).link == facts.link._replace(seq=5, head=row.hash)
    assert row_of(database, "assessment:1", 5) == (*row[:4], *(bytes(one) for one in row[4:6]), *row[6:])
    assert verified(database) == Verified(rows=11, chains=5, broken=())
    assert column(database, "SELECT version FROM assessment WHERE id = 1") == [4]


def test_erased_content_leaves_the_chain_whole(database: Database) -> None:
    sealed = live(database)
    before = row_of(database, "assessment:1", 2)
    with database.writing() as session:
        link = hold(session, 1, actor=ROOT, now=NOW).link
        erased = erase_payload(session, link, 2, "hết thời hạn lưu", actor=ROOT, now=CLOSES_AT)
    with database.reading() as session:
        kept = session.get_one(HistoryPayload, ("assessment:1", 2))
        assert (kept.salt, kept.content) == (None, None)
        assert session.get_one(HistoryPayload, ("assessment:1", 4)).content == '{"total":"87.5"}'
    assert json.loads(before[3])["what"]["payload"] == kept.hash
    assert row_of(database, "assessment:1", 2) == before
    assert (erased.act, erased.at) == ("erase_payload", to_micros(CLOSES_AT))
    assert json.loads(erased.body)["what"] == {"of": 2, "reason": "hết thời hạn lưu"}
    assert (broken(database), against(database, sealed)) == ([], [])


def test_there_is_nothing_to_erase_beside_an_act_without_content(database: Database) -> None:
    live(database)
    before = rows_of(database)
    with pytest.raises(Unknown, match="nội dung kèm dòng 1 của assessment:1"), database.writing() as session:
        erase_payload(session, hold(session, 1, actor=ROOT, now=NOW).link, 1, "nhầm", actor=ROOT, now=NOW)
    assert rows_of(database) == before


@pytest.mark.parametrize(
    "emptied",
    [
        "UPDATE history_payload SET salt = NULL, content = NULL WHERE entity = 'assessment:1' AND seq = 4",
        "DELETE FROM history_payload WHERE entity = 'assessment:1' AND seq = 4",
    ],
)
def test_content_that_no_act_has_erased_is_missed(database: Database, emptied: str) -> None:
    live(database)
    with database.writing() as session:
        erase_payload(session, hold(session, 1, actor=ROOT, now=NOW).link, 2, "hết thời hạn lưu", actor=ROOT, now=NOW)
    assert broken(database) == []
    with database.writing() as session:
        run(session, emptied)
    gone = [Broken("assessment:1", 5, "content beside its rows is gone without an act")]
    with database.reading() as session:
        alone = list(verify_chain(session, "assessment:1").broken)
    assert (broken(database), broken(database, 1), alone) == (gone, gone, gone)


def test_content_is_erased_once(database: Database) -> None:
    live(database)
    for expected in (nullcontext(), pytest.raises(Unknown)):
        with expected, database.writing() as session:
            link = hold(session, 1, actor=ROOT, now=NOW).link
            erase_payload(session, link, 2, "hết thời hạn lưu", actor=ROOT, now=NOW)
    assert broken(database) == []


def test_changed_content_beside_a_row_is_found(database: Database) -> None:
    live(database)
    with database.writing() as session:
        run(session, 'UPDATE history_payload SET content = \'{"total":"99"}\' WHERE seq = 4')
    assert broken(database) == broken(database, 1) == [Broken("assessment:1", 4, "the content beside it was changed")]


def test_content_with_a_hash_of_its_own_is_not_the_rows(database: Database) -> None:
    live(database)
    with database.writing() as session:
        kept = session.get_one(HistoryPayload, ("assessment:1", 4))
        kept.content, kept.salt = '{"total":"99"}', b"salt"
        kept.hash = sha256(b"salt" + b'{"total":"99"}').hexdigest()
    assert broken(database) == [Broken("assessment:1", 4, "the content beside it is not the row's")]


def test_content_without_its_salt_is_found(database: Database) -> None:
    live(database)
    with database.writing() as session:
        run(session, "UPDATE history_payload SET salt = NULL WHERE entity = 'assessment:1'")
    assert broken(database) == [Broken("assessment:1", 2, "the content beside it was changed")]


def test_a_row_with_content_that_is_no_text_any_more_is_found(fresh_sqlite: Fresh) -> None:
    with fresh_sqlite() as url:
        database = Database(url)
        live(database)
        tamper(database, "UPDATE history SET body = CAST(x'ff' AS TEXT) WHERE entity = 'assessment:1' AND seq = 2")
        assert [(fault.entity, fault.seq) for fault in broken(database)] == [("assessment:1", 2)]
        database.dispose()
