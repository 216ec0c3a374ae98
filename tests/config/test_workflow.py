from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import HOME, load_workflow
from config.vocabulary import ClosedBox, Need, Relation, StateKind
from config.workflow import Workflow

FILES = sorted((HOME / "workflows").glob("*.yaml"))

GOOD = """\
workflow: thu
intake: register
roles: {system: system, owner: administrator, unit: officer}
round:
  start: open
  states:
    open: {label: Đang mở, kind: working}
    closed: {label: Đã đóng, kind: final}
  triggers: {close: Đóng đợt}
  transitions:
    - {do: close, from: open, to: closed, by: [system, owner], when: [{milestone_passed: {stage: writing}}]}
assessment:
  start: given
  states:
    given: {label: Đã giao, kind: waiting}
    sent: {label: Đã nộp, kind: waiting}
    done: {label: Đã xong, kind: settled}
    gone: {label: Đã bỏ, kind: final}
  triggers: {send: Nộp, vote: Bỏ phiếu, finish: Xong, drop: Bỏ}
  transitions:
    - {do: send, from: given, to: sent, by: unit, window: writing, when: all_scored}
    - {do: vote, from: sent, to: sent, by: owner, during: open, opens: {ballot: yearly}}
    - {do: finish, from: sent, to: done, by: owner, when: [{ballot_closed: {box: yearly}}]}
    - {do: drop, from: [given, sent], to: gone, by: system, when: {not: ever_submitted}}
deadlines:
  - {stage: writing, label: Viết, do: drop, before: 12-10, for: unit_a, late: zero}
  - {stage: report, label: Báo cáo, before: 12-30, late: flag}
"""


def _load(tmp_path: Path, text: str) -> Workflow:
    file = tmp_path / "workflow.yaml"
    file.write_text(text, encoding="utf-8")
    return load_workflow(file)


def _problems(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)
    return [str(problem).removeprefix(f"{tmp_path}/workflow.yaml:") for problem in caught.value.problems]


def _changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_workflow_loads_under_its_own_name(file: Path) -> None:
    assert load_workflow(file).slug == file.stem


def test_there_are_five_workflows() -> None:
    assert [file.stem for file in FILES] == [
        "dan-chu-co-so",
        "dan-van-chinh-quyen",
        "diem-sang",
        "kiem-diem-xep-loai",
        "xep-loai-tap-the",
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_document_of_a_workflow_reads_back_equal_and_in_the_same_order(file: Path) -> None:
    workflow = load_workflow(file)
    again = Workflow.model_validate_json(workflow.model_dump_json())
    assert again == workflow
    assert list(again.assessment.states) == list(workflow.assessment.states)


def test_what_is_written_short_is_read_in_full(tmp_path: Path) -> None:
    machine = _load(tmp_path, GOOD).assessment
    send, vote, finish, drop = machine.transitions
    assert (send.by, send.sources, send.guards[0].name) == ((Relation.OFFICER,), ("given",), "all_scored")
    assert (vote.during, vote.opens[0].name) == (("open",), "yearly")
    assert finish.guards[0].parameters == ClosedBox(box="yearly")
    assert (drop.guards[0].negated, drop.needs) == (True, ())
    assert machine.steps("drop", "sent") == (drop,)
    assert machine.of_kind(StateKind.SETTLED) == {"done"}


def test_the_standard_workflow_asks_reason_and_document_for_an_extension() -> None:
    machine = load_workflow(HOME / "workflows" / "dan-chu-co-so.yaml").assessment
    (step,) = machine.steps("reopen", "locked_zero")
    assert (step.target, step.by, step.needs, step.tells) == (
        "self_assessing",
        (Relation.ADMINISTRATOR,),
        (Need.REASON, Need.DOCUMENT),
        ("extension_granted",),
    )


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        (
            "intake: register",
            "intake: sometimes",
            ["2: intake: \"sometimes\" is not allowed here; expected 'register' or 'open'"],
        ),
        ("intake: register", "intake: register\ncolour: red", ['3: colour: unknown key "colour"']),
        ("  start: given", "  start: nowhere", ['13: assessment.start: the start "nowhere" is not among the states']),
        (
            "vote, from: sent, to: sent",
            "vote, from: sent, to: nil",
            ['22: assessment.transitions[1].to: there is no state "nil"'],
        ),
        ("vote, from: sent", "vote, from: nil", ['22: assessment.transitions[1].from: there is no state "nil"']),
        ("drop: Bỏ}", "drop: Bỏ, fly: Bay}", ['19: assessment.triggers.fly: no transition is for the trigger "fly"']),
        (", vote: Bỏ phiếu", "", ['22: assessment.transitions[1].do: the trigger "vote" has no words in "triggers"']),
        ("when: all_scored", "when: all_score", ['21: assessment.transitions[0].when: there is no guard "all_score"']),
        (
            "{box: yearly}",
            "{bx: yearly}",
            [
                '23: assessment.transitions[2].when[0]: "box" is missing',
                '23: assessment.transitions[2].when[0]: unknown key "bx"',
            ],
        ),
        (
            "{box: yearly}",
            "{box: other}",
            ['23: assessment.transitions[2].when[0]: no transition opens the ballot "other"'],
        ),
        (
            "stage: writing}}]",
            "stage: reading}}]",
            ['11: round.transitions[0].when[0]: no deadline is for the stage "reading"'],
        ),
        (
            "window: writing",
            "window: reading",
            ['21: assessment.transitions[0].window: no deadline is for the stage "reading"'],
        ),
        ("during: open", "during: shut", ['22: assessment.transitions[1].during: the round has no state "shut"']),
        (
            "when: all_scored",
            "when: all_announced",
            ['21: assessment.transitions[0].when: the guard "all_announced" is on facts of the round'],
        ),
        (
            "unit: officer}",
            "unit: officer, head: officer}",
            ['3: roles.head: "head" is itself a relation and cannot stand for "officer"'],
        ),
        (
            "{ballot: yearly}",
            "{vote: yearly}",
            ['22: assessment.transitions[1].opens: "vote" cannot be opened; expected explanation, opinions, ballot'],
        ),
        ("when: all_scored}", "tells: hello}", ['21: assessment.transitions[0].tells: there is no message "hello"']),
        ("do: drop, before", "do: melt, before", ['26: deadlines[0].do: the trigger "melt" does not exist']),
        (
            "do: drop, before",
            "do: send, before",
            ['26: deadlines[0].do: the trigger "send" is not pulled by the system'],
        ),
        (
            "label: Báo cáo, before",
            "label: Báo cáo, do: drop, before",
            ['27: deadlines[1].do: the trigger "drop" belongs to two deadlines'],
        ),
        (
            "do: drop, before",
            "before",
            ['26: deadlines[0]: the stage "writing" is "late: zero" and has no "do" that locks'],
        ),
        (
            "before: 12-30",
            "before: 12-30, through: 12-30",
            ['27: deadlines[1]: the stage "report" needs exactly one of "before" and "through"'],
        ),
        ("before: 12-30", "before: 12-32", ['27: deadlines[1].before: "12-32" is not a day of every year']),
        ("before: 12-30", "before: 02-29", ['27: deadlines[1].before: "02-29" is not a day of every year']),
        (
            "before: 12-30",
            "opens: 12-31, before: 12-30",
            ['27: deadlines[1]: the stage "report" closes before it opens'],
        ),
        (
            "before: 12-30",
            "before: 11-30",
            ['27: deadlines[1]: the stage "report" closes before "writing", which stands above it'],
        ),
        (
            "stage: report",
            "stage: writing",
            ['27: deadlines[1]: the stage "writing" has two deadlines for the same subjects'],
        ),
    ],
)
def test_bad_input_is_named_with_its_line(tmp_path: Path, old: str, new: str, problems: list[str]) -> None:
    assert _problems(tmp_path, _changed(old, new)) == problems


def test_an_unknown_role_is_named_with_its_line(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, _changed("by: unit", "by: ghost"))
    assert problem.startswith('21: assessment.transitions[0].by: "ghost" is not allowed here')


def test_a_state_that_nothing_leads_to_is_refused(tmp_path: Path) -> None:
    text = _changed("    gone:", "    lost: {label: Lạc, kind: settled}\n    gone:")
    assert _problems(tmp_path, text) == ['18: assessment.states.lost: the state "lost" cannot be reached from "given"']


def test_a_state_without_a_way_out_is_refused(tmp_path: Path) -> None:
    text = _changed("done: {label: Đã xong, kind: settled}", "done: {label: Đã xong, kind: waiting}")
    assert _problems(tmp_path, text) == [
        '17: assessment.states.done: there is no way out of "done", which is neither settled nor final',
        '17: assessment.states.done: "done" is a trap: nothing settled or final can be reached from it',
    ]


def test_a_cycle_of_waiting_states_without_an_end_is_a_trap(tmp_path: Path) -> None:
    text = _changed("done: {label: Đã xong, kind: settled}", "done: {label: Chờ, kind: waiting}")
    text = text.replace("    gone:", "    ring: {label: Quay lại, kind: waiting}\n    gone:")
    there = "    - {do: vote, from: done, to: ring, by: owner}\n"
    back = "    - {do: vote, from: ring, to: done, by: owner}\n"
    text = text.replace("    - {do: drop", f"{there}{back}    - {{do: drop")
    assert _problems(tmp_path, text) == [
        '17: assessment.states.done: "done" is a trap: nothing settled or final can be reached from it',
        '18: assessment.states.ring: "ring" is a trap: nothing settled or final can be reached from it',
    ]


def test_what_is_final_cannot_be_left(tmp_path: Path) -> None:
    text = _changed("from: [given, sent], to: gone", "from: [given, sent, gone], to: given")
    text = text.replace("send, from: given, to: sent", "send, from: given, to: gone").replace(
        "vote, from: sent", "vote, from: given"
    )
    assert '24: assessment.transitions[3].from: the state "gone" is final and cannot be left' in _problems(
        tmp_path, text
    )


@pytest.mark.parametrize("second", ["", ", for: unit_a", ", when: {not: ever_submitted}"])
def test_an_alternative_that_is_never_tried_is_refused(tmp_path: Path, second: str) -> None:
    step = "    - {do: send, from: given, to: gone, by: unit}\n"
    text = _changed("    - {do: vote", step + step.replace("}", second + "}") + "    - {do: vote")
    assert _problems(tmp_path, text) == [
        '23: assessment.transitions[2]: "send" from "given" is never tried: an earlier one always fits first',
    ]


def test_an_alternative_told_apart_by_guard_or_kind_is_accepted(tmp_path: Path) -> None:
    text = _changed(
        "    - {do: vote", "    - {do: send, from: given, to: gone, by: unit, for: unit_a}\n    - {do: vote"
    )
    assert len(_load(tmp_path, text).assessment.steps("send", "given")) == 2


def test_deadlines_of_different_kinds_do_not_order_each_other(tmp_path: Path) -> None:
    text = _changed("before: 12-30, late", "before: 11-30, for: unit_b, late")
    assert _load(tmp_path, text).stages == ("writing", "report")


def test_everything_wrong_in_both_machines_and_the_calendar_is_said_at_once(tmp_path: Path) -> None:
    text = _changed("kind: final}\n  triggers: {close", "kind: waiting}\n  triggers: {close")
    text = text.replace("during: open", "during: shut").replace("before: 12-30", "before: 11-30")
    assert [problem.split(":")[0] for problem in _problems(tmp_path, text)] == ["7", "8", "8", "22", "27"]
