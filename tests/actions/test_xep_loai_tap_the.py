"""A collective is scored on the 30/70 frame and recognised under QĐ 366 (RULES 3, 7.3)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from actions import self_assess
from actions.appraise import agree_untouched, conclude, save_marks, start, untouched
from actions.ballots import second
from actions.known import case_of
from actions.marks import Filled
from actions.propose import propose
from actions.recognise import Award, Papers, annul_and_recognise, recognise
from config.sheet import Entry, Kind
from models.assessments import Assessment
from models.db import Database, run_many
from models.order import QuotaRaise
from models.statements import Statement
from states.actor import Actor
from states.errors import NotAllowed, Refused
from states.glance import glance
from states.hold import hold
from states.related import share_of_others
from tests.actions.ha_tinh_world import Ward, ballot, pull, staffed, ward
from tests.actions.later import dossier, rules, sentences
from tests.actions.world import at, best, paper, register_row

SLUG = "xep-loai-tap-the"
SCORED, APPRAISED, DECIDED = at("2024-11-04 08:00"), at("2024-11-18 08:00"), at("2024-12-02 08:00")
STATED = {"tasks": 10, "tasks_done": 10, "tasks_on_time": 10, "tasks_exceeded": 5, "shortcomings": 0}
KIND, OTHER = "khoi_hanh_chinh", "khoi_su_nghiep"


def collectives(database: Database, kinds: Sequence[str] = (KIND,), **changes: object) -> Ward:
    """A round of collectives `dv-1`, `dv-2`, … of these kinds under one superior, `tp`."""
    own = [register_row(number, kind, parent="tp", **changes) for number, kind in enumerate(kinds, 1)]
    return ward(database, [register_row(0, KIND, code="tp"), *own], slug=SLUG, bodies=("btv",))


def lead(database: Database) -> Actor:
    with database.writing() as session:
        return staffed(session, "lead")


def scored(database: Database, world: Ward, code: str) -> int:
    """A collective has scored itself with all points."""
    key, head = world.ids[code], world.heads[code]
    with database.writing() as session:
        sheet = world.programme.sheet_for(session.get_one(Assessment, key).kind)
        self_assess.save(session, key, best(sheet), actor=world.officers[code], now=SCORED)
        self_assess.submit(session, key, actor=head, now=SCORED)
    return key


def in_decision(
    database: Database, world: Ward, who: Actor, codes: Sequence[str], level: str = "httnv", *, explained: bool = True
) -> None:
    """Collectives are appraised as they scored themselves, proposed, and voted on."""
    for code in codes:
        appraise_all(database, world, who, code, explained=explained)
        pull(database, world, code, "open_decision", actor=world.secretary, now=DECIDED)
        with database.writing() as session:
            ballot(session, world, code, "decision", {level: 9}, winner=level, opened_at=DECIDED)


def appraise_all(database: Database, world: Ward, who: Actor, code: str, *, explained: bool = True) -> int:
    """A collective has scored itself, is appraised as it did, and proposed."""
    key = scored(database, world, code)
    with database.writing() as session:
        start(session, key, actor=who, now=APPRAISED)
        codes_of = untouched(session, key, actor=who)
        agree_untouched(session, key, "", codes_of, actor=who, now=APPRAISED)
        for name, value in STATED.items() if explained else ():
            session.add(Statement(assessment_id=key, name=name, value=str(value), stated_at=APPRAISED))
        propose(session, key, actor=who, now=APPRAISED)
        conclude(session, key, actor=who, now=APPRAISED)
    return key


def decided(database: Database, world: Ward, codes: Sequence[str], reason: str = "Theo phiếu") -> None:
    with database.writing() as session:
        papers = Papers(paper(session, now=DECIDED))
        awards = [Award(world.ids[code], reason=reason) for code in codes]
        recognise(session, world.round_id, awards, papers, actor=world.authorities["btv"], now=DECIDED)


def levels(database: Database, world: Ward, codes: Sequence[str]) -> list[str | None]:
    return [dossier(database, world.ids[code]).level for code in codes]


def test_a_collective_is_scored_appraised_proposed_and_recognised(database: Database) -> None:
    world, who = collectives(database), lead(database)
    in_decision(database, world, who, ["dv-1"], "htxsnv")
    found = dossier(database, world.ids["dv-1"])
    assert (found.state, found.body) == ("deciding", "btv")
    assert [found.self_total, found.appraised_total] == [Decimal(100), Decimal(100)]
    decided(database, world, ["dv-1"], reason="")
    assert levels(database, world, ["dv-1"]) == ["htxsnv"]


def test_the_proposal_weighs_the_appraised_points(database: Database) -> None:
    """And not those that the collective gave itself, even before the appraisal is concluded."""
    world, who = collectives(database), lead(database)
    key = scored(database, world, "dv-1")
    sheet = world.programme.sheet_for(KIND)
    leaf = max((leaf for leaf in sheet.leaves() if leaf.kind is Kind.GRADED), key=lambda one: one.ceiling)
    with database.writing() as session:
        start(session, key, actor=who, now=APPRAISED)
        lower = {leaf.code: Filled(Entry(points=Decimal(0)), "Không có kết quả")}
        save_marks(session, key, lower, actor=who, now=APPRAISED)
        agree_untouched(session, key, "", untouched(session, key, actor=who), actor=who, now=APPRAISED)
        facts = hold(session, key, actor=who, now=APPRAISED)
        case = case_of(session, facts)
    assert [facts.self_total, case.total] == [Decimal(100), 100 - leaf.ceiling]


@pytest.mark.rule("HT-11.10")
def test_a_new_body_is_set_aside_once_it_was_scored(database: Database) -> None:
    world = collectives(database, since=date(2024, 8, 1))
    key, owner = world.ids["dv-1"], world.administrator
    with pytest.raises(Refused):
        pull(database, world, "dv-1", "set_aside", actor=owner, now=SCORED, reason="Mới thành lập")
    scored(database, world, "dv-1")
    state = pull(database, world, "dv-1", "set_aside", actor=owner, now=APPRAISED, reason="Mới thành lập")
    assert (state, dossier(database, key).level) == ("not_rated", None)


def test_a_complaint_is_verified_before_the_decision_and_voted_on_again(database: Database) -> None:
    """RULES 7.3: the superior verifies first; the ballot that went before does not count any more."""
    world, who = collectives(database), lead(database)
    in_decision(database, world, who, ["dv-1"])
    authority, superior = world.authorities["btv"], world.officers["tp"]
    state = pull(database, world, "dv-1", "ask_verification", actor=authority, now=DECIDED, reason="Có đơn tố cáo")
    assert state == "verifying"
    with pytest.raises(Refused, match="Cấp trên đang xác minh"):
        decided(database, world, ["dv-1"])
    for actor in (authority, world.heads["dv-1"], world.administrator):
        with pytest.raises(NotAllowed):
            pull(database, world, "dv-1", "conclude_verification", actor=actor, now=DECIDED, papers=True)
    with pytest.raises(Refused, match="Phải nêu văn bản làm căn cứ"):
        pull(database, world, "dv-1", "conclude_verification", actor=superior, now=DECIDED)
    later = at("2024-12-09 08:00")
    pull(database, world, "dv-1", "conclude_verification", actor=superior, now=later, papers=True)
    with database.writing() as session:
        conclude(session, world.ids["dv-1"], actor=who, now=later)
    pull(database, world, "dv-1", "open_decision", actor=world.secretary, now=later)
    with pytest.raises(Refused) as caught:
        decided(database, world, ["dv-1"])
    assert rules(caught.value) == ["ballot_majority"]
    with database.writing() as session:
        ballot(session, world, "dv-1", "decision", {"htnv": 9}, winner="htnv", opened_at=later)
    decided(database, world, ["dv-1"])
    assert levels(database, world, ["dv-1"]) == ["htnv"]


@pytest.mark.rule("HT-9.2")
def test_each_sector_has_a_quota_of_its_own_and_an_outstanding_one_a_greater(database: Database) -> None:
    """RULES 7.3: 20 % among those of the same khối, up to 25 % where the authority says so."""
    kinds = [KIND] * 4 + [OTHER] * 5
    world, who = collectives(database, kinds), lead(database)
    administrative, other = [f"dv-{number}" for number in range(1, 5)], [f"dv-{number}" for number in range(5, 10)]
    in_decision(database, world, who, [*administrative[:1], other[0]], "htxsnv")
    in_decision(database, world, who, [*administrative[1:], *other[1:]], "httnv")
    decided(database, world, other)
    decided(database, world, administrative[1:3])
    refused = [administrative[0]]
    with pytest.raises(Refused) as caught:
        decided(database, world, refused)
    assert sentences(caught.value)[0].startswith("«Đơn vị 1»: Chưa đủ căn cứ để có 1 HTXSNV.")
    raised(database, world, "su_nghiep")
    with pytest.raises(Refused):
        decided(database, world, refused)
    raised(database, world, "hanh_chinh")
    decided(database, world, [administrative[3], administrative[0]])
    assert levels(database, world, [administrative[0], other[0]]) == ["htxsnv", "htxsnv"]


def raised(database: Database, world: Ward, group: str) -> None:
    """The deciding body says that a group belongs to an outstanding body."""
    with database.writing() as session:
        one = QuotaRaise(round_id=world.round_id, body="btv", group_name=group, reason="Nổi bật", at=DECIDED)
        session.add(one)


@pytest.mark.rule("HT-11.8")
def test_under_this_regime_later_discipline_weighs_in_the_current_period(database: Database) -> None:
    """Vector 15, QĐ 366: the old year is not rated again."""
    world, who = collectives(database), lead(database)
    in_decision(database, world, who, ["dv-1"])
    decided(database, world, ["dv-1"])
    key, later = world.ids["dv-1"], at("2026-02-02 08:00")
    award, authority = Award(key, "khtnv", "Kỷ luật"), world.authorities["btv"]
    with pytest.raises(Refused, match="được xem xét ở kỳ đánh giá hiện tại"), database.writing() as session:
        annul_and_recognise(session, award, Papers(paper(session, now=later)), actor=authority, now=later)
    assert levels(database, world, ["dv-1"]) == ["httnv"]


def family(database: Database, levels_of: Sequence[str | None]) -> tuple[Ward, Actor]:
    """`dv-1` and those under it, with these levels; the last of them is of the same level, too (`peer_of`)."""
    under = [register_row(number, KIND, parent="dv-1") for number, _ in enumerate(levels_of, 2)]
    under[-1] = under[-1].model_copy(update={"peer_of": ("dv-1",)})
    own = [register_row(0, KIND, code="tp"), register_row(1, KIND, parent="tp"), *under]
    world, who = ward(database, own, slug=SLUG, bodies=("btv",)), lead(database)
    rate(database, world, {row.code: level for row, level in zip(under, levels_of, strict=True)})
    return world, who


def rate(database: Database, world: Ward, levels_of: Mapping[str, str | None]) -> None:
    sql = "UPDATE assessment SET state = 'recognised', level = :level WHERE id = :id"
    with database.writing() as session:
        run_many(session, sql, [{"id": world.ids[code], "level": level} for code, level in levels_of.items() if level])


@pytest.mark.rule("S2-2.2", "AMB-S2-2")
def test_who_is_beside_and_below_counts_once_in_the_share(database: Database) -> None:
    """Nine of ten is 90 %, though the one that is not good would count twice by its two links."""
    world, who = family(database, ["httnv"] * 9 + ["htnv"])
    with database.reading() as session:
        facts = glance(session, world.ids["dv-1"], actor=who, now=APPRAISED)
        assert share_of_others(facts) == Fraction(9, 10)


@pytest.mark.rule("S2-2.2")
def test_the_share_holds_for_what_is_agreed_with_too(database: Database) -> None:
    """Eight of nine is no 90 %: the unit's own choice of 20 points is not taken over with one click."""
    world, who = family(database, ["httnv"] * 8 + ["htnv"])
    key = scored(database, world, "dv-1")
    with database.writing() as session:
        start(session, key, actor=who, now=APPRAISED)
    with pytest.raises(Refused, match=r"8/9 .* mức 3[.]b, không chọn mức 3[.]a"), database.writing() as session:
        agree_untouched(session, key, "", untouched(session, key, actor=who), actor=who, now=APPRAISED)


@pytest.mark.rule("S2-2.2")
def test_a_share_that_is_known_later_is_held_before_the_ballot(database: Database) -> None:
    """While somebody below is still to be rated nothing is said; then the appraisal is done again."""
    world, who = family(database, ["httnv"] * 8 + [None])
    appraise_all(database, world, who, "dv-1")
    rate(database, world, {"dv-10": "htnv"})
    with pytest.raises(Refused, match=r"8/9 .* thì chọn mức 3[.]b, không chọn mức 3[.]a"):
        pull(database, world, "dv-1", "open_decision", actor=world.secretary, now=DECIDED)
    pull(database, world, "dv-1", "reopen_appraisal", actor=who, now=DECIDED, reason="Tỷ lệ ở II.3 đã rõ")
    key, right = world.ids["dv-1"], {"II.3": Filled(Entry(option="II.3.b", points=Decimal(15)), "Tỷ lệ 8/9")}
    with pytest.raises(Refused), database.writing() as session:
        conclude(session, key, actor=who, now=DECIDED)
    with database.writing() as session:
        save_marks(session, key, right, actor=who, now=DECIDED)
        conclude(session, key, actor=who, now=DECIDED)
    assert pull(database, world, "dv-1", "open_decision", actor=world.secretary, now=DECIDED) == "deciding"


def without_majority(database: Database, world: Ward, name: str, now: datetime) -> None:
    with database.writing() as session:
        ballot(session, world, "dv-1", name, {"htxsnv": 4, "httnv": 4}, opened_at=now)


@pytest.mark.rule("AMB-HT-7")
def test_after_a_verification_both_ballots_are_held_anew(database: Database) -> None:
    """A second ballot that went before it is not the second of the new vote."""
    world, who = collectives(database), lead(database)
    key, superior, later = appraise_all(database, world, who, "dv-1"), world.officers["tp"], at("2024-12-09 08:00")
    for now in (DECIDED, later):
        pull(database, world, "dv-1", "open_decision", actor=world.secretary, now=now)
        without_majority(database, world, "decision", now)
        with database.writing() as session:
            second(session, [key], paper(session, now=now), actor=world.secretary, now=now)
        without_majority(database, world, "second_decision", now)
        with pytest.raises(Refused, match="đã bỏ phiếu lần hai"), database.writing() as session:
            second(session, [key], paper(session, now=now), actor=world.secretary, now=now)
        if now == DECIDED:
            pull(database, world, "dv-1", "ask_verification", actor=superior, now=now, reason="Có đơn tố cáo")
            pull(database, world, "dv-1", "conclude_verification", actor=superior, now=now, papers=True)
            with database.writing() as session:
                conclude(session, key, actor=who, now=now)
    assert pull(database, world, "dv-1", "refer_up", actor=world.secretary, now=later, papers=True) == "referred"
