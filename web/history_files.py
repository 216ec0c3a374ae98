"""The history as files: lines that anybody can verify, and a table for reading."""

import csv
import json
from collections.abc import Iterable
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile

from sqlmodel import Session

from config.calendar import LOCAL
from config.programme import Programme
from reports.history_lines import lines_of_chain, lines_of_round, lines_of_seals
from states.timeline import Line
from web.acts import title_of
from web.words import _

SEPARATOR = ";"


def as_lines(session: Session, entity: str) -> bytes:
    """One chain, a JSON line a row, as `danhgia audit export` writes it."""
    return _joined(lines_of_chain(session, entity))


def as_archive(session: Session, round_id: int) -> bytes:
    """All chains of a round and its seals, as the two files of `danhgia audit export`, in a ZIP."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        archive.writestr("history.jsonl", _joined(lines_of_round(session, round_id)))
        archive.writestr("history.seals.jsonl", _joined(lines_of_seals(session, round_id)))
    return made.getvalue()


def _joined(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def as_csv(lines: Iterable[Line], programme: Programme, *, is_round: bool) -> bytes:
    """One chain as a table; what a row says stands in it as JSON, unchanged."""
    text = StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR)
    writer.writerow([_("Dòng"), _("Thời điểm"), _("Ai"), _("Việc"), _("Mã việc"), _("Nội dung"), _("Mã băm")])
    for line in lines:
        title = title_of(line.act, moves="to" in line.what, programme=programme, is_round=is_round)
        said = json.dumps(line.what, ensure_ascii=False, sort_keys=True)
        at = f"{line.at.astimezone(LOCAL):%d/%m/%Y %H:%M:%S}"
        writer.writerow([line.seq, at, line.actor, title, line.act, said, line.hash])
    return text.getvalue().encode("utf-8-sig")
