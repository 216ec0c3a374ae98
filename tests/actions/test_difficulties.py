import json

import pytest
from sqlmodel import Session, col, select

from actions.difficulties import answer_difficulty, raise_difficulty
from models.assessments import Difficulty
from models.db import Database
from models.history import HistoryPayload, history_of
from models.mail import Outbox
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from tests.actions.world import World, at, launched

NOVEMBER = at("2024-11-20 09:00")
DECEMBER = at("2024-12-12 09:00")
QUESTION = "Tiêu chí II.3 không áp dụng cho đơn vị chúng tôi thì chấm thế nào?"


def raised(database: Database, world: World) -> int:
    with database.writing() as session:
        return raise_difficulty(session, world.first, QUESTION, actor=world.officer, now=NOVEMBER)


def told(session: Session, message: str) -> list[tuple[int, object]]:
    chosen = select(Outbox).where(Outbox.message == message).order_by(col(Outbox.id))
    return [(mail.account_id, json.loads(mail.parameters)) for mail in session.exec(chosen)]


@pytest.mark.rule("DN-6.3")
def test_the_owner_is_told_and_answers_and_the_unit_is_told(database: Database) -> None:
    world = launched(database)
    key = raised(database, world)
    with database.writing() as session:
        answer_difficulty(session, key, " Chấm 0 điểm và ghi rõ. ", actor=world.administrator, now=DECEMBER)
    with database.reading() as session:
        kept = session.get_one(Difficulty, key)
        assert (kept.question, kept.account_id, kept.raised_at) == (QUESTION, world.officer.account_id, NOVEMBER)
        assert (kept.answer, kept.answered_at) == ("Chấm 0 điểm và ghi rõ.", DECEMBER)
        about = {"difficulty": key}
        assert told(session, "difficulty_raised") == [(world.administrator.account_id, about)]
        assert told(session, "difficulty_answered") == [
            (world.officer.account_id, about),
            (world.head.account_id, about),
        ]


def test_history_points_to_the_words_by_their_hash(database: Database) -> None:
    world = launched(database, subjects=1)
    key = raised(database, world)
    with database.reading() as session:
        row = history_of(session, f"assessment:{world.first}")[-1]
        payload = session.get_one(HistoryPayload, (row.entity, row.seq))
        assert json.loads(row.body)["what"] == {"difficulty": key, "payload": payload.hash}
        assert json.loads(payload.content or "") == {"question": QUESTION}
        assert verify(session).broken == ()


@pytest.mark.rule("DN-6.3")
def test_a_difficulty_is_answered_once_by_the_owner(database: Database) -> None:
    world = launched(database)
    key = raised(database, world)
    for actor in (world.officer, world.lead):
        with pytest.raises(NotAllowed), database.writing() as session:
            answer_difficulty(session, key, "Có", actor=actor, now=DECEMBER)
    with database.writing() as session:
        answer_difficulty(session, key, "Có", actor=world.administrator, now=DECEMBER)
    with pytest.raises(Refused, match="đã được trả lời"), database.writing() as session:
        answer_difficulty(session, key, "Không", actor=world.administrator, now=DECEMBER)
    with pytest.raises(Unknown, match="vướng mắc số 99"), database.writing() as session:
        answer_difficulty(session, 99, "Có", actor=world.administrator, now=DECEMBER)


def test_words_are_needed(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused, match="Phải ghi nội dung vướng mắc"), database.writing() as session:
        raise_difficulty(session, world.first, "  ", actor=world.officer, now=NOVEMBER)
    key = raised(database, world)
    with pytest.raises(Refused, match="Phải ghi nội dung trả lời"), database.writing() as session:
        answer_difficulty(session, key, "", actor=world.administrator, now=NOVEMBER)


def test_another_unit_raises_nothing_here(database: Database) -> None:
    world = launched(database)
    with pytest.raises(NotAllowed), database.writing() as session:
        raise_difficulty(session, world.first, QUESTION, actor=world.officers[1], now=NOVEMBER)
