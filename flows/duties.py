"""What each kind of job does, and which jobs the calendar asks for. Every duty may be done twice without harm."""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import opinion_reminders, remind
from actions.check import CHECK_HISTORY, CHECK_SEAL, CHECKS
from actions.evidence_checks import JOB
from actions.rank import rank_round
from actions.report import draft
from actions.seal import seal_night
from config.calendar import LOCAL
from config.graph import RESTING
from config.logs import about, tell
from evidence.folder import Folder
from evidence.store import FOLDER, Store
from flows import asked, checking, jobs, keeping
from flows.jobs import Claimed, Errand, Outcome
from models.db import Database, run
from models.history import Seal
from models.installation import installation
from models.rounds import open_rounds
from models.vitals import first_launch
from notifications.render import Origin
from notifications.send import Transport
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from states import history
from states.actor import SYSTEM
from states.chain import iso
from states.chain_words import in_words
from states.hold import counts

LOG: Final = logging.getLogger(__name__)
BATCH: Final = 1_000
NIGHT: Final = time(2)
DAY: Final = timedelta(days=1)
SUNDAY: Final = 6
AFTER_BACKUP: Final = timedelta(hours=2)
"""So much later than the nightly work, that there is a copy of the same night."""
SHOWN_BREAKS: Final = 5
RANKED, GATHERED, WORD = 40, 60, 75
"""How far a report has come, in percent of the time it takes: ranked and sealed, its figures read, written in Word."""
Clock = Callable[[], datetime]


class Setting(NamedTuple):
    """Where work is done: the database, the clock, the way out for mail and its sender, and the folder for files.

    `roots` is the folder of certificates that are trusted, `scanner` the address of clamd, `store` where evidence lies
    if not in the folder. `backups` is where copies go if not into the folder; files of evidence are copied there too.
    `stopped` says whether the process has been told to stop, so that what takes long may end early.
    """

    database: Database
    now: Clock
    transport: Transport
    origin: Origin
    directory: Path
    roots: Path | None = None
    scanner: str | None = None
    store: Store | None = None
    backups: Path | None = None
    stopped: Callable[[], bool] = bool

    @property
    def copies(self) -> Path:
        """The folder of copies of the database."""
        return self.backups or self.directory / "backup"

    @property
    def evidence(self) -> Store:
        """Where evidence lies."""
        return self.store or Folder(self.directory / FOLDER)


Duty = Callable[[Setting, Claimed], Outcome]
Counts = Mapping[str, int]
Plan = Callable[[Session, datetime], list[Errand]]


def batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """The ids in the order given, a batch at a time."""
    return (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))


def perform(setting: Setting, job_id: int) -> Counts:
    """Do a job if it is still to be done; a job that fails is put off, and its error raised."""
    with setting.database.writing() as session:
        job = jobs.claim(session, job_id, setting.now())
    if job is None:
        return {}
    with about(job=job.id, kind=job.errand.kind, round=job.round_id):
        return _performed(setting, job)


def _performed(setting: Setting, job: Claimed) -> Counts:
    begun, status = monotonic(), "put off"
    try:
        outcome = DUTIES[job.errand.kind](setting, job)
        status = "done" if outcome.held else "failed"
    except Exception as error:
        with setting.database.writing() as session:
            jobs.put_off(session, job, f"{type(error).__name__}: {error}", setting.now())
            keeping.tell_failed(session, job, setting.now())
        raise
    finally:
        tell(LOG, "job", status=status, attempt=job.attempts, ms=round(1000 * (monotonic() - begun), 1))
    with setting.database.writing() as session:
        jobs.end(session, job, outcome, setting.now())
        keeping.tell_failed(session, job, setting.now())
    return {job.errand.kind: 1} if outcome.held else {job.errand.kind: 1, "failed": 1}


def reminders(session: Session, now: datetime) -> list[Errand]:
    """The reminders that have fallen due."""
    asked = [_asked_errand(one) for one in opinion_reminders.due(session, now)]
    return [*(_errand(one) for one in remind.due(session, now)), *asked]


def next_reminder(session: Session, now: datetime) -> datetime | None:
    """The next moment at which a reminder falls; None when none is in sight."""
    ahead = (remind.next_slot(session, now), opinion_reminders.next_slot(session, now))
    return min((at for at in ahead if at is not None), default=None)


def _errand(one: remind.Due) -> Errand:
    return Errand(one.kind, f"round:{one.round_id}", f"{iso(one.closes_at)}/{one.slot.code}")


def _asked_errand(one: opinion_reminders.Due) -> Errand:
    return Errand("opinion_due", f"opinion_request:{one.request.id}", f"{iso(one.request.closes_at)}/{one.slot.code}")


def nothing(_session: Session, _now: datetime) -> list[Errand]:
    """The calendar asks for none of these: people do."""
    return []


def last_night(now: datetime) -> datetime:
    """The newest instant of nightly work that has passed."""
    tonight = datetime.combine(now.astimezone(LOCAL), NIGHT, LOCAL).astimezone(UTC)
    return tonight if tonight <= now else tonight - DAY


def nightly(session: Session, now: datetime) -> list[Errand]:
    """The work of the last night: seal what was launched by then, verify all, copy a live database."""
    night = last_night(now)
    day = str(night.astimezone(LOCAL).date())
    rounds = [one.id for one in open_rounds(session) if one.launched_at and one.launched_at <= night]
    seals = [Errand("seal", f"round:{round_id}", day) for round_id in rounds]
    if installation(session).made_as != "live":
        return seals
    return [*seals, *(Errand(kind, "installation:1", day) for kind in ("sweep_files", "tidy", "verify", "backup"))]


def weekly(session: Session, now: datetime) -> list[Errand]:
    """After the night to Sunday: whether the newest copy of a live database can be brought back."""
    night = last_night(now - AFTER_BACKUP).astimezone(LOCAL)
    if night.weekday() != SUNDAY or installation(session).made_as != "live" or first_launch(session) is None:
        return []
    return [Errand(keeping.DRILL, "installation:1", str(night.date()))]


def next_night(session: Session, now: datetime) -> datetime | None:
    """When nightly work is due next; None while there is nothing to seal or to copy."""
    if open_rounds(session) or installation(session).made_as == "live":
        return last_night(now) + DAY
    return None


def wanted(session: Session, now: datetime) -> list[Errand]:
    """Everything the calendar asks for now."""
    return [errand for plan in (reminders, drafts, nightly, weekly) for errand in plan(session, now)]


def drafts(session: Session, _: datetime) -> list[Errand]:
    """A draft of the report for every round of which each dossier has a result; anew when one changes."""
    settled = [one for one in remind.underway(session) if _is_settled(session, one)]
    return [Errand("report", f"round:{one.id}", f"draft/{_version(session, one.id)}") for one in settled]


def _is_settled(session: Session, one: remind.Underway) -> bool:
    found, states = counts(session, one.id), one.programme.workflow.assessment.states
    return bool(found) and all(states[name].kind in RESTING for name in found)


def _version(session: Session, round_id: int) -> int:
    sql = "SELECT sum(seq) FROM assessment WHERE round_id = :round"
    return int(run(session, sql, {"round": round_id}).fetchone()[0])


def _remind(setting: Setting, job: Claimed) -> Outcome:
    """Queue a reminder unless a newer one has fallen due or the closing has passed."""
    now = setting.now()
    with setting.database.reading() as session:
        one = next((one for one in remind.due(session, now) if _errand(one) == job.errand), None)
        ids = remind.ids(session, one, now) if one else []
    queued = 0
    for batch in batches(ids) if one else ():
        with setting.database.writing() as session:
            queued += remind.tell(session, one, batch, now) if one else 0
    return Outcome(f"Đã xếp {queued} thư." if one else "Đã qua thời điểm nhắc.")


def _remind_bodies(setting: Setting, job: Claimed) -> Outcome:
    """Queue a reminder to the bodies that are awaited, unless a newer one has fallen due or the closing has passed."""
    with setting.database.writing() as session:
        found = opinion_reminders.due(session, setting.now())
        one = next((one for one in found if _asked_errand(one) == job.errand), None)
        queued = opinion_reminders.tell(session, one) if one else 0
    return Outcome(f"Đã xếp {queued} thư." if one else "Đã qua thời điểm nhắc.")


def _report(setting: Setting, job: Claimed) -> Outcome:
    """Rank, seal and write the draft (*dự thảo*) that a person then numbers and signs, unless results have changed."""
    with setting.database.writing() as session:
        now = setting.now()
        if job.errand not in drafts(session, now):
            return Outcome("Kết quả đã thay đổi: dự thảo này không còn cần lập.")
        rank_round(session, job.number, actor=SYSTEM, now=now)
        draft(session, job.number, actor=SYSTEM, now=now)
    _come(setting, job, RANKED)
    with setting.database.reading() as session:
        found, rehearsal = gather(session, job.number), installation(session).made_as == "rehearsal"
    folder, name = setting.directory / "report", f"du-thao-bao-cao-{found.slug}-{found.year}"
    made = []
    for come, form, write in ((GATHERED, "docx", write_docx), (WORD, "xlsx", write_xlsx)):
        _come(setting, job, come)
        made.append(_written(folder / f"{name}.{form}", partial(write, found, rehearsal=rehearsal)))
    return Outcome(f"Đã lập dự thảo: {', '.join(map(str, made))}.")


def _come(setting: Setting, job: Claimed, percent: int) -> None:
    """Show on the page of jobs how far a long one has come."""
    with setting.database.writing() as session:
        jobs.tell(session, job, percent, setting.now())


def _written(file: Path, write: Callable[[Path], None]) -> Path:
    """The file appears whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{os.getpid()}-{file.name}")
    write(part)
    return part.replace(file)


def _seal(setting: Setting, job: Claimed) -> Outcome:
    """The seal and the end of its job are one transaction, so a night has one seal."""
    with setting.database.writing() as session:
        root = seal_night(session, job.number, now=setting.now())
        outcome = Outcome(f"Đã niêm phong; mã kiểm chứng bắt đầu bằng {root[:8]}, mã đủ đã gửi bộ phận kiểm tra.")
        if not jobs.end(session, job, outcome, setting.now()):
            session.rollback()
    return outcome


def _verify(setting: Setting, _: Claimed) -> Outcome:
    with setting.database.reading() as session:
        return _verified(history.verify(session))


def _check_history(setting: Setting, job: Claimed) -> Outcome:
    """All chains of one round, because somebody asked."""
    with setting.database.reading() as session:
        return _verified(history.verify(session, job.number))


def _check_seal(setting: Setting, job: Claimed) -> Outcome:
    """The chains against a seal that somebody had kept outside."""
    with setting.database.reading() as session:
        kept = session.get_one(Seal, job.number)
        broken = history.verify_seal(session, kept.root)
    if not broken:
        return Outcome(f"Mã {kept.root[:8]}… khớp: mọi chuỗi lịch sử còn nguyên như khi niêm phong.")
    return Outcome(f"Mã {kept.root[:8]}… không khớp ở {len(broken)} chuỗi: {_breaks(broken)}", held=False)


def _verified(found: history.Verified) -> Outcome:
    if not found.broken:
        return Outcome(f"Đã kiểm tra {found.rows} dòng của {found.chains} chuỗi lịch sử: nguyên vẹn.")
    return Outcome(f"Lịch sử bị hỏng ở {len(found.broken)} chuỗi: {_breaks(found.broken)}", held=False)


def _breaks(broken: Sequence[history.Broken]) -> str:
    return "; ".join(in_words(one) for one in broken[:SHOWN_BREAKS])


REMINDER_KINDS: Final = frozenset({*remind.REMINDERS, "opinion_due"})
NIGHTLY_KINDS: Final = frozenset({*keeping.NIGHTLY, *CHECKS})
REPORT_KINDS: Final = frozenset({"report"})
ASKED_KINDS: Final = frozenset({"launch"})
LONG_KINDS: Final = frozenset({"rehearsal", keeping.DRILL})
"""What takes minutes: done beside everything else, never before it."""
EVIDENCE_KINDS: Final = frozenset({JOB})
"""Files to be checked: as many as come, so done beside everything else too."""
DUTIES: Final[Mapping[str, Duty]] = {
    **dict.fromkeys(sorted(remind.REMINDERS), _remind),
    "opinion_due": _remind_bodies,
    "report": _report,
    "seal": _seal,
    "verify": _verify,
    CHECK_HISTORY: _check_history,
    CHECK_SEAL: _check_seal,
    "backup": keeping.back_up,
    "tidy": keeping.tidy,
    keeping.DRILL: keeping.practise,
    JOB: checking.check_evidence,
    "sweep_files": checking.sweep_files,
    "launch": asked.launch,
    "rehearsal": asked.rehearse,
}
