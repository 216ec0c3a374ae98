"""What a dossier was, told by its chain alone."""

from datetime import UTC, datetime
from decimal import Decimal

from states.past import Step, Told, marks_told, past

CLOSING = "2026-12-09T17:00:00.000000Z"
MARK = {"points": "4.0000", "entry": '{"points":"4"}', "note": ""}
LESS = {"points": "2.5000", "entry": '{"points":"2.5"}', "note": "Thiếu tài liệu"}
STEPS = [
    Step(1, "assigned", {"to": "assigned", "closes_at": CLOSING}),
    Step(2, "add_evidence", {"evidence": [7, 8]}, [{"criterion": "I.1", "name": "a.pdf", "address": ""}]),
    Step(3, "submit", {"from": "self_assessing", "to": "submitted"}, {"marks": {"I.1": MARK}, "total": "4.0000"}),
    Step(4, "remove_evidence", {"criterion": "I.1", "evidence": 7}),
    Step(5, "add_evidence", {"evidence": [9]}),
    Step(6, "restore_evidence", {"evidence": [7, 9]}),
    Step(7, "assign", {"account": 5, "group": ""}),
    Step(8, "ask_explanation", {"to": "explaining", "request": 1, "closes_at": "2026-12-20T17:00:00.000000Z"}),
    Step(9, "appraise", {"criteria": ["I.1", "I.2"]}, {"I.1": LESS, "I.2": MARK}),
    Step(10, "appraise", {"criteria": ["I.2"]}, {"I.2": None}),
    Step(11, "decide", {"to": "decided", "decision": 3}, {"marks": {"I.1": LESS}, "total": "2.5000", "level": "tot"}),
    Step(12, "redecide", {"to": "decided", "decision": 4}, {"marks": {"I.1": LESS}, "total": "3.0000", "level": "kha"}),
    Step(13, "give_opinion", {"account": 9}, {"level": "xuat_sac", "comment": ""}),
]


def test_a_chain_tells_where_the_dossier_stands() -> None:
    now = past(STEPS)
    less = Told(Decimal("2.5"), LESS["entry"], LESS["note"])
    assert (now.state, now.level, now.decision) == ("decided", "kha", 4)
    assert now.closes_at == datetime(2026, 12, 9, 17, tzinfo=UTC)
    assert now.evidence == {7, 8}
    assert now.people == {(5, "")}
    assert now.marks == {
        "self": {"I.1": Told(Decimal(4), MARK["entry"], "")},
        "appraised": {"I.1": less},
        "decided": {"I.1": less},
    }
    assert now.totals == {"self": Decimal(4), "decided": Decimal(3)}


def test_and_where_it_stood_at_any_row() -> None:
    assert [past(STEPS[:count]).evidence for count in (1, 2, 4, 5)] == [set(), {7, 8}, {8}, {8, 9}]
    assert past(STEPS[:9]).marks["appraised"].keys() == {"I.1", "I.2"}
    assert past(STEPS[:11]).level == "tot"
    assert past([]).state == ""


def test_what_was_erased_tells_no_marks() -> None:
    assert marks_told(STEPS[2]._replace(content=None)) == ("", {})
    assert past([*STEPS[:2], STEPS[2]._replace(content=None)]).marks["self"] == {}
