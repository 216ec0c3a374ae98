"""`danhgia rehearse`: plays a whole year in a scratch database (*chạy thử*)."""

import json
import shutil
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from config.load import HOME, load_programme
from config.programme import Programme
from config.register import RegisterRow, load_register
from danhgia.edge import settings_of_environment
from danhgia.rehearse import ha_tinh, printed, summary, tap_the, year
from danhgia.rehearse.register import invented
from danhgia.rehearse.stage import staged
from models.scratch import scratch

DEFAULT_SUBJECTS = 24
REGISTERS = HOME / "registers"


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
    rows = _rows(programme, register, subjects, seed, year_)
    folder = _emptied(out or Path("var") / "rehearsal" / f"{programme.slug}-{year_}-{seed}")
    name = f"danhgia_rehearsal_{programme.slug}_{year_}_{seed}".replace("-", "_")
    url = scratch(settings_of_environment().database_url, folder, name)
    told = _play(url, programme, year_, seed, folder, rows, quiet=as_json)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2, sort_keys=True))
    else:
        printed.show(told, programme, folder, url)


def _rows(programme: Programme, register: Path | None, subjects: int, seed: int, year_: int) -> list[RegisterRow]:
    if register is not None:
        return load_register(register, kinds=frozenset(programme.register_kinds))
    if programme.slug in GENERATED:
        return [_living(row, year_) for row in GENERATED[programme.slug](subjects, seed)]
    return invented(programme, subjects)


def _living(row: RegisterRow, year_: int) -> RegisterRow:
    """A subject of a register of ours that ended before the year plays in it all the same."""
    is_gone = row.valid_to is not None and row.valid_to.year < year_
    return row.model_copy(update={"valid_to": None}) if is_gone else row


def _of_ha_tinh(subjects: int, seed: int) -> list[RegisterRow]:
    return ha_tinh.generated(load_register(REGISTERS / "ha-tinh-2024.csv"), subjects, seed)


def _of_nghe_an(subjects: int, _: int) -> list[RegisterRow]:
    return load_register(REGISTERS / "nghe-an-2024.csv")[:subjects]


GENERATED = {"kiem-diem-xep-loai": _of_ha_tinh, "xep-loai-tap-the": tap_the.generated, "diem-sang": _of_nghe_an}
"""Where the subjects of a programme stand to each other, or come from a register that is there."""


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
