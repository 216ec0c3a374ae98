from decimal import Decimal

from scoring.ranking import Place, Rankable, rank


def ranked(*rows: tuple[int, str, str | None]) -> list[Place]:
    return rank(Rankable(key, group, None if total is None else Decimal(total)) for key, group, total in rows)


def test_equal_totals_share_a_place_and_the_next_stays_free() -> None:
    places = ranked((1, "A", "80"), (2, "A", "92.50"), (3, "A", "95"), (4, "A", "92.5"))
    assert [(place.key, place.place, place.tied) for place in places] == [
        (3, 1, False),
        (2, 2, True),
        (4, 2, True),
        (1, 4, False),
    ]


def test_every_place_has_its_reason() -> None:
    places = ranked((1, "A", "92.5"), (2, "A", "95"), (3, "A", "92.5"), (4, "A", "0"), (5, "A", None))
    assert [place.reason for place in places] == [
        "Hạng 1 trong 4 đơn vị của nhóm; được 95 điểm.",
        "Hạng 2 trong 4 đơn vị của nhóm; cùng 92,5 điểm với 1 đơn vị khác.",
        "Hạng 2 trong 4 đơn vị của nhóm; cùng 92,5 điểm với 1 đơn vị khác.",
        "Hạng 4 trong 4 đơn vị của nhóm; được 0 điểm.",
        "Không xếp hạng vì chưa có điểm được quyết định.",
    ]


def test_groups_are_ranked_apart() -> None:
    places = ranked((1, "B", "50"), (2, "A", "90"), (3, "B", "60"))
    assert [(place.group, place.key, place.place) for place in places] == [("A", 2, 1), ("B", 3, 1), ("B", 1, 2)]


def test_without_a_total_there_is_no_place_and_no_tie() -> None:
    places = ranked((2, "A", None), (1, "A", None), (3, "A", "0"))
    assert [(place.key, place.place, place.tied) for place in places] == [
        (3, 1, False),
        (1, None, False),
        (2, None, False),
    ]


def test_nobody_is_ranked_when_there_is_nobody() -> None:
    assert rank([]) == []
