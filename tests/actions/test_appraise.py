import json
from decimal import Decimal

import pytest

from actions.appraise import agree_untouched, conclude, reopen, save_marks, start, untouched
from actions.assign import assign, declare_conflict, leaves_in, unassign
from actions.explain import ask
from actions.marks import Filled
from actions.self_assess import Saved, save, submit
from actions.spots import send_dossier
from actions.statements import enclose
from config.sheet import BLANK, Entry, Sheet
from models.assessments import marks
from models.db import Database
from states.actor import Actor
from states.advance import advance
from states.errors import NotAllowed, Refused, Stale, Unknown
from tests.actions.later import (
    LOCKED,
    acts,
    announced,
    appraised,
    begun,
    chain,
    decided,
    dossier,
    in_appraisal,
    in_decision,
    is_whole,
    payload,
    rules,
    sentences,
)
from tests.actions.test_spots import APPRAISED, PARTS, PROGRAMME, building, pull, spots
from tests.actions.world import World, best, launched, paper, state_of, submitted

POORER = Filled(Entry(points=Decimal("1.5")), "Thiếu văn bản")


def sheet(world: World) -> Sheet:
    return world.programme.sheet_for("dang_bo_quan_huyen")


def written(database: Database, key: int, filled: dict[str, Filled], by: Actor, *, version: int | None = None) -> Saved:
    with database.writing() as session:
        return save_marks(session, key, filled, actor=by, now=LOCKED, version=version)


def refusal(database: Database, key: int, filled: dict[str, Filled], by: Actor) -> Refused:
    with pytest.raises(Refused) as caught:
        written(database, key, filled, by)
    return caught.value


def points(database: Database, key: int, copy: str) -> dict[str, Decimal]:
    with database.reading() as session:
        return {code: mark.points for code, mark in marks(session, key, copy).items()}


@pytest.mark.rule("X-N5", "DN-4.2")
def test_appraised_marks_stand_beside_those_of_the_unit(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    before = points(database, key, "self")
    saved = written(database, key, {"I.1": POORER, "I.2": Filled(Entry(points=Decimal(3)))}, world.appraiser)
    assert saved.totals.total == Decimal("4.5")
    assert points(database, key, "self") == before
    assert points(database, key, "draft") == before
    assert points(database, key, "appraised") == {"I.1": Decimal("1.5"), "I.2": Decimal(3)}
    now = dossier(database, key)
    assert (now.appraised, now.unreasoned, now.version) == (2, 0, saved.version)
    assert (now.self_total, now.appraised_total) == (Decimal(100), None)


@pytest.mark.rule("X-A1", "DN-1.2")
def test_every_changed_mark_is_in_the_history(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    written(database, key, {"I.1": POORER}, world.appraiser)
    row = chain(database, f"assessment:{key}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, row.actor, what["criteria"]) == ("appraise", world.appraiser.name, ["I.1"])
    assert json.loads(payload(database, row.entity, row.seq)) == {
        "I.1": {"points": "1.5000", "entry": '{"points":"1.5"}', "note": "Thiếu văn bản"}
    }
    assert "Thiếu" not in row.body
    assert is_whole(database, world.round_id)


def test_saving_the_same_again_changes_nothing(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    first = written(database, key, {"I.1": POORER}, world.appraiser)
    rows = len(chain(database, f"assessment:{key}"))
    assert written(database, key, {"I.1": POORER, "I.2": Filled(None)}, world.appraiser) == first
    assert len(chain(database, f"assessment:{key}")) == rows


def test_a_mark_can_be_taken_back(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    written(database, key, {"I.1": POORER}, world.appraiser)
    written(database, key, {"I.1": Filled(None)}, world.appraiser)
    assert points(database, key, "appraised") == {}
    assert dossier(database, key).appraised == 0
    row = chain(database, f"assessment:{key}")[-1]
    assert json.loads(payload(database, row.entity, row.seq)) == {"I.1": None}


def test_all_refusals_are_said_each_with_its_criterion(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    filled = {
        "I.1": Filled(Entry(points=Decimal(1))),
        "I.2": Filled(Entry(points=Decimal(3))),
        "I.3": Filled(Entry(points=Decimal(5))),
        "I.4": Filled(Entry(done=Decimal(10), assigned=Decimal(10))),
        "IX.9": Filled(Entry(points=Decimal(1))),
    }
    caught = refusal(database, key, filled, world.appraiser)
    assert sentences(caught) == [
        f"Biểu «{sheet(world).title}» không có tiêu chí IX.9.",
        "Tiêu chí I.3: điểm phải từ 0 đến 4, không nhận 5.",
        "Tiêu chí I.1: khác với tự chấm điểm thì phải ghi lý do.",
        "Tiêu chí I.4: khác với tự chấm điểm thì phải ghi lý do.",
    ]
    assert points(database, key, "appraised") == {}


@pytest.mark.rule("DN-1.2")
def test_another_entry_needs_a_reason_even_for_the_same_points(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    doubled = Entry(done=Decimal(10), assigned=Decimal(10))
    assert rules(refusal(database, key, {"I.4": Filled(doubled, "  ")}, world.appraiser)) == ["differences_reasoned"]
    written(database, key, {"I.4": Filled(doubled, "Theo báo cáo của ngành")}, world.appraiser)
    assert points(database, key, "appraised") == {"I.4": Decimal(4)}


def test_more_than_the_unit_gave_itself_needs_a_reason(database: Database) -> None:
    world = launched(database)
    lower = best(sheet(world)) | {"I.1": Filled(Entry(points=Decimal(1)))}
    with database.writing() as session:
        save(session, world.first, lower, actor=world.officer, now=world.launched_at)
        submit(session, world.first, actor=world.officer, now=world.launched_at)
    world = in_appraisal(database, world=world)
    key = begun(database, world)
    more = Entry(points=Decimal(4))
    assert rules(refusal(database, key, {"I.1": Filled(more)}, world.appraiser)) == ["differences_reasoned"]
    written(database, key, {"I.1": Filled(more, "Bổ sung minh chứng")}, world.appraiser)
    assert points(database, key, "appraised") == {"I.1": Decimal(4)}


def test_an_appraiser_of_a_group_writes_only_its_criteria(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    whose = world.appraiser.account_id or 0
    with database.writing() as session:
        unassign(session, key, whose, actor=world.lead, now=LOCKED)
        assign(session, world.round_id, [key], whose, criterion_group="I", actor=world.lead, now=LOCKED)
    caught = refusal(database, key, {"II.2": POORER, "I.1": POORER, "III.1": POORER}, world.appraiser)
    assert sentences(caught) == [
        "Tiêu chí II.2: không thuộc nhóm tiêu chí được giao thẩm định.",
        "Tiêu chí III.1: không thuộc nhóm tiêu chí được giao thẩm định.",
    ]
    written(database, key, {"I.1": POORER}, world.appraiser)
    written(database, key, {"II.2": POORER}, world.lead)
    with database.writing() as session:
        rest = untouched(session, key, "II", actor=world.appraiser)
        assert "II.2" not in rest
        with pytest.raises(Refused) as caught_too:
            agree_untouched(session, key, "II", rest, actor=world.appraiser, now=LOCKED)
    assert rules(caught_too.value) == ["criterion_group"] * len(rest)


@pytest.mark.rule("DN-3.1")
def test_who_is_not_the_appraiser_writes_nothing(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    with database.writing() as session:
        declare_conflict(session, key, "Người nhà", actor=world.appraiser, now=LOCKED)
    for who in (world.officer, world.head, world.authority, world.administrator, world.appraiser):
        with pytest.raises(NotAllowed):
            written(database, key, {"I.1": POORER}, who)
    with pytest.raises(Unknown), database.writing() as session:
        save_marks(session, 999, {"I.1": POORER}, actor=world.lead, now=LOCKED)


def test_marks_are_open_only_while_the_dossier_is_appraised(database: Database) -> None:
    world = in_appraisal(database)
    one, two, _ = world.assessment_ids
    assert sentences(refusal(database, one, {"I.1": POORER}, world.appraiser)) == [
        "Hồ sơ đang ở trạng thái «Đã nộp»; không thực hiện được bước «Kết thúc thẩm định» từ đây."
    ]
    appraised(database, world, 1)
    assert rules(refusal(database, two, {"I.1": POORER}, world.appraiser)) == ["state"]


def test_marks_stay_open_while_the_unit_explains(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    with database.writing() as session:
        ask(session, key, ["I.1"], "Nêu rõ", actor=world.appraiser, now=LOCKED)
    written(database, key, {"I.1": POORER}, world.appraiser)
    assert dossier(database, key).appraised == 1


def test_a_stale_page_writes_nothing(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    seen = dossier(database, key).version
    saved = written(database, key, {"I.1": POORER}, world.appraiser, version=seen)
    with pytest.raises(Stale):
        written(database, key, {"I.2": Filled(Entry(points=Decimal(3)))}, world.lead, version=seen)
    written(database, key, {"I.2": Filled(Entry(points=Decimal(3)))}, world.lead, version=saved.version)


def test_agreeing_takes_exactly_what_was_shown(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    written(database, key, {"I.1": POORER}, world.appraiser)
    with database.reading() as session:
        shown = untouched(session, key, "I", actor=world.appraiser)
    assert shown == ["I.2", "I.3", "I.4", "I.5"]
    with database.writing() as session:
        agree_untouched(session, key, "I", shown, actor=world.appraiser, now=LOCKED)
    ours, theirs = points(database, key, "appraised"), points(database, key, "self")
    assert ours == {code: theirs[code] for code in shown} | {"I.1": Decimal("1.5")}
    now = dossier(database, key)
    assert (now.appraised, now.unreasoned) == (5, 0)


def test_agreeing_with_another_list_than_was_shown_is_stale(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    with database.reading() as session:
        shown = untouched(session, key, "I", actor=world.appraiser)
    written(database, key, {"I.3": POORER}, world.lead)
    with pytest.raises(Stale), database.writing() as session:
        agree_untouched(session, key, "I", shown, actor=world.appraiser, now=LOCKED)
    assert set(points(database, key, "appraised")) == {"I.3"}


def test_only_appraisers_see_what_is_untouched(database: Database) -> None:
    world = in_appraisal(database)
    with pytest.raises(NotAllowed), database.reading() as session:
        untouched(session, world.first, actor=world.officer)


@pytest.mark.rule("DN-4.2")
def test_concluding_fixes_the_total_of_the_appraisal(database: Database) -> None:
    world = in_appraisal(database)
    key = begun(database, world)
    written(database, key, {"I.1": POORER}, world.appraiser)
    with pytest.raises(Refused) as caught, database.writing() as session:
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    assert "all_marks_appraised" in rules(caught.value)
    with database.writing() as session:
        shown = untouched(session, key, actor=world.lead)
        agree_untouched(session, key, "", shown, actor=world.lead, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    now = dossier(database, key)
    assert (now.state, now.appraised_total, now.self_total) == ("appraised", Decimal("97.5"), Decimal(100))
    row = chain(database, f"assessment:{key}")[-1]
    kept = json.loads(payload(database, row.entity, row.seq))
    assert (row.act, kept["total"], len(kept["marks"])) == ("conclude_appraisal", "97.5000", now.leaves)


def test_what_was_never_submitted_is_concluded_with_zero(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=0)
    assert (state_of(database, world.first), dossier(database, world.first).zeroed) == ("locked_zero", True)
    key = begun(database, world)
    with database.writing() as session:
        assert untouched(session, key, actor=world.appraiser) == []
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    now = dossier(database, key)
    assert (now.state, now.self_total, now.appraised_total) == ("appraised", Decimal(0), Decimal(0))


def test_points_for_what_was_never_submitted_need_a_reason(database: Database) -> None:
    world = in_appraisal(database, subjects=1, handed_in=0)
    key = begun(database, world)
    nothing, something = Filled(Entry(points=Decimal(0))), Filled(Entry(points=Decimal(1)))
    assert rules(refusal(database, key, {"I.1": something, "I.3": nothing}, world.appraiser)) == [
        "differences_reasoned"
    ]
    written(database, key, {"I.1": POORER, "I.3": nothing}, world.appraiser)
    assert points(database, key, "self") == {}


def test_a_concluded_appraisal_opens_again_for_a_reason(database: Database) -> None:
    world = in_appraisal(database)
    key = appraised(database, world)
    with pytest.raises(Refused) as caught, database.writing() as session:
        reopen(session, key, " ", actor=world.lead, now=LOCKED)
    assert rules(caught.value) == ["needs_reason"]
    with pytest.raises(NotAllowed), database.writing() as session:
        reopen(session, key, "Tính lại", actor=world.appraiser, now=LOCKED)
    with database.writing() as session:
        reopen(session, key, "Tính lại", actor=world.lead, now=LOCKED)
    written(database, key, {"I.1": POORER}, world.appraiser)
    assert state_of(database, key) == "appraising"


def test_an_appraisal_begins_once_the_unit_can_write_no_more(database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    with database.writing() as session:
        assign(session, world.round_id, [world.first], world.appraiser.account_id or 0, actor=world.lead, now=LOCKED)
    with pytest.raises(Refused) as caught, database.writing() as session:
        start(session, world.first, actor=world.appraiser, now=world.launched_at)
    assert rules(caught.value) == ["during"]


def test_announced_marks_are_closed_to_the_appraiser(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    announced(database, world, decided(database, world))
    assert rules(refusal(database, world.first, {"I.1": POORER}, world.appraiser)) == ["state"]
    assert "appraise" not in acts(database, f"assessment:{world.first}")[-2:]
    assert leaves_in(sheet(world), "")[0] in points(database, world.first, "decided")


@pytest.mark.rule("ANO-NA-1")
def test_a_remark_on_what_the_dossier_meets_by_itself_waits_for_no_mark(database: Database) -> None:
    """I.5 stays blank with a word beside it: agreeing with all the rest is whole."""
    world = spots(database)
    key, officer = building(database, world, "huyen-a", "qcdc"), world.officers["huyen-a"]
    remark = {"I.5": Filled(BLANK, "Theo công văn đề nghị")}
    with database.writing() as session:
        save(session, key, best(PROGRAMME.sheet_for("qcdc")) | remark, actor=officer, now=APPRAISED)
        for part in PARTS[:2]:
            enclose(session, key, part, paper(session, now=APPRAISED), actor=officer, now=APPRAISED)
        send_dossier(session, key, actor=officer, now=APPRAISED)
        advance(session, key, "start_appraisal", actor=world.appraiser, now=APPRAISED)
        shown = untouched(session, key, actor=world.appraiser)
        agree_untouched(session, key, "", shown, actor=world.appraiser, now=APPRAISED)
    assert "I.5" not in shown
    assert dossier(database, key).appraised == len(shown) + 1
    assert pull(database, key, "propose", actor=world.heads["huyen-a"], now=APPRAISED, document=True) == "proposed"
