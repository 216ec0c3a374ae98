"""How each criterion of the tree is scored: groups, choices and their bands, ratios, bonus and penalty; all told."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final

from config.sheet import Kind as Scored
from intake import points
from intake.numbering import BULLETS
from intake.oddities import Kind, Oddity
from intake.points import Extra
from intake.tree import Node, walk

_ALIKE: Final = 0.9
_ENOUGH: Final = 15
"""Letters of a criterion and an option from which on their likeness says something."""
_CHOICES: Final = {Scored.CHOICE, Scored.CAPPED_CHOICE}
_POINTLESS: Final = {Scored.CHECK, Scored.DEGREE}
_OF_LEAVES: Final = {*_POINTLESS, Scored.GRADED, Scored.BINARY, Scored.RATIO, Scored.BONUS, Scored.PENALTY}
_EXTRAS: Final = {Extra.BONUS: (Scored.BONUS, "điểm thưởng"), Extra.PENALTY: (Scored.PENALTY, "điểm trừ")}


def settle(top: Sequence[Node]) -> list[Oddity]:
    """Give every node its kind, from the top down; returns what is odd."""
    oddities: list[Oddity] = []
    if not any(node.points is not None for node in walk(top)):
        for node in walk(top):
            node.kind = Scored.GROUP if node.children else _kind_of_leaf(node, Scored.CHECK)
        what = "Bảng không có điểm: mỗi tiêu chí được coi là đạt hoặc không đạt."
        return [Oddity(None, Kind.NO_POINTS, what)]
    for node in top:
        _take_details(node, oddities)
        _settle(node, None, oddities)
    return oddities


def _take_details(node: Node, oddities: list[Oddity]) -> None:
    """Bullets without points below a criterion that has them belong to its wording."""
    for child in node.children:
        _take_details(child, oddities)
    bullets = [child for child in node.children if child.printed.style in BULLETS.values()]
    plain = [child for child in bullets if child.points is None and not child.children]
    if not plain or len(plain) != len(node.children) or node.points is None or points.one_of(node.line.text):
        return
    if any(child.line.place for child in plain):
        return
    for child in plain:
        node.line = replace(node.line, text=f"{node.line.text}\n{child.line.number} {child.line.text}".rstrip())
        what = f"Gạch đầu dòng không có điểm: đã nối vào lời văn của {node.code}."
        oddities.append(Oddity(child.line.row, Kind.DETAIL, what))
    node.children.clear()


def _settle(node: Node, above: Extra | None, oddities: list[Oddity]) -> None:
    node.extra = _settled_extra(node) if node.line.kind else _extra(node) or above
    if not node.line.text:
        oddities.append(Oddity(node.line.row, Kind.REFUSED, f"Mục {node.code} không có nội dung.", blocks=True))
    if node.children:
        _settle_parent(node, oddities)
    else:
        _settle_leaf(node, oddities)
    if node.line.is_from_text and node.points is not None:
        what = f"Ô điểm trống; điểm {points.shown(node.points)} lấy từ lời văn."
        oddities.append(Oddity(node.line.row, Kind.FROM_TEXT, what))


def _extra(node: Node) -> Extra | None:
    sign = node.line.worth.sign if node.line.worth else 0
    return {1: Extra.BONUS, -1: Extra.PENALTY}.get(sign) or points.extra_of(node.line.text)


def _offer_rest(node: Node, oddities: list[Oddity]) -> None:
    """To the one criterion of a group that has no points, offer what the others leave of the group's."""
    without = [child for child in node.children if _worth(child) is None and child.extra is None]
    rest = (node.points or Decimal(0)) - (worth_of([one for one in node.children if one not in without]) or Decimal(0))
    if len(without) != 1 or node.extra or rest <= 0:
        return
    for at, one in enumerate(oddities):
        if (one.row, one.kind) == (without[0].line.row, Kind.NO_POINTS):
            oddities[at] = one._replace(offer=points.shown(rest))


def _settled_extra(node: Node) -> Extra | None:
    return next((extra for extra, (kind, _) in _EXTRAS.items() if kind == node.line.kind), None)


def _settle_parent(node: Node, oddities: list[Oddity]) -> None:
    choice = points.one_of(node.line.text)
    are_leaves = not any(child.children for child in node.children)
    if node.line.kind:
        is_choice = node.line.kind in _CHOICES and are_leaves
    else:
        is_choice = node.extra is None and are_leaves and (choice is not None or _looks_chosen(node))
        if choice and not is_choice:
            what = f"Mục {node.code} ghi «{choice.words}» nhưng bên dưới còn có mục con hoặc là điểm thưởng, điểm trừ."
            oddities.append(Oddity(node.line.row, Kind.NO_OPTIONS, what, blocks=True))
    if is_choice:
        _settle_choice(node, choice, oddities)
        return
    node.kind = Scored.GROUP
    for child in node.children:
        _settle(child, node.extra, oddities)
    _offer_rest(node, oddities)
    if node.extra:
        _tell_extra_group(node, oddities)
    elif node.points is None:
        what = f"Nhóm {node.code} không ghi điểm; điểm của nhóm là tổng các mục con."
        oddities.append(Oddity(node.line.row, Kind.NO_GROUP_POINTS, what))
    else:
        _tell_sum(node, node.points, oddities)


def _looks_chosen(node: Node) -> bool:
    known = [child.points for child in node.children if child.points is not None]
    is_whole = len(known) == len(node.children) and len(known) > 1
    return is_whole and node.points == max(known) != sum(known)


def _settle_choice(node: Node, choice: points.OneOf | None, oddities: list[Oddity]) -> None:
    capped = [child for child in node.children if child.line.worth and child.line.worth.is_cap]
    node.kind = Scored(node.line.kind or (Scored.CAPPED_CHOICE if capped else Scored.CHOICE))
    known = [child.points for child in node.children if child.points is not None]
    row, count = node.line.row, len(node.children)
    if choice is None and not node.line.kind:
        what = (
            f"Mục {node.code} không ghi «chọn 1 trong {count}», nhưng điểm các mục con chỉ hợp khi chọn một; "
            "đã coi là chọn một."
        )
        oddities.append(Oddity(row, Kind.ASSUMED_CHOICE, what))
    elif choice and choice.of not in {None, count}:
        what = f"Mục {node.code} ghi «{choice.words}» nhưng bảng có {count} phương án."
        oddities.append(Oddity(row, Kind.CHOICE_COUNT, what, blocks=count == 1))
    if choice and choice.is_misprinted:
        oddities.append(Oddity(row, Kind.TYPO, f"«{choice.words}»: có lẽ là «Chấm»; đã hiểu là chọn một."))
    for option in node.children:
        _settle_option(option, oddities)
    if known:
        _tell_largest(node, max(known), oddities)
        _tell_double(node, known, oddities)


def _settle_option(option: Node, oddities: list[Oddity]) -> None:
    if option.points is None:
        oddities.append(Oddity(option.line.row, Kind.NO_POINTS, f"Phương án {option.code} chưa có điểm.", blocks=True))
    elif option.line.is_from_text:
        what = f"Ô điểm của phương án {option.code} trống; điểm {points.shown(option.points)} lấy từ lời văn."
        oddities.append(Oddity(option.line.row, Kind.FROM_TEXT, what))
    if option.line.evidence or option.line.note:
        what = f"Ghi chú, minh chứng của phương án {option.code} không giữ được trong biểu; hãy ghi ở tiêu chí."
        oddities.append(Oddity(option.line.row, Kind.COLUMNS, what))


def _tell_largest(node: Node, largest: Decimal, oddities: list[Oddity]) -> None:
    if node.points is None:
        what = f"Mục {node.code} không ghi điểm; lấy điểm phương án cao nhất {points.shown(largest)}."
        oddities.append(Oddity(node.line.row, Kind.NO_GROUP_POINTS, what))
    elif largest != node.points:
        how = "không thể đạt" if largest < node.points else "bị vượt"
        told = f"Điểm tối đa {points.shown(node.points)} của {node.code} {how}"
        what = f"{told}: phương án cao nhất là {points.shown(largest)}."
        oddities.append(Oddity(node.line.row, Kind.UNREACHABLE, what, blocks=True, offer=points.shown(largest)))


def _tell_double(node: Node, known: Sequence[Decimal], oddities: list[Oddity]) -> None:
    largest, added = points.shown(max(known)), points.shown(sum(known, Decimal(0)))
    what = f"Nguy cơ cộng trùng: {node.code} chỉ tính một phương án (tối đa {largest}), không cộng thành {added}."
    alike = next((child for child in node.children if _repeats(node, child)), None)
    if alike is not None:
        what += f" Lời văn của {node.code} lặp lại phương án {alike.code} cùng số điểm."
    oddities.append(Oddity(node.line.row, Kind.DOUBLE_COUNT, what))
    printed = next((child.line.number for child in node.children if child.printed.prefix), None)
    if printed and node.code.count(".") and not printed.startswith(node.code):
        code = node.children[0].code
        what = f"Số «{printed}»… của các phương án đếm lại từ đầu ở mỗi nhóm; mã được thêm mã tiêu chí: {code}."
        oddities.append(Oddity(node.line.row, Kind.CODE, what))


def _repeats(node: Node, child: Node) -> bool:
    whole, part = points.without_choice(node.line.text).casefold(), child.line.text.strip(" .;:").casefold()
    if node.points != child.points or min(len(whole), len(part)) < _ENOUGH:
        return False
    return whole.startswith(part) or SequenceMatcher(None, whole, part).ratio() > _ALIKE


def _tell_sum(node: Node, printed: Decimal, oddities: list[Oddity]) -> None:
    total = worth_of(node.children)
    if total is None or total == printed:
        return
    kind, how = (Kind.UNREACHABLE, "không thể đạt") if total < printed else (Kind.SUM, "bị vượt")
    what = f"Điểm {points.shown(printed)} của {node.code} {how}: các mục con cộng lại được {points.shown(total)}."
    oddities.append(Oddity(node.line.row, kind, what, blocks=True, offer=points.shown(total)))


def worth_of(nodes: Sequence[Node]) -> Decimal | None:
    """What the nodes add up to, bonus and penalty left out; None where points are missing."""
    counted = [node for node in nodes if node.extra is None]
    worths = [_worth(node) for node in counted]
    known = [worth for worth in worths if worth is not None]
    return sum(known, Decimal(0)) if len(known) == len(worths) else None


def _worth(node: Node) -> Decimal | None:
    if node.kind in _POINTLESS and node.line.kind:
        return Decimal(0)
    if node.kind == Scored.GROUP and node.points is None:
        return worth_of(node.children)
    if node.is_option_parent and node.points is None:
        return max((child.points for child in node.children if child.points is not None), default=None)
    return node.points


def _tell_extra_group(node: Node, oddities: list[Oddity]) -> None:
    name = _EXTRAS[node.extra][1] if node.extra else ""
    what = f"{node.code} là nhóm {name}, đứng ngoài tổng điểm."
    total = sum((child.points or Decimal(0) for child in node.children), Decimal(0))
    if node.points is not None and node.points != total:
        what += f" Trần {points.shown(node.points)} của nhóm khác tổng các mục con {points.shown(total)}"
        what += " và không giữ được trong biểu."
    oddities.append(Oddity(node.line.row, Kind.EXTRA, what))


def _kind_of_leaf(node: Node, otherwise: Scored) -> Scored:
    return Scored(node.line.kind) if node.line.kind in _OF_LEAVES else otherwise


def _settle_leaf(node: Node, oddities: list[Oddity]) -> None:
    row, ratio, choice = node.line.row, points.ratio_of(node.line.text), points.one_of(node.line.text)
    node.kind = _kind_of_leaf(node, Scored.GRADED)
    if node.kind in _POINTLESS:
        node.line = replace(node.line, worth=None)
        return
    if node.extra:
        node.kind, name = _EXTRAS[node.extra]
        oddities.append(Oddity(row, Kind.EXTRA, f"{node.code} là {name}, đứng ngoài tổng điểm."))
    elif choice and not node.line.kind:
        what = f"Mục {node.code} ghi «{choice.words}» nhưng không thấy các phương án; đang coi là chấm theo mức."
        oddities.append(Oddity(row, Kind.NO_OPTIONS, what))
    elif ratio and node.line.kind in {"", Scored.RATIO}:
        node.kind = Scored.RATIO
        what = f"{node.code} chấm theo tỷ lệ: «{ratio.done}» trên «{ratio.assigned}»; hãy soát lại công thức."
        oddities.append(Oddity(row, Kind.RATIO, what))
        if ratio.points is not None and node.points not in {None, ratio.points}:
            printed = points.shown(node.points or ratio.points)
            what = f"Công thức của {node.code} nhân với {points.shown(ratio.points)}, ô điểm ghi {printed}."
            oddities.append(Oddity(row, Kind.SUM, what))
    if not node.points:
        what = f"Tiêu chí {node.code} chưa có điểm; hãy ghi điểm, hoặc nối vào tiêu chí trên nếu chỉ là lời giải thích."
        oddities.append(Oddity(row, Kind.NO_POINTS, what, blocks=True))
