"""`danhgia tick`: what the flows do, once, without a Prefect server."""

import logging

from danhgia.commands import show
from danhgia.commands.options import AsJson
from danhgia.edge import opened
from evidence.stores import store_of
from flows.duties import Setting
from flows.setting import origin_of
from flows.work import Done, sweep
from notifications.send import open_transport


def tick(as_json: AsJson = False) -> None:
    """Do everything that is due, once: lock, expire questions, remind, draft reports, seal, deliver mail."""
    logging.getLogger("flows").addHandler(logging.NullHandler())
    with opened() as here, show.working("Working"):
        settings = here.settings
        with open_transport(settings.smtp_url, settings.var / "mail", settings.smtp_connections) as transport:
            origin = origin_of(settings, here.database)
            own = (settings.var, settings.trusted_roots, settings.clamd, store_of(settings), settings.backup)
            done = sweep(Setting(here.database, here.clock.now, transport, origin, *own))
    _tell(done, as_json=as_json)


def _tell(done: list[Done], *, as_json: bool) -> None:
    if as_json:
        show.data({one.work: dict(one.counts) for one in done})
        return
    counted = [(one.work, ", ".join(f"{name} {count}" for name, count in one.counts.items())) for one in done]
    show.table(["work", "done"], [row for row in counted if row[1]])
