"""What seed 001 and the 30/70 sheet say in so many words, held against what comes along."""

from pathlib import Path

import pytest
from sqlmodel import select

from actions.corrections import plan_add_subject
from actions.review import review
from actions.self_assess import save
from actions.statements import enclose
from config.load import HOME, load_programme
from config.rating import load_regime
from config.register import load_register
from config.sheet import Kind
from danhgia.rehearse import ha_tinh
from models.assessments import Assessment, marks
from models.db import Database
from models.people import Subject
from models.statements import Enclosure
from scoring.rating import rate
from states.errors import NotAllowed, Refused
from states.order import prerequisites
from tests.actions.ha_tinh_world import DRAFTED, REVIEWED, SLUG, bring, rows, ward
from tests.actions.later import rules
from tests.actions.world import best, launched, paper, sheet_of
from tests.scoring.rated import GROUPS, MEMBER

PROGRAMME = load_programme(SLUG)
REGISTER = load_register(HOME / "registers" / "ha-tinh-2024.csv", kinds=PROGRAMME.register_kinds)
FORMS = {"mau-01": "ub", "mau-02a": "m1", "mau-02b": "ct", "mau-03": "ub"}


@pytest.mark.rule("S2-1.1")
def test_every_item_takes_points_and_an_explanation(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        sheet = sheet_of(session, world, world.first)
        filled = {code: one._replace(note=f"Số liệu {code}") for code, one in best(sheet).items()}
        save(session, world.first, filled, actor=world.officer, now=world.launched_at)
    with database.reading() as session:
        kept = marks(session, world.first, "draft")
        assert {code: one.note for code, one in kept.items()} == {code: f"Số liệu {code}" for code in filled}
    frame = load_programme("xep-loai-tap-the").sheet_for("khoi_tham_muu")
    assert all(leaf.kind in {Kind.GRADED, Kind.CAPPED_CHOICE} for leaf in frame.leaves())


@pytest.mark.rule("HT-1.5", "HT-1.6")
def test_leaders_of_the_town_and_of_the_grassroots_are_subjects() -> None:
    drawn = ha_tinh.generated(REGISTER, 400, 3)
    led = {code: row.kind for row in drawn for code in row.leads if row.kind.startswith("can_bo")}
    kinds = {row.code: row.kind for row in drawn}
    assert {(kinds[code], kind) for code, kind in led.items()} == {
        ("tap_the_thanh_pho", "can_bo_dien_tinh"),
        ("tap_the_thanh_pho", "can_bo_thanh_pho"),
        ("tap_the_co_so", "can_bo_co_so"),
        ("dang_bo_co_so", "can_bo_co_so"),
        ("chi_bo_co_so", "can_bo_co_so"),
        ("chi_bo_truc_thuoc", "can_bo_co_so"),
    }
    assert {row.post for row in drawn if row.leads} >= {"head", "secretary"}


@pytest.mark.rule("HT-2.1")
def test_a_collective_reviews_at_its_own_level(database: Database) -> None:
    world = ward(database)
    key = bring(database, world, "c1", "draft_sent")
    for stranger in (world.heads["p"], world.heads["c2"], world.administrator):
        with pytest.raises(NotAllowed), database.writing() as session:
            review(session, key, paper(session, now=REVIEWED), actor=stranger, now=REVIEWED)
    assert bring(database, world, "c1", "reviewed") == key


@pytest.mark.rule("HT-2.3")
def test_a_leader_is_reviewed_in_the_cell_before_the_collective_reviews_him(database: Database) -> None:
    listed = [row.model_copy(update={"member_of": ("c2",)}) if row.code == "ct" else row for row in rows()]
    world = ward(database, listed)
    with database.reading() as session:
        subject = session.exec(select(Subject).where(Subject.code == "ct")).one()
        before = prerequisites(session, world.programme, "review_order", world.round_id, subject.id)
    assert {one.id for one in before} == {world.ids["c2"], world.ids["ub"]}


@pytest.mark.rule("HT-11.7")
def test_one_person_has_one_dossier_in_a_round(database: Database) -> None:
    world = ward(database)
    with database.reading() as session:
        found = session.exec(select(Assessment.subject_id).where(Assessment.round_id == world.round_id)).all()
        again = plan_add_subject(session, world.round_id, "ct", live=False, actor=world.administrator, now=DRAFTED)
    assert len(found) == len(set(found))
    assert [problem.rule for problem in again.problems] == ["already"]


@pytest.mark.rule("HT-12.1", "HT-5.3")
def test_criteria_and_conditions_are_data(tmp_path: Path) -> None:
    text = (HOME / "regimes" / "qd-124.yaml").read_text()
    figure = "{figures: {part: tasks_exceeded, of: tasks, at_least: 1/2}"
    assert text.count(figure) == 1
    (tmp_path / "own.yaml").write_text(text.replace(figure, figure.replace("1/2", "3/5")))
    shipped, own = load_regime(HOME / "regimes" / "qd-124.yaml"), load_regime(tmp_path / "own.yaml")
    levels = [rate(regime.spelled_out(GROUPS), "dang_vien", MEMBER).level for regime in (shipped, own)]
    assert levels == ["htxsnv", "httnv"]
    leaves = PROGRAMME.sheet_for("tap_the_co_so").leaves()
    assert [leaf.code for leaf in leaves if leaf.task] == ["B.1", "B.2", "B.3"]


@pytest.mark.rule("HT-12.4")
@pytest.mark.parametrize(("form", "code"), FORMS.items())
def test_each_form_of_the_guidance_has_its_place_in_the_dossier(database: Database, form: str, code: str) -> None:
    world = ward(database)
    key = world.ids[code]
    with database.writing() as session:
        enclose(session, key, form, paper(session, now=DRAFTED), actor=world.officers[code], now=DRAFTED)
    with database.reading() as session:
        assert session.exec(select(Enclosure.part).where(Enclosure.assessment_id == key)).all() == [form]
    with pytest.raises(Refused) as caught, database.writing() as session:
        enclose(session, key, "mau-09", paper(session, now=DRAFTED), actor=world.officers[code], now=DRAFTED)
    assert rules(caught.value) == ["part"]
