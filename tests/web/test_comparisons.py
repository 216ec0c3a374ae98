"""Released results by superior and over the years, as pages, workbook and open data; nobody reads more by them."""

import csv
import json
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

from openpyxl import load_workbook
from sqlmodel import Session

from actions.accounts import add_account, grant
from actions.launch import launch
from models.db import Database, run
from models.people import Subject
from models.types import to_scaled
from states.actor import account
from states.desk import round_as_desk
from states.outcomes import outcomes, superiors
from tests.actions.later import chain, ready_to_report
from tests.actions.world import CONSOLE, at
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.test_results import REPORTING, decide_again, release

PAGES = ("superiors", "years")
FILES = ("comparison", "open-data")
FORMULA = '=cmd|"/c calc"!A1'
TOTALS = {"Đơn vị 1": "92.5", "Đơn vị 2": "80", "Đơn vị 3": "86.25", "Đơn vị 4": "86.25", "Đơn vị 5": "70"}


def portal_on(database: Database) -> Portal:
    """Five units of 2024, two below each of two superiors and one below nobody; in 2023 all had five points less."""
    world, hands = ready_to_report(database, subjects=5), Hands(REPORTING)
    portal = Portal(world, database, hands, place_of(database, hands))
    with database.writing() as session:
        for number, name in enumerate(("Huyện Ất", "Huyện Giáp"), 1):
            session.add(Subject(code=f"h-{number}", name=name, kind="huyen"))
        below = "UPDATE subject SET parent_id = (SELECT id FROM subject WHERE code = :h) WHERE code = :c"
        for place, code in (("h-1", "dv-1"), ("h-1", "dv-2"), ("h-2", "dv-3"), ("h-2", "dv-4")):
            run(session, below, {"h": place, "c": code})
        codes = [f"dv-{number}" for number in range(1, 6)]
        before = at("2023-10-01 08:00")
        last = launch(session, world.programme, 2023, codes, actor=CONSOLE, now=before, live=False, smtp=False)
        for name, total in TOTALS.items():
            give(session, world.round_id, name, Decimal(total))
            give(session, last, name, Decimal(total) - 5)
        run(session, "UPDATE round SET state = 'reported' WHERE id = :id", {"id": last})
        run(session, "UPDATE assessment SET state = 'reported' WHERE round_id = :id", {"id": last})
    return portal


def give(session: Session, round_id: int, name: str, total: Decimal) -> None:
    sql = "UPDATE assessment SET decided_total = :total WHERE round_id = :round AND name = :name"
    run(session, sql, {"total": to_scaled(total), "round": round_id, "name": name})


def test_results_beside_each_other(database: Database) -> None:
    portal = portal_on(database)
    home, reader = f"/rounds/{portal.world.round_id}/results", by_mail(portal, portal.world.reader)
    nothing_is_told_before_the_report(reader, home)
    release(portal)
    those_below_are_gathered(reader, home)
    years_are_beside_each_other(portal, reader, home)
    the_workbook_says_the_same(portal, reader, home)
    one_superior_has_its_own_workbook(portal, reader, home)
    a_superior_reads_those_below_it(portal)
    open_data_is_for_programs(portal, reader, home)
    a_result_that_is_decided_again_is_not_told(portal, reader, home)
    nobody_else_reads(portal, home)


def nothing_is_told_before_the_report(reader: Browser, home: str) -> None:
    assert [reader.get(f"{home}/{name}").headers["location"] for name in PAGES] == [home, home]
    reader.get(home)
    assert [reader.post(f"{home}/{name}").status_code for name in FILES] == [422, 422]


def those_below_are_gathered(reader: Browser, home: str) -> None:
    told = words(reader.get(f"{home}/superiors"))
    for expected in (
        "Huyện Ất 2 2 86,25 80 92,5 1 đồng hạng",
        "Huyện Giáp 2 2 86,25 86,25 86,25 1 đồng hạng",
        "Không ghi cấp trên 1 1 70 70 70 –",
        "Toàn bộ 5 5 83 70 92,5 –",
    ):
        assert expected in told, expected
    first = words(reader.get(reader.get(f"{home}/superiors").text.partition('<b><a href="')[2].partition('"')[0]))
    assert "Các đơn vị thuộc Huyện Ất" in first
    assert "Đơn vị 2 100 100 80 4" in first
    assert "Đơn vị 3" not in first


def years_are_beside_each_other(portal: Portal, reader: Browser, home: str) -> None:
    told = words(reader.get(f"{home}/years"))
    assert "Đơn vị 2023 2024 So với năm trước" in told
    assert "Đơn vị 1 87,5 92,5 hạng 1 +5" in told
    assert "1 đơn vị" in words(reader.get(f"{home}/years?q=don+vi+3"))
    own = words(by_mail(portal, portal.world.officer).get(f"/assessments/{portal.world.first}/years"))
    assert "2024 92,5 1 +5 2023 87,5 – –" in own


def the_workbook_says_the_same(portal: Portal, reader: Browser, home: str) -> None:
    answer = reader.post(f"{home}/comparison")
    book = load_workbook(BytesIO(answer.content))
    first, units, years = (list(sheet.iter_rows(min_row=6, values_only=True)) for sheet in book)
    assert [row[0] for row in first] == ["Huyện Ất", "Huyện Giáp", "Không ghi cấp trên", "Toàn bộ"]
    assert first[0][1:7] == (2, 2, 86.25, 80, 92.5, 1)
    assert units[0][:2] == ("Đơn vị 1", "Huyện Ất")
    assert years[0] == ("Đơn vị 1", 87.5, 92.5, 5)
    assert json.loads(chain(portal.database, f"round:{portal.world.round_id}")[-1].body)["what"]["of"] == "results"


def one_superior_has_its_own_workbook(portal: Portal, reader: Browser, home: str) -> None:
    with portal.database.reading() as session:
        (key,) = run(session, "SELECT id FROM subject WHERE code = 'h-2'").fetchone()
    book = load_workbook(BytesIO(reader.post(f"{home}/comparison", of=str(key)).content))
    first, units, _years = (list(sheet.iter_rows(min_row=6, values_only=True)) for sheet in book)
    assert [row[0] for row in first] == ["Huyện Giáp", "Toàn bộ"]
    assert [row[0] for row in units] == ["Đơn vị 3", "Đơn vị 4"]
    assert reader.post(f"{home}/comparison", of="999999").status_code == 404


def a_superior_reads_those_below_it(portal: Portal) -> None:
    world = portal.world
    with portal.database.writing() as session:
        (subject,) = run(session, "SELECT id FROM subject WHERE code = 'h-1'").fetchone()
        key = add_account(session, "huyen@donvi.example", name="Cán bộ huyện", actor=CONSOLE, now=REPORTING)
        grant(session, key, "officer", subject_id=subject, actor=CONSOLE, now=REPORTING)
    own = by_mail(portal, account(key))
    told = words(own.get("/below/results"))
    assert "Huyện Ất 2 2 86,25 80 92,5 1" in told
    assert ("Đơn vị 2" in told, "Đơn vị 3" in told) == (True, False)
    sheets = list(load_workbook(BytesIO(own.post("/below/results", round=str(world.round_id)).content)))
    years = [row[:4] for row in sheets[-1].iter_rows(min_row=6, values_only=True)]
    assert years == [("Đơn vị 1", 87.5, 92.5, 5), ("Đơn vị 2", 75, 80, 5)]
    last = chain(portal.database, f"round:{world.round_id}")[-1]
    assert (last.act, last.actor) == ("export", account(key).name)
    assert own.get("/below/results?round=999").status_code == 404
    officer = by_mail(portal, world.officer)
    assert "Không có hồ sơ cấp dưới" in words(officer.get("/below/results"))
    assert officer.post("/below/results", round=str(world.round_id)).status_code == 404


def open_data_is_for_programs(portal: Portal, reader: Browser, home: str) -> None:
    with portal.database.writing() as session:
        run(session, "UPDATE assessment SET name = :n WHERE id = :id", {"n": FORMULA, "id": portal.world.first})
    answer = reader.post(f"{home}/open-data")
    assert answer.content == reader.post(f"{home}/open-data").content
    archive = ZipFile(BytesIO(answer.content))
    content = archive.read("ket-qua.csv")
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 5
    first = next(row for row in rows if row["ma_don_vi"] == "dv-1")
    assert (first["ten_don_vi"], first["diem_quyet_dinh"]) == (f"'{FORMULA}", "92,5")
    assert (first["ten_cap_tren"], first["da_cong_bo"], first["nam"]) == ("Huyện Ất", "1", "2024")
    words_of = archive.read("tu-dien-du-lieu.md").decode()
    assert all(f"`{name}`" in words_of for name in first)
    last = json.loads(chain(portal.database, f"round:{portal.world.round_id}")[-1].body)
    assert last["what"] == {"of": "open_data", "form": "csv"}


def a_result_that_is_decided_again_is_not_told(portal: Portal, reader: Browser, home: str) -> None:
    decide_again(portal, 1)
    told = words(reader.get(f"{home}/superiors"))
    assert "Huyện Ất 2 1 92,5 92,5 92,5 1" in told
    assert "88,75" not in words(reader.get(f"{home}/years"))
    assert [reader.post(f"{home}/{name}").status_code for name in FILES] == [422, 422]
    own = words(by_mail(portal, portal.world.officers[1]).get(f"/assessments/{portal.world.assessment_ids[1]}/years"))
    assert "88,75" not in own
    assert "75" in own


def nobody_else_reads(portal: Portal, home: str) -> None:
    world = portal.world
    for other in (by_mail(portal, world.officer), by_mail(portal, world.appraiser)):
        assert [other.get(f"{home}/{name}").status_code for name in PAGES] == [404, 404]
        assert [other.post(f"{home}/{name}").status_code for name in FILES] == [404, 404]
    neighbour = by_mail(portal, world.officers[1])
    assert neighbour.get(f"/assessments/{world.first}/years").status_code == 404
    with portal.database.reading() as session:
        own = round_as_desk(session, world.round_id)
        assert outcomes(session, world.officer, world.round_id, own.programme) == []
        assert superiors(session, []) == {}
    assert by_password(portal, world.authority).get(f"{home}/superiors").status_code == 200
