"""Where the portal stands: its settings, its database, its clock, and what the database was made as."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from config.settings import Settings
from evidence.store import Store
from evidence.stores import store_of
from models.db import Database


class Place(NamedTuple):
    """What every request works with; nothing in it changes while the process lives."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    is_rehearsal: bool

    @property
    def store(self) -> Store:
        """Where files lie."""
        return store_of(self.settings)

    @property
    def is_secure(self) -> bool:
        """Whether people come by HTTPS."""
        return self.settings.base_url.startswith("https://")
