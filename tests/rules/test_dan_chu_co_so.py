"""What the guidance of Đà Nẵng says in so many words, held against the programme that comes along."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import ValidationError

from actions.decide import Result
from config.calendar import LOCAL
from config.load import load_programme
from config.programme import Evidence
from config.vocabulary import Relation
from models.db import Database
from states.errors import Refused
from states.permits import VERBS
from tests.actions.later import decided, dossier, in_decision, rules

PROGRAMME = load_programme("dan-chu-co-so")
STEPS = PROGRAMME.workflow.assessment.transitions


def closings(year: int) -> dict[str, datetime]:
    return {one.stage: one.closes_at(year) for one in PROGRAMME.deadlines(year)}


@pytest.mark.rule("DN-1.1")
def test_a_score_brings_no_level(database: Database) -> None:
    assert (PROGRAMME.levels.status, PROGRAMME.proposes_level) == ("none", False)
    world = in_decision(database, subjects=1, handed_in=1)
    with pytest.raises(Refused) as caught:
        decided(database, world, [Result(world.first, level="tot", reason="Theo điểm")])
    assert rules(caught.value) == ["level"]
    decided(database, world)
    found = dossier(database, world.first)
    assert (found.level, found.decided_total) == (None, Decimal(100))


@pytest.mark.rule("DN-3.1", "DN-3.3")
def test_one_body_does_everything_and_reports_to_the_standing_committee() -> None:
    bodies = PROGRAMME.bodies
    assert {bodies.owner, bodies.appraiser, bodies.authority} == {"Ban Dân vận Thành ủy"}
    assert bodies.report_to == "Ban Thường vụ Thành ủy"


@pytest.mark.rule("DN-3.2")
def test_scoring_and_explaining_are_steps_of_the_unit_alone() -> None:
    own = {"start_self", "submit", "revise", "discard_revision", "answer_explanation"}
    assert {step.by for step in STEPS if step.do in own} == {(Relation.OFFICER, Relation.HEAD)}
    assert {step.do for step in STEPS if {Relation.OFFICER, Relation.HEAD} & {*step.by}} == own


@pytest.mark.rule("DN-3.4")
def test_copies_go_to_five_and_who_only_reads_changes_nothing() -> None:
    addressed = ("Ban Dân vận Trung ương", "Ban Thường vụ", "Ban Tổ chức", "Các quận ủy", "Thành viên Ban Chỉ đạo")
    assert [place for place, name in zip(PROGRAMME.receivers, addressed, strict=False) if name not in place] == []
    assert len(PROGRAMME.receivers) == len(addressed) + 1
    machines = (PROGRAMME.workflow.round, PROGRAMME.workflow.assessment)
    assert [step.do for machine in machines for step in machine.transitions if Relation.READER in step.by] == []
    assert [
        verb for verb, whose in VERBS.items() if "reader" in whose and verb not in {"view", "download", "results"}
    ] == []


@pytest.mark.rule("DN-2.3")
def test_every_component_names_the_evidence_it_asks_for() -> None:
    leaves = [leaf for use in PROGRAMME.sheets for leaf in use.sheet.leaves()]
    assert len({use.sheet.slug for use in PROGRAMME.sheets}) == 2
    assert [leaf.code for leaf in leaves if not leaf.evidence] == []


@pytest.mark.rule("DN-5.3")
@pytest.mark.parametrize("form", ["word", "office", "file"])
def test_evidence_has_three_forms_and_no_fourth(form: str) -> None:
    three = PROGRAMME.evidence.forms
    assert three == ("scan", "signed", "link")
    assert Evidence.model_validate({"forms": three}).forms == three
    with pytest.raises(ValidationError, match="forms"):
        Evidence.model_validate({"forms": (*three, form)})


@pytest.mark.rule("DN-6.1", "DN-6.2")
@pytest.mark.parametrize("year", [2024, 2026, 2031])
def test_the_two_closings_of_a_year(year: int) -> None:
    assert closings(year) == {
        "self_assessment": datetime(year, 12, 10, tzinfo=LOCAL),
        "report": datetime(year, 12, 30, tzinfo=LOCAL),
    }
    last = {stage: (closing - timedelta.resolution).astimezone(LOCAL).day for stage, closing in closings(year).items()}
    assert last == {"self_assessment": 9, "report": 29}
