"""A criteria sheet read from an official document: source and result side by side, and the sheet to be kept."""

from http import HTTPStatus
from typing import Final

from web.answers import Answer, Download, Page, page
from web.asks import Everywhere
from web.edge import Desk, Here
from web.forms import clean
from web.sheet_imports import Reading, beside, read_upload
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
YAML: Final = "application/yaml"


@desk.get("/sheets/import", asks=ADMINISTER)
def import_page(_here: Here) -> Answer:
    return _page(Reading())


def _page(reading: Reading) -> Page:
    found = reading.found
    return page(
        "programmes/sheet_import.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if reading.refusal else HTTPStatus.OK,
        reading=reading,
        found=found,
        open_ones=[one for one in found.oddities if one.blocks] if found else [],
        general=[one for one in found.oddities if one.row is None and not one.blocks] if found else [],
        rows=beside(found) if found else [],
        yaml=found.as_yaml() if found else "",
    )


@desk.post("/sheets/import", asks=ADMINISTER, first=read_upload)
def read(here: Here) -> Answer:
    reading: Reading = here.before
    return _page(reading)


@desk.post("/sheets/import/download", asks=ADMINISTER)
def download(here: Here) -> Answer:
    text = clean(here.typed.get("yaml"))
    if not text.strip():
        return _page(Reading(refusal=_("Chưa có biểu để tải; hãy chọn tệp và đọc trước.")))
    return Download(text.encode(), "bieu-tieu-chi.yaml", YAML)
