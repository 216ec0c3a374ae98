"""`danhgia audit`: the history, for whoever checks on the rounds."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from config.calendar import LOCAL
from danhgia.commands import show
from danhgia.commands.history_file import write_history, write_seals
from danhgia.commands.options import As, AsJson, RoundId, group
from danhgia.edge import Edge, actor_of, opened
from models.assessments import Assessment
from models.history import History, history_of
from models.people import subjects_by_code
from models.rounds import Round
from reports.archive import faults
from states import history
from states.actor import Actor
from states.errors import Unknown
from states.hold import hold_round
from states.permits import demand, demand_everywhere, demand_round

app = group("Read, verify and export the history.")
SEAL = re.compile(r"[0-9a-f]{64}")


def read_seal(text: str) -> str:
    """A seal as reports and mails print it, in groups or not."""
    seal = re.sub(r"[\s.-]", "", text).lower()
    if not SEAL.fullmatch(seal):
        raise typer.BadParameter("a seal has 64 hexadecimal digits")
    return seal


@app.command(name="history")
def show_history(
    of: Annotated[str, typer.Argument(metavar="ASSESSMENT|SUBJECT", help="A dossier's number, or a subject's code.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Show everything that was done to a dossier, or to all dossiers of a subject."""
    with opened() as here, here.database.reading() as session:
        entities = _entities(session, of, actor_of(session, account))
        rows = [row for entity in entities for row in history_of(session, entity)]
    if as_json:
        show.data([_as_data(row) for row in rows])
    else:
        show.table(["chain", "row", "when", "who", "what", "details", "hash"], [_as_cells(row) for row in rows])


def _entities(session: Session, of: str, actor: Actor) -> list[str]:
    """The chains of a dossier's number, of a subject's code, or the chain that is named (round:1)."""
    if ":" in of:
        _demand_chain(session, of, actor)
        return [of]
    keys = [int(of)] if of.isdecimal() else _of_subject(session, of)
    for key in keys:
        if session.get(Assessment, key) is None:
            raise Unknown(f"hồ sơ số {key}")
        demand(session, actor, "audit", key)
    return [f"assessment:{key}" for key in keys]


def _demand_chain(session: Session, entity: str, actor: Actor) -> None:
    if not history_of(session, entity):
        raise Unknown(f"lịch sử của {entity}")
    table, _, key = entity.partition(":")
    if table == "installation":
        demand_everywhere(session, actor, "audit")
    else:
        (demand_round if table == "round" else demand)(session, actor, "audit", int(key))


def _of_subject(session: Session, code: str) -> Sequence[int]:
    subject = subjects_by_code(session, [code]).get(code)
    if subject is None:
        raise Unknown(f"đơn vị mang mã {code}")
    chosen = select(Assessment.id).where(Assessment.subject_id == subject.id)
    return session.exec(chosen.order_by(col(Assessment.id))).all()


def _as_data(row: History) -> dict[str, Any]:
    body = json.loads(row.body)
    return {
        "entity": row.entity,
        "seq": row.seq,
        "hash": row.hash.hex(),
        "prev_hash": row.prev_hash.hex(),
        "body": body,
    }


def _as_cells(row: History) -> list[object]:
    what = json.loads(row.body)["what"]
    moved = [f"{what.pop('from')} → {what.pop('to')}"] if what.keys() >= {"from", "to"} else []
    details = ", ".join([*moved, *(f"{name}: {value}" for name, value in what.items())])
    when = f"{row.at.astimezone(LOCAL):%d/%m/%Y %H:%M:%S}"
    return [row.entity, row.seq, when, row.actor, row.act, details, row.hash.hex()[:12]]


@app.command()
def verify(
    round_id: Annotated[
        int | None, typer.Option("--round", metavar="ID", help="Only the chains of this round.")
    ] = None,
    seal: Annotated[
        str | None, typer.Option(parser=read_seal, metavar="HEX", help="A seal that was kept outside.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Recompute every chain, and hold the history against a seal that was printed, mailed or written down."""
    with opened() as here, here.database.reading() as session, show.working("Verifying"):
        if round_id is not None:
            _known(session, round_id)
        found = history.verify(session, round_id)
        broken = [*found.broken, *(history.verify_seal(session, seal) if seal else ())]
    tell_verified(found._replace(broken=tuple(broken)), as_json=as_json)


def tell_verified(found: history.Verified, *, as_json: bool) -> None:
    """Print what a verification found, each broken chain on standard error, and end the command."""
    data = {"rows": found.rows, "chains": found.chains, "broken": [one._asdict() for one in found.broken]}
    whole = "broken" if found.broken else "whole"
    show.tell(data, f"{found.rows} rows in {found.chains} chains: {whole}", as_json=as_json)
    for one in found.broken:
        show.warn(f"{one.entity}, row {one.seq}: {one.why}")
    raise typer.Exit(bool(found.broken))


@app.command()
def export(
    round_id: RoundId,
    out: Annotated[Path, typer.Option(metavar="FILE.jsonl", help="Where to write, one JSON line a row.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write the history of a round for verification elsewhere, with its seals beside it; the export is recorded."""
    seals = out.with_suffix(".seals.jsonl")
    out.parent.mkdir(parents=True, exist_ok=True)
    with opened() as here, show.working("Exporting"):
        _record(here, round_id, account)
        with here.database.reading() as session:
            rows, sealed = write_history(session, round_id, out), write_seals(session, round_id, seals)
    data = {"rows": rows, "file": str(out), "seals": sealed, "seals_file": str(seals)}
    show.tell(data, f"{rows} rows in {out}\n{sealed} seals in {seals}", as_json=as_json)


def _record(here: Edge, round_id: int, account: str | None) -> None:
    now = here.clock.now()

    def work(session: Session) -> None:
        actor = actor_of(session, account)
        _known(session, round_id)
        demand_round(session, actor, "export", round_id)
        facts = hold_round(session, round_id, actor=actor, now=now)
        history.record(session, facts.link, "export", {"of": "history"}, actor=actor, now=now)

    here.act(work)


def _known(session: Session, round_id: int) -> Round:
    found = session.get(Round, round_id)
    if found is None:
        raise Unknown(f"đợt số {round_id}")
    return found


@app.command()
def archive(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that `danhgia archive` wrote.")],
    seal: Annotated[
        str | None, typer.Option(parser=read_seal, metavar="HEX", help="A seal that was kept outside.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check an archived round without its database: every file, chain, seal and dossier."""
    with show.working("Verifying"):
        found = faults(folder, seal)
    show.tell({"folder": str(folder), "faults": found}, f"{folder}: {'broken' if found else 'whole'}", as_json=as_json)
    for one in found:
        show.warn(one)
    raise typer.Exit(bool(found))
