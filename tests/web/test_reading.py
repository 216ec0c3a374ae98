"""Forms in parts: however they are cut on their way, the same comes of them, and what is not kept leaves nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request

from evidence.folder import Folder
from evidence.store import Coming
from tests.web.browser import browser_at
from tests.web.conftest import Portal
from tests.web.letters import by_password
from web import reading
from web.forms import Typed, Unfinished, Unreadable
from web.refusals import TooMany
from web.uploads import AT_ONCE, TURNS

CONTENT = b"%PDF-1.7 \r\n--x khong phai ranh gioi\r\n--" + bytes(range(256)) * 20
FORM = (
    b'--ranh\r\nContent-Disposition: form-data; name="ten"\r\n\r\nX\xc3\xa3 Ho\xc3\xa0\r\nB\xc3\xacnh\r\n'
    b'--ranh\r\nContent-Disposition: form-data; name="trong"; filename=""\r\n\r\n\r\n'
    b'--ranh\r\nContent-Disposition: form-data; name="tep"; filename="B\xc3\xa1o c\xc3\xa1o.pdf"\r\n'
    b"Content-Type: application/pdf\r\n\r\n" + CONTENT + b"\r\n"
    b'--ranh\r\nContent-Disposition: form-data; name="tep"; filename="hai.pdf"\r\n\r\nhai\r\n'
    b'--ranh\r\nContent-Disposition: form-data; name="cuoi"\r\n\r\n1\r\n--ranh--\r\n'
)


def request(pieces: AsyncIterator[bytes], boundary: str = "ranh") -> Request:
    async def receive() -> dict[str, Any]:
        piece = await anext(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    kind = f"multipart/form-data; boundary={boundary}".encode()
    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}, receive)


async def cut(body: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


def read(body: bytes, folder: Path, size: int = 1000, boundary: str = "ranh") -> Typed:
    return asyncio.run(reading.read(request(cut(body, size), boundary), Folder(folder)))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000, 100_000])
def test_the_same_comes_of_a_form_however_it_is_cut(size: int, tmp_path: Path) -> None:
    typed = read(FORM, tmp_path, size)
    assert typed.fields == (("ten", "Xã Hoà\nBình"), ("cuoi", "1"))
    assert list(typed.files) == ["tep"]
    assert [one.filename for one in typed.files["tep"]] == ["Báo cáo.pdf", "hai.pdf"]
    assert [one.file.read(10_000) for one in typed.files["tep"]] == [CONTENT, b"hai"]
    typed.drop_files()
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_form_or_has_no_end_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for body, boundary in ((b"nonsense", "ranh"), (FORM, "khac"), (FORM, "x" * 300), (FORM, "")):
        with pytest.raises(Unreadable):
            read(body, tmp_path, boundary=boundary)
    with pytest.raises(Unreadable, match="no name"):
        read(FORM.replace(b'name="cuoi"', b"x"), tmp_path)
    with pytest.raises(Unfinished) as caught:
        read(FORM[:-30], tmp_path)
    assert caught.value.typed.get("ten") == "Xã Hoà\nBình"
    for limit, most in (("LONGEST_FIELD", 5), ("MOST_FIELDS", 1), ("MOST_FILES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(reading, limit, most)
            with pytest.raises(Unreadable, match="too"):
                read(FORM, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_parts_that_hold_nothing_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = b'--ranh\r\nContent-Disposition: form-data; name="tep"; filename=""\r\n\r\n\r\n'
    monkeypatch.setattr(reading, "MOST_FIELDS", 2)
    monkeypatch.setattr(reading, "MOST_FILES", 1)
    assert read(empty * 3 + b"--ranh--\r\n", tmp_path) == Typed()
    with pytest.raises(Unreadable, match="too many parts"):
        read(empty * 4 + b"--ranh--\r\n", tmp_path)


def test_a_large_form_without_files_keeps_nobody_waiting(tmp_path: Path) -> None:
    kind = [(b"content-type", b"application/x-www-form-urlencoded")]
    body = b"&".join(b"%d=" % number + b"%e1%ba%a1+" * 400_000 for number in range(4)) + b"&x"

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def turns() -> tuple[Typed, int]:
        reader = asyncio.ensure_future(
            reading.read(Request({"type": "http", "method": "POST", "headers": kind}, receive), Folder(tmp_path))
        )
        count = 0
        while not reader.done():
            await asyncio.sleep(0.01)
            count += 1
        return await reader, count

    typed, count = asyncio.run(turns())
    assert (typed.fields[3], typed.fields[4]) == (("3", "ạ " * 400_000), ("x", ""))
    assert count > 5


def test_who_goes_away_or_a_disk_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield FORM[:2000]
        await asyncio.sleep(60)

    async def give_up() -> None:
        async with asyncio.timeout(0.2):
            await reading.read(request(endless()), Folder(tmp_path))

    with pytest.raises(TimeoutError):
        asyncio.run(give_up())
    assert list(tmp_path.iterdir()) == []

    def fail(_coming: Coming, _piece: bytes) -> None:
        raise OSError("the disk fails")

    monkeypatch.setattr(Coming, "write", fail)
    with pytest.raises(OSError, match="the disk fails"):
        read(FORM, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_of_strangers_words_are_kept_and_files_are_not_written(tmp_path: Path) -> None:
    """Their session may have ended while they typed; whoever never had one fills no disk."""

    def taken(body: bytes) -> Typed:
        return asyncio.run(reading.read(request(cut(body, 1000)), Folder(tmp_path), reading.FOR_STRANGERS))

    typed = taken(FORM)
    assert typed.fields == (("ten", "Xã Hoà\nBình"), ("cuoi", "1"))
    assert [one.file.read(10_000) for one in typed.files["tep"]] == [b"", b""]
    assert list(tmp_path.iterdir()) == []
    head, _, end = FORM.partition(b"X\xc3\xa3")
    with pytest.raises(TooMany):
        taken(head + b"x" * 2_100_000 + end)
    kind = [(b"content-type", b"application/x-www-form-urlencoded")]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"a=" + b"x" * 2_100_000, "more_body": False}

    post = Request({"type": "http", "method": "POST", "headers": kind}, receive)
    with pytest.raises(TooMany):
        asyncio.run(reading.read(post, Folder(tmp_path), reading.FOR_STRANGERS))


def test_files_are_written_of_those_alone_who_are_signed_in(portal: Portal, tmp_path: Path) -> None:
    """The folder cannot be written to: a file that was not passed over would end in a fault."""
    away = portal.place._replace(settings=portal.place.settings.model_copy(update={"var": tmp_path / "none" / "x"}))
    (tmp_path / "none").write_text("", encoding="utf-8")
    browser = browser_at(away)
    browser.get("/sign-in")
    words, files = {"csrf": browser.csrf, "note": "Đã gõ nhiều"}, {"file": ("a.xlsx", b"PK" * 2_000_000)}
    answer = browser.client.post("/register/import", data=words, files=files)
    assert (answer.status_code, "Đã gõ nhiều" in answer.text) == (401, True)
    staff = by_password(portal, portal.world.administrator)
    staff.get("/register/import")
    many = [*(TURNS.acquire(blocking=False) for _ in range(AT_ONCE))]
    try:
        files = {"file": ("a.xlsx", b"PK")}
        answer = staff.client.post("/register/import", data={"csrf": staff.csrf}, files=files)
    finally:
        for _ in many:
            TURNS.release()
    assert (answer.status_code, "một phút nữa hãy gửi lại tệp này" in answer.text.lower()) == (422, True)


def test_a_workbook_is_read_of_those_alone_who_have_dossiers(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = by_password(portal, portal.world.officer)
    monkeypatch.setattr("web.workbooks.read_whole", lambda *_given: pytest.fail("it was read"))
    officer.get("/me")
    files = {"file": ("a.xlsx", b"PK")}
    path = f"/rounds/{portal.world.round_id}/desk/workbook"
    assert officer.client.post(path, data={"csrf": officer.csrf}, files=files).status_code in {403, 404}
