"""A sheet that is written as a document and read again is the same sheet."""

import tempfile
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.sheet import Criterion, Kind, Option, Sheet, load_sheet
from intake.numbering import roman
from intake.oddities import Kind as Odd
from intake.questions import Unfit, held, points_of, rest, settle
from intake.settled import by_key
from intake.sheets import Imported, read_sheet
from tests.intake.writing import WRITERS, rows_of

LETTERS = "abcdđeghiklmnopqrstuvxy"
TAMPERING = {Odd.JOINED, Odd.DETAIL, Odd.MARKUP, Odd.SPACES, Odd.FILLED, Odd.FROM_TEXT, Odd.STEP, Odd.UNCLEAR, Odd.CODE}
WORDS = st.sampled_from(
    [
        "Dân chủ",
        "ở cơ sở",
        "đối thoại;",
        "“chi bộ bốn tốt”",
        "GRDP",
        "(nếu có)",
        "24-CTr/TU",
        "5 năm",
        "người",
        "trên 95%",
        "& <50%",
    ]
)
labels = st.lists(WORDS, min_size=1, max_size=6).map(lambda words: " ".join(["Việc", *words]))
worths = st.integers(1, 60).map(lambda quarters: quarters * Decimal("0.25"))
extras = st.fixed_dictionaries(
    {}, optional={"note": labels, "evidence": st.lists(labels, min_size=1, max_size=3).map(tuple)}
)


@st.composite
def choices(draw: st.DrawFn, code: str, *, is_capped: bool) -> Criterion:
    points = draw(st.lists(st.integers(0, 40), min_size=2, max_size=5, unique=True).map(sorted))
    falling = [Decimal(one) / 4 for one in reversed(points)]
    options = tuple(
        Option(code=f"{code}.{LETTERS[at].replace('đ', 'dd')}", label=draw(labels), points=worth)
        for at, worth in enumerate(falling)
    )
    label = f"{draw(labels)} (chọn 1 trong {len(options)} mức)"
    kind = Kind.CAPPED_CHOICE if is_capped else Kind.CHOICE
    data = {"code": code, "label": label, "kind": kind, "max": falling[0], "options": options}
    return Criterion.model_validate(data | draw(extras))


@st.composite
def shared(draw: st.DrawFn, code: str) -> Criterion:
    """A capped choice by shares that fall to 0."""
    of = draw(labels.map(lambda words: words.rstrip(" ;")).filter(lambda words: "%" not in words))
    ends = [100, *sorted(draw(st.sets(st.integers(1, 99), min_size=1, max_size=4)), reverse=True), 0]
    options = tuple(
        Option(
            code=f"{code}.{number}",
            label=f"{of} từ {low}% đến {'' if high == 100 else 'dưới '}{high}%",
            points=Decimal(10 - number),
            share=Fraction(low, 100),
        )
        for number, (high, low) in enumerate(pairwise(ends), 1)
    )
    label = f"{draw(labels)} (chọn một trong {len(options)} mức)"
    return Criterion(code=code, label=label, kind=Kind.CAPPED_CHOICE, max=Decimal(9), options=options, share_of=of)


@st.composite
def leaves(draw: st.DrawFn, code: str) -> Criterion:
    kind = draw(st.sampled_from([Kind.GRADED, Kind.GRADED, Kind.CHOICE, Kind.CAPPED_CHOICE, Kind.RATIO, "shared"]))
    worth, label = draw(worths), draw(labels)
    if kind == "shared":
        return draw(shared(code))
    if kind in {Kind.CHOICE, Kind.CAPPED_CHOICE}:
        return draw(choices(code, is_capped=kind == Kind.CAPPED_CHOICE))
    data = {"code": code, "label": label, "kind": kind, "max": worth, **draw(extras)}
    if kind == Kind.RATIO:
        data |= {"label": f"{label}. Điểm = (số đã làm / số được giao) x điểm tối đa"}
        data |= {"done_label": "số đã làm", "assigned_label": "số được giao"}
    return Criterion.model_validate(data)


@st.composite
def groups(draw: st.DrawFn, code: str, depth: int) -> Criterion:
    numbers = range(1, draw(st.integers(1, 4)) + 1)
    names = [str(number) for number in numbers]
    deeper = [depth > 1 and draw(st.booleans()) for _ in names]
    children = tuple(
        draw(groups(f"{code}.{name}", depth - 1) if is_group else leaves(f"{code}.{name}"))
        for name, is_group in zip(names, deeper, strict=True)
    )
    worth = sum((child.ceiling for child in children), Decimal(0))
    data = {"code": code, "label": draw(labels), "kind": Kind.GROUP, "max": worth, "children": children}
    return Criterion.model_validate(data | draw(extras))


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    criteria = [draw(groups(roman(number), 1)) for number in range(1, draw(st.integers(1, 4)) + 1)]
    total = sum((criterion.ceiling for criterion in criteria), Decimal(0))
    outside = draw(st.sampled_from([None, (Kind.BONUS, "Điểm thưởng"), (Kind.PENALTY, "Điểm trừ")]))
    if outside:
        code = roman(len(criteria) + 1)
        criteria.append(Criterion(code=code, label=f"{outside[1]}: {draw(labels)}", kind=outside[0], max=draw(worths)))
    title = f"Biểu {draw(labels)}"
    data = {"slug": "bieu-thu", "title": title, "status": "official", "total": total, "criteria": criteria}
    return Sheet.model_validate(data)


@given(sheets(), st.sampled_from(sorted(WRITERS)))
@settings(max_examples=60, deadline=None)
def test_a_sheet_written_as_a_document_and_read_again_is_the_same(sheet: Sheet, form: str) -> None:
    assume(form != "tabs.txt" or not any("\n" in cell for row in rows_of(sheet) for cell in row))
    with tempfile.TemporaryDirectory() as folder:
        path = WRITERS[form](Path(folder) / f"bieu-thu.{form.rpartition('.')[2]}", rows_of(sheet), [sheet.title])
        found = read_sheet(path)
        assert found.sheet == sheet
        assert not {oddity.kind for oddity in found.oddities} & TAMPERING
        (Path(folder) / "out.yaml").write_text(found.as_yaml(), encoding="utf-8")
        assert load_sheet(Path(folder) / "out.yaml") == sheet


numbers = st.sampled_from(["", "I", "V", "1", "2", "1.1", "a", "đ", "f", "-", "+", "(1)", "iv", "1.1.1", "a)", "Tổng"])
texts = st.lists(
    st.one_of(
        WORDS, st.sampled_from(["(chọn 1 trong 3 mức)", "TỔNG", "<i>", "tối đa 5 điểm", "\n", "Điểm trừ", "từ 9%"])
    ),
    max_size=5,
)
cells = st.tuples(
    numbers,
    texts.map(" ".join),
    st.sampled_from(["", "0", "02", "1,25", "-2", "+1", "0-5", "năm", "5 điểm", "tối đa 3"]),
)


def read_or_refused(path: Path) -> Imported | None:
    try:
        return read_sheet(path)
    except ConfigError:
        return None


answers = st.sampled_from(["", "0", "1", "02", "1,25", "99999", "a", "I", "1.1", "đ", "-", "xyz", "2.", "\x07"])


def settled_somehow(found: Imported, data: st.DataObject) -> Imported:
    """What comes of a document when somebody answers whatever can be asked, in whatever way."""
    asks = [(point, ask) for point in points_of(found).values() for ask in point.asks]
    settled = {}
    for point, ask in data.draw(st.lists(st.sampled_from(asks), max_size=5)):
        value = data.draw(st.sampled_from([*ask.offers, ask.proposed]) | answers if ask.offers else answers)
        with suppress(Unfit):
            made = settle(point, ask.about, value)
            settled[made.key] = made
    return held(found.source, settled)


def assert_sound(found: Imported, folder: Path) -> None:
    assert (found.sheet is None) == any(oddity.blocks for oddity in found.oddities)
    (folder / "out.yaml").write_text(found.as_yaml(), encoding="utf-8")
    if found.sheet is not None:
        assert load_sheet(folder / "out.yaml") == found.sheet


@given(rows=st.lists(cells, max_size=14), has_heading=st.booleans(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_any_table_is_read_or_refused_in_a_sentence_and_what_is_usable_is_loaded(
    rows: list[tuple[str, str, str]], *, has_heading: bool, data: st.DataObject
) -> None:
    heading = [("TT", "Nội dung", "Điểm tối đa")] if has_heading else []
    with tempfile.TemporaryDirectory() as folder:
        path = WRITERS["table.csv"](Path(folder) / "bieu.csv", [*heading, *rows])
        found = read_or_refused(path)
        if found is None:
            return
        assert found.scored_items > 0
        assert_sound(found, Path(folder))
        left = held(found.source, by_key(rest(found)))
        assert left.document == found.document
        assert not any(point.left for point in points_of(left).values() if not point.blocks)
        assert_sound(settled_somehow(found, data), Path(folder))
