from datetime import date

import pytest
from sqlmodel import select

from actions.documents import complete_document, put_document
from models.db import Database
from models.decisions import Document
from states.errors import Refused, Unknown
from tests.actions.world import at

NOW = at("2024-12-20 08:00")
HASH = "0123456789abcdef" * 4


def drafted(database: Database, *, confidential: bool = False) -> int:
    with database.writing() as session:
        made = put_document(
            session, kind="decision", number="", dated=None, signer="", confidential=confidential, now=NOW
        )
        return made.id


def test_a_document_is_remembered_as_it_was_given(database: Database) -> None:
    with database.writing() as session:
        put_document(
            session,
            kind="letter",
            number=" 1033-CV/TU ",
            dated=date(2023, 9, 8),
            signer="Nguyễn  Ví Dụ",
            title="Về việc\xa0tự đánh giá",
            file_hash=HASH.upper(),
            now=NOW,
        )
    with database.reading() as session:
        kept = session.exec(select(Document)).one()
    assert (kept.number, kept.dated, kept.signer) == ("1033-CV/TU", date(2023, 9, 8), "Nguyễn Ví Dụ")
    assert (kept.title, kept.file_hash, kept.recorded_at) == ("Về việc tự đánh giá", HASH, NOW)


def test_what_was_missing_is_added(database: Database) -> None:
    key = drafted(database)
    with database.writing() as session:
        complete_document(session, key, number="05-QĐ/BDVTU", dated=date(2024, 12, 19), signer="Lê Ví Dụ")
    with database.writing() as session:
        done = complete_document(session, key, number="05-QĐ/BDVTU", file_hash=HASH)
    assert (done.number, done.dated, done.signer) == ("05-QĐ/BDVTU", date(2024, 12, 19), "Lê Ví Dụ")
    assert done.file_hash == HASH


def test_what_stands_is_never_changed(database: Database) -> None:
    key = drafted(database)
    with database.writing() as session:
        complete_document(session, key, number="05-QĐ/BDVTU")
    with database.writing() as session, pytest.raises(Refused, match="không sửa được"):
        complete_document(session, key, number="06-QĐ/BDVTU", signer="Lê Ví Dụ")
    with database.reading() as session:
        assert (session.get_one(Document, key).number, session.get_one(Document, key).signer) == ("05-QĐ/BDVTU", "")


def test_a_confidential_document_has_no_copy(database: Database) -> None:
    key = drafted(database, confidential=True)
    with database.writing() as session, pytest.raises(Refused, match="Văn bản Mật"):
        complete_document(session, key, file_hash=HASH)
    with database.writing() as session:
        assert complete_document(session, key, number="12-CV/TU").number == "12-CV/TU"


def test_a_hash_has_the_form_of_one(database: Database) -> None:
    key = drafted(database)
    with database.writing() as session, pytest.raises(Refused, match="SHA-256"):
        complete_document(session, key, file_hash="abc")
    with database.writing() as session, pytest.raises(Unknown, match="văn bản số 99"):
        complete_document(session, 99)
