from fractions import Fraction
from pathlib import Path

import pytest

from config import yamlfile
from config.errors import ConfigError
from config.quota import Base, OnBreach, Quota

GOOD = """\
level: htxsnv
counted: httnv
share: 1/5
base: strict
outstanding_share: 1/4
few: 4
on_breach: override
groups:
  to_chuc_dang: [dang_bo_co_so, chi_bo_co_so]
  tap_the: tap_the
"""


def loaded(folder: Path, text: str) -> Quota:
    path = folder / "quota.yaml"
    path.write_text(text, encoding="utf-8")
    return yamlfile.validate(Quota, yamlfile.read(path), path)


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return [f"{problem.line}: {problem.path}: {problem.message}" for problem in caught.value.problems]


def test_a_quota_is_loaded_with_exact_shares(tmp_path: Path) -> None:
    quota = loaded(tmp_path, GOOD)
    assert (quota.share, quota.outstanding_share) == (Fraction(1, 5), Fraction(1, 4))
    assert (quota.base, quota.few, quota.on_breach) == (Base.STRICT, 4, OnBreach.OVERRIDE)


@pytest.mark.rule("AMB-HT-1", "HT-9.3")
def test_where_nothing_is_said_the_defaults_of_the_rules_hold(tmp_path: Path) -> None:
    quota = loaded(tmp_path, "level: htxsnv\ncounted: httnv\nshare: 1/5\ngroups: {tap_the: tap_the}\n")
    assert (quota.base, quota.few, quota.on_breach) == (Base.ALL, 5, OnBreach.BLOCK)
    assert quota.outstanding_share is None


def test_a_quota_is_the_same_after_its_json(tmp_path: Path) -> None:
    quota = loaded(tmp_path, GOOD)
    assert '"share":"1/5"' in quota.model_dump_json()
    assert Quota.model_validate_json(quota.model_dump_json()) == quota


def test_equal_shares_have_one_text(tmp_path: Path) -> None:
    other = loaded(tmp_path, GOOD.replace("share: 1/5", "share: 20/100", 1))
    assert other.model_dump_json() == loaded(tmp_path, GOOD).model_dump_json()


def test_only_what_belongs_to_an_outstanding_body_has_the_other_share(tmp_path: Path) -> None:
    quota = loaded(tmp_path, GOOD)
    assert [quota.share_of(outstanding=said) for said in (False, True)] == [Fraction(1, 5), Fraction(1, 4)]
    usual = loaded(tmp_path, GOOD.replace("outstanding_share: 1/4\n", ""))
    assert usual.share_of(outstanding=True) == Fraction(1, 5)


@pytest.mark.rule("HT-9.2")
def test_a_kind_is_counted_in_its_group_or_in_none(tmp_path: Path) -> None:
    quota = loaded(tmp_path, GOOD)
    assert [quota.group_of(kind) for kind in ("chi_bo_co_so", "tap_the", "cap_tinh")] == [
        "to_chuc_dang",
        "tap_the",
        None,
    ]


@pytest.mark.rule("HT-9.2")
def test_names_of_groups_of_subjects_become_their_kinds(tmp_path: Path) -> None:
    quota = loaded(tmp_path, GOOD).spelled_out({"tap_the": ("thuong_truc_hdnd", "lanh_dao_ubnd")})
    assert quota.groups == {
        "to_chuc_dang": ("dang_bo_co_so", "chi_bo_co_so"),
        "tap_the": ("thuong_truc_hdnd", "lanh_dao_ubnd"),
    }
    with pytest.raises(ValueError, match=r'"chi_bo_co_so" is counted twice: already in "to_chuc_dang"'):
        loaded(tmp_path, GOOD).spelled_out({"tap_the": ("chi_bo_co_so",)})


@pytest.mark.parametrize("written", ["0.2", "20%", "0/5", "6/5", "1/0", "-1/5", "1/05", "một phần năm"])
def test_a_share_is_a_fraction_above_nothing_and_up_to_the_whole(tmp_path: Path, written: str) -> None:
    said = f'a share is written as a fraction above 0 and up to 1, as "1/5"; found "{written}"'
    assert problems(tmp_path, GOOD.replace("1/5", written)) == [f"3: share: {said}"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "counted: httnv",
            "counted: htxsnv",
            '2: counted: "htxsnv" cannot be the scarce level and the one that is counted',
        ),
        (
            "outstanding_share: 1/4",
            "outstanding_share: 1/5",
            "5: outstanding_share: outstanding bodies get 1/5, which is not above the usual 1/5",
        ),
        (
            "tap_the: tap_the",
            "tap_the: [tap_the, chi_bo_co_so]",
            '10: groups.tap_the: "chi_bo_co_so" is counted twice: already in "to_chuc_dang" (HT-9.2)',
        ),
        (
            "tap_the: tap_the",
            "tap_the: [tap_the, tap_the]",
            '10: groups.tap_the: "tap_the" is counted twice: already in "tap_the" (HT-9.2)',
        ),
        ("base: strict", "base: T", "4: base: \"T\" is not allowed here; expected 'all' or 'strict'"),
        ("few: 4", "fewer: 4", '6: fewer: unknown key "fewer"'),
        ("few: 4", "few: -1", '6: few: "-1": input should be greater than or equal to 0'),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    assert problems(tmp_path, GOOD.replace(old, new)) == [said]


def test_a_quota_needs_a_group(tmp_path: Path) -> None:
    text = GOOD[: GOOD.index("groups:")] + "groups: {}\n"
    assert problems(tmp_path, text) == ["8: groups: a quota needs at least one group (HT-9.2)"]
