"""What a rehearsal came to: figures, history, documents; the same bytes for the same seed on every database."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from danhgia.commands.history_file import write_history, write_seals
from danhgia.rehearse import rated
from danhgia.rehearse.stage import Stage
from models.assessments import Assessment, ExplanationRequest, Extension
from models.db import run
from models.history import seals_of
from models.mail import Outbox
from models.people import Subject
from models.rounds import Round
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from scoring.numbers import format_points


def write(stage: Stage) -> dict[str, Any]:
    """Write summary, history and reports into the folder of the rehearsal; returns the summary."""
    with stage.database.reading() as session:
        told = summary(session, stage)
        write_history(session, stage.round_id, stage.out / "history.jsonl")
        write_seals(session, stage.round_id, stage.out / "seals.jsonl")
        report = gather(session, stage.round_id)
    write_docx(report, stage.out / "bao-cao.docx", rehearsal=True)
    write_xlsx(report, stage.out / "bao-cao.xlsx", rehearsal=True)
    write_json(stage.out / "summary.json", told)
    return told


def write_json(path: Path, content: object) -> None:
    """Write JSON for people and programs: sorted keys, UTF-8, one value a line."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def summary(session: Session, stage: Stage) -> dict[str, Any]:
    """The figures of a rehearsal."""
    chosen = select(Assessment, Subject).join(Subject, col(Subject.id) == col(Assessment.subject_id))
    found = list(session.exec(chosen.where(Assessment.round_id == stage.round_id).order_by(col(Assessment.id))))
    dossiers = [one for one, _ in found]
    return {
        "programme": stage.programme.slug,
        "year": stage.year,
        "subjects": len(dossiers),
        "round": session.get_one(Round, stage.round_id).state,
        "states": _counted(one.state for one in dossiers),
        "zeroed": sum(one.zeroed for one in dossiers),
        "late": sum(one.late for one in dossiers),
        "extended": len(set(session.exec(select(Extension.assessment_id).where(col(Extension.granted).is_(True))))),
        "explained": len(set(session.exec(select(ExplanationRequest.assessment_id)))),
        "mails": _counted(session.exec(select(Outbox.message).where(Outbox.status == "sent"))),
        "unsent": len(list(session.exec(select(Outbox.id).where(Outbox.status != "sent")))),
        "levels": _counted(one.level for one in dossiers if one.level),
        "ranking": _ranking([(one, subject.code) for one, subject in found]),
        **rated.figures(session, stage),
        "history_rows": run(session, "SELECT count(*) FROM history").fetchone()[0],
        "seal": next(one.root for one in reversed(seals_of(session, stage.round_id)) if one.kind == "reported"),
    }


def _counted(names: Any) -> dict[str, int]:  # noqa: ANN401  any iterable of names
    return dict(sorted(Counter(names).items()))


def _ranking(found: list[tuple[Assessment, str]]) -> dict[str, list[dict[str, Any]]]:
    placed: dict[str, list[dict[str, Any]]] = {}
    for one, code in sorted(found, key=lambda pair: (pair[0].kind, pair[0].place or 0, pair[1])):
        if one.place is not None and one.decided_total is not None:
            row = {"place": one.place, "code": code, "name": one.name, "total": format_points(one.decided_total)}
            placed.setdefault(one.kind, []).append(row)
    return placed
