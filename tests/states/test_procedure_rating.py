"""Order, cap, quota and ballots as the guards meet them (HT-6.2, HT-9, HT-11.3, HT-11.14)."""

from dataclasses import replace
from fractions import Fraction

import pytest
from sqlmodel import Session

from config.vocabulary import Box, ClosedBox, Edges, Parameters
from danhgia.bench.world import NOW, fill
from models.db import Database, run
from models.types import to_micros
from states.errors import Refusal
from states.facts import Dossier
from states.guards import holds
from tests.states.procedures import (
    LATER,
    WARD,
    Given,
    after,
    asked,
    box,
    cell,
    facts,
    happened,
    leader,
    of,
    rated,
    stated,
)
from tests.states.worlds import dossier, insert


def test_an_order_waits_for_many_and_names_five(database: Database) -> None:
    fill(database, 9)

    def crowded(session: Session) -> Dossier:
        found = cell(session)
        for key in range(4, 10):
            insert(session, "subject_link", subject_id=key, link="member_of", other_id=1)
        return found

    refusal = asked(database, "decided_first", Edges(edges="rating_order"), crowded)
    names = "Đơn vị 2; Đơn vị 4; Đơn vị 5; Đơn vị 6; Đơn vị 7 và 2 nơi khác"
    assert refusal == Refusal("decided_first", f"Phải xếp loại trước: {names}.")


def test_who_is_waived_or_out_of_the_round_is_not_waited_for(database: Database) -> None:
    fill(database, 3)
    order = Edges(edges="rating_order")
    for state in ("not_rated", "excluded", "removed", "sent_up"):
        assert asked(database, "decided_first", order, of(cell, state=state)) is None

    def waived(session: Session) -> Dossier:
        insert(session, "waiver", assessment_id=2, reason="Đi học", at=to_micros(NOW))
        return cell(session)

    assert asked(database, "decided_first", order, waived) is None


@pytest.mark.rule("HT-11.14")
def test_a_head_is_capped_unless_newly_arrived(database: Database) -> None:
    """Vector 11; a leap lifts the cap of nobody but by the switch (AMB-HT-8), and a deputy has none."""
    fill(database, 2)
    assert WARD.rating is not None
    switches = WARD.rating.switches.model_copy(update={"leap_excuses": True})
    regime = WARD.rating.model_copy(update={"switches": switches})
    regime._rulebooks = {}
    leaping = WARD.model_copy(update={"rating": regime})

    def by_switch(session: Session) -> Dossier:
        found = leader(session, "htxsnv", leap=True, post="secretary")
        return replace(found, programme=leaping, file=replace(found.file, programme=leaping))

    given: list[Given] = [
        lambda at: leader(at, "htxsnv"),
        lambda at: leader(at, "htxsnv", new=True),
        lambda at: leader(at, "htxsnv", leap=True, post="secretary"),
        lambda at: leader(at, "htxsnv", post="deputy_secretary"),
        by_switch,
    ]
    answers = [asked(database, "within_cap", Parameters(), one) is None for one in given]
    assert answers == [False, True, False, True, True]


def test_an_exception_counts_once_it_is_accepted(database: Database) -> None:
    fill(database, 2)

    def claimed(session: Session) -> Dossier:
        stated(session, "new_head", "yes")
        return leader(session, "htxsnv")

    assert asked(database, "within_cap", Parameters(), claimed) is not None


def test_a_head_of_what_has_no_level_yet_is_not_capped(database: Database) -> None:
    fill(database, 2)

    def unrated(session: Session) -> Dossier:
        found = leader(session, "htxsnv")
        run(session, "UPDATE assessment SET level = NULL WHERE id = 2")
        return found

    assert asked(database, "within_cap", Parameters(), unrated) is None


def few(session: Session, *levels: str | None) -> Dossier:
    run(session, "UPDATE assessment SET body = 'elsewhere' WHERE id > :last", {"last": len(levels) + 1})
    found = rated(session, *levels)
    run(session, "UPDATE assessment SET body = 'elsewhere' WHERE id > :last", {"last": len(levels) + 1})
    return found


@pytest.mark.rule("HT-9.1", "HT-9.2", "HT-9.3")
def test_the_quota_is_counted_in_the_group_under_one_body(database: Database) -> None:
    """Vectors 9 and 10 as one more decision meets them; what another body decides does not count."""
    fill(database, 11)
    given: dict[str, tuple[str | None, ...]] = {
        "1 of 5": ("httnv",) * 4,
        "1 of 4": ("httnv",) * 3,
        "1 of 4, one lower": ("httnv", "httnv", "htnv"),
        "1 of 5, one open": ("httnv", "httnv", "httnv", None),
        "2 of 10": ("htxsnv", *["httnv"] * 8),
        "2 of 9": ("htxsnv", *["httnv"] * 7),
    }
    answers = {
        name: asked(database, "within_quota", Parameters(), of(few, *levels)) is None for name, levels in given.items()
    }
    assert answers == {
        "1 of 5": True,
        "1 of 4": True,
        "1 of 4, one lower": False,
        "1 of 5, one open": False,
        "2 of 10": True,
        "2 of 9": False,
    }


def test_who_is_waived_counts_once_he_is_rated_late(database: Database) -> None:
    """Otherwise the last to be rated would break the quota (AMB-HT-2, DESIGN §7)."""
    fill(database, 6)

    def with_late(session: Session, level: str | None) -> Dossier:
        insert(session, "waiver", assessment_id=2, reason="Đi học", at=to_micros(NOW))
        return rated(session, level, *["httnv"] * 4)

    levels: list[str | None] = [None, "htxsnv", "httnv"]
    answers = [asked(database, "within_quota", Parameters(), of(with_late, level)) is None for level in levels]
    assert answers == [True, False, True]


def test_a_level_that_is_not_scarce_is_under_no_quota(database: Database) -> None:
    fill(database, 3)
    lower = [lambda at: replace(rated(at, "htxsnv"), intended="httnv"), lambda at: facts(at, "can_bo_dien_tinh")]
    assert [asked(database, "within_quota", Parameters(), one) for one in lower] == [None, None]


def test_what_is_raised_has_the_greater_share(database: Database) -> None:
    fill(database, 5)
    assert WARD.quota is not None
    generous = WARD.model_copy(update={"quota": WARD.quota.model_copy(update={"outstanding_share": Fraction(2, 5)})})

    def raised(session: Session, group: str) -> Dossier:
        about = {"round_id": 1, "body": "p", "group_name": group, "reason": "Nổi bật", "at": to_micros(NOW)}
        insert(session, "quota_raise", **about)
        found = rated(session, "htxsnv", *["httnv"] * 3)
        return replace(found, programme=generous, file=replace(found.file, programme=generous))

    answers = [
        asked(database, "within_quota", Parameters(), of(raised, group)) is None for group in ("dang_vien", "tap_the")
    ]
    assert answers == [True, False]


def test_a_box_of_an_earlier_time_is_not_the_one_asked_for(database: Database) -> None:
    """A dossier that came to its decision again is voted on again."""
    fill(database, 1)

    def again(session: Session) -> None:
        happened(session, "open_decision", NOW)
        box(session, "decision", winner="httnv", at=NOW)
        box(session, "second_decision", winner="httnv", at=NOW)
        happened(session, "open_decision", LATER, 2)

    for name in ("decision", "second_decision"):
        assert asked(database, "ballot_majority", Box(box=name), after(again)) is not None


def test_a_poll_that_nobody_opened_may_be_passed_over(database: Database) -> None:
    fill(database, 1)
    answers = [
        asked(database, "ballot_closed", ClosedBox(box="workplace", if_opened=passed_over), given) is None
        for passed_over in (True, False)
        for given in (facts, after(lambda at: box(at, "workplace", "open")))
    ]
    assert answers == [True, False, False, False]


def test_that_the_quota_holds_is_told_where_it_stands_against_a_step() -> None:
    assert holds("within_quota", dossier()).sentence == (
        "Mức này nằm trong tỷ lệ cho phép, không cần biên bản vượt tỷ lệ."
    )
