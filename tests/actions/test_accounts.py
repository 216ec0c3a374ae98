import json
from functools import partial

import pytest
from sqlmodel import Session, col, select

from actions.accounts import add_account, address, change_address, end_grant, grant
from models.db import Database
from models.history import History, history_of
from models.mail import Outbox
from models.people import Account, AccountVersion, Grant, account_by_email
from states.actor import Actor, account
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from states.permits import can_round
from tests.actions.world import CONSOLE, World, at, launched

NOW = at("2024-10-02 08:00")
LATER = at("2024-11-02 08:00")


def made(database: Database, email: str = "an@donvi.example") -> int:
    with database.writing() as session:
        return add_account(session, email, name="Trần Thị An", position="Chuyên viên", actor=CONSOLE, now=NOW)


def given(
    database: Database,
    account_id: int | None,
    role: str,
    subject_id: int | None = None,
    round_id: int | None = None,
    actor: Actor = CONSOLE,
) -> int:
    with database.writing() as session:
        grant_to = partial(grant, session, account_id or 0, role, actor=actor, now=NOW)
        return grant_to(subject_id=subject_id, round_id=round_id)


def acts(session: Session, entity: str) -> list[tuple[str, object]]:
    return [(row.act, json.loads(row.body)["what"]) for row in history_of(session, entity)]


def addressed(database: Database, world: World, email: str) -> None:
    with database.writing() as session:
        change_address(session, world.officer.account_id or 0, email, actor=world.administrator, now=LATER)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" Canbo@Quan-Hai-Chau.DaNang.example ", "canbo@quan-hai-chau.danang.example"),
        ("a.b+c@donvi.test", "a.b+c@donvi.test"),
    ],
)
def test_addresses_are_kept_in_one_form(written: str, kept: str) -> None:
    assert address(written) == kept


@pytest.mark.parametrize(
    "written", ["", "canbo", "canbo@", "a b@donvi.example", "a@b@donvi.example", "cán@donvi.example"]
)
def test_what_is_no_address_is_refused(written: str) -> None:
    with pytest.raises(Refused) as caught:
        address(written)
    assert str(caught.value) == f"Địa chỉ thư «{written}» không hợp lệ."


def test_an_account_is_recorded_by_its_id_alone(database: Database) -> None:
    key = made(database, "An@DonVi.example")
    with database.reading() as session:
        kept = session.get_one(Account, key)
        assert (kept.email, kept.name, kept.position) == ("an@donvi.example", "Trần Thị An", "Chuyên viên")
        assert acts(session, "installation:1") == [("add_account", {"account": key})]
        versions = session.exec(select(AccountVersion)).all()
    assert [(one.since, one.email, one.name) for one in versions] == [(NOW, "an@donvi.example", "Trần Thị An")]


def test_an_address_belongs_to_one_account(database: Database) -> None:
    made(database)
    with pytest.raises(Refused, match="đã thuộc về một tài khoản khác"):
        made(database, "AN@donvi.example")


def test_a_role_is_given_once_and_ends_once(database: Database) -> None:
    key = made(database)
    first = given(database, key, "auditor")
    assert given(database, key, "auditor") == first
    for _ in range(2):
        with database.writing() as session:
            end_grant(session, first, actor=CONSOLE, now=LATER)
    assert given(database, key, "auditor") != first
    with database.reading() as session:
        what = {"account": key, "role": "auditor", "subject": None, "round": None}
        assert acts(session, "installation:1")[1:] == [("grant", what), ("end_grant", what), ("grant", what)]
        assert session.get_one(Grant, first).ended_at == LATER
        assert verify(session).broken == ()


def test_a_role_in_a_round_is_of_that_round(database: Database) -> None:
    world = launched(database)
    key = made(database)
    given(database, key, "administrator", round_id=world.round_id)
    helper = made(database, "binh@donvi.example")
    given(database, helper, "appraiser", actor=account(key), round_id=world.round_id)
    with database.reading() as session:
        assert can_round(session, account(key), "administer", world.round_id)
        assert [act for act, _ in acts(session, f"round:{world.round_id}")] == ["launch", "grant", "grant"]
        assert verify(session).broken == ()
    with pytest.raises(NotAllowed):
        given(database, helper, "appraiser", actor=account(key))


@pytest.mark.parametrize(
    ("role", "scope", "sentence"),
    [
        ("officer", (None, None), "Vai trò «cán bộ đơn vị» phải gắn với đúng một đơn vị, không gắn với đợt."),
        ("head", (1, 1), "Vai trò «thủ trưởng đơn vị» phải gắn với đúng một đơn vị, không"),
        ("lead", (1, None), "Vai trò «trưởng đoàn thẩm định» không gắn với đơn vị"),
        ("system", (None, None), "Không có vai trò «system»"),
        ("superior", (1, None), "Không có vai trò «superior»"),
        ("boss", (None, None), "Không có vai trò «boss»"),
    ],
)
def test_a_role_has_the_scope_it_can_have(
    database: Database, role: str, scope: tuple[int | None, int | None], sentence: str
) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused, match=sentence):
        given(database, world.lead.account_id, role, *scope)


def test_what_is_not_there_is_unknown(database: Database) -> None:
    key = made(database)
    with pytest.raises(Unknown, match="tài khoản số 99"):
        given(database, 99, "lead")
    with pytest.raises(Unknown, match="đơn vị số 99"):
        given(database, key, "officer", subject_id=99)
    with pytest.raises(Unknown, match="đợt số 99"):
        given(database, key, "lead", round_id=99)
    with pytest.raises(Unknown), database.writing() as session:
        end_grant(session, 99, actor=CONSOLE, now=NOW)


def test_only_administrators_give_roles_and_make_accounts(database: Database) -> None:
    world = launched(database, subjects=1)
    for actor in (world.officer, world.lead, world.authority, world.auditor):
        with pytest.raises(NotAllowed):
            given(database, world.lead.account_id, "authority", actor=actor)
        with pytest.raises(NotAllowed), database.writing() as session:
            add_account(session, "moi@donvi.example", actor=actor, now=NOW)
        with pytest.raises(NotAllowed), database.writing() as session:
            change_address(session, world.lead.account_id or 0, "moi@donvi.example", actor=actor, now=NOW)


def test_both_addresses_are_told_of_a_change(database: Database) -> None:
    world = launched(database, subjects=1)
    addressed(database, world, "Moi@donvi.example")
    with database.reading() as session:
        chosen = select(Outbox).where(Outbox.message == "address_changed").order_by(col(Outbox.id))
        told = [(mail.round_id, mail.account_id, json.loads(mail.parameters)) for mail in session.exec(chosen)]
        kept = account_by_email(session, "moi@donvi.example")
        versions = session.exec(select(AccountVersion).where(AccountVersion.account_id == world.officer.account_id))
        emails = [one.email for one in versions]
        assert acts(session, "installation:1")[-1] == ("change_address", {"account": world.officer.account_id})
    officer = world.officer.account_id
    assert told == [(world.round_id, officer, {}), (world.round_id, officer, {"to": "canbo1@donvi.example"})]
    assert kept is not None
    assert (kept.id, sorted(emails)) == (officer, ["canbo1@donvi.example", "moi@donvi.example"])


def test_an_address_is_changed_to_a_free_and_different_one(database: Database) -> None:
    world = launched(database, subjects=1)
    for email, sentence in (
        ("canbo1@donvi.example", "trùng với địa chỉ đang dùng"),
        ("thutruong1@donvi.example", "đã thuộc về một tài khoản khác"),
        ("khong-phai", "không hợp lệ"),
    ):
        with pytest.raises(Refused, match=sentence):
            addressed(database, world, email)


def test_outside_any_round_a_change_is_recorded_and_nobody_told(database: Database) -> None:
    key = made(database)
    with database.writing() as session:
        change_address(session, key, "binh@donvi.example", actor=CONSOLE, now=LATER)
    with database.reading() as session:
        assert session.exec(select(Outbox)).all() == []
        assert [act for act, _ in acts(session, "installation:1")] == ["add_account", "change_address"]


def test_history_holds_no_names_and_no_addresses(database: Database) -> None:
    world = launched(database)
    addressed(database, world, "moi@donvi.example")
    with database.reading() as session:
        bodies = "".join(session.exec(select(History.body)))
    assert not [text for text in ("@", "Cán bộ", "Đơn vị", "Thủ trưởng", "canbo") if text in bodies]
