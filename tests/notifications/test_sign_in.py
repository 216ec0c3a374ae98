from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from sqlmodel import select

from actions.accounts import add_account, grant
from actions.sign_in import ask_mail, find_key
from models.db import Database
from models.doors import OneTimeKey, SignInMail
from models.people import Account
from notifications import sign_in
from notifications.claims import Answer, Outcome
from notifications.render import Mail, Origin
from notifications.send import Transport, Unreachable
from tests.actions.world import CONSOLE
from tests.conftest import Fresh

NOW = datetime(2026, 12, 3, 2, 41, tzinfo=UTC)
ORIGIN = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example/")
EMAIL = "canbo@donvi.example"
TEXT = """\
ĐĂNG NHẬP PHẦN MỀM ĐÁNH GIÁ HẰNG NĂM

Kính gửi: Trần Văn Mẫu

Có yêu cầu đăng nhập phần mềm đánh giá hằng năm bằng địa chỉ thư này.

Đăng nhập: https://danhgia.example/s/{token}

Mở phần mềm trên máy khác thì chọn mục “Mã đăng nhập” và nhập mã: {code}

Liên kết và mã dùng được một lần, đến 10 giờ 11 phút ngày 03/12/2026.

Nếu không phải là người yêu cầu, không cần làm gì: chưa có ai đăng nhập.

Trân trọng.
Phần mềm đánh giá hằng năm

----
Liên kết trong thư chỉ dành cho hộp thư nhận thư này; đề nghị không chuyển tiếp.
Thư được gửi tự động; đề nghị không trả lời thư này.
"""


class Server(Transport):
    """Answers as it is told to, and keeps what it was sent."""

    def __init__(self, *answers: Answer | Unreachable) -> None:
        self.answers, self.mails = list(answers), list[Mail]()

    def send(self, mail: Mail) -> Answer:
        self.mails.append(mail)
        answer = self.answers.pop(0) if self.answers else Answer(Outcome.SENT, "250 OK")
        if isinstance(answer, Unreachable):
            raise answer
        return answer


@pytest.fixture
def asked(database: Database) -> Database:
    """A database in which one account has asked for a sign-in mail."""
    with database.writing() as session:
        add_account(session, EMAIL, name="Trần Văn Mẫu", actor=CONSOLE, now=NOW)
        ask_mail(session, EMAIL, now=NOW)
    return database


def deliver(database: Database, server: Server, after: timedelta = timedelta()) -> int:
    return sign_in.deliver(database, server, ORIGIN, now=lambda: NOW + after)


def text_of(mail: Mail) -> str:
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def row(database: Database) -> SignInMail:
    with database.reading() as session:
        return session.exec(select(SignInMail)).one()


def test_the_mail_says_what_it_is_for_and_nothing_secret_is_kept(asked: Database) -> None:
    server = Server()
    assert (deliver(asked, server), deliver(asked, server)) == (1, 0)
    (mail,) = server.mails
    token = text_of(mail).partition("/s/")[2].partition("\n")[0]
    code = text_of(mail).partition("nhập mã: ")[2].partition("\n")[0]
    assert text_of(mail) == TEXT.format(token=token, code=code)
    assert token.encode() in mail.content.replace(b"=\r\n", b"")
    with asked.reading() as session:
        kept = session.exec(select(OneTimeKey)).one()
        assert find_key(session, token, now=NOW) is not None
    assert kept.code_hash.startswith("$argon2id$")
    assert token.encode() not in kept.token_hash
    assert row(asked).status == "sent"


def test_no_two_databases_name_their_mails_alike(fresh_sqlite: Fresh) -> None:
    """Ids begin anew in another database and come again in one that was restored; mail systems fold equal names."""
    named = set()
    for minutes in (0, 1):
        with fresh_sqlite() as url:
            database, server, now = Database(url), Server(), NOW + timedelta(minutes=minutes)
            with database.writing() as session:
                add_account(session, EMAIL, actor=CONSOLE, now=now)
                ask_mail(session, EMAIL, now=now)
            deliver(database, server, timedelta(minutes=minutes))
            database.dispose()
        named |= {mail.code for mail in server.mails}
    assert len(named) == 2


def test_a_mail_that_cannot_be_handed_over_is_tried_again_with_a_new_key_and_then_given_up(asked: Database) -> None:
    server, after = Server(*[Unreachable("no server")] * 5), timedelta()
    for pause in (*sign_in.BACKOFF, timedelta()):
        assert deliver(asked, server, after) == 0
        assert deliver(asked, server, after) == 0
        after += pause
    assert len(server.mails) == 5
    assert len({text_of(mail) for mail in server.mails}) == 5
    assert (row(asked).status, row(asked).answer) == ("failed", "no server")
    with asked.reading() as session:
        assert len(session.exec(select(OneTimeKey)).all()) == 5


def test_a_mail_that_is_refused_for_good_is_not_tried_again(asked: Database) -> None:
    server = Server(Answer(Outcome.BOUNCED, "550 no such user"))
    deliver(asked, server)
    assert (row(asked).status, row(asked).answer) == ("bounced", "550 no such user")


def test_an_account_that_was_closed_meanwhile_gets_nothing(asked: Database) -> None:
    with asked.writing() as session:
        session.exec(select(Account)).one().active = False
    server = Server()
    assert (deliver(asked, server), server.mails, row(asked).status) == (0, [], "skipped")


def test_a_privileged_role_is_sent_to_its_password(asked: Database) -> None:
    with asked.writing() as session:
        grant(session, session.exec(select(Account)).one().id, "auditor", actor=CONSOLE, now=NOW)
    server = Server()
    deliver(asked, server)
    text = text_of(server.mails[0])
    assert "https://danhgia.example/sign-in/password" in text
    assert "nhập mã" not in text
    with asked.reading() as session:
        assert session.exec(select(OneTimeKey)).all() == []


def test_two_processes_do_not_send_the_same_mail(asked: Database) -> None:
    inner = Server()

    class Meanwhile(Server):
        def send(self, mail: Mail) -> Answer:
            assert deliver(asked, inner) == 0
            return super().send(mail)

    outer = Meanwhile()
    assert (deliver(asked, outer), len(outer.mails), inner.mails) == (1, 1, [])
