"""One act on many dossiers: what was listed is what is done."""

from datetime import timedelta

from sqlmodel import select

from models.assessments import Assessment
from models.db import Database
from models.history import history_of
from models.mail import Outbox
from states.history import verify
from tests.actions.world import launched, state_of, submitted
from tests.conftest import Fresh
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.test_corrections import PAPER, hidden
from tests.web.test_queries import Counts, counted, portal_of, told


def test_units_are_reminded_and_extended_as_listed(portal: Portal) -> None:
    world, base = portal.world, f"/rounds/{portal.world.round_id}/bulk"
    submitted(portal.database, world, 0, now=portal.hands.now())
    admin = by_password(portal, world.administrator)
    assert "Nhắc nộp bản tự đánh giá" in words(admin.get(base))
    listed = admin.get(f"{base}?do=remind")
    assert "2 hồ sơ sẽ thay đổi; 1 hồ sơ không thực hiện được" in words(listed)
    assert "Không còn chờ đơn vị nộp" in words(listed)
    done = admin.post(f"{base}?do=remind", **hidden(listed.text))
    assert "với 2 hồ sơ" in words(admin.follow(done))
    with portal.database.reading() as session:
        reminded = session.exec(select(Outbox.assessment_id).where(Outbox.message == "reminder")).all()
        assert sorted(set(reminded), key=str) == world.assessment_ids[1:]
        assert history_of(session, f"round:{world.round_id}")[-1].act == "remind"
    picked = admin.post(f"{base}/pick?do=reopen&until=20/12/2024", id=[str(one) for one in world.assessment_ids[1:]])
    where = picked.headers["location"]
    assert where.endswith(f"only={world.assessment_ids[1]}.{world.assessment_ids[2]}")
    assert "phải trước hạn" in words(admin.get(where.replace("20%2F12%2F2024", "31/12/2024")))
    assert "Chưa ghi ngày cuối cùng" in words(admin.get(f"{base}?do=reopen"))
    listed = admin.get(where)
    assert "2 hồ sơ sẽ thay đổi" in words(listed)
    without = admin.post(where, reason="Bão", **hidden(listed.text))
    assert (without.status_code, "Bão" in without.text) == (422, True)
    done = admin.post(where, reason="Bão", **PAPER, **hidden(listed.text))
    assert "với 2 hồ sơ" in words(admin.follow(done))
    with portal.database.reading() as session:
        closings = [session.get_one(Assessment, key).closes_at for key in world.assessment_ids]
        assert closings[0] < closings[1] == closings[2]
        assert verify(session).broken == ()


def test_a_list_that_is_another_one_by_then_is_not_done(portal: Portal) -> None:
    world, base = portal.world, f"/rounds/{portal.world.round_id}/bulk"
    admin = by_password(portal, world.administrator)
    listed = admin.get(f"{base}?do=remind")
    submitted(portal.database, world, 0, now=portal.hands.now())
    stale = admin.post(f"{base}?do=remind", **hidden(listed.text))
    assert stale.status_code == 409
    assert "2 hồ sơ sẽ thay đổi; 1 hồ sơ" in words(stale)
    with portal.database.reading() as session:
        assert session.exec(select(Outbox).where(Outbox.message == "reminder")).all() == []
    authority = by_password(portal, world.authority)
    offered = authority.get(base)
    assert "Thẩm định lại" in words(offered)
    assert "Nhắc nộp" not in words(offered)
    assert "Chọn việc cần làm." in words(authority.post(f"{base}?do=remind", seen=""))
    wrong = authority.get(f"{base}?do=announce")
    assert "Không thực hiện được từ trạng thái" in words(wrong)
    assert authority.post(f"{base}?do=announce", seen="").status_code == 409
    assert by_password(portal, world.lead).get(base).status_code == 403
    assert state_of(portal.database, world.first) == "submitted"


PAGES = (
    "/accounts",
    "/accounts/1",
    "/approvals",
    "{round}/corrections",
    "{round}/corrections/remove_subject",
    "{round}/corrections/resend",
    "{round}/people",
    "{round}/bulk?do=remind",
    "{round}/bulk?do=reopen&until=20/12/2024",
)


def queries(fresh: Fresh, units: int) -> Counts:
    """How many statements each page of the steering makes in a world of so many units."""
    with fresh() as url, told() as statements:
        database = Database(url)
        world = launched(database, subjects=units)
        portal = portal_of(database, world, world.launched_at + timedelta(days=1))
        found = counted(portal, by_password(portal, world.administrator), PAGES, statements)
        database.dispose()
        return found


def test_no_page_of_the_steering_makes_more_queries_for_more_units(fresh_sqlite: Fresh) -> None:
    assert queries(fresh_sqlite, 2) == queries(fresh_sqlite, 30)
