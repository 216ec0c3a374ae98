"""The report of a round in Word, Excel and PDF: seconds and memory, and whether they grow no faster than the round.

Up to 3,000 subjects the workbook carries the points of single criteria in three copies, beyond that it does not
(`figures.MOST_CRITERIA`): Excel at 30,000 is held against 3,000 without them.
"""

import resource
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from decimal import Decimal
from itertools import product
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

Form = Literal["Word", "PDF", "Excel"]
FORMS: Final[tuple[Form, ...]] = ("Word", "PDF", "Excel")
FEW: Final = 300
MANY: Final = 3_000
MOST: Final = 30_000
MEMORY: Final = 1_024
"""Megabytes that one report may take."""
TOO_MANY: Final = 1_000
"""So many criteria that their points are left out at every size, as they are of a large round."""
MARKED: Final = (
    "INSERT INTO mark (assessment_id, copy_name, criterion, entry, points, note, at) "
    "SELECT id, :copy, :criterion, '{}', :points, :note, :now FROM assessment"
)
COPIES: Final = ("self", "appraised", "decided")
DECIDED: Final = (
    "UPDATE assessment SET submitted_at = :now, self_total = :more, leaves = :leaves, "
    "appraised_total = CASE WHEN mod(id, 3) = 0 THEN :less ELSE :more END, zeroed = mod(id, 50) = 0, "
    "decided_total = CASE WHEN mod(id, 3) = 0 THEN :less ELSE :more END, late = mod(id, 40) = 0, place = id, "
    "place_reason = 'Xếp theo tổng điểm'"
)


def bench_report() -> list[Result]:
    """Each form at 3,000 subjects against ten times that at 300, Excel at 30,000 too; and the memory of each."""
    marked = (part for form in FORMS for part in _grown(form, FEW, MANY, marked=True))
    return [*marked, *_grown("Excel", MANY, MOST, marked=False)]


def _grown(form: Form, before: int, size: int, *, marked: bool) -> Iterator[Result]:
    """How long and how large at a size, against growth in proportion from the smaller one: a ratio of 1 is that."""
    (few, _), (own, memory) = (_apart(form, each, marked=marked) for each in (before, size))
    name, allowed = f"report, {form}{', by criterion' if marked and form == 'Excel' else ''}", few * size / before
    yield Result(name, "sqlite", size, round(own, 2), round(allowed, 2), "CPU s", round(allowed / own, 3))
    yield Result(f"{name}, memory", "sqlite", size, round(memory), MEMORY, "MB", round(MEMORY / memory, 3))


def _apart(form: Form, size: int, *, marked: bool) -> tuple[float, float]:
    """Seconds and megabytes of one report, written by a process of its own."""
    with fresh("sqlite") as database:
        leaves = [leaf.code for leaf in world.fill(database, size, "reported").programme.sheet_for(world.KIND).leaves()]
        with database.writing() as session:
            count = len(leaves) if marked else TOO_MANY
            more, less = to_scaled(Decimal(95)), to_scaled(Decimal(91))
            run(session, DECIDED, {"now": to_micros(world.NOW), "leaves": count, "more": more, "less": less})
            for copy, code in product(COPIES, leaves) if marked else ():
                note = "Tài liệu kiểm chứng chưa đủ thông tin" if copy == "appraised" else ""
                given = {"copy": copy, "criterion": code, "points": to_scaled(Decimal(3)), "note": note}
                run(session, MARKED, {**given, "now": to_micros(world.NOW)})
        with ProcessPoolExecutor(1, get_context("spawn")) as alone:
            return alone.submit(_written, str(database.url), form).result()


def _written(url: str, form: Form) -> tuple[float, float]:
    database, start = Database(url), process_time()
    with TemporaryDirectory() as home:
        with database.reading() as session:
            report = gather(session, 1, by_criterion=form == "Excel")
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
