"""The description of the API (OpenAPI 3.1), made of what its operations declare, with an example of everything."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from actions.tokens import SCOPES
from web.api import problems
from web.api.edge import JSON, Api, Operation
from web.api.samples import sample
from web.api.shapes import LARGEST_ID, Told
from web.words import _

Schema = dict[str, Any]
VERSION: Final = "1.0.0"
REFERENCE: Final = "#/components/schemas/{model}"
PARAMETER: Final = re.compile(r"\{(\w+):id\}")
ALWAYS: Final = (401, 403, 404, 422, 429, 500, 503)
WITH_BODY: Final = (400, 409, 412, 413, 415)
ABOUT: Final = _(
    "Chương trình của cơ quan làm việc thay một tài khoản bằng khóa API, tạo ở trang Tài khoản sau khi nhập lại "
    "mật khẩu. Mỗi yêu cầu gửi khóa trong tiêu đề Authorization; cookie không được dùng. Khóa làm được điều mà cả "
    "quyền của tài khoản lẫn phạm vi của khóa đều cho phép. Khóa không bỏ phiếu, không quyết định, không công bố, "
    "không ghi số quyết định; chỉ phê duyệt được điều người khác đề nghị. Lịch sử ghi cả tài khoản và số của khóa. "
    "Danh sách trả về từng trang theo mã số: đưa giá trị next vào cursor để lấy trang sau; hồ sơ mới thêm không làm "
    "xê dịch trang. Trả lời về một hồ sơ mang ETag là phiên bản; gửi lại trong If-Match (sai thì 412) hoặc trường "
    "version (sai thì 409) để không ghi đè việc của người khác. Mỗi khóa gửi nhiều nhất 600 yêu cầu một phút."
)
SUPPORTED: Final[Mapping[int, str]] = MappingProxyType(
    {kind.status: kind.title for kind in reversed(list(problems.KINDS.values()))}
)


def operations(apis: Sequence[Api]) -> Iterator[tuple[Api, Operation]]:
    """Every operation with the module it stands in."""
    for api in apis:
        for route in api.routes:
            if isinstance(route, Operation):
                yield api, route


@cache
def described(apis: tuple[Api, ...]) -> Schema:
    """The whole description."""
    every = list(operations(apis))
    refs, schemas = _schemas([operation for _, operation in every])
    paths: dict[str, Schema] = {}
    for api, operation in every:
        path = PARAMETER.sub(r"{\1}", operation.path)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(api, operation, refs, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": _("Đánh giá hằng năm: API"), "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "tags": [{"name": api.heading} for api in apis],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": _("Khóa API")}},
        },
    }


def _schemas(every: Sequence[Operation]) -> tuple[Mapping[tuple[type[BaseModel], str], Schema], dict[str, Schema]]:
    wanted: dict[tuple[type[BaseModel], Any], None] = {(Told, "serialization"): None}
    for one in every:
        if not isinstance(one.answers, str):
            wanted[one.answers, "serialization"] = None
        if one.body is not None:
            wanted[one.body, "validation"] = None
    refs, made = models_json_schema(list(wanted), ref_template=REFERENCE)
    return refs, made["$defs"]  # type: ignore[return-value] # the key holds the mode as a Literal


def _operation(api: Api, one: Operation, refs: Mapping[Any, Schema], schemas: Mapping[str, Schema]) -> Schema:
    told: Schema = {
        "operationId": one.name,
        "tags": [api.heading],
        "summary": one.summary,
        "description": _("Phạm vi của khóa: %(name)s («%(label)s»).") % {"name": one.scope, "label": SCOPES[one.scope]},
        "x-scope": one.scope,
        "parameters": [*_path_parameters(one), *_query_parameters(one), *_headers(one)],
        "responses": {str(one.told): _answer(one, refs, schemas), **_problems(one, refs, schemas)},
    }
    if one.body is not None:
        schema = refs[one.body, "validation"]
        content = {"schema": schema, "examples": {"example": {"value": sample(schema, schemas)}}}
        told["requestBody"] = {"required": True, "content": {JSON: content}}
    return told


def _answer(one: Operation, refs: Mapping[Any, Schema], schemas: Mapping[str, Schema]) -> Schema:
    if isinstance(one.answers, str):
        return {"description": _("Tệp"), "content": {one.answers: {"schema": {"type": "string"}}}}
    schema = refs[one.answers, "serialization"]
    content = {"schema": schema, "examples": {"example": {"value": sample(schema, schemas)}}}
    return {"description": _("Đã thực hiện"), "content": {JSON: content}}


def _problems(one: Operation, refs: Mapping[Any, Schema], schemas: Mapping[str, Schema]) -> Schema:
    statuses = ALWAYS if one.method == "GET" else (*ALWAYS, *WITH_BODY)
    schema = refs[Told, "serialization"]
    return {str(status): _problem(status, schema, schemas) for status in sorted(statuses)}


def _problem(status: int, schema: Schema, schemas: Mapping[str, Schema]) -> Schema:
    kind = next(name for name, kind in problems.KINDS.items() if kind.status == status)
    known = {"type": f"{problems.HOME}{kind}", "title": SUPPORTED[status], "status": status}
    value = sample(schema, schemas) | known
    content = {"schema": schema, "examples": {kind: {"value": value}}}
    return {"description": SUPPORTED[status], "content": {problems.MEDIA: content}}


def _path_parameters(one: Operation) -> list[Schema]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "example": 1}
        for name in PARAMETER.findall(one.path)
    ]


def _query_parameters(one: Operation) -> list[Schema]:
    if one.query is None:
        return []
    properties = one.query.model_json_schema()["properties"]
    return [{"name": name, "in": "query", "schema": _given(schema)} for name, schema in properties.items()]


def _given(schema: Schema) -> Schema:
    """The schema of a parameter that is there: an address says nothing by leaving it out."""
    branches = [branch for branch in schema.get("anyOf", ()) if branch.get("type") != "null"]
    return branches[0] if branches else {name: value for name, value in schema.items() if name != "title"}


def _headers(one: Operation) -> list[Schema]:
    if one.method == "GET" or "assessment_id" not in one.path:
        return []
    told = {"name": "If-Match", "in": "header", "description": _("Phiên bản đã đọc (ETag).")}
    return [told | {"schema": {"type": "string"}, "example": '"7"'}]


def as_json(apis: tuple[Api, ...]) -> str:
    """The description as it is handed out."""
    return json.dumps(described(apis), ensure_ascii=False)
