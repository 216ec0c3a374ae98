"""Prints every n-th mutant of each module, for a run that is not to take hours."""

import json
import sys
from pathlib import Path


def main(mutants: str, every: str) -> None:
    """Print the names of a folder of mutmut; the first one is from the middle of the first n."""
    step = int(every)
    for path in sorted(Path(mutants).rglob("*.py.meta")):
        names = list(json.loads(path.read_text("utf-8"))["exit_code_by_key"])
        sys.stdout.writelines(f"{name}\n" for name in names[(step - 1) // 2 :: step])


if __name__ == "__main__":
    main(*sys.argv[1:])
