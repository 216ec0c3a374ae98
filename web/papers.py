"""Numbered documents as forms give them: number, date, signer and the signed copy, or a word that it is *Mật*."""

from datetime import date
from typing import Final, NamedTuple

from actions.documents import put_document
from config.calendar import local_day, parse_date
from states.errors import Refusal, Refused
from web.drafts import Taken
from web.edge import Here
from web.words import _

FIELDS: Final = ("number", "dated", "signer", "confidential")


class Paper(NamedTuple):
    """What was given of a document."""

    number: str
    dated: date
    signer: str
    file_hash: str
    confidential: bool


def read(here: Here, name: str, label: str, *, scan: bool) -> Paper:
    """The document whose fields begin with `name`; Refused with everything that is not there.

    `scan` asks for the signed copy, but of a document marked *Mật*, of which none is ever taken.
    """
    typed = {field: here.typed.line(f"{name}-{field}") for field in FIELDS}
    confidential = typed["confidential"] == "1"
    file_hash, problem = _scan(here, f"{name}-scan")
    refusals = [Refusal("paper", sentence) for sentence in _lacking(typed, label)]
    if problem:
        refusals.append(Refusal("scan", problem))
    elif scan and not file_hash and not confidential:
        refusals.append(Refusal("scan", _("Chọn bản chụp %(what)s đã ký.") % {"what": label}))
    elif file_hash and confidential:
        refusals.append(Refusal("scan", _("Văn bản Mật chỉ ghi số, ngày; không tải bản chụp lên phần mềm.")))
    refusals += _bad_day(here, typed["dated"], label)
    if refusals:
        raise Refused(refusals)
    return Paper(typed["number"], parse_date(typed["dated"]), typed["signer"], file_hash, confidential)


def put(here: Here, name: str, kind: str, label: str, *, scan: bool) -> int:
    """Remember such a document; returns its id."""
    given = read(here, name, label, scan=scan)
    return put_document(here.session, kind=kind, **given._asdict(), now=here.now).id


def typed(here: Here, *names: str) -> dict[str, dict[str, str]]:
    """What stands in the fields of documents, to be shown again."""
    return {name: {field: here.typed.get(f"{name}-{field}") for field in FIELDS} for name in names}


def _scan(here: Here, field: str) -> tuple[str, str]:
    taken = here.before if isinstance(here.before, Taken) else Taken()
    kept = taken.files.get(field, [])
    return (kept[-1].file_hash if kept else ""), taken.problems.get(field, "")


def _lacking(typed: dict[str, str], label: str) -> list[str]:
    found = []
    if not typed["number"]:
        found.append(_("Ghi số của %(what)s.") % {"what": label})
    if not typed["signer"] and typed["confidential"] != "1":
        found.append(_("Ghi người ký %(what)s.") % {"what": label})
    return found


def _bad_day(here: Here, dated: str, label: str) -> list[Refusal]:
    try:
        if parse_date(dated) <= local_day(here.now):
            return []
        sentence = _("Ngày của %(what)s không được sau hôm nay.")
    except ValueError:
        sentence = _("Ghi ngày của %(what)s, ví dụ 09/12/2026.")
    return [Refusal("dated", sentence % {"what": label})]
