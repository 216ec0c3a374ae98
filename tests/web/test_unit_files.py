"""Evidence: files and links to a criterion, kept by their content, handed out to those who may have them."""

from hashlib import sha256
from pathlib import Path

import pytest

from actions.assign import confirm_no_conflict
from evidence.store import LIMIT
from models.evidence import EvidenceRow, evidence_of
from models.history import history_of
from states.history import verify
from tests.actions.checked import check_all
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.unit_forms import filled_in, handed_in, home, officer, send, was, with_files

PDF = b"%PDF-1.7 thu nghiem"
NAME = "Nghị quyết 05.pdf"


@pytest.fixture
def keeping(portal: Portal, tmp_path: Path) -> Portal:
    return with_files(portal, tmp_path)


def found(portal: Portal) -> list[EvidenceRow]:
    with portal.database.reading() as session:
        return evidence_of(session, portal.world.first)


def file(code: str, content: bytes = PDF, name: str = NAME) -> tuple[str, tuple[str, bytes]]:
    return f"file-{code}", (name, content)


def test_a_file_is_kept_by_its_content_and_recorded(keeping: Portal, tmp_path: Path) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    answer = send(
        browser, f"{home(keeping)}/sheet", [file("I.1"), file("I.1", b"\xff\xd8\xff x", "a.jpg")], **was(page)
    )
    assert answer.status_code == 303
    one, two = found(keeping)
    assert (one.name, one.media_type, one.size, one.criterion) == (NAME, "application/pdf", len(PDF), "I.1")
    assert (two.media_type, one.file_hash) == ("image/jpeg", sha256(PDF).hexdigest())
    assert (tmp_path / "files" / one.file_hash[:2] / one.file_hash).read_bytes() == PDF
    assert not list((tmp_path / "files").glob("den-*"))
    with keeping.database.reading() as session:
        row = history_of(session, f"assessment:{keeping.world.first}")[-1]
        assert (row.act, NAME in row.body, one.file_hash in row.body) == ("add_evidence", False, True)
        assert verify(session).broken == ()


def test_a_file_is_handed_out_to_be_kept_and_never_shown(keeping: Portal) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    evil = b"%PDF-1.7 <script>alert(1)</script>"
    send(browser, f"{home(keeping)}/sheet", [file("I.1", evil, '"><b>Đạo.html')], **was(page))
    (one,) = found(keeping)
    answer = browser.get(f"/files/{keeping.world.first}/{one.id}")
    assert answer.content == evil
    assert answer.headers["content-type"] == "application/pdf"
    expected = "attachment; filename=\"22bDao.html.pdf\"; filename*=UTF-8''%2522b%C4%90%E1%BA%A1o.html.pdf"
    assert answer.headers["content-disposition"] == expected
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "<b>Đạo" not in browser.get(home(keeping)).text


@pytest.mark.parametrize("who", ["other unit", "nobody", "reader", "appraiser before submitting"])
def test_a_file_is_nobody_elses(keeping: Portal, who: str) -> None:
    browser = officer(keeping)
    send(browser, f"{home(keeping)}/sheet", [file("I.1")], **was(browser.get(home(keeping))))
    (one,) = found(keeping)
    path = f"/files/{keeping.world.first}/{one.id}"
    if who == "other unit":
        other = by_mail(keeping, keeping.world.officers[1])
        assert other.get(path).status_code == 404
        assert other.get(f"/files/{keeping.world.assessment_ids[1]}/{one.id}").status_code == 404
        other.get(home(keeping, 1))
        removed = other.post(f"{home(keeping, 1)}/sheet", remove=str(one.id))
        assert (removed.status_code, len(found(keeping))) == (404, 1)
    elif who == "nobody":
        assert keeping.browser().get(path).status_code == 303
    elif who == "reader":
        assert by_mail(keeping, keeping.world.reader).get(path).status_code == 404
    else:
        lead = by_password(keeping, keeping.world.lead)
        assert lead.get(path).status_code == 403
        with keeping.database.writing() as session:
            confirm_no_conflict(session, keeping.world.first, actor=keeping.world.lead, now=keeping.hands.now())
        assert lead.get(path).status_code == 404
        filled_in(keeping, browser)
        handed_in(keeping, browser)
        assert lead.get(path).status_code == 404
        with keeping.database.writing() as session:
            check_all(session, keeping.world.programme, now=keeping.hands.now())
        assert lead.get(path).content == PDF


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://danang.gov.vn/van-ban/1", 303),
        ("http://danang.gov.vn/1", 422),
        ("javascript:alert(1)", 422),
        ("https://a:b@danang.gov.vn/", 422),
        ("https://[::1", 422),
        ("danang.gov.vn", 422),
    ],
)
def test_a_link_is_https_and_whole(keeping: Portal, address: str, expected: int) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    answer = browser.post(f"{home(keeping)}/sheet", **was(page), **{"link-I.1": address, "points-I.1": "3"})
    assert answer.status_code == expected
    assert [one.address for one in found(keeping)] == ([address] if expected == 303 else [])


def test_files_too_large_or_empty_are_told_and_the_rest_is_kept(keeping: Portal, tmp_path: Path) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    files = [file("I.1", b"x" * (LIMIT + 1), "lon.pdf"), file("I.2", b"", "rong.pdf"), file("I.3")]
    answer = send(browser, f"{home(keeping)}/sheet", files, **was(page), **{"note-I.1": "Giữ lại"})
    assert answer.status_code == 422
    assert "«lon.pdf» lớn hơn 25 MB" in words(answer)
    assert "«rong.pdf» không có nội dung" in words(answer)
    assert "Giữ lại" in answer.text
    assert [one.criterion for one in found(keeping)] == ["I.3"]
    assert len([path for path in (tmp_path / "files").rglob("*") if path.is_file()]) == 1


def test_evidence_is_taken_away_and_comes_back_when_a_revision_is_thrown_away(keeping: Portal) -> None:
    browser = officer(keeping)
    send(browser, f"{home(keeping)}/sheet", [file("I.1")], **was(browser.get(home(keeping))))
    filled_in(keeping, browser)
    handed_in(keeping, browser)
    (one,) = found(keeping)
    browser.get(home(keeping))
    keeping.hands.pass_by(keeping.hands.at - keeping.hands.at.replace(minute=keeping.hands.at.minute - 1))
    page = browser.follow(browser.post(f"{home(keeping)}/revise"))
    answer = browser.post(f"{home(keeping)}/sheet", **was(page), remove=str(one.id), **{"note-I.2": "Còn đây"})
    assert answer.headers["location"] == f"{home(keeping)}#k1"
    assert "Còn đây" in browser.get(home(keeping)).text
    send(browser, f"{home(keeping)}/sheet", [file("I.2", name="moi.pdf")], **was(browser.get(home(keeping))))
    assert [each.name for each in found(keeping)] == ["moi.pdf"]
    browser.get(home(keeping))
    browser.post(f"{home(keeping)}/discard")
    assert [each.name for each in found(keeping)] == [NAME]


def test_the_script_sends_a_file_with_its_criterion(keeping: Portal) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    browser.headers = {"hx-request": "true"}
    answer = send(browser, f"{home(keeping)}/criteria/I.1", [file("I.1")], **{"was-I.1": was(page)["was-I.1"]})
    assert (answer.status_code, NAME in answer.text) == (200, True)
