"""Holds the import against the real sheets of the sources, which are not in the repository.

    python -m tests.intake.seeds FRAME.txt VAN_GIANG.txt

Each is read as it is, and as Word and Excel made of it; prints figures and what was told, ends with 1 when wrong.
"""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from intake.plain import read_txt
from intake.sheets import Imported, read_sheet
from tests.intake.two_sheets import VAN_GIANG_HEADING
from tests.intake.writing import excel, word

FIGURES = {0: ("100", 31, 1), 1: ("100", 28, 4)}
JOINED = {0: 0, 1: 7}
DOUBLE = {0: "130", 1: "111"}


def forms(source: Path, folder: Path) -> list[Path]:
    """The source and the Word and Excel documents of its table and the text before it."""
    (table,) = read_txt(source)
    width = max(len(row.cells) for row in table.rows)
    rows = [(*row.cells, *[""] * (width - len(row.cells))) for row in table.rows]
    if width == len(VAN_GIANG_HEADING):
        rows = [row for row in rows if any(row)]
    name = source.stem
    return [
        source,
        word(folder / f"{name}.docx", rows, table.before),
        excel(folder / f"{name}.xlsx", rows, table.before),
    ]


def is_right(found: Imported, which: int) -> bool:
    """Whether structure, figures, joined rows and the trap of counting twice are as RULES has them."""
    told = Counter(str(oddity.kind) for oddity in found.oddities)
    print(f"  {found.total:f} points, {found.scored_items} scored, {found.choose_one} choose-one; {dict(told)}")  # noqa: T201
    figures = (f"{found.total:f}", found.scored_items, found.choose_one)
    is_trap_told = any(DOUBLE[which] in oddity.what for oddity in found.oddities)
    return found.sheet is not None and figures == FIGURES[which] and told["joined"] == JOINED[which] and is_trap_told


def main(sources: list[str]) -> int:
    """Check both sources; 0 when all is right."""
    verdicts = []
    with tempfile.TemporaryDirectory() as folder:
        for which, source in enumerate(map(Path, sources)):
            for path in forms(source, Path(folder)):
                print(path.name)  # noqa: T201
                verdicts.append(is_right(read_sheet(path), which))
    print(verdicts)  # noqa: T201
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
