"""The handbook in the portal, for anyone who is signed in; and the language in which pages are said."""

import re
from pathlib import Path

from tests.e2e.handbook import CHOSEN, chosen
from tests.web.conftest import Portal
from tests.web.letters import by_mail
from web.help import CHAPTER, FOLDER, PICTURES, chapters

LARGEST = 5 * 1024 * 1024
LINK = re.compile(r"\]\(([^)#]+)\)")
NAMED = re.compile(r"«([^»]+)»")


def links() -> set[str]:
    return {link for file in FOLDER.glob("*.md") for link in LINK.findall(file.read_text(encoding="utf-8"))}


def test_links_of_the_handbook_lead_to_chapters_and_pictures_that_are_there() -> None:
    assert {link for link in links() if not (FOLDER / link).is_file()} == set()
    assert {link for link in links() if not CHAPTER.fullmatch(link)} == {f"pictures/{name}.png" for name in CHOSEN}


def test_pictures_are_those_of_the_plan_and_small() -> None:
    assert set(chosen()) == {file.stem for file in PICTURES.glob("*.png")}, "run `make handbook`"
    assert sum(file.stat().st_size for file in PICTURES.iterdir()) < LARGEST


def test_what_the_handbook_quotes_stands_on_a_page() -> None:
    """A button, a field or a menu by the words that the portal has."""
    told = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.md"))
    shown = _spoken()
    quoted = {name.rstrip("…") for name in NAMED.findall(" ".join(told.split()))}
    assert sorted(name for name in quoted if name.casefold() not in shown) == []


def _spoken() -> str:
    root = Path(__file__).parents[2]
    files = [*root.glob("web/**/*.html"), *root.glob("web/**/*.py"), *root.glob("config/workflows/*.yaml")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files).casefold()


def test_the_handbook_is_read_by_whoever_is_signed_in(portal: Portal) -> None:
    stranger = portal.browser()
    assert stranger.get("/help").headers["location"].startswith("/sign-in")
    browser = by_mail(portal, portal.world.officer)
    first = browser.get("/help")
    assert 'href="/help"' in browser.get("/").text
    assert all(f'href="/help/{name}"' in first.text for name in chapters())
    page = browser.get("/help/nop-ho-so")
    assert "Nộp hồ sơ trong 15 phút" in page.text
    shown = re.findall(r'src="(/help/pictures/[^"]+)"', page.text)
    assert [browser.get(path).headers["content-type"] for path in shown] == ["image/png"]
    assert [browser.get(path).status_code for path in ("/help/khong-co", "/help/pictures/khong-co.png")] == [404, 404]


def test_a_reader_chooses_the_language(portal: Portal) -> None:
    browser = portal.browser()
    page = browser.get("/sign-in")
    assert ('lang="vi"' in page.text, "Đăng nhập" in page.text) == (True, True)
    answer = browser.post("/language", language="en", back="/sign-in?next=/me")
    assert answer.headers["location"] == "/sign-in?next=/me"
    page = browser.follow(answer)
    assert ('lang="en"' in page.text, "Sign in" in page.text, "Đăng nhập" in page.text) == (True, True, False)
    assert "Not found" in browser.get("/nowhere").text
    assert browser.post("/language", language="xx", back="//elsewhere.example").headers["location"] == "/"
    assert 'lang="vi"' in browser.get("/sign-in").text
