"""Where the portal stands: its settings, its database, its clock, and what the database was made as."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from config.settings import Settings
from evidence.store import FOLDER
from models.db import Database


class Place(NamedTuple):
    """What every request works with; nothing in it changes while the process lives."""

    settings: Settings
    database: Database
    now: Callable[[], datetime]
    is_rehearsal: bool

    @property
    def files(self) -> Path:
        """Where files lie."""
        return self.settings.var / FOLDER

    @property
    def is_secure(self) -> bool:
        """Whether people come by HTTPS."""
        return self.settings.base_url.startswith("https://")
