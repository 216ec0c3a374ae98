"""The restore drill as a command does it: by the settings, with every file, whether or not there is a live database."""

from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

from config.settings import Settings
from danhgia.edge import Unusable, opened_as_it_is
from evidence.stores import store_of
from flows.drill import Drill, NoScratch, Where, drill
from models import copies


def newest(settings: Settings) -> Path:
    """The newest copy in the folder of backups; Unusable when there is none."""
    try:
        return copies.newest(settings.backup or settings.var / "backup")
    except copies.NoCopy as error:
        raise Unusable(str(error)) from None


def drilled(settings: Settings, file: Path, now: datetime) -> Drill:
    """What a drill of a copy finds; Unusable where there can be none."""
    with ExitStack() as stack:
        live = None
        with suppress(Unusable):
            live = stack.enter_context(opened_as_it_is(settings))
        try:
            return drill(Where(settings.database_url, settings.var, live, store_of(settings)), file, now)
        except NoScratch as error:
            raise Unusable(str(error)) from None
