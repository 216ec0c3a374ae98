"""`danhgia rehearse`: plays a whole year in a scratch database (*chạy thử*)."""

import json
import shutil
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from config.load import load_programme
from config.programme import Programme
from config.register import RegisterRow, load_register
from danhgia.edge import settings_of_environment
from danhgia.rehearse import summary, year
from danhgia.rehearse.register import invented
from danhgia.rehearse.scratch import scratch
from danhgia.rehearse.stage import staged

DEFAULT_SUBJECTS = 24
FILES = {"Báo cáo": "bao-cao.docx", "Bảng tính": "bao-cao.xlsx", "Thư": "mail", "Lịch sử": "history.jsonl"}


def rehearse(
    slug: Annotated[str, typer.Argument(help="The programme, by its slug or the path of its file.")],
    year_: Annotated[int, typer.Option("--year", help="The year of the round.")],
    register: Annotated[Path | None, typer.Option(help="A register of subjects (CSV or Excel).")] = None,
    subjects: Annotated[int, typer.Option(help="How many invented subjects, without a register.")] = DEFAULT_SUBJECTS,
    seed: Annotated[int, typer.Option(help="The same seed gives the same year.")] = 1,
    out: Annotated[Path | None, typer.Option(help="The folder for everything that comes of it.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """Play a whole year of a round in a scratch database, through the same actions, mails and reports as a real one."""
    programme = load_programme(slug)
    rows = _rows(programme, register, subjects)
    folder = _emptied(out or Path("var") / "rehearsal" / f"{programme.slug}-{year_}-{seed}")
    name = f"danhgia_rehearsal_{programme.slug}_{year_}_{seed}".replace("-", "_")
    url = scratch(settings_of_environment().database_url, folder, name)
    told = _play(url, programme, year_, seed, folder, rows, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        _print(told, programme, folder, url)


def _rows(programme: Programme, register: Path | None, subjects: int) -> list[RegisterRow]:
    if register is None:
        return invented(programme, subjects)
    return load_register(register, kinds=frozenset(programme.subject_kinds))


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder / "mail", ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _play(
    url: str, programme: Programme, year_: int, seed: int, out: Path, rows: list[RegisterRow], *, quiet: bool
) -> dict[str, Any]:
    start = perf_counter()
    with staged(url, programme, year_, seed, out) as stage:
        with Progress(transient=True, disable=quiet, console=Console(stderr=True)) as progress:
            task = progress.add_task("Đang chạy thử", total=None)
            for at in year.play(stage, rows):
                progress.update(task, description=f"Đang chạy thử {at:%d/%m/%Y}")
        played = perf_counter()
        told = summary.write(stage) | {"seed": seed}
        summary.write_json(out / "summary.json", told)
    timing = {"played_seconds": round(played - start, 3), "written_seconds": round(perf_counter() - played, 3)}
    summary.write_json(out / "timing.json", timing)
    return told


def _print(told: dict[str, Any], programme: Programme, folder: Path, url: str) -> None:
    console = Console()
    table = Table(title=f"Chạy thử «{programme.short_title}» năm {told['year']}: {told['subjects']} đơn vị")
    table.add_column("Hạng", justify="right")
    table.add_column("Đơn vị")
    table.add_column("Điểm", justify="right")
    for kind, places in told["ranking"].items():
        table.add_section()
        table.add_row("", f"[bold]{programme.subject_kinds[kind].label}[/bold]", "")
        for row in places:
            table.add_row(str(row["place"]), row["name"], row["total"])
    console.print(table)
    for label, key in (
        ("0 điểm do khóa", "zeroed"),
        ("quá hạn", "late"),
        ("gia hạn", "extended"),
        ("giải trình", "explained"),
    ):
        console.print(f"{label}: {told[key]}")
    console.print(f"Mã kiểm chứng dữ liệu: {told['seal']}")
    for label, name in FILES.items():
        console.print(f"{label}: {folder / name}")
    console.print(f"Cơ sở dữ liệu chạy thử: {url}")
