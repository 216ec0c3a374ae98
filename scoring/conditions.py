"""The conditions of a rating: one function each, answering yes, no or unknown (None), with figures in Vietnamese."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from config import conditions as asked
from config.ballots import Of
from config.conditions import Bound, Term, Who
from config.rating import Rulebook
from config.sheet import Criterion, Degree
from scoring.case import Case, Discipline
from scoring.ground import IF_NONE, Answer, Ground, all_of, any_of, lower, meets, negated, share, worded
from scoring.numbers import format_points


def answer(term: Term, ground: Ground) -> Answer:
    """Ask one condition."""
    return _TESTS[term.name](term.parameters, ground)


# Points and degrees


def _total(params: asked.Total, ground: Ground) -> Answer:
    total, floor = ground.case.total, params.at_least
    line = floor if floor is not None else params.below
    if line is None:
        raise ValueError(params)
    bound = f"{ground.wanted} {'từ' if floor is not None else 'dưới'} {format_points(line)} điểm"
    if total is None:
        return Answer(None, f"Chưa có tổng điểm; {bound}")
    return Answer(total >= line if floor is not None else total < line, f"Tổng điểm {format_points(total)}; {bound}")


_RANK: Final = {degree: rank for rank, degree in enumerate(Degree)}
_ABOVE: Final = {lower_one: degree for degree, lower_one in pairwise(Degree)}
_CRITERIA: Final[Mapping[asked.CriteriaSet, str]] = MappingProxyType(
    {
        "all": "tiêu chí",
        "basic": "tiêu chí cơ bản",
        "not_basic": "tiêu chí không phải tiêu chí cơ bản",
        "task": "tiêu chí về kết quả thực hiện nhiệm vụ",
        "not_task": "tiêu chí còn lại",
    }
)


class _Graded(NamedTuple):
    """The criteria of a set: those up to a degree or better, those below it, and those without a degree yet."""

    good: list[Criterion]
    bad: list[Criterion]
    blank: list[Criterion]
    what: str

    @property
    def number(self) -> int:
        return len(self.good) + len(self.bad) + len(self.blank)


def _graded(of: asked.CriteriaSet, at_least: Degree, case: Case) -> _Graded:
    graded = _Graded([], [], [], _CRITERIA[of])
    line = _RANK[at_least]
    for leaf in case.leaves:
        if asked.in_set(leaf, of):
            degree = case.degrees.get(leaf.code)
            (graded.blank if degree is None else graded.good if _RANK[degree] <= line else graded.bad).append(leaf)
    return graded


def _blank(graded: _Graded) -> str:
    return f"; chưa đánh giá: {_codes(graded.blank)}" if graded.blank else ""


def _codes(leaves: Sequence[Criterion]) -> str:
    return ", ".join(leaf.code for leaf in leaves)


def _with_degrees(leaves: Sequence[Criterion], case: Case) -> str:
    return ", ".join(f"{leaf.code} ({case.degrees[leaf.code].label})" for leaf in leaves)


def _degrees(params: asked.Degrees, ground: Ground) -> Answer:
    graded = _graded(params.of, params.at_least, ground.case)
    if not graded.number:
        return Answer(None, f"Không có {graded.what} nào để đánh giá")
    reach = f"đạt {params.at_least.label}{' trở lên' if _RANK[params.at_least] else ''}"
    short = f"; chưa đạt: {_with_degrees(graded.bad, ground.case)}" if graded.bad else ""
    text = f"{len(graded.good)}/{graded.number} {graded.what} {reach}{short}{_blank(graded)}; {ground.wanted} tất cả"
    return Answer(False if graded.bad else None if graded.blank else True, text)


def _poor_degrees(params: asked.OfCriteria, ground: Ground) -> Answer:
    graded = _graded(params.of, Degree.AVERAGE, ground.case)
    if not graded.number:
        return Answer(None, f"Không có {graded.what} nào để đánh giá")
    any_ = ground.book.regime.switches.poor_basic == "any"
    least = Fraction(1, graded.number) if any_ else Fraction(1)
    held = meets(Bound("at_least", least), len(graded.bad), graded.number, len(graded.blank))
    named = f": {_codes(graded.bad)}" if graded.bad else ""
    bound = f"{ground.wanted} {'từ 1 tiêu chí' if any_ else 'tất cả tiêu chí'}"
    return Answer(held, f"{len(graded.bad)}/{graded.number} {graded.what} ở mức Kém{named}{_blank(graded)}; {bound}")


def _degree_share(params: asked.DegreeShare, ground: Ground) -> Answer:
    graded = _graded(params.of, _ABOVE[params.at_or_below], ground.case)
    if not graded.number:
        return Answer(IF_NONE[params.if_none], f"Không có {graded.what} nào để đánh giá")
    held = meets(params.bound, len(graded.bad), graded.number, len(graded.blank))
    said = share(params.bound, len(graded.bad), graded.number, graded.what)
    level = f"ở mức {params.at_or_below.label}{'' if params.at_or_below is Degree.POOR else ' trở xuống'}"
    return Answer(held, f"{said} {level}{_blank(graded)}; {ground.wanted} {worded(params.bound)}")


def _criteria_share(params: asked.CriteriaShare, ground: Ground) -> Answer:
    whole = sum(asked.in_set(leaf, params.of) for leaf in ground.case.leaves)
    return _compared(
        params,
        ground,
        ground.stated(params.figure),
        ground.case.figures.get(params.figure),
        whole,
        _CRITERIA[params.of],
    )


# Levels of others

_WHOM: Final[Mapping[asked.Whom, str]] = MappingProxyType(
    {
        "subordinates": "tổ chức đảng trực thuộc",
        "members": "đảng viên",
        "peers": "tổ chức chính quyền, Mặt trận Tổ quốc, đoàn thể cùng cấp",
        "managed": "cơ quan, đơn vị thuộc quyền quản lý trực tiếp",
        "headed": "tập thể, tổ chức phụ trách",
        "civil_servant": "cán bộ, công chức, viên chức",
    }
)


def _counts(params: asked.Related, level: str | None, ground: Ground) -> bool | None:
    if level is None:
        return None
    rank, line = ground.book.ranks[level], ground.book.ranks[params.level]
    return rank <= line if params.or_better is not None else rank == line


def _reached(params: asked.Related, ground: Ground) -> str:
    return ground.or_better(params.level) if params.or_better is not None else ground.label(params.level)


def _related_share(params: asked.RelatedShare, ground: Ground) -> Answer:
    levels, whom = ground.case.related.get(params.whom), _WHOM[params.whom]
    bound = f"{ground.wanted} {worded(params.bound)}"
    if levels is None:
        return Answer(None, f"Chưa có kết quả xếp loại của {whom}; {bound} {_reached(params, ground)}")
    if not levels:
        return Answer(IF_NONE[params.if_none], f"Không có {whom} thuộc diện xếp loại trong năm")
    counted = [_counts(params, level, ground) for level in levels]
    good, open_ = counted.count(True), counted.count(None)
    said = share(params.bound, good, len(levels), whom)
    waiting = f", {open_} nơi chưa xếp loại" if open_ else ""
    text = f"{said} {_reached(params, ground)}{waiting}; {bound}"
    return Answer(meets(params.bound, good, len(levels), open_), text)


def _related_level(params: asked.RelatedLevel, ground: Ground) -> Answer:
    levels, whom = ground.case.related.get(params.whom), _WHOM[params.whom]
    bound = f"{ground.wanted} {_reached(params, ground)}"
    if levels is None:
        return Answer(None, f"Chưa có mức xếp loại {whom}; {bound}")
    if not levels:
        return Answer(IF_NONE[params.if_none], f"Không thuộc diện xét theo mức xếp loại {whom}")
    counted = [_counts(params, level, ground) for level in levels]
    held = all_of(counted) if params.or_better is not None else any_of(counted)
    return Answer(held, f"Mức xếp loại {whom}: {', '.join(map(ground.label, levels))}; {bound}")


# Figures


def _figures(params: asked.FigureShare, ground: Ground) -> Answer:
    figures = ground.case.figures
    whole = figures.get(params.of)
    return _compared(
        params, ground, ground.stated(params.part), figures.get(params.part), whole, lower(ground.stated(params.of))
    )


def _compared(
    params: asked.Compared, ground: Ground, label: str, part: int | None, whole: int | None, what: str
) -> Answer:
    bound = f"{ground.wanted} {worded(params.bound)}"
    if whole == 0:
        return Answer(IF_NONE[params.if_none], f"{label}: không có {what}")
    if part is None or whole is None:
        return Answer(None, f"{label}: chưa đủ số liệu ({_figure(part)}/{_figure(whole)} {what}); {bound}")
    if not 0 <= part <= whole:
        return Answer(None, f"{label}: số liệu mâu thuẫn ({part}/{whole} {what}); {bound}")
    return Answer(meets(params.bound, part, whole), f"{label}: {share(params.bound, part, whole, what)}; {bound}")


def _figure(figure: int | None) -> str:
    return "…" if figure is None else str(figure)


def _count(params: asked.FigureCount, ground: Ground) -> Answer:
    figure, label = ground.case.figures.get(params.figure), ground.stated(params.figure)
    bound = f"{ground.wanted} từ {params.at_least}"
    if figure is None:
        return Answer(None, f"{label}: chưa có số liệu; {bound}")
    return Answer(figure >= params.at_least, f"{label}: {figure}; {bound}")


# Discipline

_WHO: Final[Mapping[Who, str]] = MappingProxyType(
    {
        "self": "chính tập thể, cá nhân được xếp loại",
        "member": "thành viên",
        "subordinate": "tổ chức, đơn vị trực thuộc hoặc thuộc quyền quản lý",
    }
)


def _concerned(params: asked.Disciplined, case: Case) -> list[Discipline] | None:
    if case.disciplines is None:
        return None
    named = (one for one in case.disciplines if one.who in params.of)
    return [one for one in named if one.corruption or not params.corruption]


def _discipline_text(params: asked.Disciplined, found: list[Discipline] | None) -> str:
    matter = " liên quan đến tham nhũng, tiêu cực" if params.corruption else ""
    who = ", ".join(_WHO[who] for who in params.of)
    if found is None:
        return f"Bị kỷ luật{matter} ({who}): chưa có thông tin"
    remedied = sum(one.remedied for one in found)
    said = "được loại trừ" if params.excused else "không được loại trừ"
    excused = f", trong đó {remedied} trường hợp tự phát hiện và khắc phục xong hậu quả {said}" if remedied else ""
    return f"Bị kỷ luật{matter} ({who}): {len(found)} trường hợp{excused}"


def _disciplined(params: asked.Disciplined, ground: Ground) -> Answer:
    found = _concerned(params, ground.case)
    text = f"{_discipline_text(params, found)}; {ground.wanted} từ 1 trường hợp"
    return Answer(None if found is None else any(not (one.remedied and params.excused) for one in found), text)


def _no_discipline(params: asked.Disciplined, ground: Ground) -> Answer:
    found = _concerned(params, ground.case)
    text = f"{_discipline_text(params, found)}; {ground.wanted} không có"
    return Answer(None if found is None else all(one.remedied and params.excused for one in found), text)


def _disciplined_share(params: asked.DisciplinedShare, ground: Ground) -> Answer:
    disciplines = ground.case.disciplines
    part = None if disciplines is None else sum(one.who == params.who for one in disciplines)
    label, what = f"Bị kỷ luật ({_WHO[params.who]})", lower(ground.stated(params.of))
    if part == 0:
        return Answer(meets(params.bound, 0, 1), f"{label}: không có; {ground.wanted} {worded(params.bound)}")
    return _compared(params, ground, label, part, ground.case.figures.get(params.of), what)


# Ballots and statements

_BOXES: Final[Mapping[asked.Poll, tuple[str, str]]] = MappingProxyType(
    {
        "workplace": ("phiếu", " của nơi công tác"),
        "residence": ("phiếu", " của nhân dân nơi cư trú"),
        "confidence": ("phiếu tín nhiệm", ""),
    }
)
_OPTIONS: Final = {
    "good": "thực hiện tốt nghĩa vụ công dân",
    "bad": "thực hiện không tốt nghĩa vụ công dân",
    "low": "tín nhiệm thấp",
}
_BASES: Final[Mapping[Of, str]] = MappingProxyType(
    {Of.VALID: "hợp lệ", Of.ISSUED: "phát ra", Of.SUMMONED: "theo số người được triệu tập"}
)


def _options(params: asked.Ballots, book: Rulebook) -> Sequence[str]:
    if params.level is None:
        return (params.option or "",)
    first = 0 if book.regime.switches.ballots_cumulative else book.ranks[params.level]
    return [level.code for level in book.regime.levels[first : book.ranks[params.level] + 1]]


def _marked(params: asked.Ballots, ground: Ground) -> str:
    if params.level is None:
        return _OPTIONS[params.option or ""]
    cumulative = ground.book.regime.switches.ballots_cumulative
    return ground.or_better(params.level) if cumulative else ground.label(params.level)


def _ballots(params: asked.Ballots, ground: Ground) -> Answer:
    switches, (ballot, whose) = ground.book.regime.switches, _BOXES[params.box]
    if params.when_polled and switches.polls_flagged and params.box not in ground.case.polls:
        return Answer(IF_NONE[params.if_none], f"Năm nay không tổ chức lấy {ballot}{whose}")
    votes = ground.case.ballots.get(params.box)
    bound = f"{_marked(params, ground)}; {ground.wanted} {worded(params.bound)}"
    if votes is None:
        return Answer(None, f"Chưa có kết quả kiểm {ballot}{whose} đánh giá {bound}")
    base = {Of.VALID: votes.valid, Of.ISSUED: votes.issued, Of.SUMMONED: votes.summoned}[switches.ballot_base]
    part = sum(votes.counts.get(option, 0) for option in _options(params, ground.book))
    if not 0 <= part <= base or not base:
        return Answer(None, f"Kết quả kiểm {ballot}{whose} không dùng được: {part}/{base} phiếu đánh giá {bound}")
    said = share(params.bound, part, base, f"{ballot} {_BASES[switches.ballot_base]}{whose}")
    return Answer(meets(params.bound, part, base), f"{said} đánh giá {bound}")


_STATED: Final[Mapping[bool | None, str]] = MappingProxyType({True: "có", False: "không", None: "chưa khai báo"})


def _declared(params: asked.Declared, ground: Ground) -> Answer:
    stated = ground.case.declared.get(params.statement)
    keys = stated is None and ground.book.regime.statements[params.statement].two_keys
    unknown = " hoặc chưa được cấp trên chấp nhận" if keys else ""
    return Answer(stated, f"{ground.stated(params.statement)}: {_STATED[stated]}{unknown}")


# Combinations


def _any(params: asked.Several, ground: Ground) -> Answer:
    answers = [answer(term, ground) for term in params.terms]
    return Answer(any_of(one.held for one in answers), "; hoặc: ".join(one.text for one in answers))


def _every(params: asked.Several, ground: Ground) -> Answer:
    answers = [answer(term, ground) for term in params.terms]
    return Answer(all_of(one.held for one in answers), "; đồng thời: ".join(one.text for one in answers))


def _not(params: asked.Negated, ground: Ground) -> Answer:
    held, text = answer(params.term, ground)
    return Answer(negated(held), text)


_TESTS: Final[Mapping[str, Callable[[Any, Ground], Answer]]] = MappingProxyType(
    {
        "total": _total,
        "degrees": _degrees,
        "poor_degrees": _poor_degrees,
        "degree_share": _degree_share,
        "criteria_share": _criteria_share,
        "share": _related_share,
        "level": _related_level,
        "figures": _figures,
        "count": _count,
        "disciplined": _disciplined,
        "no_discipline": _no_discipline,
        "disciplined_share": _disciplined_share,
        "ballots": _ballots,
        "declared": _declared,
        "any": _any,
        "all": _every,
        "not": _not,
    }
)
