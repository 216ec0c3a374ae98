"""`danhgia evidence`: the files that evidence and documents name."""

import typer

from danhgia.commands import show
from danhgia.commands.options import AsJson, group
from danhgia.edge import opened
from evidence.stores import store_of
from models.evidence import named_files

app = group("Verify the files of evidence.")


@app.command()
def verify(as_json: AsJson = False) -> None:
    """Hash every file again that evidence or a document names; ends with 1 when one is missing or altered."""
    with opened() as here, show.working("Hashing"):
        with here.database.reading() as session:
            hashes = sorted(named_files(session))
        store = store_of(here.settings)
        found = list(store.damaged(hashes))
    if as_json:
        show.data(
            {
                "store": store.told(),
                "files": len(hashes),
                "damaged": [{"hash": one, "what": what} for one, what in found],
            }
        )
    else:
        show.table(["file", "what"], [[one, what] for one, what in found] or [[f"{len(hashes)} files", "whole"]])
    if found:
        raise typer.Exit(1)
