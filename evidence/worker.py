"""The process that examines one file: it takes a task from standard input and gives the verdict on standard output."""

import os
import resource
import sys
from typing import Final

from evidence.checker import NOT_THE_FILE, Task
from evidence.examine import examine
from evidence.verdict import BadRoots

MEMORY: Final = 1536 * 1024 * 1024
CPU: Final = 20
"""Seconds of the processor; a second later it is killed, should the first sign not be heard."""
KINDNESS: Final = 5
"""How far it stands behind those who serve people."""
WRITTEN: Final = 4 * 1024 * 1024
FILES: Final = 64


def main() -> None:
    """Take away from this process what it needs no more of, then examine."""
    os.nice(KINDNESS)
    for what, soft, hard in (
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_CPU, CPU, CPU + 1),
        (resource.RLIMIT_FSIZE, WRITTEN, WRITTEN),
        (resource.RLIMIT_NOFILE, FILES, FILES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(what, (soft, hard))
    task = Task.model_validate_json(sys.stdin.read())
    try:
        found = examine(task.path, task.rules, task.roots, task.at, task.thumbnail)
    except (BadRoots, FileNotFoundError) as error:
        sys.stderr.write(str(error))
        sys.exit(NOT_THE_FILE)
    sys.stdout.write(found.model_dump_json())


if __name__ == "__main__":
    main()
