"""`danhgia programme`: what programmes there are, and whether their files hold."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from config import load, yamlfile
from config.errors import ConfigError, Problem
from config.programme import Programme
from config.workflow import Deadline, Workflow
from danhgia.commands import show
from danhgia.commands.mermaid import diagrams
from danhgia.commands.options import AsJson, group

app = group("List, show, check and draw programmes.")
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="The programme, by its name or its file.")]


@app.command(name="list")
def list_all(as_json: AsJson = False) -> None:
    """List the programmes that come with this release."""
    rows = [_row(slug) for slug in load.list_programmes()]
    if as_json:
        show.data(rows)
    else:
        show.table(["programme", "title", "problems"], [list(row.values()) for row in rows])


def _row(slug: str) -> dict[str, Any]:
    try:
        return {"slug": slug, "title": load.load_programme(slug).title, "problems": 0}
    except ConfigError as error:
        return {"slug": slug, "title": None, "problems": len(error.problems)}


@app.command(name="show")
def show_one(slug: Slug, as_json: AsJson = False) -> None:
    """Show whom a programme assesses, on which sheets and until when."""
    programme = load.load_programme(slug)
    if as_json:
        show.data(_summary(programme))
        return
    show.say(f"{programme.title}\n{programme.slug}, digest {programme.digest}")
    show.table(["kind", "label", "sheet", "status"], _kinds(programme), title="Kinds of subjects")
    columns = ["sheet", "title", "total", "scored items", "status"]
    show.table(columns, [list(sheet.values()) for sheet in _sheets(programme)], title="Sheets")
    rows = [list(_deadline(deadline).values()) for deadline in programme.workflow.deadlines]
    show.table(["stage", "label", "opens", "closes", "late", "kinds"], rows, title="Deadlines")


def _summary(programme: Programme) -> dict[str, Any]:
    return {
        "slug": programme.slug,
        "title": programme.title,
        "digest": programme.digest,
        "workflow": programme.workflow.slug,
        "kinds": [dict(zip(("kind", "label", "sheet", "status"), row, strict=True)) for row in _kinds(programme)],
        "sheets": list(_sheets(programme)),
        "deadlines": [_deadline(deadline) for deadline in programme.workflow.deadlines],
    }


def _kinds(programme: Programme) -> list[list[str]]:
    sheets = {name: programme.sheet_for(name) for name in programme.subject_kinds}
    return [
        [name, kind.label, sheets[name].slug, sheets[name].status] for name, kind in programme.subject_kinds.items()
    ]


def _sheets(programme: Programme) -> Iterator[dict[str, Any]]:
    for sheet in (use.sheet for use in programme.sheets):
        yield {
            "slug": sheet.slug,
            "title": sheet.title,
            "total": f"{sheet.total:f}",
            "scored_items": len(sheet.leaves()),
            "status": sheet.status,
        }


def _deadline(deadline: Deadline) -> dict[str, Any]:
    closes = f"before {deadline.before}" if deadline.before else f"through {deadline.through}"
    kinds = ", ".join(deadline.kinds) or "all"
    return {
        "stage": deadline.stage,
        "label": deadline.label,
        "opens": deadline.opens,
        "closes": closes,
        "late": deadline.late,
        "kinds": kinds,
    }


@app.command()
def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A programme or a workflow; without it all that come along.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check files whole and name every problem with file, line and path."""
    files = [file] if file else list(_own_files())
    with show.working("Checking"):
        problems = [problem for path in files for problem in _problems(path)]
    if as_json:
        show.data({"files": list(map(str, files)), "problems": list(map(asdict, problems))})
    elif not problems:
        show.say(f"nothing is wrong in {len(files)} file(s)")
    if problems:
        raise ConfigError(problems)


def _own_files() -> Iterator[Path]:
    for folder in ("programmes", "workflows"):
        yield from sorted((load.HOME / folder).glob("*.yaml"))


def _problems(path: Path) -> tuple[Problem, ...]:
    try:
        _load(path)
    except ConfigError as error:
        return error.problems
    return ()


def _load(path: Path) -> Programme | Workflow:
    data = yamlfile.read(path).data
    is_workflow = isinstance(data, dict) and "round" in data
    return load.load_workflow(path) if is_workflow else load.load_programme(path)


@app.command()
def diagram(slug: Slug) -> None:
    """Draw the workflow of a programme: Mermaid text of the round's machine and of the dossier's."""
    path = load.HOME / "workflows" / f"{slug}.yaml"
    is_workflow = slug not in load.list_programmes() and path.is_file()
    show.say(diagrams(load.load_workflow(path) if is_workflow else load.load_programme(slug).workflow))
