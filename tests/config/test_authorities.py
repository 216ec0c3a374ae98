"""Which body decides on which kinds (HT-10.1 to HT-10.6)."""

import pytest
from pydantic import ValidationError

from config.authorities import Authority
from config.load import load_programme

GROUPS = {"to_chuc_dang": ("dang_bo_co_so", "chi_bo_co_so")}


def authority(**changes: object) -> Authority:
    return Authority.model_validate({"label": "Ban Thường vụ", "for": "to_chuc_dang"} | changes)


def test_groups_are_spelled_out_in_both_lists() -> None:
    spelled = authority(within=["to_chuc_dang", "xom"]).spelled_out(GROUPS)
    assert spelled.kinds == ("dang_bo_co_so", "chi_bo_co_so")
    assert spelled.within == ("dang_bo_co_so", "chi_bo_co_so", "xom")


@pytest.mark.parametrize("changes", [{"for": []}, {"label": ""}, {"chair": "Bí thư"}])
def test_a_body_decides_on_something_and_has_a_name(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        authority(**changes)


@pytest.mark.rule("HT-10.1", "HT-10.2")
def test_the_bodies_of_the_city_stand_in_the_order_of_their_precedence() -> None:
    """AMB-HT-12, also after the document that a round pins."""
    programme = load_programme("kiem-diem-xep-loai")
    assert list(programme.authorities) == ["btv", "nhom_1", "nhom_2", "nhom_3", "co_so"]
    assert list(type(programme).from_document(programme.document()).authorities) == list(programme.authorities)
    first = {
        kind: next(name for name, one in programme.authorities.items() if kind in one.kinds)
        for kind in programme.subject_kinds
    }
    assert first == {
        "dang_bo_co_so": "btv",
        "chi_bo_co_so": "btv",
        "chi_bo_truc_thuoc": "co_so",
        "tap_the_thanh_pho": "btv",
        "tap_the_co_so": "nhom_2",
        "can_bo_thanh_pho": "btv",
        "can_bo_co_so": "btv",
        "dang_vien": "co_so",
        "can_bo_dien_tinh": "btv",
    }
    assert programme.authorities["co_so"].within == ("dang_bo_co_so", "chi_bo_co_so")


@pytest.mark.rule("HT-10.3", "HT-10.4", "HT-10.5")
def test_the_delegated_groups_decide_on_collectives_and_on_their_leaders() -> None:
    authorities = load_programme("kiem-diem-xep-loai").authorities
    of_both_levels = {"tap_the_thanh_pho", "tap_the_co_so", "can_bo_thanh_pho", "can_bo_co_so"}
    assert {name: set(authorities[name].kinds) for name in ("nhom_1", "nhom_2", "nhom_3")} == {
        "nhom_1": {"tap_the_thanh_pho", "can_bo_thanh_pho"},
        "nhom_2": of_both_levels,
        "nhom_3": of_both_levels,
    }
