"""`danhgia sheet`: criteria sheets and their figures."""

from typing import Any

from config.errors import ConfigError, Problem
from config.sheet import Kind, Sheet, load_sheet
from danhgia.commands import show
from danhgia.commands.options import AsJson, File, group

app = group("Check criteria sheets.")


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
