"""Pictures of a round: their figures are those one counts by hand, and are counted in as many queries at any size."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree as ET

from sqlmodel import select

from config.calendar import date_text, local_day
from models.assessments import Assessment, Mark, of_round
from models.db import Database
from models.rounds import Round
from scoring.numbers import format_points
from tests.actions.later import LOCKED, appraised, begun, in_appraisal
from tests.actions.world import World, launched, submitted
from tests.conftest import Fresh
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.test_desk import counted

KINDS = ("dang_bo_quan_huyen", "so_nganh")
FIGURE = re.compile(r"<figure.*?</figure>", re.DOTALL)
CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
Table = dict[str, list[str]]


def portal_on(database: Database, subjects: int, handed_in: int) -> Portal:
    """Some handed in over the days, some locked with 0, two appraised, one of them begun."""
    world = launched(database, subjects=subjects, kinds=KINDS)
    for number in range(handed_in):
        submitted(database, world, number, now=world.launched_at + timedelta(days=1 + number % 3))
    in_appraisal(database, world=world)
    for number in (0, 1):
        appraised(database, world, number)
    begun(database, world, 2)
    hands = Hands(LOCKED + timedelta(days=1))
    return Portal(world, database, hands, place_of(database, hands))


def earlier(database: Database, world: World) -> None:
    """The round of the year before, with one dossier."""
    with database.writing() as session:
        now, one = session.get_one(Round, world.round_id), session.get_one(Assessment, world.first)
        before = Round(**now.model_dump(exclude={"id", "year"}), year=2023)
        session.add(before)
        session.flush()
        changed = {"round_id": before.id, "decided_total": Decimal("71.5")}
        session.add(Assessment(**(one.model_dump(exclude={"id"}) | changed)))


def figures(browser: Browser, path: str) -> dict[str, tuple[str, Table]]:
    """Every picture by its title: its drawing, and the rows of its table by their first cell."""
    page = browser.get(path).text
    found = {}
    for figure in FIGURE.findall(page):
        title = words_of(figure.partition("<h2")[2].partition(">")[2].partition("</h2>")[0])
        rows = [CELL.findall(row) for row in figure.partition("<tbody>")[2].split("</tr>")]
        drawn = figure[figure.index("<svg") : figure.index("</svg>") + 6]
        found[title] = (drawn, {words_of(row[0]): [words_of(cell) for cell in row[1:]] for row in rows if row})
    return found


def words_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def is_well_drawn(svg: str) -> bool:
    """It is well-formed, named and described, and has no style but classes."""
    root = ET.fromstring(svg)  # noqa: S314  drawn here
    named = [child.text for child in root[:2]]
    return all(named) and root.get("role") == "img" and " style=" not in svg and "<script" not in svg


def rows_in(database: Database, world: World) -> Sequence[Assessment]:
    with database.reading() as session:
        return of_round(session, world.round_id)


def test_the_figures_are_those_one_counts(database: Database) -> None:
    portal = portal_on(database, subjects=6, handed_in=4)
    world, every = portal.world, rows_in(database, portal.world)
    earlier(database, world)
    browser = by_password(portal, world.auditor)
    drawn = figures(browser, f"/rounds/{world.round_id}/pictures")
    assert all(is_well_drawn(svg) for svg, _table in drawn.values())
    days_are_right(every, drawn["Tiến độ nộp theo ngày"][1])
    states_are_right(world, every, drawn["Trạng thái theo nhóm"][1])
    totals_are_right(every, drawn["Phân bố tổng điểm"][1])
    pairs_are_right(world, every, drawn["Điểm trung bình tự chấm và thẩm định"][1])
    both = [one for one in every if one.self_total is not None and one.appraised_total is not None]
    crossed = drawn["Tự chấm so với thẩm định"][1]
    assert sum(int(row[-1]) for row in crossed.values()) == len(both)
    years = drawn["Tổng điểm qua các năm"][1]
    assert years["2023"] == ["1", "1", "1", "71,5", "71,5", "71,5"]
    totals = [one.appraised_total for one in every if one.appraised_total is not None]
    mean = format_points((sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01")))
    assert years["2024"][:4] == ["6", "4", str(len(totals)), mean]
    cells_are_right(database, world, figures(browser, f"/rounds/{world.round_id}/pictures/criteria"))
    for other in (by_mail(portal, world.officer), by_password(portal, world.reader)):
        assert other.get(f"/rounds/{world.round_id}/pictures").status_code == 404


def days_are_right(every: Sequence[Assessment], table: Table) -> None:
    days = Counter(date_text(local_day(one.submitted_at)) for one in every if one.submitted_at)
    assert {day: int(row[0]) for day, row in table.items()} == days
    assert [row[1] for row in table.values()][-1] == str(sum(days.values()))


def states_are_right(world: World, every: Sequence[Assessment], table: Table) -> None:
    states = world.programme.workflow.assessment.states
    for kind in KINDS:
        own = Counter(one.state for one in every if one.kind == kind)
        shown = [own[state] for state in states if any(one.state == state for one in every)]
        assert list(map(int, table[world.programme.subject_kinds[kind].label])) == [*shown, sum(own.values())]


def totals_are_right(every: Sequence[Assessment], table: Table) -> None:
    for column, totals in enumerate(
        (
            [one.self_total for one in every if one.self_total is not None],
            [one.appraised_total for one in every if one.appraised_total is not None],
        )
    ):
        tenths = Counter(min(int(total // 10), 9) for total in totals)
        assert [int(row[column]) for row in table.values()] == [tenths[place] for place in range(10)]


def pairs_are_right(world: World, every: Sequence[Assessment], table: Table) -> None:
    for kind in KINDS:
        own = [one for one in every if one.kind == kind and None not in (one.self_total, one.appraised_total)]
        row = table.get(world.programme.subject_kinds[kind].label, ["0"])
        assert int(row[0]) == len(own)
        if own:
            mean = sum((one.self_total or Decimal(0) for one in own), Decimal(0)) / len(own)
            assert row[1] == format_points(mean.quantize(Decimal("0.01")))


def cells_are_right(database: Database, world: World, drawn: dict[str, tuple[str, Table]]) -> None:
    assert len(drawn) == len(world.programme.sheets)
    with database.reading() as session:
        chosen = select(Mark).where(Mark.assessment_id == world.first, Mark.copy_name == "appraised")
        given = {mark.criterion: mark.points for mark in session.exec(chosen)}
    leaves = [leaf for leaf in world.programme.sheet_for(KINDS[0]).leaves() if leaf.ceiling > 0]
    svg, table = next(iter(drawn.values()))
    expected = [str(round(100 * given[leaf.code] / leaf.ceiling)) if leaf.code in given else "–" for leaf in leaves]
    assert table["Đơn vị 1"] == expected
    assert is_well_drawn(svg)


def test_an_empty_round_has_its_pictures_too(database: Database) -> None:
    world = launched(database)
    hands = Hands(world.launched_at + timedelta(hours=1))
    portal = Portal(world, database, hands, place_of(database, hands))
    browser = by_password(portal, world.administrator)
    assert "Đã nộp 0 trên 3 hồ sơ" in words(browser.get(f"/rounds/{world.round_id}/pictures"))
    assert "Chưa có số liệu" in words(browser.get(f"/rounds/{world.round_id}/pictures/criteria"))


def test_pictures_take_as_many_queries_at_any_size(fresh_sqlite: Fresh) -> None:
    found = []
    for subjects in (4, 24):
        with fresh_sqlite() as url:
            database = Database(url)
            portal = portal_on(database, subjects=subjects, handed_in=subjects - 1)
            browser, home = by_password(portal, portal.world.auditor), f"/rounds/{portal.world.round_id}"
            with counted(database) as asked:
                for path in ("pictures", "pictures/criteria", "history", "results"):
                    assert browser.get(f"{home}/{path}").status_code == 200
                assert browser.get("/audit?q=don").status_code == 200
            found.append(len([one for one in asked if one.startswith("SELECT")]))
            database.dispose()
    assert found[0] == found[1]
