from datetime import datetime
from pathlib import Path
from shutil import copytree

import pytest

from config.calendar import LOCAL
from config.errors import ConfigError
from config.load import HOME, load_programme
from config.programme import Programme
from config.vocabulary import Late

SHEET = """\
slug: bieu-thu
title: Biểu thử
status: sample
total: 10
criteria:
  - {code: I, label: Một, kind: graded, max: 10}
"""

GOOD = """\
slug: thu
title: Chương trình thử
short_title: Thử
layout: administrative
bodies: {owner: Phòng A, appraiser: Phòng B, authority: UBND, report_to: Sở C}
letterhead: {issuer: UBND huyện, place: Huyện, abbreviation: UBND, signer_post: Chủ tịch}
bases: []
receivers: []
contact: {name: Tổ thử, phone: 0236 0000 000}
subject_kinds:
  phong: {label: Phòng, group: huyen}
  truong: {label: Trường, group: huyen}
  xa: {label: Xã}
workflow: dien-thu
sheets:
  - {sheet: bieu-thu, kinds: [phong, truong, xa]}
levels:
  status: unconfirmed
  bands:
    - {at_least: 8, code: tot, label: Tốt}
    - {at_least: 0, code: yeu, label: Yếu}
year_overrides:
  2022:
    - {stage: writing, before: 06-15}
"""

WORKFLOW = """\
workflow: dien-thu
intake: register
roles: {unit: officer, system: system}
round:
  start: open
  states: {open: {label: Mở, kind: working}, closed: {label: Đóng, kind: final}}
  triggers: {close: Đóng}
  transitions: [{do: close, from: open, to: closed, by: system}]
assessment:
  start: given
  states: {given: {label: Giao, kind: waiting}, done: {label: Xong, kind: settled}}
  triggers: {send: Nộp}
  transitions:
    - {do: send, from: given, to: done, by: unit, for: [huyen, xa]}
deadlines:
  - {stage: writing, label: Viết, before: 03-30, for: huyen, late: flag}
  - {stage: report, label: Báo cáo, before: 11-30, late: flag}
"""


def _write(root: Path, programme: str, workflow: str = WORKFLOW) -> Path:
    for folder, name, text in (
        ("programmes", "thu", programme),
        ("workflows", "dien-thu", workflow),
        ("sheets", "bieu-thu", SHEET),
    ):
        (root / folder).mkdir()
        (root / folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root / "programmes" / "thu.yaml"


def _problems(root: Path, programme: str, workflow: str = WORKFLOW) -> list[str]:
    file = _write(root, programme, workflow)
    with pytest.raises(ConfigError) as caught:
        load_programme(file)
    return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]


def _changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


@pytest.fixture
def good(tmp_path: Path) -> Programme:
    return load_programme(_write(tmp_path, GOOD))


def test_names_of_groups_are_spelled_out_as_kinds(good: Programme) -> None:
    assert good.groups == {"huyen": ("phong", "truong")}
    assert good.workflow.assessment.transitions[0].kinds == ("phong", "truong", "xa")
    assert good.workflow.deadlines[0].kinds == ("phong", "truong")
    assert [deadline.covers("xa") for deadline in good.workflow.deadlines] == [False, True]


def test_each_kind_has_its_sheet(good: Programme) -> None:
    assert good.sheet_for("xa").slug == "bieu-thu"


@pytest.mark.rule("X-D4")
def test_a_one_off_date_counts_in_its_year_only(good: Programme) -> None:
    closings = [good.deadlines(year)[0].closes_at(year) for year in (2021, 2022, 2023)]
    assert closings == [
        datetime(2021, 3, 30, tzinfo=LOCAL),
        datetime(2022, 6, 15, tzinfo=LOCAL),
        datetime(2023, 3, 30, tzinfo=LOCAL),
    ]
    assert good.deadlines(2022)[1] == good.workflow.deadlines[1]


@pytest.mark.rule("X-D4", "X-D6")
def test_a_one_off_may_change_a_day_into_an_inclusive_one(tmp_path: Path) -> None:
    programme = load_programme(_write(tmp_path, _changed("before: 06-15", "through: 06-15")))
    assert programme.deadlines(2022)[0].closes_at(2022) == datetime(2022, 6, 16, tzinfo=LOCAL)


@pytest.mark.rule("DN-2.3")
@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        ("layout: administrative", "layout: party\ncolour: red", ['5: colour: unknown key "colour"']),
        (
            "    - {at_least: 0, code: yeu, label: Yếu}\n",
            "",
            ["19: levels.bands: the bands leave a gap: the last one must begin at 0"],
        ),
        (
            "at_least: 8",
            "at_least: 0",
            ["19: levels.bands: the bands overlap: each must begin below the one before it"],
        ),
        ("status: unconfirmed", "status: none", ['19: levels.bands: bands do not go with "status: none"']),
        (
            "kinds: [phong, truong, xa]",
            "kinds: [phong, truong]",
            ['13: subject_kinds.xa: "xa" has 0 sheets and needs exactly one (DN-2.3)'],
        ),
        (
            "kinds: [phong, truong, xa]",
            "kinds: [phong, truong, xa, xa]",
            ['13: subject_kinds.xa: "xa" has 2 sheets and needs exactly one (DN-2.3)'],
        ),
        (
            "kinds: [phong, truong, xa]",
            "kinds: [phong, truong, xa, chua]",
            ['16: sheets[0].kinds: there is no kind of subject "chua"'],
        ),
        ("label: Xã}", "label: Xã, group: xa}", ['13: subject_kinds.xa: "xa" is both a kind and a group']),
        (
            "label: Trường, group: huyen",
            "label: Trường, group: xom",
            ['12: subject_kinds.truong: the state "given" is a trap for "truong": no step for it leads to an end'],
        ),
        (
            "phone: 0236 0000 000",
            "phone: call me",
            ["9: contact.phone: \"call me\": string should match pattern '^\\+?[0-9][0-9 .]{5,}[0-9]$'"],
        ),
        (
            "stage: writing, before",
            "stage: reading, before",
            ['24: year_overrides.2022[0]: no deadline is for the stage "reading" with these kinds'],
        ),
        (
            "before: 06-15",
            "before: 12-15",
            ['23: year_overrides.2022: in 2022 the stage "report" closes before "writing", which stands above it'],
        ),
        (
            "before: 06-15",
            "opens: 06-15",
            ['24: year_overrides.2022[0]: the dates of the stage "writing" contradict each other'],
        ),
        (
            "bases: []",
            "bases: []\nsubmission: {report: none, days: 3}",
            ['8: submission.days: "days" goes with "report: within_days" and with nothing else'],
        ),
        (
            "bases: []",
            "bases: []\nreminders: {offsets_days: [3, 7]}",
            ["8: reminders.offsets_days: reminders are written from the earliest to the last, each once"],
        ),
        ("bases: []", "bases: []\nswitches: {all_zero: true}", ['8: switches.all_zero: unknown key "all_zero"']),
    ],
)
def test_bad_input_is_named_with_its_line(tmp_path: Path, old: str, new: str, problems: list[str]) -> None:
    assert _problems(tmp_path, _changed(old, new)) == problems


def test_a_workflow_for_a_kind_that_is_not_there_is_refused(tmp_path: Path) -> None:
    workflow = WORKFLOW.replace("for: huyen", "for: [huyen, chua]")
    assert _problems(tmp_path, GOOD, workflow) == [
        '14: workflow: the workflow is for "chua", which is no kind or group of subjects here',
    ]


@pytest.mark.rule("DN-4.6")
def test_the_zero_of_the_lock_is_only_in_da_nang() -> None:
    effects = {slug: load_programme(slug).workflow.deadlines for slug in ("dan-chu-co-so", "dan-van-chinh-quyen")}
    assert {slug: deadlines[0].late for slug, deadlines in effects.items()} == {
        "dan-chu-co-so": Late.ZERO,
        "dan-van-chinh-quyen": Late.FLAG,
    }


def test_no_word_of_the_party_committee_stands_in_van_giang() -> None:
    document = load_programme("dan-van-chinh-quyen").document()
    assert "Ban Thường vụ" not in document
    assert "BTV" not in document
    assert "Đã gửi UBND tỉnh (qua Sở Nội vụ)" in document


@pytest.mark.rule("VG-4.6")
def test_the_bands_of_van_giang_wait_for_a_person_to_confirm_them() -> None:
    programme = load_programme("dan-van-chinh-quyen")
    assert (programme.levels.status, programme.proposes_level, len(programme.levels.bands)) == ("unconfirmed", True, 5)


def test_a_sixth_programme_is_one_file_beside_its_sheet(tmp_path: Path) -> None:
    copytree(HOME / "sheets", tmp_path / "sheets")
    (tmp_path / "programmes").mkdir()
    text = (HOME / "programmes" / "dan-chu-co-so.yaml").read_text(encoding="utf-8")
    (tmp_path / "programmes" / "thu-sau.yaml").write_text(
        text.replace("slug: dan-chu", "slug: thu-sau"), encoding="utf-8"
    )
    assert load_programme("thu-sau", tmp_path).workflow.slug == "dan-chu-co-so"
