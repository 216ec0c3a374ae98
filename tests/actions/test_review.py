"""The review before the rating, and the level a subject gives itself (HT-2, HT-4, HT-5.1, HT-11.2)."""

from datetime import timedelta

import pytest

from actions.marks import Filled
from actions.recognise import Award, Papers, recognise
from actions.review import review, review_again, self_rate
from actions.self_assess import save
from actions.statements import enclose, state
from config.sheet import Degree, Entry
from models.assessments import marks
from models.db import Database
from models.statements import Statement
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.ha_tinh_world import DECIDED, DRAFTED, RATED, REVIEWED, Ward, ballot, bring, pull, rows, ward
from tests.actions.later import acts, dossier, is_whole, mails, payload, rules, sentences
from tests.actions.world import at, best, paper, state_of


def refused(database: Database, world: Ward, code: str) -> list[str]:
    """Why a review is not recorded."""
    with pytest.raises(Refused) as caught, database.writing() as session:
        review(session, world.ids[code], paper(session, now=REVIEWED), actor=world.heads[code], now=REVIEWED)
    return sentences(caught.value)


@pytest.mark.rule("HT-5.1", "HT-11.2")
def test_what_was_not_reviewed_is_not_rated(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "draft_sent")
    with pytest.raises(Refused) as caught, database.writing() as session:
        self_rate(session, key, "httnv", actor=world.heads["mt"], now=RATED)
    standing, step = "Đã gửi dự thảo cho thành viên dự họp", "Tự xếp loại"
    told = f"Hồ sơ đang ở trạng thái «{standing}»; không thực hiện được bước «{step}» từ đây."
    assert sentences(caught.value) == [told]
    for trigger in ("consult", "appraise", "open_decision", "set_aside"):
        with pytest.raises(Refused):
            pull(database, world, "mt", trigger, actor=world.administrator, now=RATED, reason="Gấp", papers=True)
    award, authority = Award(key, "httnv"), world.authorities["p"]
    with pytest.raises(Refused, match="Công nhận mức xếp loại"), database.writing() as session:
        recognise(session, world.round_id, [award], Papers(paper(session, now=DECIDED)), actor=authority, now=DECIDED)
    assert (state_of(database, key), dossier(database, key).level) == ("draft_sent", None)


@pytest.mark.rule("HT-4.2")
def test_a_review_is_recorded_by_its_minutes_three_working_days_after_the_draft(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "draft_sent")
    head, early = world.heads["mt"], REVIEWED - timedelta(microseconds=1) - timedelta(hours=8)
    with pytest.raises(Refused) as caught, database.writing() as session:
        review(session, key, None, actor=head, now=early)
    assert sentences(caught.value) == [
        "Dự thảo phải gửi trước ít nhất 03 ngày làm việc; đến nay mới được 02 ngày.",
        "Phải kèm biên bản.",
    ]
    for actor in (world.officers["mt"], world.administrator, world.officers["tp"]):
        with pytest.raises(NotAllowed), database.writing() as session:
            review(session, key, paper(session, now=REVIEWED), actor=actor, now=REVIEWED)
    with database.writing() as session:
        review(session, key, paper(session, now=REVIEWED), actor=head, now=REVIEWED)
    found = dossier(database, key)
    assert (found.state, found.reviewed_at) == ("reviewed", REVIEWED)


@pytest.mark.rule("HT-4.1", "HT-4.3")
def test_the_draft_is_the_form_of_the_subject(database: Database) -> None:
    """Mẫu 01 for collectives, 02B for leaders, 02A for who has no post; it goes to who is asked and to the unit."""
    world = ward(database)
    for code, form in (("mt", "mau-01"), ("ct", "mau-02b"), ("m1", "mau-02a")):
        key = bring(database, world, code, "preparing")
        with pytest.raises(Refused) as caught:
            pull(database, world, code, "send_draft", actor=world.heads[code], now=DRAFTED)
        assert rules(caught.value) == ["form_attached"]
        with database.writing() as session:
            letter = paper(session, now=DRAFTED)
            enclose(session, key, form, letter, actor=world.officers[code], now=DRAFTED)
        assert pull(database, world, code, "send_draft", actor=world.heads[code], now=DRAFTED) == "draft_sent"
        people = [world.officers[code].account_id, world.heads[code].account_id]
        assert mails(database, "draft_to_members")[-2:] == sorted((key, who or 0) for who in people)


@pytest.mark.rule("HT-4.5", "HT-4.6")
def test_a_suggested_review_waits_for_the_superior_to_agree_to_the_report(database: Database) -> None:
    world = ward(database)
    key, superior = bring(database, world, "p", "preparing"), world.officers["tp"]
    for actor in (world.heads["p"], world.administrator, world.officers["c1"]):
        with pytest.raises(NotAllowed):
            pull(database, world, "p", "suggest", actor=actor, now=DRAFTED, reason="Đơn thư kéo dài")
    assert pull(database, world, "p", "suggest", actor=superior, now=DRAFTED, reason="Đơn thư kéo dài") == "suggested"
    assert len(mails(database, "review_suggested")) == 2
    with pytest.raises(Refused, match="Gửi dự thảo báo cáo"):
        pull(database, world, "p", "send_draft", actor=world.heads["p"], now=DRAFTED)
    with pytest.raises(Refused) as caught:
        pull(database, world, "p", "agree_report", actor=superior, now=DRAFTED, papers=True)
    assert rules(caught.value) == ["form_attached"]
    with database.writing() as session:
        enclose(session, key, "mau-01", paper(session, now=DRAFTED), actor=world.officers["p"], now=DRAFTED)
    for actor in (world.heads["p"], world.officers["p"]):
        with pytest.raises(NotAllowed):
            pull(database, world, "p", "agree_report", actor=actor, now=DRAFTED, papers=True)
    with pytest.raises(Refused, match="Phải nêu văn bản làm căn cứ"):
        pull(database, world, "p", "agree_report", actor=superior, now=DRAFTED)
    assert pull(database, world, "p", "agree_report", actor=superior, now=DRAFTED, papers=True) == "preparing"
    assert pull(database, world, "p", "send_draft", actor=world.heads["p"], now=DRAFTED) == "draft_sent"


@pytest.mark.rule("HT-4.9")
def test_a_review_is_held_again_and_so_is_what_goes_before_it(database: Database) -> None:
    world = ward(database)
    key, superior = bring(database, world, "mt", "self_rated"), world.heads["tp"]
    for actor, reason in ((world.heads["mt"], "Chưa đạt"), (world.administrator, "Chưa đạt")):
        with pytest.raises(NotAllowed), database.writing() as session:
            review_again(session, key, reason, actor=actor, now=RATED)
    with pytest.raises(Refused, match="Phải ghi lý do"), database.writing() as session:
        review_again(session, key, " ", actor=superior, now=RATED)
    with database.writing() as session:
        review_again(session, key, "Chưa bảo đảm nội dung", actor=superior, now=RATED)
    found = dossier(database, key)
    assert (found.state, found.reviewed_at) == ("preparing", None)
    assert len(mails(database, "review_again")) == 2
    now = RATED + timedelta(hours=1)
    assert pull(database, world, "mt", "send_draft", actor=world.heads["mt"], now=now) == "draft_sent"
    with pytest.raises(Refused) as caught, database.writing() as session:
        review(session, key, paper(session, now=now), actor=world.heads["mt"], now=now)
    assert rules(caught.value) == ["working_days_since"]


@pytest.mark.rule("HT-2.2")
def test_the_collective_is_reviewed_before_its_head_and_the_head_before_the_deputy(database: Database) -> None:
    world = ward(database)
    for code in ("pb", "ct", "bt", "p"):
        bring(database, world, code, "draft_sent")
    assert refused(database, world, "ct") == ["Phải kiểm điểm trước: Mẫu ub."]
    assert refused(database, world, "pb") == ["Phải kiểm điểm trước: Mẫu ub; Mẫu ct."]
    assert refused(database, world, "p") == ["Phải kiểm điểm trước: Mẫu ub; Mẫu mt."]
    assert refused(database, world, "bt") == ["Phải kiểm điểm trước: Mẫu p."]
    for code in ("ub", "ct", "pb", "mt", "p", "bt"):
        bring(database, world, code, "reviewed")


@pytest.mark.rule("HT-1.4")
def test_who_is_exempt_or_suspended_is_not_reviewed(database: Database) -> None:
    """The owner says so, once it is stated and only before the review; a collective cannot be left out."""
    world = ward(database)
    with pytest.raises(Refused) as caught:
        pull(database, world, "m1", "exclude", actor=world.administrator, now=DRAFTED, reason="Miễn sinh hoạt")
    assert rules(caught.value) == ["excluded_kind"]
    with database.writing() as session:
        state(session, world.ids["m1"], {"exempt": "yes"}, actor=world.officers["m1"], now=DRAFTED)
        session.add(Statement(assessment_id=world.ids["mt"], name="exempt", value="yes", stated_at=DRAFTED))
    with pytest.raises(NotAllowed):
        pull(database, world, "m1", "exclude", actor=world.heads["m1"], now=DRAFTED, reason="Miễn sinh hoạt")
    with pytest.raises(NotAllowed):
        pull(database, world, "mt", "exclude", actor=world.administrator, now=DRAFTED, reason="Miễn sinh hoạt")
    pull(database, world, "m1", "exclude", actor=world.administrator, now=DRAFTED, reason="Miễn sinh hoạt")
    assert state_of(database, world.ids["m1"]) == "excluded"


@pytest.mark.rule("HT-11.10")
def test_less_than_six_months_in_the_post_is_reviewed_and_not_rated(database: Database) -> None:
    """Vector 12."""
    register = rows(ct={"since": at("2024-07-15 00:00").date()}, pb={"since": at("2024-06-10 00:00").date()})
    world, tenth = ward(database, register), at("2024-12-10 08:00")
    for code in ("ub", "ct", "pb"):
        bring(database, world, code, "reviewed")
    owner = world.administrator
    with pytest.raises(Refused, match="Phải ghi lý do"):
        pull(database, world, "ct", "set_aside", actor=owner, now=tenth)
    assert pull(database, world, "ct", "set_aside", actor=owner, now=tenth, reason="Mới bổ nhiệm") == "not_rated"
    assert dossier(database, world.ids["ct"]).level is None
    with pytest.raises(Refused, match="hồ sơ này đã đủ 6 tháng"):
        pull(database, world, "pb", "set_aside", actor=owner, now=tenth, reason="Mới bổ nhiệm")
    day_before = tenth - timedelta(days=1)
    assert pull(database, world, "pb", "set_aside", actor=owner, now=day_before, reason="Mới bổ nhiệm") == "not_rated"


@pytest.mark.rule("HT-5.4", "HT-5.5")
def test_a_level_of_its_own_comes_with_a_degree_for_every_criterion(database: Database) -> None:
    world = ward(database)
    key, head = bring(database, world, "mt", "reviewed"), world.heads["mt"]
    sheet = world.programme.sheet_for("tap_the_co_so")
    first, *rest = best(sheet).items()
    with database.writing() as session:
        save(session, key, dict(rest), actor=world.officers["mt"], now=RATED)
    with pytest.raises(Refused, match="Còn 1 tiêu chí chưa ghi cấp độ"), database.writing() as session:
        self_rate(session, key, "httnv", actor=head, now=RATED)
    with database.writing() as session:
        save(session, key, {first[0]: Filled(Entry(degree=Degree.GOOD))}, actor=head, now=RATED)
    for level in ("xuat_sac", None):
        with pytest.raises(Refused, match="Phải ghi mức tự xếp loại"), database.writing() as session:
            self_rate(session, key, level, actor=head, now=RATED)
    with database.writing() as session:
        self_rate(session, key, "htxsnv", actor=head, now=RATED)
    found = dossier(database, key)
    assert (found.state, found.proposed_level, found.submitted_at, found.late) == (
        "self_rated",
        "htxsnv",
        RATED,
        False,
    )
    with database.reading() as session:
        assert marks(session, key, "self").keys() == best(sheet).keys()
    assert '"level":"htxsnv"' in payload(database, f"assessment:{key}", found.seq).replace(" ", "")
    with pytest.raises(Refused, match="Đã tự xếp loại"), database.writing() as session:
        save(session, key, dict([first]), actor=head, now=RATED)


@pytest.mark.rule("HT-6.1")
def test_a_party_organisation_takes_the_level_of_its_ballot(database: Database) -> None:
    """The one that won, else the one with most ballots; whatever level is typed."""
    world = ward(database)
    for code, winner, counts in (
        ("c1", "httnv", {"htxsnv": 3, "httnv": 7}),
        ("c2", None, {"htxsnv": 5, "httnv": 4, "htnv": 1}),
    ):
        key, head = bring(database, world, code, "self_balloting"), world.heads[code]
        with pytest.raises(Refused, match="Chưa kiểm phiếu xong"), database.writing() as session:
            self_rate(session, key, "htxsnv", minutes_id=paper(session, now=RATED), actor=head, now=RATED)
        with database.writing() as session:
            ballot(session, world, code, "self_rating", counts, winner=winner, opened_at=RATED)
        with pytest.raises(Refused, match="Phải kèm biên bản"), database.writing() as session:
            self_rate(session, key, actor=head, now=RATED)
        with database.writing() as session:
            self_rate(session, key, "htnv", minutes_id=paper(session, now=RATED), actor=head, now=RATED)
    found = [dossier(database, world.ids[code]).proposed_level for code in ("c1", "c2")]
    assert found == ["httnv", "htxsnv"]


@pytest.mark.rule("HT-6.1")
def test_between_levels_with_equally_many_ballots_the_minutes_say_which(database: Database) -> None:
    world = ward(database)
    for code, counts in (("c1", {"htxsnv": 4, "httnv": 4, "htnv": 2}), ("c2", {"htxsnv": 0, "httnv": 0})):
        bring(database, world, code, "self_balloting")
        with database.writing() as session:
            ballot(session, world, code, "self_rating", counts, opened_at=RATED)
    key, head = world.ids["c1"], world.heads["c1"]
    for level in (None, "htnv"):
        with pytest.raises(Refused, match="có số phiếu bằng nhau: Hoàn thành xuất sắc"), database.writing() as session:
            self_rate(session, key, level, minutes_id=paper(session, now=RATED), actor=head, now=RATED)
    with database.writing() as session:
        minutes = paper(session, now=RATED)
        self_rate(session, key, "httnv", minutes_id=minutes, actor=head, now=RATED)
        self_rate(session, world.ids["c2"], "htnv", minutes_id=minutes, actor=world.heads["c2"], now=RATED)
    assert [dossier(database, world.ids[code]).proposed_level for code in ("c1", "c2")] == ["httnv", "htnv"]


def test_minutes_that_are_not_there_record_no_review(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "draft_sent")
    with pytest.raises(Unknown, match="văn bản số 10000"), database.writing() as session:
        review(session, key, 10_000, actor=world.heads["mt"], now=REVIEWED)


@pytest.mark.rule("HT-12.3")
def test_a_dossier_that_comes_after_its_day_is_late(database: Database) -> None:
    """Grassroots before 05/12, dossiers for the standing committee before 10/12."""
    world = ward(database)
    for code, day in (("mt", "2024-12-05 00:00"), ("m1", "2024-12-04 23:59:59"), ("p", "2024-12-09 23:59:59")):
        if code == "p":
            bring(database, world, "ub", "reviewed")
        key = bring(database, world, code, "self_balloting" if code == "p" else "reviewed")
        with database.writing() as session:
            if code == "p":
                ballot(session, world, code, "self_rating", {"httnv": 9}, winner="httnv", opened_at=RATED)
            else:
                sheet = world.programme.sheet_for(dossier(database, key).kind)
                save(session, key, best(sheet), actor=world.heads[code], now=RATED)
            minutes = paper(session, now=RATED)
            self_rate(session, key, "httnv", minutes_id=minutes, actor=world.heads[code], now=at(day))
    assert {code: dossier(database, world.ids[code]).late for code in ("mt", "m1", "p")} == {
        "mt": True,
        "m1": False,
        "p": False,
    }


def test_every_step_stands_on_the_chain(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "mt", "self_rated")
    steps = ["assigned", "prepare", "enclose", "send_draft", "review", "self_rate"]
    assert acts(database, f"assessment:{key}") == steps
    assert is_whole(database, world.round_id)
