"""What a task link opens: one task on one dossier, by the relations of its unit and by no other (DESIGN §6)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from config.vocabulary import Relation, StateKind
from states.errors import NotAllowed, Refused
from states.facts import Dossier
from states.machine import demand_open

UNIT: Final = frozenset({Relation.OFFICER, Relation.HEAD, Relation.OPINION_GIVER})
PRIVILEGED: Final = frozenset(
    {Relation.ADMINISTRATOR, Relation.LEAD, Relation.AUTHORITY, Relation.SECRETARY, Relation.AUDITOR}
)
"""Roles that sign in with a password: no link and no mail opens a session in which they act."""
ALL: Final = frozenset(StateKind) - {StateKind.FINAL}
OPEN: Final = frozenset({StateKind.WORKING, StateKind.WAITING})
RESULT: Final = frozenset({StateKind.SETTLED, StateKind.FINAL})


class Task(NamedTuple):
    """A task by its name for people: the verbs and triggers a link into it may ask, and how long it lives.

    It lives while one of its triggers is open to the actor; without triggers while the dossier is in one of `kinds`.
    A step `between` is another's in the midst of the task: while it is ahead the unit adds what it needs (HT-4.5).
    """

    label: str
    verbs: frozenset[str]
    triggers: frozenset[str] = frozenset()
    kinds: frozenset[StateKind] = ALL
    between: frozenset[str] = frozenset()


SEE: Final = frozenset({"view", "download", "papers"})
_SELF: Final = ("start_self", "submit", "revise", "discard_revision")
_SPOT: Final = ("register", "send_dossier")
_REVIEW: Final = ("prepare", "send_draft", "review", "self_rate")
_AGREED: Final = frozenset({"agree_report"})
TASKS: Final[Mapping[str, Task]] = MappingProxyType(
    {
        "self_assessment": Task(
            "Tự đánh giá, chấm điểm",
            SEE | {"draft", "state", "enclose"},
            frozenset((*_SELF, *_SPOT, *_REVIEW)),
            between=_AGREED,
        ),
        "explanation": Task("Giải trình, bổ sung", SEE, frozenset({"answer_explanation"})),
        "evidence": Task("Thay minh chứng không được nhận", SEE | {"draft"}, kinds=ALL - {StateKind.SETTLED}),
        "result": Task("Xem kết quả", SEE, kinds=RESULT),
        "difficulty": Task("Xem nội dung trả lời vướng mắc", SEE | {"draft"}),
        "review": Task("Kiểm điểm", SEE | {"draft", "state", "enclose"}, frozenset(_REVIEW), between=_AGREED),
        "draft": Task("Đọc dự thảo báo cáo kiểm điểm", SEE, kinds=OPEN),
        "opinion": Task("Tham gia ý kiến", frozenset({"view", "opine"}), kinds=OPEN),
    }
)


def is_alive(task: str, facts: Dossier) -> bool:
    """Whether a link into a task still opens it for the actor of the facts: it dies with its stage."""
    if task not in TASKS or not facts.relations & UNIT:
        return False
    spec, machine = TASKS[task], facts.programme.workflow.assessment
    if spec.triggers:
        waits = any(step.do in spec.between for step in machine.leaving(facts.state))
        return waits or any(is_open(facts, trigger) for trigger in spec.triggers)
    return machine.states[facts.state].kind in spec.kinds


def is_open(facts: Dossier, trigger: str) -> bool:
    """Whether a trigger is open to the actor of the facts now, guards and needs apart."""
    try:
        demand_open(facts, trigger)
    except (NotAllowed, Refused):
        return False
    return True
