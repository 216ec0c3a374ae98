"""Opens what due work needs, by the settings of this process."""

from collections.abc import Iterator
from contextlib import contextmanager

from config.clock import Clock
from config.settings import Settings
from evidence.stores import store_of
from flows.duties import Setting
from models.check import demand_schema
from models.db import Database
from models.installation import installation, restored_at
from models.types import to_micros
from notifications.render import Origin
from notifications.send import open_transport
from states.errors import refuse


@contextmanager
def opened(settings: Settings) -> Iterator[Setting]:
    """A setting with its own connections; OlderSchema or NewerSchema on another schema than that of this release.

    Refused when the clock is set on a database that is no rehearsal.
    """
    database = Database(settings.database_url)
    try:
        database.look(demand_schema)
        _demand_own_time(database, settings)
        origin = origin_of(settings, database)
        with open_transport(settings.smtp_url, settings.var / "mail", settings.smtp_connections) as transport:
            own = (settings.var, settings.trusted_roots, settings.clamd, store_of(settings), settings.backup)
            yield Setting(database, Clock(settings.now).now, transport, origin, *own)
    finally:
        database.dispose()


def origin_of(settings: Settings, database: Database) -> Origin:
    """Where mail comes from by these settings, out of this database."""
    restored = database.look(restored_at)
    return Origin(settings.mail_from, settings.base_url, to_micros(restored) if restored else 0)


def _demand_own_time(database: Database, settings: Settings) -> None:
    if settings.now is None:
        return
    with database.reading() as session:
        if installation(session).made_as != "rehearsal":
            raise refuse("clock", "DANHGIA_NOW chỉ dùng được với cơ sở dữ liệu chạy thử.")
