"""What is not told: of papers marked Mật anything (DESIGN §6), levels while bands are unconfirmed (RULES 7.1)."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlmodel import Session, col, func, select, update

from config.programme import Levels, LevelStatus, Programme
from models.assessments import Extension
from models.db import Database
from models.decisions import Decision, DecisionItem, Document
from models.order import QuotaRaise, Waiver
from models.rounds import Round
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from reports.official import decision, rerating, results_letter, team_decision
from states import pictured
from states.actor import Actor
from states.errors import Refused
from states.outcomes import outcomes, years
from states.released import Sought, results, told_level, told_states
from tests.conftest import Fresh
from tests.reports.factory import World, da_nang, van_giang
from tests.reports.rating_factory import ha_tinh
from tests.reports.reading import lines

NOW = datetime(2026, 11, 22, tzinfo=UTC)
READER = Actor("reader", standing=frozenset({"reader", "administrator"}))
REASON = "Lý do mật"
REASONED = (Decision, DecisionItem, Extension, Waiver, QuotaRaise)


@pytest.fixture(scope="module", params=[da_nang, ha_tinh], ids=["dn", "ht"])
def secret(fresh_sqlite: Fresh, request: pytest.FixtureRequest) -> Iterator[tuple[Database, int, set[str], bool]]:
    """A round all of whose papers are Mật, but that of its own report; numbers and signers of all of them."""
    with fresh_sqlite() as url:
        database = Database(url)
        with database.writing() as session:
            world: World = request.param(session)
            own = world.round.report_document_id
            for table in REASONED:
                session.exec(update(table).values(reason=REASON))
            session.exec(update(Document).values(signer="Người Ký Mật"))
            found = session.exec(select(Document).where(Document.id != own)).all()
            numbers = {one.number for one in found if one.number}
            session.exec(update(Document).where(Document.id != own).values(confidential=True))  # type: ignore[arg-type]
            round_id, rates = world.round.id, world.programme.rating is not None
        yield database, round_id, numbers, rates
        database.dispose()


def test_reports_and_letters_cite_nothing_of_papers_marked_mat(
    secret: tuple[Database, int, set[str], bool], tmp_path: Path
) -> None:
    database, round_id, numbers, rates = secret
    with database.reading() as session:
        text = "\n".join(told(session, round_id, tmp_path / "report.xlsx", rates=rates))
        own = gather(session, round_id).paper.number
    assert [one for one in numbers - {own} if one in text] == []
    assert REASON not in text
    assert "Mật" in text
    assert text.count("Người Ký Mật") == (2 if own else 0), "only in the report's own head and in its workbook"


def told(session: Session, round_id: int, excel: Path, *, rates: bool) -> Iterator[str]:
    report, word = gather(session, round_id), BytesIO()
    write_docx(report, word, rehearsal=False)
    write_xlsx(report, excel, rehearsal=False)
    yield from lines(word.getvalue())
    for sheet in load_workbook(excel).worksheets:
        yield from (str(value) for row in sheet.iter_rows(values_only=True) for value in row if value)
    yield from lines(results_letter.make(session, round_id, NOW).content)
    with suppress(Refused):
        yield from lines(team_decision.make(session, round_id, NOW).content)
    if rates:
        whose = col(DecisionItem.assessment_id)
        given = session.exec(select(whose).group_by(whose).having(func.count() > 1)).all()
        assert given
        forms = (line for key in given for line in lines(rerating.make(session, key, NOW).content))
        yield from (line for line in forms if not line.startswith("Số "))


def test_a_decision_marked_mat_bears_its_own_number_and_no_signer(
    secret: tuple[Database, int, set[str], bool],
) -> None:
    database, _round, numbers, _rates = secret
    with database.reading() as session:
        for key in session.exec(select(Decision.id)):
            text = "\n".join(lines(decision.make(session, key, NOW).content))
            assert "Người Ký Mật" not in text
            assert any(one in text for one in numbers)


@pytest.mark.rule("VG-4.6")
def test_levels_are_told_only_once_their_bands_are_confirmed(fresh_sqlite: Fresh) -> None:
    with fresh_sqlite() as url:
        database = Database(url)
        with database.writing() as session:
            world = van_giang(session)
            key, programme = world.round.id, world.programme
        with database.reading() as session:
            assert session.get_one(Round, key).state
            assert levels_of(session, key, programme) == [set(), set(), set(), set()]
            confirmed = with_confirmed(programme)
            assert levels_of(session, key, confirmed)[:3] == [{"xuat_sac", "tot"}] * 3
        database.dispose()
    assert (told_level(programme, "tot"), told_level(confirmed, "tot")) == (None, "tot")
    assert told_level(confirmed, None) is None


def with_confirmed(programme: Programme) -> Programme:
    levels = Levels(status=LevelStatus.CONFIRMED, bands=programme.levels.bands)
    return programme.model_copy(update={"levels": levels})


def levels_of(session: Session, key: int, programme: Programme) -> list[set[str]]:
    """The levels on the page of results, in the comparison and the open data, in the pictures, and over the years."""
    shown = results(session, READER, key, programme, Sought())
    assert {row.level for row in shown.rows if row.state in told_states(programme)} - {None} == set(shown.levels)
    beside = {one.level for one in outcomes(session, READER, key, programme) if one.level}
    drawn = pictured.levels(session, pictured.scope_of(session, READER, key, programme))
    over = years(session, READER, programme.slug)
    by_year = {one.level for found in over.values() for one in found.values() if one.level}
    return [set(shown.levels), beside, set(drawn), by_year]
