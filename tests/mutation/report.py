"""Prints what became of the mutants: the figures of each module, then every mutant that no test killed."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LEAST: Final = 90
"""Percent of the mutants that have to be killed."""
KILLED: Final = (1, 3)
OUT_OF_TIME: Final = (-24, 24, 36, 152, 255)


def main(mutants: str) -> int:
    """Report on a folder of mutmut; 1 when too many mutants live on."""
    modules = {str(path.relative_to(mutants)): _read(path) for path in sorted(Path(mutants).rglob("*.py.meta"))}
    whole = {name: code for read in modules.values() for name, code in read.items()}
    lines = [_line(name.removesuffix(".meta"), read) for name, read in modules.items() if read]
    survivors = [f"survived {name}" for name, code in whole.items() if not _is_killed(code)]
    sys.stdout.write("\n".join([*lines, _line("all", whole), *survivors, ""]))
    return int(_killed(whole) * 100 < LEAST * len(whole))


def _read(path: Path) -> dict[str, int]:
    codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
    return {name: code for name, code in codes.items() if code is not None}


def _is_killed(code: int) -> bool:
    return code in KILLED or code in OUT_OF_TIME


def _killed(codes: Mapping[str, int]) -> int:
    return sum(map(_is_killed, codes.values()))


def _line(what: str, codes: Mapping[str, int]) -> str:
    killed = _killed(codes)
    late = sum(code in OUT_OF_TIME for code in codes.values())
    share = 100 * killed / len(codes) if codes else 100
    return f"{what:28} {killed:5}/{len(codes):<5} {share:5.1f} %   ({late} by running out of time)"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
