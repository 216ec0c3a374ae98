"""`danhgia round`: one programme in one year."""

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, func, select

from actions.rank import preview as places_now
from actions.rank import rank_round
from config.calendar import deadline_text
from danhgia.commands import show
from danhgia.commands.advancing import Step, advance_by
from danhgia.commands.launch import launch
from danhgia.commands.options import As, AsJson, Document, Reason, RoundId, group
from danhgia.commands.reporting import report
from danhgia.commands.results import comparison, open_data_of
from danhgia.edge import actor_of, opened
from evidence.store import keep_copy
from evidence.stores import store_of
from models.assessments import Assessment, of_round
from models.history import seals_of
from models.rounds import ProgrammeVersion, Round, milestones
from scoring.numbers import format_points
from scoring.ranking import Place
from states.errors import Unknown
from states.hold import counts, programme_of

app = group("Launch, follow, advance, rank and report rounds.")
app.command()(launch)
app.command()(report)
app.command()(comparison)
app.command(name="open-data")(open_data_of)


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List all rounds."""
    with opened() as here, here.database.reading() as session:
        dossiers = func.count(col(Assessment.id))
        chosen = select(Round, dossiers).outerjoin(Assessment, col(Assessment.round_id) == col(Round.id))
        rows = [_summary(*row) for row in session.exec(chosen.group_by(col(Round.id)).order_by(col(Round.id)))]
    if as_json:
        show.data(rows)
    else:
        show.table(["id", "programme", "year", "state", "launched", "dossiers"], [list(row.values()) for row in rows])


def _summary(one: Round, dossiers: int) -> dict[str, Any]:
    return {
        "round": one.id,
        "programme": one.slug,
        "year": one.year,
        "state": one.state,
        "launched_at": one.launched_at,
        "dossiers": dossiers,
    }


@app.command()
def status(round_id: RoundId, as_json: AsJson = False) -> None:
    """Show where a round stands: its deadlines, how many dossiers stand in each state, its seals."""
    with opened() as here, here.database.reading() as session:
        found = session.get(Round, round_id)
        if found is None:
            raise Unknown(f"đợt số {round_id}")
        labels = _labels(session, found)
        data = _status(session, found)
    if as_json:
        show.data(data)
    else:
        _tell_status(data, found.title, labels)


def _labels(session: Session, found: Round) -> dict[str, str]:
    pinned = session.get_one(ProgrammeVersion, found.programme_version_id)
    return {
        name: state.label for name, state in programme_of(session, pinned.digest).workflow.assessment.states.items()
    }


def _status(session: Session, found: Round) -> dict[str, Any]:
    dossiers = of_round(session, found.id)
    return {
        **_summary(found, len(dossiers)),
        "states": counts(session, found.id),
        "zeroed": sum(one.zeroed for one in dossiers),
        "late": sum(one.late for one in dossiers),
        "milestones": [
            {"stage": one.stage, "kind": one.kind, "closes_at": one.closes_at, "late": one.late}
            for one in milestones(session, found.id)
        ],
        "seals": [{"kind": one.kind, "at": one.at, "seal": one.root} for one in seals_of(session, found.id)],
    }


def _tell_status(data: dict[str, Any], title: str, labels: dict[str, str]) -> None:
    show.say(f"{title}: {data['state']}, {data['dossiers']} dossiers, {data['zeroed']} zeroed, {data['late']} late")
    show.table(["state", "label", "dossiers"], [[name, labels[name], count] for name, count in data["states"].items()])
    rows = [[*list(one.values())[:2], deadline_text(one["closes_at"]), one["late"]] for one in data["milestones"]]
    show.table(["stage", "kind", "closes", "late"], rows)
    nightly = [one for one in data["seals"] if one["kind"] == "nightly"]
    shown = [one for one in data["seals"] if one["kind"] != "nightly" or one is nightly[-1]]
    if shown:
        show.table(["sealed", "at", "seal"], [list(one.values()) for one in shown])


@app.command()
def advance(
    round_id: RoundId,
    trigger: Annotated[str, typer.Argument(metavar="TRIGGER", help="A step of the round's workflow, or `supplement`.")],
    reason: Reason = "",
    document: Document = None,
    signed_copy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The signed copy of the document; it is kept with the evidence.")
    ] = None,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Take one step with a round. `report` numbers the report by --document first, then reports every dossier."""
    with opened() as here, show.working("Advancing"):
        kept = keep_copy(store_of(here.settings), signed_copy).file_hash if signed_copy else ""
        step = Step(round_id, trigger, reason, document, kept)
        now = here.clock.now()
        here.act(lambda session: advance_by(session, step, actor=actor_of(session, account), now=now))
        with here.database.reading() as session:
            state = session.get_one(Round, round_id).state
    show.tell({"round": round_id, "state": state}, f"round {round_id} is now {state}", as_json=as_json)


@app.command()
def rank(
    round_id: RoundId,
    preview: Annotated[bool, typer.Option("--preview", help="Only show the places as they would be.")] = False,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Give every decided dossier its place among its kind or group, with the reason for it."""
    with opened() as here, show.working("Ranking"):
        now = here.clock.now()

        def work(session: Session) -> list[dict[str, Any]]:
            actor = actor_of(session, account)
            places = places_now if preview else partial(rank_round, now=now)
            return _placed(session, round_id, places(session, round_id, actor=actor))

        rows = here.act(work)
    if as_json:
        show.data(rows)
    else:
        show.table(["group", "place", "name", "total", "why"], [_placed_cells(row) for row in rows])


def _placed_cells(row: dict[str, Any]) -> list[object]:
    place = row["place"] and f"{row['place']}{'=' if row['tied'] else ''}"
    total = None if row["total"] is None else format_points(row["total"])
    return [row["group"], place, row["name"], total, row["why"]]


def _placed(session: Session, round_id: int, places: list[Place]) -> list[dict[str, Any]]:
    dossiers = {one.id: one for one in of_round(session, round_id)}
    return [
        {
            "assessment": place.key,
            "group": place.group,
            "place": place.place,
            "tied": place.tied,
            "name": dossiers[place.key].name,
            "total": dossiers[place.key].decided_total,
            "why": place.reason,
        }
        for place in places
    ]
