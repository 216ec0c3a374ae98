"""A secretary prepares and conducts a meeting: agenda, what-if, paper ballots counted by two people apart."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import docx
from httpx2 import Response

from models.db import Database, run
from models.meetings import boxes_at
from models.tables import METADATA
from tests.conftest import Fresh
from tests.web.browser import Browser, words
from tests.web.committee_world import BODY, Committee, committee
from tests.web.test_desk import counted

COPY = b"%PDF-1.7 ban da ky"
PAPER = {"number": "12-BB/ĐU", "dated": "25/11/2024", "signer": "Trần Ví Dụ"}


def minutes(**changes: str) -> dict[str, str]:
    """The fields of minutes."""
    return {f"minutes-{name}": value for name, value in (PAPER | changes).items()}


def prepared(one: Committee, browser: Browser, *, electronic: bool = False) -> str:
    """Prepare a meeting of all members in the pages; its address."""
    emails = [f"uy-vien-{number}@mau.example" for number in range(1, len(one.members) + 1)]
    people = "\n".join(f"Ủy viên {number}; Đảng ủy viên; {email}" for number, email in enumerate(emails, 1))
    browser.get(f"{one.round}/meetings/new?body={BODY}")
    answer = browser.post(
        f"{one.round}/meetings",
        title="Hội nghị Đảng ủy",
        day="25/11/2024",
        hour="08:00",
        place="Phòng 1",
        body=BODY,
        people=people,
        electronic="1" if electronic else "",
        dossier=[str(key) for key in one.ids()],
    )
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def opened(one: Committee, browser: Browser, *, electronic: bool = False) -> str:
    """Everybody is there, and the ballot that decides is open; the address of its box."""
    meeting = prepared(one, browser, electronic=electronic)
    there = re.findall(r'name="present" value="(\d+)"', browser.get(meeting).text)
    assert len(there) == len(one.members)
    told = browser.follow(browser.post(f"{meeting}/people/present", present=there, then="open"))
    assert "Đang họp" in words(told)
    answer = browser.post(f"{meeting}/ballots", name="decision", dossier=[str(key) for key in one.ids()])
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def figures(one: Committee, **wrong: str) -> dict[str, str]:
    """A count of five papers: four for the second best level, one blank."""
    counts = {"issued": "5", "returned": "5"}
    for key in one.ids():
        counts |= {f"n-{key}-{code}": "0" for code in ("htxsnv", "htnv", "khtnv")}
        counts |= {f"n-{key}-httnv": "4", f"invalid-{key}": "1"}
    return counts | wrong


def best(one: Committee) -> dict[str, str]:
    """The same with four for the best level."""
    return {f"n-{key}-{code}": count for key in one.ids() for code, count in (("htxsnv", "4"), ("httnv", "0"))}


def everything(database: Database) -> dict[str, int]:
    """How many rows there are, by table; sessions apart, that are seen now and then."""
    with database.reading() as session:
        tables = (table.name for table in METADATA.sorted_tables)
        return {name: run(session, f"SELECT count(*) FROM {name}").fetchone()[0] for name in tables}


def send(browser: Browser, path: str, name: str, **fields: object) -> Response:
    """Send a form with a signed copy."""
    files = {name: ("ban-ky.pdf", COPY, "application/pdf")}
    return browser.client.post(path, data={"csrf": browser.csrf, **fields}, files=files, headers=browser.headers)


def test_a_meeting_from_its_plan_to_its_minutes(database: Database) -> None:
    one = committee(database)
    first, second = (one.enter(who) for who in one.secretaries)
    box = opened(one, first)
    assert "Tải phiếu để in" in words(first.get(box))
    paper = docx.Document(BytesIO(first.get(f"{box}/papers").content))
    assert len([cell for row in paper.tables[0].rows for cell in row.cells if "PHIẾU" in cell.text]) == 5
    assert "Nhập kết quả kiểm phiếu trước" in words(first.get(f"{box}/minutes"))
    first.get(box)
    key = one.ids()[0]
    bad = first.post(f"{box}/count", **figures(one, **{f"n-{key}-httnv": "3"}))
    assert bad.status_code == 422
    assert "«Mẫu m1»: Số phiếu thu về là 5, nhưng có 3 hợp lệ và 1 không hợp lệ." in words(bad)
    assert f'name="n-{key}-httnv" type="text" inputmode="numeric" autocomplete="off"' in bad.text
    letters = figures(one, **{f"n-{key}-httnv": "bốn", f"invalid-{key}": "-1", "issued": ""})
    assert (
        "Số phiếu chỉ ghi bằng chữ số; ghi lại Mẫu m1, Hoàn thành tốt nhiệm vụ: «bốn»; Mẫu m1, không hợp lệ: «-1»."
    ) in words(first.post(f"{box}/count", **letters))
    assert "chờ người thứ hai" in words(first.follow(first.post(f"{box}/count", **figures(one)))).lower()
    before = second.get(box)
    assert "Một người đã nhập" in words(before)
    assert not re.findall(r'name="n-[^"]+"[^>]+value="[^"]+"', before.text)
    wrong = figures(one, **{f"n-{key}-httnv": "3", f"n-{key}-htnv": "1"})
    told = words(second.follow(second.post(f"{box}/count", **wrong, **minutes())))
    assert "người nhập thứ nhất ghi 4, người nhập thứ hai ghi 3" in told
    assert "«Mẫu m1»" in words(first.get(box))
    closed = words(second.follow(second.post(f"{box}/count", **figures(one))))
    assert "Hai người nhập khớp nhau" in closed
    assert "12-BB/ĐU" in closed
    assert "«Hoàn thành tốt nhiệm vụ» 4 phiếu, quá 1/2 số người được triệu tập (5)." in closed
    written = docx.Document(BytesIO(second.get(f"{box}/minutes").content))
    assert any("Hoàn thành tốt nhiệm vụ: 04" in cell.text for row in written.tables[1].rows for cell in row.cells)
    assert written.tables[0].cell(0, 0).text.startswith("THÀNH ỦY HÀ TĨNH\nMẪU P\n")
    with database.reading() as session:
        (meeting,) = {found.meeting_id for found in boxes_at(session, 1)}
    no_minutes = second.post(f"/meetings/{meeting}/close")
    assert no_minutes.status_code == 422
    ended = words(second.follow(second.post(f"/meetings/{meeting}/close", **minutes(number="13-BB/ĐU"))))
    assert "Đã kết thúc" in ended
    assert "13-BB/ĐU" in ended


def paper(**changes: str) -> dict[str, str]:
    """The fields of a decision's document."""
    return {f"decision-{name}": value for name, value in (PAPER | {"number": "45-QĐ/ĐU"} | changes).items()}


def test_a_decision_for_many_units(database: Database, tmp_path: Path) -> None:
    one = committee(database)
    one.portal.place = one.portal.place._replace(
        settings=one.portal.place.settings.model_copy(update={"var": tmp_path})
    )
    first, second = (one.enter(who) for who in one.secretaries)
    authority, box = one.enter(one.authority), opened(one, first)
    (meeting,) = set(re.findall(r"/meetings/\d+", first.get(box).text))
    first.post(f"{box}/count", **figures(one, **best(one)))
    second.get(box)
    second.post(f"{box}/count", **figures(one, **best(one)), **minutes())
    second.post(f"{meeting}/close", **minutes(number="13-BB/ĐU"))
    decisions = f"{one.round}/decisions"
    assert "Chờ quyết định: 3 hồ sơ" in words(authority.get(decisions))
    form = authority.get(f"{decisions}/new")
    assert "Vượt tỷ lệ: có 3 HTXSNV" in words(form)
    rows_before = everything(database)
    chosen = {"dossier": [str(key) for key in one.ids()], **paper(), "meeting": meeting.rpartition("/")[2]}
    levels = {f"level-{key}": "htxsnv" for key in one.ids()}
    tried = authority.post(
        f"{decisions}/what-if", **chosen, **levels | {f"level-{key}": "httnv" for key in one.ids()[1:]}
    )
    assert "Chưa đủ căn cứ để có 1 HTXSNV" in words(tried)
    refused = authority.post(f"{decisions}/look", **chosen, **levels)
    assert refused.status_code == 422
    assert "«Mẫu m1»:" in words(refused)
    reasons = {f"reason-{key}": "Theo biên bản phiên họp" for key in one.ids()}
    look = authority.post(f"{decisions}/look", **chosen, **levels, **reasons)
    assert "Xem lại quyết định đối với 3 hồ sơ" in words(look)
    assert everything(database) == rows_before
    no_copy = authority.post(decisions, **chosen, **levels, **reasons)
    assert "Chọn bản chụp quyết định đã ký" in words(no_copy)
    sent = send(authority, decisions, "decision-scan", **chosen, **levels, **reasons)
    shown = authority.follow(sent)
    assert "Quyết định số 45-QĐ/ĐU" in words(shown)
    assert shown.text.count("Đã công nhận mức xếp loại") == 3
    copy = re.findall(r'href="([^"]+/copy)"', shown.text)[0]
    assert authority.get(copy).content == COPY
    again = f"{sent.headers['location']}/again?dossier={one.ids()[0]}"
    authority.get(again)
    grounds = {"dossier": str(one.ids()[0]), "level": "htnv", "reason": "Bị kỷ luật sau khi đã xếp loại"}
    address = again.partition("?")[0]
    looked = authority.post(f"{address}/look", **grounds, **paper(number="46-QĐ/ĐU"))
    assert "Hủy kết quả Hoàn thành xuất sắc nhiệm vụ" in words(looked)
    replaced = authority.follow(send(authority, address, "decision-scan", **grounds, **paper(number="46-QĐ/ĐU")))
    assert "Quyết định số 46-QĐ/ĐU" in words(replaced)
    assert "Đã được thay thế" in words(authority.get(sent.headers["location"]))


def queries(database: Database, codes: Sequence[str]) -> dict[str, int]:
    """How many statements each page needs when so many dossiers were voted on."""
    one = committee(database, codes)
    first, second = (one.enter(who) for who in one.secretaries)
    authority, box = one.enter(one.authority), opened(one, first)
    first.post(f"{box}/count", **figures(one))
    second.get(box)
    second.post(f"{box}/count", **figures(one), **minutes())
    pages = [
        (first, "/meetings/1"),
        (first, box),
        (first, f"{one.round}/meetings"),
        (second, "/meetings/1/ballots?name=x"),
    ]
    pages += [(authority, f"{one.round}/{page}") for page in ("decisions", "decisions/new", "quota", "waivers")]
    found: dict[str, int] = {}
    for browser, path in pages:
        browser.get(path)
        with counted(database) as asked:
            browser.get(path)
        found[path] = len([one for one in asked if one.startswith("SELECT")])
    return found


def test_dossiers_do_not_change_the_number_of_queries(fresh_sqlite: Fresh) -> None:
    found = []
    for codes in (("m1",), ("m1", "m2", "m3", "m4")):
        with fresh_sqlite() as url:
            database = Database(url)
            found.append(queries(database, codes))
            database.dispose()
    assert found[0] == found[1]
    assert max(found[0].values()) <= 30
