"""The command line: `danhgia --help` imports none of the commands, a command imports what it starts."""

import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup


class Later(TyperCommand):
    """A command known by its name and help; its module is imported when it is called.

    `target` is `module:name` of a Typer application, or of a function that is the command.
    """

    def __init__(self, name: str, target: str, summary: str) -> None:
        super().__init__(name=name, help=summary)
        self.target = target

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401  the signature of Typer's own Click
        return self.command().make_context(info_name, args, parent=parent, **extra)

    def command(self) -> Any:  # noqa: ANN401  as above
        """The command itself."""
        module, _, name = self.target.partition(":")
        found = getattr(import_module(module), name)
        if isinstance(found, typer.Typer):
            return typer.main.get_command(found)
        application = typer.Typer(add_completion=False)
        application.command()(found)
        return typer.main.get_command(application)


COMMANDS: Final = (
    Later("programme", "danhgia.commands.programme:app", "List, show, check and draw programmes."),
    Later("sheet", "danhgia.commands.sheet:app", "Check criteria sheets and import them from documents."),
    Later("register", "danhgia.commands.register:app", "Check and import registers of subjects."),
    Later("round", "danhgia.commands.round:app", "Launch, follow, advance, rank and report rounds."),
    Later("extend", "danhgia.commands.extend:extend", "Give one dossier a later deadline (a special case)."),
    Later("audit", "danhgia.commands.audit:app", "Read, verify and export the history."),
    Later("dossier", "danhgia.commands.dossier:dossier", "Write the file of a dossier for inspection."),
    Later("document", "danhgia.commands.document:document", "Write an official document of a round or of a dossier."),
    Later("archive", "danhgia.commands.archive:archive", "Write a reported round into a folder for the archive."),
    Later("evidence", "danhgia.commands.evidence:app", "Verify the files of evidence."),
    Later("mail", "danhgia.commands.mail:app", "List and deliver mail."),
    Later("tick", "danhgia.commands.tick:tick", "Do everything that is due, once, without a Prefect server."),
    Later("account", "danhgia.commands.account:app", "Add accounts, grant them roles, and let them in by telephone."),
    Later("rehearse", "danhgia.rehearse.command:rehearse", "Play a whole year in a scratch database."),
    Later("serve", "danhgia.commands.serve:serve", "Run the portal, the Prefect server, its runner and the work loop."),
    Later("db", "danhgia.commands.db:app", "Upgrade and check the database."),
    Later("backup", "danhgia.commands.backup:backup", "Copy the whole database into a file."),
    Later("restore", "danhgia.commands.backup:restore", "Bring a copy back into an empty database."),
    Later("bench", "danhgia.commands.bench:bench", "Measure against plain database drivers."),
)

root: Final = TyperGroup(
    name="danhgia",
    help="Yearly assessment rounds of Vietnamese public and Party bodies, from launch to the report.",
    commands=COMMANDS,
    no_args_is_help=True,
)


def main() -> None:
    """Run one command; ends the process with 0, 1 (refused) or 2 (usage)."""
    try:
        root.main(prog_name="danhgia")
    except Exception as error:
        from danhgia.edge import sentence_of

        sentence = sentence_of(error)
        if sentence is None:
            raise
        typer.echo(sentence, err=True)
        sys.exit(1)
