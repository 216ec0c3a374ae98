"""`danhgia bench`: what the program does, against the same written by hand on the database's driver."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Final

import typer
from rich.console import Console
from rich.table import Table

from danhgia.bench import board, cases, chains, checks, growth, history, mail, page, rating, report, upload, workers
from danhgia.bench.cases import Result
from danhgia.bench.written import write
from states.errors import Unknown

BENCHES: Final[dict[str, Callable[[], list[Result]]]] = {
    "advance": cases.bench_advance,
    "lock": cases.bench_lock,
    "launch": cases.bench_launch,
    "rank": cases.bench_rank,
    "verify": chains.bench_verify,
    "mail": mail.bench_mail,
    "workers": workers.bench_workers,
    "growth": growth.bench_growth,
    "rating": rating.bench_rating,
    "page": page.bench_page,
    "board": board.bench_board,
    "history": history.bench_history,
    "upload": upload.bench_upload,
    "report": report.bench_report,
    "check": checks.bench_check,
}


def bench(names: list[str], as_json: bool, docs: Path | None) -> None:
    """Run the benches named, or all, print their figures and write them into docs; Unknown for a name that is none."""
    for name in names:
        if name not in BENCHES:
            raise Unknown(f"phép đo {name} (có: {', '.join(BENCHES)})")
    results: list[Result] = []
    for name in names or BENCHES:
        results += (found := BENCHES[name]())
        if docs is not None:
            write(found, docs)
    if as_json:
        typer.echo(json.dumps([result._asdict() for result in results], indent=2))
    else:
        _print(results)


def _print(results: list[Result]) -> None:
    table = Table("bench", "database", "n", "ours", "baseline", "unit", "ratio", title="danhgia bench")
    for one in results:
        table.add_row(
            one.name,
            one.database,
            f"{one.n:,}",
            f"{one.ours:,.0f}",
            f"{one.baseline:,.0f}",
            one.unit,
            f"{one.ratio:.2f}",
        )
    Console().print(table)
