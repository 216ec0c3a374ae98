"""`danhgia bench`."""

from pathlib import Path
from typing import Annotated

import typer

from danhgia.commands.options import AsJson


def bench(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="What to measure; all when none.")] = None,
    as_json: AsJson = False,
    write: Annotated[
        Path | None,
        typer.Option(metavar="DOCS", help="Write the table and pictures of performance.md in that folder, too."),
    ] = None,
) -> None:
    """Measure what the program does against the same written by hand on the database's driver."""
    from danhgia.bench.command import bench as measure

    measure(names or [], as_json, write)
