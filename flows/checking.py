"""Files of evidence are checked, and what nobody names any more is thrown away.

A check that could not be made says nothing of the file: its job is put off and done again.
"""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from actions import evidence_verdicts
from actions.evidence_checks import JOB
from actions.evidence_verdicts import Wanted
from evidence.checker import CheckFailed, Task, check
from evidence.store import COMING, THUMBNAIL, Absent
from evidence.verdict import Outcome as Found
from evidence.verdict import Verdict
from evidence.viruses import Finding, scan
from flows import jobs
from flows.jobs import Claimed, Errand, Outcome
from models.evidence import mentioned_files, named_files, refused_late, unchecked
from models.installation import restored_at

if TYPE_CHECKING:
    from datetime import datetime

    from flows.duties import Setting

SPARED: Final = timedelta(days=30)
"""For how long nothing is thrown away after a copy was brought back."""
LATE: Final = timedelta(days=30)
"""Longer than any programme gives for an explanation, with all days off between."""


def check_evidence(setting: "Setting", job: Claimed) -> Outcome:
    """The verdict on one file, its row of history and the end of the job are one transaction."""
    with setting.database.reading() as session:
        asked = evidence_verdicts.wanted(session, job.number, now=setting.now())
    found = None if asked.known else _examined(setting, asked)
    with setting.database.writing() as session:
        now = setting.now()
        kept = evidence_verdicts.keep(session, asked, *found, now=now) if found else asked.known
        if kept is None:
            raise CheckFailed(asked.file_hash)
        evidence_verdicts.settle(session, job.number, kept, now=now)
        outcome = Outcome(f"Tệp {asked.file_hash[:8]}…: {kept.outcome}{f', {kept.scan}' if kept.scan else ''}.")
        if not jobs.end(session, job, outcome, now):
            session.rollback()
    return outcome


def _examined(setting: "Setting", asked: Wanted) -> tuple[Verdict, Finding | None]:
    """What the file is, and what the virus scanner says where there is one; its small picture lies beside it then."""
    try:
        with setting.evidence.borrow(asked.file_hash) as path:
            verdict = _verdict(setting, asked, path)
            if not setting.scanner or verdict.outcome is Found.REFUSED:
                return verdict, None
            return verdict, scan(setting.scanner, path)
    except Absent:
        raise CheckFailed(f"no content {asked.file_hash}") from None


def _verdict(setting: "Setting", asked: Wanted, path: Path) -> Verdict:
    store = setting.evidence
    coming = store.coming / f"{COMING}{os.getpid()}-{asked.file_hash}{THUMBNAIL}"
    try:
        task = Task(path=path, rules=asked.rules, roots=setting.roots, at=setting.now(), thumbnail=coming)
        verdict = check(task).verdict
        if coming.is_file() and verdict.outcome is not Found.REFUSED:
            store.keep_thumbnail(coming, asked.file_hash)
    finally:
        coming.unlink(missing_ok=True)
    return verdict


def sweep_files(setting: "Setting", _: Claimed) -> Outcome:
    """Throw away what nobody names, have checked once more what never was, and give files refused late their time."""
    now = setting.now()
    with setting.database.reading() as session:
        missing, late = unchecked(session), refused_late(session, now - LATE, now)
    told = _thrown_away(setting, now)
    again = [Errand(JOB, f"evidence:{key}", f"again/{now.date()}") for key in missing]
    with setting.database.writing() as session:
        jobs.ask(session, again, now)
        for key in late:
            evidence_verdicts.give_rest(session, key, now=now)
    return Outcome(f"{told}; yêu cầu kiểm tra lại {len(again)} tệp.")


def _thrown_away(setting: "Setting", now: "datetime") -> str:
    """Nothing by a database that may be the wrong one: it names no file at all, or was brought back lately."""
    with setting.database.reading() as session:
        known, restored = named_files(session) | mentioned_files(session), restored_at(session)
    if not known:
        return "Chưa dọn tệp nào: cơ sở dữ liệu chưa ghi nhận tệp nào"
    if restored is not None and now < restored + SPARED:
        return f"Chưa dọn tệp nào: cơ sở dữ liệu mới được khôi phục, tệp được giữ {SPARED.days} ngày"
    return f"Đã dọn {setting.evidence.sweep(known, now)} tệp không còn dùng"
