"""`danhgia mail`: what waits in the outbox, and handing it over."""

from functools import partial
from typing import Annotated, Any

import typer
from sqlmodel import Session, col, select

from danhgia.commands import show
from danhgia.commands.options import AsJson, group
from danhgia.edge import opened
from flows.setting import origin_of
from models.mail import Outbox
from models.people import Account
from notifications.claims import hasten
from notifications.delivery import deliver as empty
from notifications.send import open_transport

app = group("List and deliver mail.")
COLUMNS = ("id", "round", "message", "to", "status", "due", "attempts", "answer")


@app.command(name="list")
def list_all(
    round_id: Annotated[int | None, typer.Option("--round", metavar="ID", help="Only the mail of this round.")] = None,
    status: Annotated[str | None, typer.Option(help="Only what is queued, sent, bounced, failed or skipped.")] = None,
    as_json: AsJson = False,
) -> None:
    """List mail with what became of it; no texts, which are made when a mail is sent."""
    with opened() as here, here.database.reading() as session:
        rows = _rows(session, round_id, status)
    if as_json:
        show.data(rows)
    else:
        show.table(COLUMNS, [list(row.values()) for row in rows])


def _rows(session: Session, round_id: int | None, status: str | None) -> list[dict[str, Any]]:
    chosen = select(Outbox, Account.email).join(Account, col(Account.id) == col(Outbox.account_id))
    if round_id is not None:
        chosen = chosen.where(Outbox.round_id == round_id)
    if status is not None:
        chosen = chosen.where(Outbox.status == status)
    return [_row(*found) for found in session.exec(chosen.order_by(col(Outbox.id)))]


def _row(one: Outbox, email: str) -> dict[str, Any]:
    cells = (one.id, one.round_id, one.message, email, one.status, one.due_at, one.attempts, one.answer)
    return dict(zip(COLUMNS, cells, strict=True))


@app.command()
def deliver(
    put_off: Annotated[
        bool, typer.Option("--put-off", help="Also what was put off, up to 12 hours, while the mail server was away.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Deliver what is due: to the SMTP server of DANHGIA_SMTP_URL, or into files under DANHGIA_VAR/mail."""
    with opened() as here, show.working("Delivering"):
        settings = here.settings
        if put_off:
            here.act(partial(hasten, now=here.clock.now()))
        origin = origin_of(settings, here.database)
        with open_transport(settings.smtp_url, settings.var / "mail", settings.smtp_connections) as transport:
            done = empty(here.database, transport, origin, now=here.clock.now)
    counts = done._asdict()
    show.tell(counts, ", ".join(f"{count} {name}" for name, count in counts.items()), as_json=as_json)
