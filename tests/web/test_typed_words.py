"""What is shown to somebody whose session ended while they typed: their words, by the names that the form gave them."""

from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.unit_forms import home, officer, was
from web.forms import Typed
from web.typed_words import spoken


def test_an_ended_session_shows_what_was_typed_and_not_the_machine(portal: Portal) -> None:
    browser = officer(portal)
    fields = was(browser.get(home(portal))) | {"note-I.1": "Nghị quyết 05", "points-I.3": "", "then": "submit"}
    browser.client.cookies.clear()
    answer = browser.post(f"{home(portal)}/sheet", **fields)
    assert (answer.status_code, "Tiêu chí I.1, thuyết minh" in words(answer)) == (401, True)
    assert 'name="was-I.1"' in answer.text
    assert ">was-" not in answer.text
    assert ">then<" not in answer.text
    browser.headers = {"hx-request": "true"}
    part = browser.post(f"{home(portal)}/criteria/I.1", **fields)
    assert ("data-resume" in part.text, "Nghị quyết 05" in part.text) == (True, False)


def test_words_are_never_left_out() -> None:
    typed = Typed((("then", "submit"), ("seen", "3f"), ("reason", "Ốm"), ("lạ", "một câu"), ("comment-7", "Tốt")))
    assert spoken(typed) == [("Lý do", "Ốm"), ("Nội dung", "một câu"), ("Ý kiến nhận xét", "Tốt")]
