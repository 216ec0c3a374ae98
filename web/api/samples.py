"""Examples of what the API tells and takes, made of its schemas: words for the names that recur, else the plainest."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from web.words import _

Schema = Mapping[str, Any]
INSTANT: Final = "2026-12-09T02:30:00Z"
WORDS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "account_id": 34,
        "act": "submit",
        "answer": _("Đã bổ sung biên bản kèm theo."),
        "assessment_id": 12,
        "body": "ttu",
        "by": "account:34+token:5",
        "code": "I.1",
        "comment": _("Nhất trí với mức đề xuất."),
        "criterion": "I.1",
        "cursor": "12",
        "dated": "2026-12-05",
        "detail": _("Hồ sơ này không còn nhận điểm tự chấm."),
        "email": "canbo@donvi.example",
        "group": _("Khối phường"),
        "hash": "9f" * 32,
        "id": 12,
        "instance": "/api/v1/assessments/12/submit",
        "kind": "phuong",
        "label": _("Đã nộp"),
        "level": "tot",
        "media_type": "application/pdf",
        "name": _("Phường Hải Châu"),
        "next": "12",
        "number": "01-QĐ/TU",
        "pointer": "/marks/I.1",
        "question": _("Đề nghị bổ sung biên bản của tiêu chí này."),
        "reason": _("Trụ sở ngập do mưa lũ"),
        "role": "appraiser",
        "round_id": 1,
        "rule": "closes_at",
        "seen": "3c" * 32,
        "sha256": "ab" * 32,
        "signer": "Nguyễn Ví Dụ",
        "stage": "self_assessment",
        "state": "submitted",
        "status": "done",
        "text": _("Nội dung"),
        "title": _("Chưa thực hiện được"),
        "type": "/api/v1/docs#refused",
        "until": "2026-12-15",
        "version": 7,
    }
)
"""An example of what stands under a name, where its schema takes it."""
KINDS: Final[Mapping[str, type | tuple[type, ...]]] = {"string": str, "integer": int, "number": (int, float)}
PLAIN: Final[Mapping[str, Any]] = {"string": _("Nội dung"), "boolean": False, "null": None, "number": 1}
FORMATS: Final[Mapping[str, str]] = {"date-time": INSTANT, "date": "2026-12-09"}
POINTS: Final = "4.5000"
CODE: Final = "I.1"


def sample(schema: Schema, schemas: Mapping[str, Schema], name: str = "") -> Any:  # noqa: ANN401  any JSON value
    """An example of a schema; `name` is what it stands under."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, name)
    for fixed in ("const", "default"):
        if fixed in schema and schema[fixed] is not None:
            return schema[fixed]
    if "enum" in schema:
        return schema["enum"][0]
    branches = schema.get("anyOf") or schema.get("oneOf")
    if branches:
        return sample(branches[0], schemas, name)
    return _of_type(schema, schemas, name)


def _of_type(schema: Schema, schemas: Mapping[str, Schema], name: str) -> Any:  # noqa: ANN401  any JSON value
    match schema.get("type"):
        case "object" if "properties" in schema:
            return {key: sample(one, schemas, key) for key, one in schema["properties"].items() if _is_told(one)}
        case "object":
            inner = schema.get("additionalProperties")
            return {CODE: sample(inner, schemas)} if isinstance(inner, dict) else {"to": "submitted"}
        case "array":
            return [sample(schema["items"], schemas, CODES.get(name, name))]
    return _of_value(schema, name)


CODES: Final = {"criteria": "code", "assessment_ids": "id", "sources": "id"}


def _is_told(schema: Schema) -> bool:
    """Whether an example needs a property: what may be left out and has no value is."""
    return not ("default" in schema and schema["default"] is None)


def _of_value(schema: Schema, name: str) -> Any:  # noqa: ANN401  any JSON value
    kind, pattern = schema.get("type", "string"), schema.get("pattern", "")
    if "format" in schema:
        return FORMATS.get(schema["format"], INSTANT)
    if r"\.\d{4}" in pattern:
        return POINTS
    if isinstance(WORDS.get(name), KINDS.get(kind, ())):
        return WORDS[name]
    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    return "3c" * 32 if "{64}" in pattern else PLAIN.get(kind)
