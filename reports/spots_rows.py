"""The rows of the tables of bright spots, every cell a text."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from config.calendar import date_text
from reports import wording
from reports.spots_contents import Shortage, Spot, SpotsPart
from reports.wording import NONE, SPOTS, units

Row = dict[str, str]


class Tally(NamedTuple):
    """How many spots came how far; `later` are recognised on the day of the report or after it (ANO-NA-3)."""

    agency: str
    kind: str
    agencies: int
    registered: int
    recognised: int
    later: int
    refused: int
    open: int
    withdrawn: int


def tally(spots: Sequence[Spot], agency: str = "", kind: str = "") -> Tally:
    """Count spots, all of which are of the agency and of the kind that are named."""
    endings = [spot.ending for spot in spots]
    later = sum(spot.later for spot in spots)
    return Tally(
        agency=agency,
        kind=kind,
        agencies=len({spot.agency for spot in spots if spot.registered}),
        registered=sum(spot.registered for spot in spots),
        recognised=endings.count("recognised") - later,
        later=later,
        refused=endings.count("refused"),
        open=endings.count(""),
        withdrawn=endings.count("withdrawn"),
    )


def by_kind(part: SpotsPart) -> list[Tally]:
    return [tally([spot for spot in part.spots if spot.kind == kind], kind=kind) for kind in part.kinds]


def by_agency(part: SpotsPart) -> list[Tally]:
    """One for each agency and kind, also for a kind of which the agency entered nothing."""
    found: dict[tuple[str, str], list[Spot]] = {}
    for spot in part.spots:
        found.setdefault((spot.agency, spot.kind), []).append(spot)
    keys = [(agency, kind) for agency in part.agencies for kind in part.kinds]
    return [tally(found.get(key, ()), *key) for key in keys]


def tallied(place: int, one: Tally) -> Row:
    return {"no": str(place), **{name: str(value) for name, value in one._asdict().items()}}


def board(place: int, kind: str, part: SpotsPart) -> dict[str, Any]:
    spots = [spot for spot in part.spots if spot.kind == kind]
    rows = [spot_row(number, spot) for number, spot in enumerate(spots, 1)]
    return {"title": f"{place}. {kind} ({units(len(spots), SPOTS)})", "rows": rows}


def spot_row(place: int, one: Spot) -> Row:
    return {
        "no": str(place),
        "agency": one.agency,
        "kind": one.kind,
        "name": one.name,
        "state": f"{one.state} (danh sách bổ sung)" if one.later else one.state,
        "decision": wording.paper(one.grounds.paper) if one.ending == "recognised" else NONE,
        "day": NONE if one.day is None else date_text(one.day),
        "reason": one.grounds.reason or NONE,
        "paper": wording.paper(one.grounds.paper),
    }


def shortage(place: int, one: Shortage) -> Row:
    missing = one.needed - one.registered
    numbers = {"needed": str(one.needed), "registered": str(one.registered), "missing": str(missing)}
    return {"no": str(place), "agency": one.agency, "kind": one.kind, **numbers}
