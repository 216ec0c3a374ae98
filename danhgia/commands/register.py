"""`danhgia register`: the list of subjects, from CSV or Excel."""

from collections import Counter
from collections.abc import Collection
from typing import Annotated, Any

import typer

from actions.register import take_register
from config.errors import ConfigError
from config.load import load_programme
from config.register import RegisterRow
from danhgia.commands import show
from danhgia.commands.options import As, AsJson, File, group
from danhgia.edge import actor_of, opened
from intake.registers import read_register

app = group("Check and import registers of subjects.")
Programme = Annotated[
    str | None, typer.Option(metavar="SLUG", help="The programme whose kinds of subjects are the only ones allowed.")
]


@app.command()
def check(file: File, programme: Programme = None, as_json: AsJson = False) -> None:
    """Check a register whole: every wrong cell of every row; nothing is kept."""
    try:
        rows = read_register(file, kinds=_kinds(programme))
    except ConfigError as error:
        if as_json:
            show.data({"rows": None, "kinds": {}, "problems": _problems(error)})
        raise
    _tell(rows, as_json=as_json)


def _kinds(programme: str | None) -> Collection[str] | None:
    return load_programme(programme).subject_kinds if programme else None


def _problems(error: ConfigError) -> list[dict[str, Any]]:
    return [{"row": one.line, "column": one.path, "what": one.message} for one in error.problems]


def _tell(rows: list[RegisterRow], *, as_json: bool) -> None:
    kinds = dict(Counter(row.kind for row in rows))
    if as_json:
        show.data({"rows": len(rows), "kinds": kinds, "problems": []})
        return
    show.table(["kind", "subjects"], list(kinds.items()))
    show.say(f"{len(rows)} subjects, {sum(not row.active for row in rows)} of them not active; nothing is wrong")


@app.command(name="import")
def take(file: File, programme: Programme = None, as_json: AsJson = False, account: As = None) -> None:
    """Take a register over: subjects, their names, and accounts for their officers and heads; again changes nothing."""
    rows = read_register(file, kinds=_kinds(programme))
    with opened() as here, show.working("Importing"):
        now = here.clock.now()
        taken = here.act(lambda session: take_register(session, rows, actor=actor_of(session, account), now=now))
    new, changed, accounts = map(len, taken)
    sentence = f"{len(rows)} subjects: {new} new, {changed} changed; {accounts} new accounts"
    show.tell(taken._asdict(), sentence, as_json=as_json)
