"""The portal as an ASGI application."""

import logging
from collections.abc import Sequence
from http import HTTPStatus

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from states.errors import Unknown
from web.answers import Page
from web.api import docs, problems
from web.api.edge import JSON, ROOT
from web.api.openapi import as_json
from web.api.routes import APIS
from web.asks import Nobody
from web.edge import Asked, Desk, Route, routes_on
from web.lines import Lines
from web.metrics import Metrics
from web.pages import source
from web.place import Place
from web.probes import Probes
from web.routes import (
    accounts,
    appraisal_workbooks,
    approvals,
    audit,
    below,
    boxes,
    bulk,
    comparisons,
    corrections,
    decisions,
    desk,
    desk_appraise,
    desk_criteria,
    desk_differences,
    desk_lead,
    desk_questions,
    difficulties,
    documents,
    doors,
    dossier_file,
    dossiers,
    evidence,
    explanations,
    extensions,
    handbook,
    health,
    history,
    inspection,
    jobs,
    launches,
    mail_log,
    me,
    meetings,
    members,
    opinion_letters,
    opinion_workbooks,
    opinions,
    people,
    pictures,
    polls,
    programmes,
    provider,
    register,
    rehearsals,
    replacing,
    results,
    round_opinions,
    sheet_imports,
    sheet_places,
    sheet_tables,
    sittings,
    spots,
    stages,
    steps,
    task_links,
    tokens,
    unit,
    unit_files,
    unit_letters,
    waivers,
    watch,
    wide_steps,
    workbooks,
)
from web.security import Guard
from web.words import _

LOG = logging.getLogger(__name__)
MEDIA = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
DESKS: tuple[Desk, ...] = (
    doors.desk,
    provider.desk,
    handbook.desk,
    task_links.desk,
    me.desk,
    tokens.desk,
    dossiers.desk,
    watch.desk,
    extensions.desk,
    difficulties.desk,
    mail_log.desk,
    jobs.desk,
    steps.desk,
    dossier_file.desk,
    documents.desk,
    below.desk,
    members.desk,
    spots.desk,
    stages.desk,
    unit.desk,
    workbooks.desk,
    unit_files.desk,
    evidence.desk,
    unit_letters.desk,
    explanations.desk,
    desk.desk,
    desk_appraise.desk,
    appraisal_workbooks.desk,
    desk_criteria.desk,
    desk_differences.desk,
    desk_lead.desk,
    desk_questions.desk,
    opinions.desk,
    opinion_workbooks.desk,
    opinion_letters.desk,
    round_opinions.desk,
    meetings.desk,
    sittings.desk,
    boxes.desk,
    polls.desk,
    wide_steps.desk,
    waivers.desk,
    replacing.desk,
    decisions.desk,
    audit.desk,
    history.desk,
    inspection.desk,
    results.desk,
    comparisons.desk,
    pictures.desk,
    programmes.desk,
    sheet_imports.desk,
    sheet_places.desk,
    sheet_tables.desk,
    register.desk,
    rehearsals.desk,
    corrections.desk,
    bulk.desk,
    people.desk,
    accounts.desk,
    approvals.desk,
    launches.desk,
    health.desk,
)

API: tuple[Desk, ...] = (docs.desk, *APIS)


def create_app(place: Place, desks: Sequence[Desk] = DESKS) -> FastAPI:
    """The portal on one place. Nothing is kept in the process: several may stand behind one proxy."""
    app = FastAPI(title="danhgia", docs_url=None, redoc_url=None, openapi_url=None)
    app.router.routes.extend(routes_on(place, *desks, *API))
    app.add_api_route(f"{ROOT}/openapi.json", _description, include_in_schema=False, response_model=None)
    app.add_api_route("/static/{name}", _static, include_in_schema=False, response_model=None)
    metrics = Metrics(place)
    Probes(place, metrics).stand_in(app)
    app.add_exception_handler(HTTPException, _Lost(place).answer)
    app.add_middleware(Guard, secure=place.is_secure)
    app.add_middleware(Lines, count=metrics.requests.count)
    return app


def _description() -> Response:
    """The description of the API, which tells of nobody."""
    return Response(as_json(APIS), media_type=JSON)


def _static(name: str) -> Response:
    found = source(name)
    if found is None:
        return PlainTextResponse("", status_code=HTTPStatus.NOT_FOUND)
    return Response(found.read_bytes(), media_type=MEDIA[name.rpartition(".")[2]])


class _Lost:
    """Addresses without a page, and methods that a page does not take."""

    def __init__(self, place: Place) -> None:
        self.place = place

    async def answer(self, request: Request, error: Exception) -> Response:
        if request.url.path.startswith(f"{ROOT}/"):
            return problems.response(problems.of_framework(error), request.url.path)
        route = Route("GET", request.url.path, Nobody("there is no page here"), _no_page)
        return await run_in_threadpool(Asked(self.place, route, request, self.place.now()).respond)


def _no_page(_here: object) -> Page:
    raise Unknown(_("trang này"))
