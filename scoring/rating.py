"""The level that is proposed for a subject, with every condition that speaks for it or against it (RULES 4.13).

Nothing here decides: the authority does. What is not known leaves levels open, and a gap of the source is flagged.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from config.rating import Cap, Gap, Regime, Rulebook, Trial
from scoring.case import Case, Discipline, Votes
from scoring.conditions import answer
from scoring.ground import Ground, all_of, any_of

__all__ = ["Case", "Discipline", "Finding", "Flag", "Proposal", "Tried", "Votes", "complete_months", "rate"]

_TRIGGER: Final = "ngưỡng"


@dataclass(frozen=True, slots=True)
class Finding:
    """What became of one condition: held, or not, or not known (None), and why in words."""

    held: bool | None
    clause: str
    rule: str
    text: str

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON-able data."""
        return {"held": self.held, "clause": self.clause, "rule": self.rule, "text": self.text}


@dataclass(frozen=True, slots=True)
class Tried:
    """One level: all of its findings have to hold; for the lowest level one of them is enough."""

    level: str
    held: bool | None
    findings: tuple[Finding, ...]

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON-able data."""
        findings = [finding.as_dict() for finding in self.findings]
        return {"level": self.level, "held": self.held, "findings": findings}


@dataclass(frozen=True, slots=True)
class Flag:
    """A gap or a contradiction of the source, or another thing the authority has to look at."""

    code: str
    text: str

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON-able data."""
        return {"code": self.code, "text": self.text}


@dataclass(frozen=True, slots=True)
class Proposal:
    """The proposed level, None while several are possible or when there is to be none (then `possible` is empty).

    `tried` has every level, best first; `caps` what the levels of related subjects did to the proposal.
    """

    level: str | None
    possible: tuple[str, ...]
    tried: tuple[Tried, ...]
    flags: tuple[Flag, ...] = ()
    caps: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON-able data."""
        listed: dict[str, Sequence[Tried | Flag | Finding]]
        listed = {"tried": self.tried, "flags": self.flags, "caps": self.caps}
        parts = {name: [part.as_dict() for part in found] for name, found in listed.items()}
        return {"level": self.level, "possible": list(self.possible), **parts}


def rate(regime: Regime, kind: str, case: Case) -> Proposal:
    """Propose a level: triggers of the lowest first, then the best whose conditions all hold, then the caps (4.13).

    KeyError when the regime says nothing of the kind; groups have to be spelled out before.
    """
    book = regime.rulebook(kind, case.post)
    ground = Ground(case, book)
    tried = tuple(_try(trial, ground) for trial in book.trials)
    needed = regime.switches.months_to_be_rated
    if case.months_in_post is not None and case.months_in_post < needed:
        return Proposal(None, (), tried, (_too_new(case.months_in_post, needed),))
    found = _fitting(tried, ground)
    capped, caps = _under(book.caps, found, ground)
    flags = tuple(_flags(tried, capped, ground))
    return Proposal(capped[0] if len(capped) == 1 else None, capped, tried, flags, caps)


def complete_months(since: date, on: date) -> int:
    """Return the whole calendar months from a day to another, 0 when it lies ahead (AMB-HT-10).

    A month without that day is complete on its last day: from 31/8 six months are complete on 28/2.
    """
    months = (on.year - since.year) * 12 + on.month - since.month
    reached = on.day >= since.day or (on.day == _days_in(on) and on.day < since.day)
    return max(months if reached else months - 1, 0)


def _days_in(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day.replace(day=1)).days


def _try(trial: Trial, ground: Ground) -> Tried:
    lowest = trial.level is ground.book.regime.lowest
    asked = Ground(ground.case, ground.book, _TRIGGER) if lowest else ground
    findings = tuple(_findings(trial, asked))
    combine = any_of if lowest else all_of
    return Tried(trial.level.code, combine(finding.held for finding in findings), findings)


def _findings(trial: Trial, ground: Ground) -> Iterator[Finding]:
    for condition in trial.conditions:
        held, text = answer(condition, ground)
        yield Finding(held, condition.clause, condition.rule, text)


def _fitting(tried: Sequence[Tried], ground: Ground) -> tuple[str, ...]:
    """Return the levels that are not ruled out, best first."""
    *levels, lowest = tried
    if lowest.held:
        return (lowest.level,)
    open_ = {lowest.level} if lowest.held is None else set()
    for one in levels:
        if one.held is not False:
            open_.add(one.level)
        if one.held:
            break
    else:
        open_.update(_defaults(ground))
    return _ordered(open_, ground.book)


def _defaults(ground: Ground) -> Iterator[str]:
    """Yield what may be proposed where no level fits: by the first gap that is there, else the general default."""
    switches = ground.book.regime.switches
    for gap in ground.book.gaps:
        held = gap.unlisted and answer(gap.when, ground).held
        if held is not False:
            yield dict(switches)[gap.default]
        if held:
            return
    yield switches.unlisted_default


def _ordered(levels: Iterable[str], book: Rulebook) -> tuple[str, ...]:
    return tuple(sorted(levels, key=book.ranks.__getitem__))


# Caps


def _under(caps: Sequence[Cap], found: tuple[str, ...], ground: Ground) -> tuple[tuple[str, ...], tuple[Finding, ...]]:
    """Return the levels that are left under the caps, and what each cap did."""
    findings = []
    for cap in caps:
        capped = _capped(cap, found, ground)
        findings.append(_cap_finding(cap, found, capped, ground))
        found = capped
    return found, tuple(findings)


def _capped(cap: Cap, found: tuple[str, ...], ground: Ground) -> tuple[str, ...]:
    excused, ceilings, ranks = _excused(cap, ground), _ceilings(cap, ground), ground.book.ranks
    lowered = {level if excused else max(level, line, key=ranks.__getitem__) for level in found for line in ceilings}
    return _ordered(lowered | set(found) if excused is None else lowered, ground.book)


def _excused(cap: Cap, ground: Ground) -> bool | None:
    declared, switches = ground.case.declared, ground.book.regime.switches
    by_statement = declared.get(cap.unless) if cap.unless else False
    by_leap = declared.get(cap.leap) if cap.leap and switches.leap_excuses else False
    return any_of((by_statement, by_leap))


def _ceilings(cap: Cap, ground: Ground) -> Sequence[str]:
    """Return the levels that the ceiling may have: one when all levels of the others are known."""
    levels = [level.code for level in ground.book.regime.levels]
    related = ground.case.related.get(cap.whom, (None,))
    known = [level for level in related if level is not None]
    line = max(known, key=ground.book.ranks.__getitem__, default=levels[0])
    return levels[levels.index(line) :] if None in related else [line]


def _cap_finding(cap: Cap, before: tuple[str, ...], after: tuple[str, ...], ground: Ground) -> Finding:
    excused = _excused(cap, ground)
    certain = excused or (excused is not None and len(_ceilings(cap, ground)) == 1)
    unchanged = before == after and (certain or len(after) == 1)
    held = True if unchanged else False if certain else None
    return Finding(held, cap.clause, cap.rule, _cap_text(cap, held, before, after, ground))


def _cap_text(cap: Cap, held: bool | None, before: Sequence[str], after: Sequence[str], ground: Ground) -> str:  # noqa: FBT001
    related = ground.case.related.get(cap.whom, (None,))
    if _excused(cap, ground):
        return "Người đứng đầu được miễn mức trần theo mức xếp loại của tập thể, tổ chức do mình đứng đầu"
    if not related:
        return "Không có tập thể, tổ chức do mình đứng đầu thuộc diện xếp loại trong năm"
    ceiling = f"mức xếp loại của tập thể, tổ chức do mình đứng đầu ({', '.join(map(ground.label, related))})"
    if held is None:
        return f"Chưa xác định được mức trần theo {ceiling}"
    if held:
        return f"Không cao hơn {ceiling}"
    return f"Đề xuất {_either(before, ground)} cao hơn {ceiling}; hạ xuống {_either(after, ground)}"


def _either(levels: Sequence[str], ground: Ground) -> str:
    return " hoặc ".join(map(ground.label, levels))


# Flags


def _flags(tried: Sequence[Tried], possible: tuple[str, ...], ground: Ground) -> Iterator[Flag]:
    unlisted = all(one.held is False for one in tried)
    for gap in ground.book.gaps:
        if _is_there(gap, possible, ground, unlisted=unlisted):
            yield Flag(gap.code, gap.text)
    if unlisted:
        yield _unlisted(possible, ground)


def _is_there(gap: Gap, possible: tuple[str, ...], ground: Ground, *, unlisted: bool) -> bool:
    in_place = unlisted if gap.unlisted else not gap.levels or (len(possible) == 1 and possible[0] in gap.levels)
    return in_place and bool(answer(gap.when, ground).held)


def _unlisted(possible: tuple[str, ...], ground: Ground) -> Flag:
    text = f"Không mức nào có đủ điều kiện. Đề xuất theo mặc định: {_either(possible, ground)}"
    return Flag("RULES-4.13", f"{text}; cấp có thẩm quyền xem xét, quyết định.")


def _too_new(months: int, needed: int) -> Flag:
    text = (
        f"Mới được {months} tháng, chưa đủ {needed} tháng tính đến thời điểm xếp loại: vẫn kiểm điểm, không xếp loại."
    )
    return Flag("HT-11.10", text)
