"""One function a guard: (Facts, parameters) -> Refusal | None. Names and parameters are those of the vocabulary."""

from collections.abc import Callable
from typing import Any, NamedTuple

from config import vocabulary
from config.calendar import deadline_text
from config.vocabulary import StateKind
from states.errors import Refusal
from states.facts import Dossier, RoundFacts

Check = Callable[[Any, Any], Refusal | None]


class Guard(NamedTuple):
    """A guard, and the fields of the facts it reads (so that `bulk` asks once for equal facts)."""

    check: Check
    reads: tuple[str, ...]


GUARDS: dict[str, Guard] = {}


def guard(*reads: str) -> Callable[[Check], Check]:
    """Make a function the behaviour of the guard of its name."""

    def register(check: Check) -> Check:
        GUARDS[check.__name__] = Guard(check, reads)
        return check

    return register


def unless(held: bool, rule: str, sentence: str) -> Refusal | None:  # noqa: FBT001  a predicate's value
    """Nothing when it holds, else why not."""
    return None if held else Refusal(rule, sentence)


@guard("scored", "leaves")
def all_scored(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every component is scored; 0 is a score, blank is not (DN-4.1, AMB-DN-3)."""
    missing = facts.leaves - facts.scored
    return unless(
        missing <= 0, "all_scored", f"Còn {missing} tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được."
    )


@guard("submitted_at")
def ever_submitted(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """A submitted copy is in force (AMB-DN-7)."""
    return unless(facts.submitted_at is not None, "ever_submitted", "Đơn vị chưa nộp bản tự đánh giá lần nào.")


@guard("asked")
def no_open_explanation(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every question is answered, expired or withdrawn (RULES 6.3)."""
    return unless(
        facts.asked == 0,
        "no_open_explanation",
        f"Còn {facts.asked} yêu cầu giải trình đang mở; chờ đơn vị trả lời, hết hạn hoặc rút yêu cầu trước.",
    )


@guard("appraised", "leaves")
def all_marks_appraised(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every component has an appraised mark (DN-4.2)."""
    missing = facts.leaves - facts.appraised
    return unless(missing <= 0, "all_marks_appraised", f"Còn {missing} tiêu chí thành phần chưa có điểm thẩm định.")


@guard("unreasoned")
def differences_reasoned(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Each appraised mark that differs from the self mark has its reason (AMB-DN-11)."""
    return unless(
        facts.unreasoned == 0,
        "differences_reasoned",
        f"Còn {facts.unreasoned} điểm thẩm định khác điểm tự chấm mà chưa ghi lý do.",
    )


@guard("decision_numbered")
def decision_numbered(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """The decision bears number, date and signer and its signed copy is kept (DESIGN §4)."""
    return unless(
        facts.decision_numbered,
        "decision_numbered",
        "Quyết định chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước khi công bố.",
    )


@guard("closes_at")
def extension_granted(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """The closing instant lies ahead again (AMB-DN-1)."""
    return unless(
        facts.now < facts.closes_at,
        "extension_granted",
        f"Thời hạn mới phải sau thời điểm hiện tại; hạn đang ghi là {deadline_text(facts.closes_at)}.",
    )


def _outside(facts: RoundFacts, settled: frozenset[str]) -> int:
    return sum(count for state, count in facts.counts.items() if state not in settled)


def _states_of_kind(facts: RoundFacts, *kinds: StateKind) -> frozenset[str]:
    states = facts.programme.workflow.assessment.states
    return frozenset(name for name, state in states.items() if state.kind in kinds)


@guard("counts")
def all_settled(facts: RoundFacts, _: vocabulary.Parameters) -> Refusal | None:
    """Every dossier has a result or is out of the round (RULES 6.3)."""
    left = _outside(facts, _states_of_kind(facts, StateKind.SETTLED, StateKind.FINAL))
    return unless(left == 0, "all_settled", f"Còn {left} hồ sơ chưa có kết quả.")


@guard("counts")
def all_announced(facts: RoundFacts, _: vocabulary.Parameters) -> Refusal | None:
    """Every decided dossier was announced to its unit (DESIGN §4)."""
    ready = _states_of_kind(facts, StateKind.SETTLED, StateKind.FINAL) - {"decided"}
    left = _outside(facts, ready)
    return unless(left == 0, "all_announced", f"Còn {left} hồ sơ chưa công bố kết quả cho đơn vị.")


@guard("document_signed")
def report_numbered(facts: RoundFacts, _: vocabulary.Parameters) -> Refusal | None:
    """The report bears number, date and signer and its signed copy is kept (DESIGN §4)."""
    return unless(
        facts.document_signed, "report_numbered", "Báo cáo chưa có đủ số, ngày, người ký và bản đã ký; bổ sung trước."
    )


@guard("closings", "now")
def milestone_passed(facts: RoundFacts, stage: vocabulary.Stage) -> Refusal | None:
    """The stage has closed for every group of the round (X-D1)."""
    closes_at = facts.closings.get(stage.stage)
    passed = closes_at is None or facts.now >= closes_at
    when = deadline_text(closes_at) if closes_at else ""
    return unless(passed, "milestone_passed", f"Chưa hết thời hạn của giai đoạn này ({when}).")


NEGATED: dict[str, Callable[[Any], str]] = {
    "extension_granted": lambda facts: f"Hồ sơ đang được gia hạn đến {deadline_text(facts.closes_at)}; chờ hết hạn.",
}


def holds(name: str, facts: object) -> Refusal:
    """Why a step that asks for the contrary of a guard is refused: the guard holds."""
    sentence = NEGATED.get(name, lambda _: "Điều kiện để làm việc này không còn đúng với hồ sơ.")
    return Refusal(name, sentence(facts))


def ask(name: str, parameters: vocabulary.Parameters, facts: object) -> Refusal | None:
    """The answer of one guard."""
    return GUARDS[name].check(facts, parameters)
