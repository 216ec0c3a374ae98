import pytest
from pydantic import ValidationError

from config.statements import Statement, StatementKind


def test_a_statement_is_for_all_kinds_or_for_those_named() -> None:
    everywhere = Statement.model_validate({"label": "Số nhiệm vụ", "kind": "count"})
    limited = Statement.model_validate({"label": "Vượt bậc", "kind": "yes_no", "for": "can_bo", "two_keys": True})
    assert (everywhere.kind, everywhere.two_keys, everywhere.is_for("dang_vien")) == (StatementKind.COUNT, False, True)
    assert [limited.is_for(kind) for kind in ("can_bo", "dang_vien")] == [True, False]
    assert limited.model_dump(mode="json") == {
        "label": "Vượt bậc",
        "kind": "yes_no",
        "for": ["can_bo"],
        "two_keys": True,
    }


@pytest.mark.parametrize("data", [{"label": "", "kind": "count"}, {"label": "Số", "kind": "number"}, {"label": "Số"}])
def test_an_unusable_statement_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Statement.model_validate(data)
