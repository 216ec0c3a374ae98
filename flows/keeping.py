"""What is kept beside the database every night, what is thrown away, and whom a night that went wrong is told."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlmodel import Session

from evidence.store import Absent, Store
from flows.drill import NoScratch, Where, drill
from flows.jobs import Claimed, Outcome
from models import backup, copies, retention
from models.check import revision
from models.db import run
from models.evidence import named_files
from models.rounds import NEWEST
from models.types import to_micros
from states.advance import tell_sql
from states.permits import ROUND

if TYPE_CHECKING:
    from datetime import datetime

    from flows.duties import Setting

EVIDENCE: Final = "evidence"
NIGHTLY: Final = frozenset({"seal", "verify", "backup", "sweep_files", "tidy"})
DRILL: Final = "drill"
CONCERNS: Final = f"r.id = {NEWEST} AND EXISTS (SELECT 1 FROM job j WHERE j.id = :job AND j.status = 'failed')"


def back_up(setting: "Setting", job: Claimed) -> Outcome:
    """Copy the database, and the files of evidence where a folder for copies is named; what is old goes."""
    folder = setting.copies
    made = backup.copy(setting.database, folder / f"{copies.STEM}{job.errand.occasion}.bak")
    with setting.database.reading() as session:
        hashes, at_revision = named_files(session), revision(session)
        rows = run(session, "SELECT count(*) FROM history").fetchone()[0]
    missing = _copy_files(setting.evidence, folder / EVIDENCE, hashes) if setting.backups else []
    told = {"made_at": setting.now(), "revision": at_revision, "history_rows": rows}
    copies.write_sheet(made, hashes, **told, files_copied=bool(setting.backups))
    copies.rotate(folder)
    if missing:
        return Outcome(f"Đã sao lưu cơ sở dữ liệu vào {made}, nhưng kho thiếu {len(missing)} tệp.", held=False)
    how = "đã chép đủ" if setting.backups else "chỉ ghi mã; đặt DANHGIA_BACKUP để chép cả tệp"
    return Outcome(f"Đã sao lưu vào {made}; {len(hashes)} tệp: {how}.")


def _copy_files(store: Store, folder: Path, hashes: Iterable[str]) -> list[str]:
    """Copy the contents that the folder lacks; returns those that the store lacks."""
    missing = []
    for file_hash in sorted(hashes):
        target = folder / file_hash[:2] / file_hash
        if target.is_file():
            continue
        try:
            _copy_file(store, file_hash, target)
        except Absent:
            missing.append(file_hash)
    return missing


def _copy_file(store: Store, file_hash: str, target: Path) -> None:
    """The copy appears whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{os.getpid()}-{file_hash}")
    try:
        with part.open("wb") as written:
            written.writelines(store.open(file_hash).pieces)
            written.flush()
            os.fsync(written.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def practise(setting: "Setting", _: Claimed) -> Outcome:
    """Bring the newest copy back into a scratch database and verify its chains and seals (restore drill).

    Files of evidence are hashed by `danhgia restore --drill`, which may take hours.
    """
    url = setting.database.url.render_as_string(hide_password=False)
    try:
        made = drill(Where(url, setting.directory, setting.database), copies.newest(setting.copies), setting.now())
    except NoScratch:
        return Outcome("Chưa khôi phục thử được: tài khoản cơ sở dữ liệu cần quyền CREATEDB.", held=False)
    told = f"{made.chains} chuỗi, {made.rows} dòng, {made.seals} mã kiểm chứng, SHA-256 {made.sha256[:16]}"
    if made.faults:
        how = f"sai {len(made.faults)} điểm, chạy danhgia restore --drill để xem từng điểm"
        return Outcome(f"Đã khôi phục thử {made.file}: {told}; {how}.", held=False)
    return Outcome(f"Đã khôi phục thử {made.file} trong {made.seconds} giây: {told}; tất cả nguyên vẹn.")


def tidy(setting: "Setting", _: Claimed) -> Outcome:
    """Throw away what no round needs any more: ended sessions, used keys, old links, jobs of past nights."""
    with setting.database.writing() as session:
        gone = retention.tidy(session, setting.now())
    return Outcome(f"Đã dọn: {', '.join(f'{name} {count}' for name, count in sorted(gone.items()))}.")


def tell_failed(session: Session, job: Claimed, now: "datetime") -> None:
    """Mail the administrators when work of the night has failed for good; once a job.

    The mail is of the newest open round, else of the newest there was: whoever administers the installation is told.
    """
    if job.errand.kind not in {*NIGHTLY, DRILL}:
        return
    sql = tell_sql("night_failed", "round", "r", ROUND, CONCERNS, ":occasion", ":about", ":now")
    about = json.dumps({"work": job.errand.kind})
    run(session, sql, {"occasion": f"job:{job.id}", "about": about, "now": to_micros(now), "job": job.id})
