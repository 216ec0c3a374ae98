"""Options and arguments that several commands take, and how they are read; what cannot be read is a usage error."""

from datetime import date
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from config.calendar import parse_date

PAPER: Final = "NUMBER;DATE;SIGNER"


class Paper(NamedTuple):
    """A document by its number, date and signer."""

    number: str
    dated: date
    signer: str


def read_day(text: str) -> date:
    """A day written dd/mm/yyyy or yyyy-mm-dd."""
    try:
        return parse_date(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def read_paper(text: str) -> Paper:
    """A document written NUMBER;DATE;SIGNER."""
    parts = [part.strip() for part in text.split(";")]
    if len(parts) != len(Paper._fields) or not all(parts):
        raise typer.BadParameter(f"{text!r} is not {PAPER}, such as “15-CV/BDVTU;2024-11-01;Nguyễn Văn A”")
    return Paper(parts[0], read_day(parts[1]), parts[2])


As = Annotated[
    str | None,
    typer.Option("--as", metavar="ACCOUNT", help="Act as this account (its address) and not as the console's user."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
Reason = Annotated[str, typer.Option(help="Why; kept in the history.")]
Document = Annotated[
    Paper | None, typer.Option(parser=read_paper, metavar=PAPER, help="The document this is based on.")
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="The file.")]
RoundId = Annotated[int, typer.Argument(metavar="ID", help="The number of the round, as `round list` shows it.")]


def group(summary: str) -> typer.Typer:
    """An application of several commands."""
    application = typer.Typer(help=summary, no_args_is_help=True, add_completion=False)
    application.callback()(lambda: None)
    return application
