"""The guards of review, rating, ballots and recognition (RULES 4, 5). Importing it makes them known to `states.guards`.

What they ask lies beside the dossier's row, so `bulk` asks them for each dossier: they read its id.
"""

from collections.abc import Sequence

from config import vocabulary
from config.calendar import local_day, working_days_between
from config.quota import OnBreach
from scoring.quota import Verdict, after
from scoring.rating import complete_months
from states.errors import Refusal
from states.facts import Dossier
from states.guards import NEGATED, guard, unless
from states.reading import YES
from states.related import against_shares

EXCLUSIONS = ("exempt", "suspended", "newly_admitted")
"""The statements that take a member out of the review (HT-1.4)."""

FORMS = {"mau-01": False, "mau-02a": True, "mau-02b": True}
"""The forms of a review, and whether they are for persons (HT-4.1, HT-4.3)."""
SHOWN = 5


@guard("id")
def excluded_kind(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Exempt from Party activities, suspended, or admitted less than six months ago (HT-1.4)."""
    stated = any(facts.file.stated(name) == YES for name in EXCLUSIONS)
    return unless(
        stated, "excluded_kind", "Chưa ghi trường hợp miễn, đình chỉ sinh hoạt hoặc mới kết nạp chưa đủ 06 tháng."
    )


@guard("id")
def form_attached(facts: Dossier, forms: vocabulary.Forms) -> Refusal | None:
    """One of the forms is in the dossier (HT-4.1, HT-4.3, HT-11.8)."""
    there = not facts.file.parts().isdisjoint(forms.form)
    person = facts.programme.subject_kinds[facts.kind].person
    own = [form for form in forms.form if FORMS.get(form, person) == person]
    names = " hoặc ".join(facts.programme.part_labels.get(form) or _form_name(form) for form in own)
    return unless(there, "form_attached", f"Hồ sơ chưa có {names}; đính kèm trước khi chuyển bước.")


@guard("id")
def open_suggestion(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """A review was suggested and the superior has not agreed to the report since (HT-4.5)."""
    suggested, agreed = facts.file.last("suggest"), facts.file.last("agree_report")
    is_open = suggested is not None and (agreed is None or agreed < suggested)
    return unless(is_open, "open_suggestion", "Hồ sơ không có gợi ý kiểm điểm nào đang chờ thống nhất báo cáo.")


NEGATED["open_suggestion"] = lambda _: "Có gợi ý kiểm điểm: cấp trên phải thống nhất báo cáo trước."


@guard("id", "now")
def working_days_since(facts: Dossier, asked: vocabulary.WorkingDays) -> Refusal | None:
    """So many working days lie behind the last pull of a trigger; its own day does not count (HT-4.2, X-D7)."""
    sent = facts.file.last(asked.event)
    days_off = facts.programme.days_off
    passed = 0 if sent is None else working_days_between(local_day(sent), local_day(facts.now), days_off)
    needed = asked.at_least + (not facts.programme.switches.draft_day_counts)
    return unless(
        passed >= needed,
        "working_days_since",
        f"Dự thảo phải gửi trước ít nhất {asked.at_least:02} ngày làm việc; đến nay mới được {passed:02} ngày.",
    )


@guard("id")
def reviewed_first(facts: Dossier, order: vocabulary.Edges) -> Refusal | None:
    """Who has to be reviewed before has been (HT-2.2, HT-2.3)."""
    missing = facts.file.missing(order.edges, reviewed=True)
    return unless(not missing, "reviewed_first", f"Phải kiểm điểm trước: {_listed(missing)}.")


@guard("id")
def decided_first(facts: Dossier, order: vocabulary.Edges) -> Refusal | None:
    """Who has to be rated before has been, or the authority waived it (HT-6.2, HT-11.3, DESIGN §7)."""
    missing = facts.file.missing(order.edges, reviewed=False)
    return unless(not missing, "decided_first", f"Phải xếp loại trước: {_listed(missing)}.")


@guard("id", "now")
def months_in_post(facts: Dossier, months: vocabulary.Months) -> Refusal | None:
    """Fewer whole calendar months in the post than `below` (HT-11.10, AMB-HT-10)."""
    since = facts.file.since()
    passed = None if since is None else complete_months(since, local_day(facts.now))
    sentence = "chưa ghi ngày nhận chức vụ" if passed is None else f"đã đủ {passed} tháng"
    return unless(
        passed is not None and passed < months.below,
        "months_in_post",
        f"Chỉ để không xếp loại khi chưa đủ {months.below:02} tháng; hồ sơ này {sentence}.",
    )


@guard("scored", "leaves")
def all_degrees_given(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every criterion has its degree (HT-5.4)."""
    missing = facts.leaves - facts.scored
    return unless(missing <= 0, "all_degrees_given", f"Còn {missing} tiêu chí chưa ghi cấp độ.")


@guard("id")
def ballot_closed(facts: Dossier, asked: vocabulary.ClosedBox) -> Refusal | None:
    """The box is closed with its tally (HT-6.1 to HT-6.3)."""
    box = facts.file.box(asked.box)
    closed = asked.if_opened if box is None else box.closed
    return unless(closed, "ballot_closed", f"Chưa kiểm phiếu xong «{_box_label(facts, asked.box)}».")


@guard("id")
def ballot_majority(facts: Dossier, asked: vocabulary.Box) -> Refusal | None:
    """One level has the majority of the box (AMB-HT-7)."""
    box = facts.file.box(asked.box)
    won = box is not None and box.closed and box.winner is not None
    return unless(won, "ballot_majority", f"«{_box_label(facts, asked.box)}» chưa có mức nào đạt quá bán.")


@guard("id")
def opinions_settled(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every body has answered, or its time has run out (AMB-HT-13)."""
    waiting = facts.file.open_opinions()
    return unless(waiting == 0, "opinions_settled", f"Còn {waiting} nơi chưa trả lời ý kiến và chưa hết hạn.")


@guard("id")
def proposal_made(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """A level is proposed, with every condition explained (RULES 4.13)."""
    return unless(facts.file.has_proposal(), "proposal_made", "Chưa lập đề xuất mức xếp loại cho hồ sơ này.")


@guard("id")
def shares_kept(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Where a share leads to the option, the appraised one is that of the share, once it is known (S2-2.2)."""
    sentences = against_shares(facts, facts.file.appraised())
    return unless(not sentences, "shares_kept", " ".join(sentences))


@guard("id", "intended")
def within_cap(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """The head is not rated above the body he heads, unless he came lately (HT-11.14, AMB-HT-8)."""
    order = list(facts.programme.level_labels)
    if facts.intended not in order or not _is_capped(facts):
        return None
    above = [
        name for name, level in facts.file.led_levels() if level and order.index(level) > order.index(facts.intended)
    ]
    return unless(not above, "within_cap", f"Người đứng đầu không được xếp loại cao hơn: {_listed(above)}.")


@guard("id", "intended")
def within_quota(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """The group keeps its quota with this level, by what is decided so far (HT-9.1 to HT-9.3)."""
    verdict = quota_verdict(facts)
    return None if verdict is None or verdict.held else Refusal("within_quota", verdict.text)


NEGATED["within_quota"] = lambda _: "Mức này nằm trong tỷ lệ cho phép, không cần biên bản vượt tỷ lệ."


@guard("programme")
def override_allowed(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """The programme lets a meeting exceed the quota by its minutes (HT-9.1)."""
    quota = facts.programme.quota
    allowed = quota is not None and quota.on_breach is OnBreach.OVERRIDE
    return unless(allowed, "override_allowed", "Chương trình này không cho phép vượt tỷ lệ.")


def _is_capped(facts: Dossier) -> bool:
    rating = facts.programme.rating
    if rating is None:
        return False
    caps = rating.rulebook(facts.kind, facts.file.post()).caps
    excuses = ((cap.unless, cap.leap if rating.switches.leap_excuses else None) for cap in caps)
    return any(all(name is None or facts.file.stated(name) != YES for name in names) for names in excuses)


def quota_verdict(facts: Dossier) -> Verdict | None:
    """Whether the group keeps its quota when the dossier gets the scarce level; None when no quota limits it."""
    group, quota = facts.file.group(), facts.programme.quota
    if group is None or quota is None or facts.intended != quota.level:
        return None
    others = [level for key, level in group.levels.items() if key != facts.id]
    return after(others, facts.intended, quota, outstanding=group.raised)


@guard("id")
def dossier_complete(facts: Dossier, asked: vocabulary.Parts) -> Refusal | None:
    """The dossier holds all parts (NA-5.2)."""
    missing = [part for part in asked.parts if part not in facts.file.parts()]
    labels = ", ".join(facts.programme.part_labels.get(part, part) for part in missing)
    return unless(not missing, "dossier_complete", f"Hồ sơ còn thiếu: {labels}.")


@guard("id", "appraised", "leaves")
def criteria_passed(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """Every criterion is appraised and met; what does not apply is left out (AMB-NA-1)."""
    missing = facts.leaves - facts.appraised
    if missing > 0:
        return Refusal("criteria_passed", f"Còn {missing} tiêu chí chưa thẩm định.")
    unmet = facts.file.unmet()
    return unless(not unmet, "criteria_passed", f"Chưa đạt các tiêu chí: {', '.join(unmet)}.")


@guard("id")
def registered_in_time(facts: Dossier, _: vocabulary.Parameters) -> Refusal | None:
    """It was registered in time, or the late registration was accepted (AMB-NA-2)."""
    registered = facts.file.last("register") or facts.file.last("register_late")
    return unless(registered is not None, "registered_in_time", "Điểm sáng chưa đăng ký nên không công nhận được.")


def _form_name(form: str) -> str:
    return f"Mẫu {form.removeprefix('mau-').upper()}"


def _listed(names: Sequence[str]) -> str:
    shown = "; ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} và {len(names) - SHOWN} nơi khác"


def _box_label(facts: Dossier, name: str) -> str:
    box = facts.programme.boxes.get(name)
    return box.label if box else name
