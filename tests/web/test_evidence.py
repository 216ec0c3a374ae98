"""Evidence in the portal: refused at once with what to do, badges with details, declared, replaced, named only."""

from pathlib import Path

import pytest

from actions import evidence_verdicts
from actions.assign import confirm_no_conflict
from actions.evidence_verdicts import settle
from evidence.folder import place, thumbnail
from evidence.kinds import Kind
from evidence.verdict import Form, Outcome, Signature, Verdict, refused
from models.evidence import EvidenceRow, evidence_of
from models.history import history_of
from tests.actions.checked import check_all
from tests.evidence import papers
from tests.evidence.test_verdicts import word
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_link, by_password
from tests.web.unit_forms import best_fields, filled_in, handed_in, home, officer, send, sheet_of, was, with_files

PDF = b"%PDF-1.7 thu nghiem"
SIGNED = Verdict(
    outcome=Outcome.ISSUER_UNKNOWN,
    kind=Kind.PDF,
    form=Form.SIGNED,
    sentence="Chữ ký số nguyên vẹn, chưa xác minh được nơi cấp: Nguyễn Thử.",
    warnings=("Chưa kiểm tra việc thu hồi chứng thư số.",),
    signatures=(
        Signature(
            signer="Nguyễn Thử",
            organisation="UBND phường <b>",
            issuer="Gốc lạ",
            signed_at=None,
            has_timestamp=False,
            is_whole=True,
            covers_all=True,
            is_trusted=False,
            in_validity=True,
        ),
    ),
)
UNDECLARED = Verdict(outcome=Outcome.UNDECLARED, kind=Kind.PDF, form=Form.SCAN, sentence="Hãy xác nhận.")
BROKEN = refused(Kind.PDF, "Tệp PDF bị hỏng hoặc gửi chưa hết; hãy quét lại rồi gửi lại.")


@pytest.fixture
def keeping(portal: Portal, tmp_path: Path) -> Portal:
    return with_files(portal, tmp_path)


def put(
    portal: Portal, browser: Browser, content: bytes = PDF, name: str = "Nghị quyết.pdf", **fields: str
) -> EvidenceRow:
    page = browser.get(home(portal))
    answer = send(browser, f"{home(portal)}/sheet", [("file-I.1", (name, content))], **was(page), **fields)
    assert answer.status_code == 303
    return standing(portal)[-1]


def standing(portal: Portal) -> list[EvidenceRow]:
    with portal.database.reading() as session:
        return evidence_of(session, portal.world.first)


def verdict(portal: Portal, found: Verdict) -> None:
    """What the checking process does in the end."""
    now = portal.hands.now()
    with portal.database.writing() as session:
        check_all(session, portal.world.programme, found, now=now)
        for one in evidence_of(session, portal.world.first):
            check = evidence_verdicts.wanted(session, one.id, now=now).known
            if check is not None and check.checked_at == now:
                settle(session, one.id, check, now=now)


def lead_of(portal: Portal) -> Browser:
    browser = by_password(portal, portal.world.lead)
    with portal.database.writing() as session:
        confirm_no_conflict(session, portal.world.first, actor=portal.world.lead, now=portal.hands.now())
    return browser


def page_of(portal: Portal, one: EvidenceRow) -> str:
    return f"{home(portal)}/evidence/{one.id}"


def content_of(one: EvidenceRow) -> str:
    return f"/files/{one.assessment_id}/{one.id}"


@pytest.mark.rule("DN-5.3")
@pytest.mark.parametrize(
    ("content", "name", "told"),
    [
        (word(), "bao cao.docx", "Word chưa ký số: minh chứng điện tử chỉ gồm"),
        (b"<!doctype html><script>alert(1)</script>", "anh.jpg", "trang web"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "anh.png", "hình vẽ SVG"),
        (b"MZ\x90\x00" + b"\x00" * 60, "a.pdf", "chương trình"),
        (b"PK\x05\x06" + b"\x00" * 18, "a.pdf", "tệp nén"),
        ("Báo cáo".encode(), "a.pdf", "văn bản thô chưa ký số"),
    ],
)
def test_what_cannot_serve_is_refused_while_it_comes(keeping: Portal, content: bytes, name: str, told: str) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    answer = send(
        browser, f"{home(keeping)}/sheet", [("file-I.1", (name, content))], **was(page), **{"note-I.1": "Giữ"}
    )
    assert (answer.status_code, told in words(answer), "Hãy" in words(answer)) == (422, True, True)
    assert "Giữ" in answer.text
    assert standing(keeping) == []
    assert [
        path for path in keeping.place.settings.var.rglob("*") if path.is_file() and path.parent.name != "mail"
    ] == []


def test_a_file_is_the_units_alone_until_it_was_checked(keeping: Portal) -> None:
    browser = officer(keeping)
    one = put(keeping, browser)
    assert "Đang kiểm tra" in words(browser.get(home(keeping)))
    assert browser.get(content_of(one)).content == PDF
    filled_in(keeping, browser)
    handed_in(keeping, browser)
    lead = lead_of(keeping)
    assert "Kiểm tra xong mới mở được" in words(lead.get(page_of(keeping, one)))
    assert (lead.get(content_of(one)).status_code, lead.get(f"{content_of(one)}/thumbnail").status_code) == (404, 404)
    polled = lead.client.get(f"{page_of(keeping, one)}/badge", headers={"HX-Request": "true"})
    assert ("hx-trigger" in polled.text, "Đang kiểm tra" in polled.text, "<html" in polled.text) == (True, True, False)
    verdict(keeping, SIGNED)
    polled = lead.client.get(f"{page_of(keeping, one)}/badge", headers={"HX-Request": "true"})
    assert ("hx-trigger" in polled.text, "Chữ ký số, chưa rõ nơi cấp" in polled.text) == (False, True)
    told = words(lead.get(page_of(keeping, one)))
    assert "Người ký Nguyễn Thử Cơ quan, tổ chức UBND phường <b>" in told
    assert "Chưa kiểm tra việc thu hồi chứng thư số." in told
    assert lead.get(content_of(one)).content == PDF
    thumbnail(keeping.place.settings.var / "files", one.file_hash).write_bytes(b"\x89PNG")
    small = lead.get(f"{content_of(one)}/thumbnail")
    assert (small.headers["content-type"], small.content) == ("image/png", b"\x89PNG")
    assert small.headers["content-security-policy"].startswith("sandbox;")
    assert f'src="{content_of(one)}/thumbnail"' in lead.get(page_of(keeping, one)).text


def test_pictures_are_shown_and_everything_else_is_to_be_kept(keeping: Portal) -> None:
    browser = officer(keeping)
    one = put(keeping, browser, papers.image(), "ảnh chụp.exe")
    path = content_of(one)
    assert browser.get(path).headers["content-disposition"].startswith("attachment")
    verdict(keeping, Verdict(outcome=Outcome.ACCEPTED, kind=Kind.JPEG, form=Form.SCAN, sentence="Bản chụp."))
    shown = browser.get(path)
    assert shown.headers["content-disposition"] == (
        "inline; filename=\"anh chup.exe.jpg\"; filename*=UTF-8''%E1%BA%A3nh%20ch%E1%BB%A5p.exe.jpg"
    )
    assert (shown.headers["content-type"], shown.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert browser.get(f"{path}?tai=1").headers["content-disposition"].startswith("attachment")
    place(keeping.place.settings.var / "files", one.file_hash).unlink()
    assert browser.get(path).status_code == 404


@pytest.mark.rule("AMB-DN-10")
def test_a_unit_declares_a_copy_at_once_or_later(keeping: Portal) -> None:
    browser = officer(keeping)
    later = put(keeping, browser)
    at_once = put(keeping, browser, PDF + b" hai", **{"declared-I.1": "1"})
    verdict(keeping, UNDECLARED)
    assert "Cần đơn vị xác nhận" in words(browser.get(home(keeping)))
    assert "Đơn vị tự khai" in words(browser.get(page_of(keeping, at_once)))
    assert "Xác nhận: bản chụp văn bản giấy" in words(browser.get(page_of(keeping, later)))
    done = browser.post(f"{page_of(keeping, later)}/declare")
    assert "Đơn vị tự khai" in words(browser.follow(done))
    assert all(one.declared_at for one in standing(keeping))
    with keeping.database.reading() as session:
        assert [row.act for row in history_of(session, f"assessment:{keeping.world.first}")][-1] == "declare_evidence"


def test_a_file_refused_after_the_submission_is_replaced(keeping: Portal) -> None:
    browser = officer(keeping)
    one = put(keeping, browser)
    filled_in(keeping, browser)
    handed_in(keeping, browser)
    verdict(keeping, BROKEN)
    lead = lead_of(keeping)
    assert lead.get(content_of(one)).status_code == 404
    assert "Tệp chỉ mở được với đơn vị gửi" in words(lead.get(page_of(keeping, one)))
    assert "không được nhận: Nghị quyết.pdf" in words(browser.get(home(keeping)))
    assert "Gửi tệp thay thế" in words(browser.get(page_of(keeping, one)))
    linked = by_link(keeping, 0, "evidence")
    assert "Gửi tệp thay thế" in words(linked.get(page_of(keeping, one)))
    refused_again = send(linked, f"{page_of(keeping, one)}/replace", [("file", ("a.html", b"<!doctype html><p>"))])
    assert (refused_again.status_code, "trang web" in words(refused_again)) == (422, True)
    assert linked.post(f"{page_of(keeping, one)}/replace").status_code == 422
    done = send(linked, f"{page_of(keeping, one)}/replace", [("file", ("moi.pdf", PDF + b" moi"))])
    assert "Đã gửi tệp thay thế" in words(linked.follow(done))
    verdict(keeping, SIGNED)
    made = standing(keeping)[-1]
    assert (made.replaces_id, lead.get(content_of(made)).content) == (one.id, PDF + b" moi")
    assert "không được nhận: Nghị quyết.pdf" not in words(browser.get(home(keeping)))
    assert send(linked, f"{page_of(keeping, one)}/replace", [("file", ("b.pdf", PDF))]).status_code == 422


def test_a_file_refused_while_the_sheet_is_open_is_named_before_and_after_the_submission(keeping: Portal) -> None:
    browser = officer(keeping)
    for content, found in ((PDF, UNDECLARED), (PDF + b" hong", BROKEN)):
        put(keeping, browser, content)
        verdict(keeping, found)
    filled_in(keeping, browser)
    sheet, last = words(browser.get(home(keeping))), words(browser.get(f"{home(keeping)}/submit"))
    assert "1 tiêu chí có minh chứng cần xác nhận" in sheet
    assert "1 tiêu chí có minh chứng không được nhận" in sheet
    assert "Minh chứng cần đơn vị xác nhận I.1" in last
    assert "Minh chứng không được nhận I.1 Vẫn nộp được." in last
    handed_in(keeping, browser)
    assert "không được nhận ở các tiêu chí: I.1" in words(browser.get(home(keeping)))
    assert "Gửi tệp thay thế" not in words(browser.get(page_of(keeping, standing(keeping)[-1])))


def test_a_confidential_document_is_named_and_never_sent(keeping: Portal) -> None:
    browser = officer(keeping)
    page = browser.get(home(keeping))
    half = browser.post(f"{home(keeping)}/sheet", **was(page), **{"secret-I.1": "05-BC/QU"})
    assert (half.status_code, "ghi ngày có thật" in words(half)) == (422, True)
    ahead = browser.post(f"{home(keeping)}/sheet", **was(page), **{"secret-I.1": "05", "dated-I.1": "01/01/2099"})
    assert (ahead.status_code, "không được sau hôm nay" in words(ahead)) == (422, True)
    fields = {"secret-I.1": "05-BC/QU", "dated-I.1": "30/09/2024"}
    assert browser.post(f"{home(keeping)}/sheet", **was(page), **fields).status_code == 303
    (one,) = standing(keeping)
    assert (one.number, one.dated, one.file_hash, one.is_confidential) == ("05-BC/QU", "2024-09-30", "", True)
    assert "Văn bản Mật số 05-BC/QU, ngày 30/09/2024" in words(browser.get(home(keeping)))
    assert browser.get(content_of(one)).status_code == 404
    assert browser.get(page_of(keeping, one)).status_code == 200


@pytest.mark.rule("DN-5.4")
def test_a_criterion_without_evidence_asks_for_a_word_that_goes_into_the_summary(keeping: Portal) -> None:
    browser = officer(keeping)
    filled_in(keeping, browser)
    assert "Chưa có minh chứng: cần thuyết minh" in words(browser.get(home(keeping)))
    page = browser.get(home(keeping))
    fields = was(page) | best_fields(sheet_of(keeping)) | {"note-I.1": "Sẽ nêu ở báo cáo tổng kết."}
    browser.post(f"{home(keeping)}/sheet", **fields)
    told = words(browser.get(f"{home(keeping)}/preview"))
    assert "nội dung báo cáo, làm rõ trong báo cáo tổng kết" in told
    assert told.count("Sẽ nêu ở báo cáo tổng kết.") == 2
