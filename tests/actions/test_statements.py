import json
from collections.abc import Mapping

import pytest

from actions.accounts import grant
from actions.statements import accept, enclose, state
from models.assessments import Assessment
from models.db import Database
from models.statements import Enclosure, Statement, statements
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from states.hold import hold
from tests.actions.consulting_world import ASKED, Consulting, consulting, put_in
from tests.actions.later import acts, chain, is_whole, payload, rules, sentences
from tests.actions.world import paper

LEAP = {"leap": "yes"}


def stated(
    database: Database,
    world: Consulting,
    code: str,
    values: Mapping[str, str | None],
    *,
    by: Actor | None = None,
    papered: bool = False,
) -> int | None:
    with database.writing() as session:
        document = paper(session, now=ASKED) if papered else None
        who = by or world.officers[code]
        state(session, world.dossiers[code], values, document, actor=who, now=ASKED)
        return document


def accepted(database: Database, world: Consulting, code: str, name: str, by: Actor) -> None:
    with database.writing() as session:
        accept(session, world.dossiers[code], name, actor=by, now=ASKED)


def found(database: Database, world: Consulting, code: str) -> dict[str, Statement]:
    with database.reading() as session:
        return statements(session, world.dossiers[code])


def in_force(database: Database, world: Consulting, code: str, name: str) -> str | None:
    with database.reading() as session:
        return hold(session, world.dossiers[code], actor=world.owner, now=ASKED).file.stated(name)


def test_each_kind_is_kept_in_one_form(database: Database) -> None:
    world = consulting(database)
    given = {"tasks": " 012 ", "appointed": "09/12/2023", "civil_servant": "httnv", "exemplary": "Có"}
    stated(database, world, "bi-thu", given)
    kept = found(database, world, "bi-thu")
    assert {name: one.value for name, one in kept.items()} == {
        "appointed": "2023-12-09",
        "civil_servant": "httnv",
        "exemplary": "yes",
        "tasks": "12",
    }
    assert {one.account_id for one in kept.values()} == {world.officers["bi-thu"].account_id}
    row = chain(database, f"assessment:{world.dossiers['bi-thu']}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, what["names"], what["dropped"]) == ("state", sorted(given), [])
    assert json.loads(payload(database, row.entity, row.seq))["tasks"] == "12"
    assert is_whole(database, world.round_id)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("tasks", "-1", "phải là số nguyên không âm, không quá 9 chữ số."),
        ("tasks", "12,5", "phải là số nguyên không âm, không quá 9 chữ số."),
        ("tasks", "١٢", "phải là số nguyên không âm, không quá 9 chữ số."),
        ("tasks", "1" * 10, "phải là số nguyên không âm, không quá 9 chữ số."),
        ("appointed", "30/02/2024", "phải là ngày có thật, viết ngày/tháng/năm."),
        ("civil_servant", "tốt", "phải là một trong các mức: Hoàn thành xuất sắc nhiệm vụ; Hoàn thành tốt nhiệm vụ;"),
        ("exemplary", "chắc", "chỉ ghi «có» hoặc «không»."),
        ("leap", "có", "phải kèm văn bản làm căn cứ để cấp trên chấp nhận."),
        ("united", "có", "không áp dụng cho «Cán bộ lãnh đạo, quản lý cơ sở»."),
        ("charm", "có", "Chương trình không có nội dung khai báo «charm»."),
    ],
)
def test_what_has_not_the_form_is_refused_in_one_sentence(
    database: Database, name: str, value: str, sentence: str
) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        stated(database, world, "bi-thu", {"tasks_done": "3", name: value})
    (said,) = sentences(caught.value)
    assert sentence in said
    assert found(database, world, "bi-thu") == {}


@pytest.mark.rule("AMB-HT-14")
def test_two_keys_count_once_another_one_of_the_superior_accepted(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "bi-thu", LEAP, papered=True)
    assert in_force(database, world, "bi-thu", "leap") is None
    for stranger in (world.officers["bi-thu"], world.heads["bi-thu"], world.owner, world.heads["cb"]):
        with pytest.raises(NotAllowed):
            accepted(database, world, "bi-thu", "leap", stranger)
    accepted(database, world, "bi-thu", "leap", world.heads["db"])
    assert in_force(database, world, "bi-thu", "leap") == "yes"
    row = chain(database, f"assessment:{world.dossiers['bi-thu']}")[-1]
    assert (row.act, json.loads(payload(database, row.entity, row.seq))) == ("accept_statement", LEAP)
    with pytest.raises(Refused) as caught:
        accepted(database, world, "bi-thu", "leap", world.staff["authority"])
    assert rules(caught.value) == ["accepted"]


@pytest.mark.rule("AMB-HT-14")
def test_both_keys_are_never_turned_on_one_side(database: Database) -> None:
    """What the superior itself stated waits for the authority, whichever of its accounts would accept it."""
    world = consulting(database)
    stated(database, world, "bi-thu", LEAP, by=world.heads["db"], papered=True)
    for own in (world.heads["db"], world.officers["db"]):
        with pytest.raises(Refused) as caught:
            accepted(database, world, "bi-thu", "leap", own)
        assert rules(caught.value) == ["two_keys"]
    assert in_force(database, world, "bi-thu", "leap") is None
    accepted(database, world, "bi-thu", "leap", world.staff["authority"])
    assert in_force(database, world, "bi-thu", "leap") == "yes"


@pytest.mark.rule("AMB-HT-14")
def test_the_second_key_is_nobodys_of_the_unit(database: Database) -> None:
    """An officer of the superior who works for the unit too cannot let its own word count."""
    world = consulting(database)
    stated(database, world, "bi-thu", LEAP, papered=True)
    with database.writing() as session:
        unit = session.get_one(Assessment, world.dossiers["bi-thu"]).subject_id
        grant(session, world.officers["db"].account_id or 0, "officer", subject_id=unit, actor=world.owner, now=ASKED)
    with pytest.raises(Refused) as caught:
        accepted(database, world, "bi-thu", "leap", world.officers["db"])
    assert rules(caught.value) == ["two_keys"]
    accepted(database, world, "bi-thu", "leap", world.heads["db"])


def test_a_change_asks_for_a_new_acceptance_and_the_same_again_does_not(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "bi-thu", LEAP, papered=True)
    accepted(database, world, "bi-thu", "leap", world.heads["db"])
    stated(database, world, "bi-thu", LEAP | {"tasks": "4"})
    assert in_force(database, world, "bi-thu", "leap") == "yes"
    stated(database, world, "bi-thu", {"leap": "no"}, papered=True)
    assert in_force(database, world, "bi-thu", "leap") is None
    row = chain(database, f"assessment:{world.dossiers['bi-thu']}")[-1]
    assert json.loads(row.body)["what"]["dropped"] == ["leap"]


def test_another_document_asks_for_a_new_acceptance(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "bi-thu", LEAP, papered=True)
    accepted(database, world, "bi-thu", "leap", world.heads["db"])
    stated(database, world, "bi-thu", LEAP, papered=True)
    assert in_force(database, world, "bi-thu", "leap") is None


def test_what_is_taken_back_is_gone_and_what_changes_nothing_is_not_recorded(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "bi-thu", {"tasks": "4", "tasks_done": "3"})
    stated(database, world, "bi-thu", {"tasks": None, "tasks_on_time": None})
    assert found(database, world, "bi-thu").keys() == {"tasks_done"}
    before = acts(database, f"assessment:{world.dossiers['bi-thu']}")
    stated(database, world, "bi-thu", {"tasks_done": "3", "tasks": None})
    assert acts(database, f"assessment:{world.dossiers['bi-thu']}") == before


def test_what_needs_one_key_is_not_accepted_and_what_is_not_there_neither(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "bi-thu", {"tasks": "4"})
    with pytest.raises(Refused) as caught:
        accepted(database, world, "bi-thu", "tasks", world.heads["db"])
    assert sentences(caught.value) == [
        "«Chỉ tiêu, nhiệm vụ cá nhân được giao»: không cần cấp trên chấp nhận.",
    ]
    for name in ("leap", "charm"):
        with pytest.raises(Unknown):
            accepted(database, world, "bi-thu", name, world.heads["db"])


def test_a_unit_states_until_there_is_a_result_and_its_superior_after_it(database: Database) -> None:
    world = consulting(database)
    put_in(database, "recognised", world.dossiers["bi-thu"])
    with pytest.raises(Refused) as caught:
        stated(database, world, "bi-thu", {"tasks": "4"})
    assert sentences(caught.value) == [
        "Hồ sơ đang ở trạng thái «Đã công nhận mức xếp loại»; đơn vị không ghi thêm được."
    ]
    stated(database, world, "bi-thu", {"tasks": "4"}, by=world.heads["db"])
    put_in(database, "removed", world.dossiers["bi-thu"])
    with pytest.raises(Refused):
        stated(database, world, "bi-thu", {"tasks": "5"}, by=world.heads["db"])
    with pytest.raises(NotAllowed):
        stated(database, world, "bi-thu", {"tasks": "5"}, by=world.heads["tt-1"])


def enclosed(database: Database, world: Consulting, code: str, part: str, by: Actor | None = None) -> None:
    with database.writing() as session:
        letter = paper(session, now=ASKED, kind="report")
        enclose(session, world.dossiers[code], part, letter, actor=by or world.officers[code], now=ASKED)


@pytest.mark.rule("HT-4.1", "HT-4.3")
@pytest.mark.parametrize(("code", "part"), [("tt-1", "mau-01"), ("dv-1", "mau-02a"), ("bi-thu", "mau-02b")])
def test_each_encloses_the_form_of_its_own(database: Database, code: str, part: str) -> None:
    world = consulting(database)
    enclosed(database, world, code, part)
    with database.reading() as session:
        facts = hold(session, world.dossiers[code], actor=world.owner, now=ASKED)
        assert facts.file.parts() == {part}
        kept = session.get_one(Enclosure, 1)
    row = chain(database, f"assessment:{facts.id}")[-1]
    assert (row.act, json.loads(row.body)["what"]) == (
        "enclose",
        {"enclosure": 1, "part": part, "document": kept.document_id},
    )


@pytest.mark.rule("HT-4.3")
@pytest.mark.parametrize(
    ("code", "part", "sentence"),
    [
        ("tt-1", "mau-02a", "Mẫu 02A dùng cho cá nhân."),
        ("dv-1", "mau-01", "Mẫu 01 dùng cho tập thể."),
        ("bi-thu", "mau-02a", "Cá nhân giữ chức vụ lãnh đạo, quản lý dùng Mẫu 02B."),
    ],
)
def test_the_form_of_others_is_refused(database: Database, code: str, part: str, sentence: str) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        enclosed(database, world, code, part)
    assert sentences(caught.value) == [sentence]


def test_a_part_that_the_programme_does_not_know_is_refused(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        enclosed(database, world, "tt-1", "ke_hoach")
    assert "Báo cáo kiểm điểm tập thể (Mẫu 01)" in sentences(caught.value)[0]


@pytest.mark.rule("HT-11.8")
def test_the_form_that_annuls_comes_after_the_result_and_not_from_the_unit(database: Database) -> None:
    world = consulting(database)
    put_in(database, "recognised", world.dossiers["tt-1"])
    with pytest.raises(Refused):
        enclosed(database, world, "tt-1", "mau-03")
    enclosed(database, world, "tt-1", "mau-03", by=world.staff["authority"])


def test_a_unit_does_not_change_what_others_stated_of_it(database: Database) -> None:
    world = consulting(database)
    stated(database, world, "tt-1", {"disunity": "yes", "targets": "8"}, by=world.owner)
    for value in ("no", None):
        with pytest.raises(Refused) as caught:
            stated(database, world, "tt-1", {"disunity": value, "targets": "8", "targets_done": "8"})
        (told,) = sentences(caught.value)
        assert told.endswith("mất đoàn kết nội bộ»: cấp trên hoặc cơ quan thẩm định đã ghi; đơn vị không sửa được.")
    stated(database, world, "tt-1", {"disunity": "yes", "targets_done": "8"})
    stated(database, world, "tt-1", {"targets_done": "7"}, by=world.heads["tt-1"])
    kept = {name: one.value for name, one in found(database, world, "tt-1").items()}
    assert kept == {"disunity": "yes", "targets": "8", "targets_done": "7"}
