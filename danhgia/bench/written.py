"""What benches measured, kept beside each other and written into the documentation: a table and pictures."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from danhgia.bench import plots
from danhgia.bench.cases import Result
from danhgia.bench.plan import plan

KEPT: Final = "performance/figures.json"
PAGE: Final = "performance.md"
PART: Final = re.compile(r"<!-- (figures|plan) -->\n.*?<!-- /\1 -->", re.DOTALL)
LINEAR: Final = 0.79
"""Ten times as many in no more than ten to the power of 1.1 times the time."""
ASKED: Final = {
    ("advance", "sqlite"): 0.45,
    ("advance", "postgresql"): 0.9,
    **{(name, kind): 0.5 for name in ("lock", "launch") for kind in ("sqlite", "postgresql")},
    **{("verify", kind): 0.6 for kind in ("sqlite", "postgresql")},
    **{("mail", kind): 0.8 for kind in ("sqlite", "postgresql")},
    **{("rank", kind): LINEAR for kind in ("sqlite", "postgresql")},
}
"""The least ratio that is asked for."""


def write(results: Sequence[Result], docs: Path) -> None:
    """Take these results among those kept, in the place of older ones, and write the table and the pictures anew."""
    kept = _merged(_read(docs / KEPT), results)
    (docs / KEPT).parent.mkdir(exist_ok=True)
    (docs / KEPT).write_text(json.dumps([one._asdict() for one in kept], indent=1) + "\n")
    _fill(docs / PAGE, {"figures": table(kept), "plan": plan(kept)})
    bars = [one for one in kept if (one.name, one.database) in ASKED]
    (docs / "performance/ratios.svg").write_text(plots.ratios(bars, [asked(one) for one in bars]))
    grown = [one for one in kept if one.name.startswith("growth ")]
    for kind in sorted({one.database for one in grown}):
        (docs / f"performance/growth-{kind}.svg").write_text(plots.growth(grown, kind))


def _fill(page: Path, parts: Mapping[str, str]) -> None:
    """Put each part between the marks that name it."""
    made = PART.sub(lambda found: f"<!-- {found[1]} -->\n{parts[found[1]]}<!-- /{found[1]} -->", page.read_text())
    page.write_text(made)


def asked(one: Result) -> float | None:
    """The least ratio asked of a figure, if any is."""
    return 1.0 if one.unit == "exponent" else ASKED.get((one.name, one.database))


def table(results: Iterable[Result]) -> str:
    """The figures as a table of Markdown; points of curves are left to the pictures."""
    head = "| bench | database | n | ours | baseline | unit | ratio | asked |\n|---|---|--:|--:|--:|---|--:|--:|\n"
    return head + "".join(_line(one) for one in results if not (one.name.startswith("growth ") and one.unit == "s"))


def _line(one: Result) -> str:
    least = asked(one)
    figures = (f"{one.n:,}" if one.n else "", _plain(one.ours), _plain(one.baseline), one.unit, f"{one.ratio:.2f}")
    return f"| {' | '.join((one.name, one.database, *figures, '' if least is None else f'{least:.2f}'))} |\n"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004  digits that say something


def _read(file: Path) -> list[Result]:
    return [Result(**one) for one in json.loads(file.read_text())] if file.exists() else []


def _merged(old: Sequence[Result], new: Sequence[Result]) -> list[Result]:
    """In the order in which they were first measured; a name that was measured again has only its new figures."""
    again = {one.name for one in new}
    names = dict.fromkeys(one.name for one in (*old, *new))
    return [one for name in names for one in (new if name in again else old) if one.name == name]
