"""`danhgia backup` and `danhgia restore`."""

from pathlib import Path
from typing import Annotated, Final

import typer

from config.clock import Clock
from danhgia.commands import show
from danhgia.commands.audit import tell_verified
from danhgia.commands.options import AsJson, File
from danhgia.drill import drilled, newest
from danhgia.edge import actor_of, opened, opened_as_it_is, settings_of_environment
from evidence.stores import store_of
from models.backup import copy
from models.copies import digest_of
from models.db import Database
from models.restore import restore as bring_back
from models.restore import shut_doors
from states.history import Verified, record_installation, verify

SHOWN: Final = 20


def backup(file: File, as_json: AsJson = False) -> None:
    """Copy the whole database into a file while it is in use: a SQLite database, or pg_dump's custom format."""
    with opened() as here, show.working("Copying"):
        copy(here.database, file)
    size, digest = file.stat().st_size, digest_of(file)
    apart = store_of(here.settings).told()
    data = {"file": str(file), "bytes": size, "sha256": digest, "evidence": apart}
    sentence = f"{file}: {size} bytes, SHA-256 {digest}\nFiles of evidence are not in it: they lie in {apart}"
    show.tell(data, sentence, as_json=as_json)


def restore(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="The copy; a drill takes the newest.")] = None,
    drill: Annotated[
        bool, typer.Option("--drill", help="Bring it back into a scratch database, verify all, and throw that away.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a copy back into an empty database, record that it was restored, and verify its history.

    Sessions and keys of sign-in that the copy holds are ended: everybody signs in anew.
    Files of evidence are not in a copy: `danhgia evidence verify` tells which of them are missing.
    """
    if drill:
        _drill(file, as_json=as_json)
        return
    if file is None:
        raise typer.BadParameter("name the copy to be restored", param_hint="FILE")
    with opened_as_it_is(settings_of_environment(), create=True) as database, show.working("Restoring"):
        bring_back(database, file)
        database.upgrade()
        found = _recorded(database, digest_of(file))
    tell_verified(found, as_json=as_json)


def _drill(file: Path | None, *, as_json: bool) -> None:
    settings = settings_of_environment()
    with show.working("Restoring into a scratch database"):
        found = drilled(settings, file or newest(settings), Clock().now())
    if as_json:
        show.data(found._asdict())
    else:
        told = {name: value for name, value in found._asdict().items() if name != "faults"}
        show.table(["what", "found"], [[name.replace("_", " "), value] for name, value in told.items()])
        show.say("the copy can be restored and is whole" if not found.faults else "the drill has found faults")
        for one in found.faults[:SHOWN]:
            show.warn(one)
    raise typer.Exit(bool(found.faults))


def _recorded(database: Database, digest: str) -> Verified:
    now = Clock().now()
    with database.writing() as session:
        record_installation(session, "restore", {"sha256": digest}, actor=actor_of(session, None), now=now)
        shut_doors(session, now)
    with database.reading() as session:
        return verify(session)
