"""`danhgia sheet`: criteria sheets, their figures, and what comes of a document that holds one."""

from collections.abc import Sequence
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from config.clock import Clock
from config.errors import ConfigError, Problem
from config.sheet import Kind, Sheet, load_sheet
from danhgia.commands import show
from danhgia.commands.options import AsJson, File, group
from danhgia.edge import at_console
from intake import questions
from intake.columns import SETTLED, Role
from intake.oddities import refuse
from intake.parts import Candidate
from intake.settled import Parting, Settlement, Settling, by_key, is_settled, read_settling
from intake.sheets import Imported
from intake.sources import Document, Source, read_document

app = group("Check criteria sheets, and import them from documents.")
Out = Annotated[Path | None, typer.Option(metavar="FILE.yaml", help="Write the sheet here.")]


@app.command()
def check(file: File, as_json: AsJson = False) -> None:
    """Check a sheet whole: kinds, options, and that the points of every group add up."""
    try:
        sheet = load_sheet(file)
    except ConfigError as error:
        if as_json:
            show.data(_refused(error))
        raise
    _tell(sheet, as_json=as_json)


@app.command(name="import")
def take(
    file: File,
    out: Out = None,
    table: Annotated[
        int | None,
        Option(min=1, metavar="N", help="Which table it is, where the document holds several."),
    ] = None,
    column: Annotated[
        list[str] | None,
        Option(metavar="ROLE=N", help=f"Which column, from 1, is {', '.join(Role)}; ROLE= for none. May be repeated."),
    ] = None,
    settled: Annotated[Path | None, Option(metavar="FILE.yaml", help="Settle what is open as this file says.")] = None,
    keep_rest: Annotated[bool, Option("--keep-rest", help="Settle other doubts as they were read.")] = False,
    ask: Annotated[Path | None, Option(metavar="FILE.yaml", help="Write what is open here, to be settled.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read a sheet from a document (.docx, .xlsx, .csv, .txt) and tell everything odd about it, row by row."""
    try:
        with show.working("Reading"):
            found = _read(file, table, settled, _columns(column or ()), keep_rest=keep_rest)
    except ConfigError as error:
        if as_json:
            show.data(_refused(error))
        raise
    if out is not None:
        out.write_text(found.as_yaml(), encoding="utf-8")
    if ask is not None:
        read = found.source
        about = Settling(file=file.name, source=read.digest, parted=read.parted, table=read.number)
        asked = about.model_copy(update={"settled": questions.asked(found)})
        ask.write_text(asked.as_yaml(), encoding="utf-8")
    _tell_import(found, out, as_json=as_json)
    if found.sheet is None:
        open_ones = sum(oddity.blocks for oddity in found.oddities)
        raise refuse(file, f"Biểu chưa dùng được: còn {open_ones} chỗ phải giải quyết.")


def _columns(given: Sequence[str]) -> list[Settlement]:
    """The roles of columns that were given, as they are settled."""
    abouts = {str(role): about for about, role in SETTLED.items()}
    parted = [one.partition("=") for one in given]
    unknown = next((role for role, sign, _ in parted if not sign or role not in abouts), None)
    if unknown is not None:
        what = f'"{unknown}" is no role of a column; write one of {", ".join(abouts)}, "=" and its number'
        raise typer.BadParameter(what, param_hint="--column")
    return [Settlement(about=abouts[role], value=number.strip()) for role, _, number in parted]


def _read(
    file: Path, table: int | None, settled: Path | None, columns: Sequence[Settlement], *, keep_rest: bool
) -> Imported:
    """What is made of a document with columns and a file of settlements; those that name nobody are of who sits here.

    Of a column given and in the file the given one counts.
    """
    document, by = read_document(file), {"by": at_console().name, "at": Clock().now()}
    given = read_settling(settled, document.digest) if settled else Settling()
    if table and given.table and table != given.table:
        raise refuse(settled or file, f"it settles table {given.table} and not table {table}; choose the same table")
    source = _table(file, _parted(settled or file, document, given.parted), table or given.table)
    signed = [one if one.by else one.model_copy(update=by) for one in (*given.settled, *columns)]
    try:
        found = questions.settled_by(source, signed)
    except questions.Unfit as unfit:
        raise refuse(settled or file, str(unfit)) from None
    if not keep_rest:
        return found
    rest = [one.model_copy(update=by) for one in questions.rest(found)]
    return questions.held(source, {**found.settled, **by_key(rest)})


def _parted(file: Path, document: Document, parted: Sequence[Parting]) -> Document:
    """The document with its tables parted as a file of settlements says."""
    try:
        return reduce(Document.part, parted, document)
    except LookupError:
        raise refuse(file, "it parts tables that were not joined; choose the file made from this document") from None


def _table(file: Path, document: Document, number: int) -> Source:
    """The table that was chosen (0: none was); ConfigError, with all there are, when it is not there or not clear."""
    count = len(document.tables)
    if count == 1 or number:
        with suppress(LookupError):
            return document.source(number or 1)
    what = f"there is no table {number}" if number else "say which table is the sheet"
    told = f"{what}: of {count} that may be one, --table {document.probable} most probably is"
    problems = [Problem(str(file), None, f"--table {one.number}", _described(one)) for one in document.tables]
    raise ConfigError([Problem(str(file), None, "", told), *problems])


def _described(one: Candidate) -> str:
    named = [f"worksheet «{one.name}»" if one.name else f"table {one.place} of the document", f"{len(one.body)} row(s)"]
    return "; ".join(filter(None, (*named, one.title, one.begins)))


def _tell_import(found: Imported, out: Path | None, *, as_json: bool) -> None:
    figures = {"total": f"{found.total:f}", "scored_items": found.scored_items, "choose_one": found.choose_one}
    if as_json:
        told = [
            {
                "row": one.row,
                "what": one.what,
                "kind": str(one.kind),
                "blocks": one.blocks,
                "settled": is_settled(found.settled, one),
            }
            for one in found.oddities
        ]
        show.data(figures | {"problems": told})
        return
    show.table(["row", "", "what"], [(one.row, "!" if one.blocks else "", one.what) for one in found.oddities])
    show.table(["total", "scored items", "choose one"], [list(figures.values())])
    show.say(f"written to {out}" if out else found.as_yaml())


def _tell(sheet: Sheet, *, as_json: bool) -> None:
    found = _figures(sheet)
    if as_json:
        show.data(found | {"problems": []})
        return
    show.say(f"{sheet.title} ({sheet.status})")
    show.table(["total", "scored items", "choose one"], [list(found.values())])


def _figures(sheet: Sheet) -> dict[str, Any]:
    choices = [leaf for leaf in sheet.leaves() if leaf.kind in {Kind.CHOICE, Kind.CAPPED_CHOICE}]
    return {"total": f"{sheet.total:f}", "scored_items": len(sheet.leaves()), "choose_one": len(choices)}


def _refused(error: ConfigError) -> dict[str, Any]:
    problems = [{"row": problem.line, "what": _what(problem)} for problem in error.problems]
    return {"total": None, "scored_items": None, "choose_one": None, "problems": problems}


def _what(problem: Problem) -> str:
    return ": ".join(filter(None, (problem.path, problem.message)))
