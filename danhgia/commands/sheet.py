"""`danhgia sheet`: criteria sheets, their figures, and what comes of a document that holds one."""

from pathlib import Path
from typing import Annotated, Any

import typer

from config.errors import ConfigError, Problem
from config.sheet import Kind, Sheet, load_sheet
from danhgia.commands import show
from danhgia.commands.options import AsJson, File, group
from intake.oddities import refuse
from intake.sheets import Imported, read_sheet

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
def take(file: File, out: Out = None, as_json: AsJson = False) -> None:
    """Read a sheet from a document (.docx, .xlsx, .csv, .txt) and tell everything odd about it, row by row."""
    try:
        with show.working("Reading"):
            found = read_sheet(file)
    except ConfigError as error:
        if as_json:
            show.data(_refused(error))
        raise
    if out is not None:
        out.write_text(found.as_yaml(), encoding="utf-8")
    _tell_import(found, out, as_json=as_json)
    if found.sheet is None:
        open_ones = sum(oddity.blocks for oddity in found.oddities)
        raise refuse(file, f"Biểu chưa dùng được: còn {open_ones} chỗ phải giải quyết.")


def _tell_import(found: Imported, out: Path | None, *, as_json: bool) -> None:
    figures = {"total": f"{found.total:f}", "scored_items": found.scored_items, "choose_one": found.choose_one}
    if as_json:
        told = [
            {"row": one.row, "what": one.what, "kind": str(one.kind), "blocks": one.blocks} for one in found.oddities
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
