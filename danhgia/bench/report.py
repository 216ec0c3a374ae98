"""The report of a round in Word, Excel and PDF: seconds and memory, and whether they grow no faster than the round."""

import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final, Literal

from danhgia.bench import world
from danhgia.bench.cases import Result
from danhgia.bench.places import fresh
from models.db import Database, run
from models.types import to_micros, to_scaled
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from reports.word_pdf import word_pdf

Form = Literal["Word", "Excel", "PDF"]
FEW: Final = 300
MANY: Final = 3_000
MOST: Final = 30_000
MEMORY: Final = 1_024
"""Megabytes that one report may take."""
LEAVES: Final = 1_000
"""So many that the points of single criteria are left out at every size, as they are of a large round."""
DECIDED: Final = (
    "UPDATE assessment SET submitted_at = :now, self_total = :more, leaves = :leaves, "
    "appraised_total = CASE WHEN mod(id, 3) = 0 THEN :less ELSE :more END, zeroed = mod(id, 50) = 0, "
    "decided_total = CASE WHEN mod(id, 3) = 0 THEN :less ELSE :more END, late = mod(id, 40) = 0, place = id, "
    "place_reason = 'Xếp theo tổng điểm'"
)


def bench_report() -> list[Result]:
    """Each form at 3,000 subjects against ten times that at 300, Excel at 30,000 too; and the memory of each."""
    return [*_grown("Word", FEW, MANY), *_grown("PDF", FEW, MANY), *_grown("Excel", FEW, MANY, MOST)]


def _grown(form: Form, *sizes: int) -> Iterator[Result]:
    """How long and how large at each size but the first; a ratio of 1 is growth in proportion."""
    found = {size: _apart(form, size) for size in sizes}
    for before, size in pairwise(sizes):
        (own, memory), allowed = found[size], found[before][0] * size / before
        yield Result(
            f"report, {form}", "sqlite", size, round(own, 2), round(allowed, 2), "CPU s", round(allowed / own, 3)
        )
        yield Result(f"report, {form}, memory", "sqlite", size, round(memory), MEMORY, "MB", round(MEMORY / memory, 3))


def _apart(form: Form, size: int) -> tuple[float, float]:
    """Seconds and megabytes of one report, written by a process of its own."""
    with fresh("sqlite") as database:
        world.fill(database, size, "reported")
        with database.writing() as session:
            more, less = to_scaled(Decimal(95)), to_scaled(Decimal(91))
            run(session, DECIDED, {"now": to_micros(world.NOW), "leaves": LEAVES, "more": more, "less": less})
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            return alone.submit(_written, str(database.url), form).result()


def _written(url: str, form: Form) -> tuple[float, float]:
    database, start = Database(url), process_time()
    with TemporaryDirectory() as home:
        with database.reading() as session:
            report = gather(session, 1)
        word = Path(home) / "report.docx"
        if form == "Excel":
            write_xlsx(report, Path(home) / "report.xlsx", rehearsal=False)
        else:
            write_docx(report, word, rehearsal=False)
        if form == "PDF":
            word_pdf(word.read_bytes())
    seconds = process_time() - start
    database.dispose()
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
