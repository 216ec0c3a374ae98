"""Jobs that an administrator asked for in the portal: a large launch, a rehearsal (*chạy thử*).

A rehearsal runs `danhgia rehearse` in a process and a folder of its own: no address of the real database, and none of
the mail server, reaches it.
"""

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from actions import launch_draft, rehearsal_draft
from actions.drafts import find_draft, hold_draft
from actions.rehearsal_draft import Rehearsal, register_of, rehearsal_of
from config.register import RegisterRow
from flows.jobs import Claimed, Outcome
from states.actor import account
from states.errors import DanhgiaError

if TYPE_CHECKING:
    from flows.duties import Setting

FOLDER: Final = "rehearsals"
PATIENCE: Final = 12 * 60
"""Seconds a rehearsal may take: less than the lease on its job."""
LONGEST: Final = 2_000
MEMBERS: Final = ("leads", "member_of", "peer_of")
OURS: Final = "DANHGIA_"


def launch(setting: "Setting", job: Claimed) -> Outcome:
    """Launch as a draft says; what stands against it is the outcome."""
    with setting.database.writing() as session:
        draft = hold_draft(session, launch_draft.KIND, job.number)
        seen = job.errand.occasion.partition("/")[0]
        try:
            made = launch_draft.carry_out(session, draft, seen, actor=account(draft.account_id), now=setting.now())
        except DanhgiaError as error:
            session.rollback()
            return Outcome(str(error), held=False)
    return Outcome(f"Đã phát động đợt số {made}.")


def rehearse(setting: "Setting", job: Claimed) -> Outcome:
    """Play the year that a draft asks for; what came of it lies in a folder of its own."""
    with setting.database.reading() as session:
        asked = rehearsal_of(find_draft(session, rehearsal_draft.KIND, job.number))
        rows = None if asked.subjects else register_of(session, asked)
    folder = (setting.directory / FOLDER / str(job.number)).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        return _played(folder, asked, rows)
    finally:
        _tidy(folder)


def _played(folder: Path, asked: Rehearsal, rows: Sequence[RegisterRow] | None) -> Outcome:
    chosen = ["--subjects", str(asked.subjects)]
    if rows is not None:
        if not rows:
            return Outcome("Danh sách đơn vị không có đơn vị nào thuộc chương trình này.", held=False)
        write_register(folder / "danh-sach.csv", rows)
        chosen = ["--register", str(folder / "danh-sach.csv")]
    given = ["--year", str(asked.year), "--seed", str(asked.seed), "--out", str(folder)]
    ends_with_us = [sys.executable, "-m", "danhgia.child", str(os.getpid()), "danhgia"]
    command = [*ends_with_us, "rehearse", asked.slug, *chosen, *given]
    options = {"env": _environment(folder), "timeout": PATIENCE}
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload] # noqa: S603  our own command, of words that were checked
    except subprocess.TimeoutExpired:
        minutes = PATIENCE // 60
        return Outcome(f"Chạy thử quá {minutes} phút nên đã dừng; giảm số đơn vị rồi chạy lại.", held=False)
    if done.returncode:
        return Outcome(_reason(done.stderr), held=False)
    return Outcome("Đã chạy thử xong.")


def _reason(told: str) -> str:
    """What the command told; of a fault of ours only the last line."""
    lines = told.strip().splitlines()
    shown = lines[-1:] if any(line.startswith("Traceback") for line in lines) else lines
    return "\n".join(shown)[:LONGEST] or "Chạy thử dừng giữa chừng."


def _environment(folder: Path) -> Mapping[str, str]:
    """Nothing of ours but the folder: the database is a file in it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    url = f"sqlite:///{folder}/round.db"
    return kept | {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(folder)}


def _tidy(folder: Path) -> None:
    """The figures and the papers stay; the scratch database and the mails, once counted, go."""
    for leftover in folder.glob("round.db*"):
        leftover.unlink(missing_ok=True)
    shutil.rmtree(folder / "mail", ignore_errors=True)
    with suppress(FileNotFoundError):
        (folder / "danh-sach.csv").unlink()


def write_register(path: Path, rows: Sequence[RegisterRow]) -> None:
    """Write rows as a register that can be read again."""
    with path.open("w", encoding="utf-8", newline="") as file:
        made = csv.writer(file)
        made.writerow(RegisterRow.model_fields)
        for row in rows:
            made.writerow([_cell(value) for value in row.model_dump(mode="json").values()])


def _cell(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case list():
            return ";".join(value)
    return "" if value is None else str(value)
