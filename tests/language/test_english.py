"""Everything that pages say has its English, with the same places for values, and nothing else stands there."""

import re
from collections.abc import Iterator

import pytest

from states.errors import Unknown
from tests.language import sentences as below
from tests.language.extract import known, texts
from web.pages import environment, said
from web.sentences import told
from web.words import Label, Sentence, _, language, read_in, settled

PLACE = re.compile(r"%\((\w+)\)[sd]|%%")
TAG = re.compile(r"</?\w+>")
VIETNAMESE = re.compile(r"[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
QUOTED = re.compile(r"“[^”]*”")
KEPT = re.compile(r"ĐU\b|BDVTU|UBND|Nghĩa Dũng|Hải Châu|Hoạt động|Từ ngày|canbo@phuong\.gov\.vn")
"""Vietnamese words that English sentences name: columns of a file, symbols of documents, places."""
ENGLISH = known()


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    read_in("vi")
    yield
    read_in("vi")


def test_every_text_has_its_english_and_none_is_stale() -> None:
    wanted = set(texts())
    missing = sorted(text for text in wanted if not ENGLISH.get(text))
    assert missing == [], "run `python -m tests.language.extract`, then write the English into messages.po"
    assert sorted(set(ENGLISH) - wanted) == [], "run `python -m tests.language.extract`"


def test_places_for_values_and_tags_agree() -> None:
    def shape(text: str) -> list[str]:
        return sorted([*(found[0] for found in PLACE.finditer(text)), *TAG.findall(text)])

    assert [text for text, english in ENGLISH.items() if shape(text) != shape(english)] == []


def test_english_is_english() -> None:
    left = {text: KEPT.sub("", QUOTED.sub("", english)) for text, english in ENGLISH.items()}
    assert [ENGLISH[text] for text, english in left.items() if VIETNAMESE.search(english)] == []


def test_a_text_ends_as_its_english_does() -> None:
    ends = {text: (text[-1:] in ".:…", english[-1:] in ".:…") for text, english in ENGLISH.items() if text != "TT"}
    assert [text for text, (own, other) in ends.items() if own != other] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("1 dossier(s)", "1 dossier"),
        ("12 late opinion(s)", "12 late opinions"),
        ("<b>1</b> unit(s) and 3 day(s)", "<b>1</b> unit and 3 days"),
        ("unit(s) left out", "units left out"),
        ("0 row(s)", "0 rows"),
        ("2.1 page(s)", "2.1 pages"),
    ],
)
def test_nouns_follow_their_numbers(text: str, told: str) -> None:
    assert settled(text) == told


def test_a_label_is_said_in_the_language_of_whoever_it_is_shown_to() -> None:
    label, counted = Label("Hồ sơ"), Label("%(num)s hồ sơ")
    assert (str(label), f"{label}", counted % {"num": 2}, label[:2]) == ("Hồ sơ", "Hồ sơ", "2 hồ sơ", "Hồ")
    read_in("en")
    assert (str(label), f"{label}", counted % {"num": 1}, label[:2]) == ("Dossier", "Dossier", "1 dossier", "Do")
    assert (_("Hồ sơ"), str(said("%(num)s hồ sơ", num=2)), said("<Tên>")) == ("Dossier", "2 dossiers", "<Tên>")
    assert isinstance(_("Hồ sơ"), Sentence)
    read_in("xx")
    assert (language(), str(label)) == ("vi", "Hồ sơ")


def test_every_sentence_of_the_layers_below_has_its_english() -> None:
    english, wanted = below.known(), below.sentences()
    missing = sorted(text for text in wanted if not english.get(text))
    assert missing == [], "run `python -m tests.language.sentences`, then write the English into sentences.po"
    assert sorted(set(english) - wanted) == [], "run `python -m tests.language.sentences`"
    assert [text for text, told_so in english.items() if text.count("{}") != told_so.count("{}")] == []
    left = {text: KEPT.sub("", QUOTED.sub("", told_so)) for text, told_so in english.items()}
    assert [english[text] for text, told_so in left.items() if VIETNAMESE.search(told_so)] == []


def test_a_refusal_is_told_in_the_language_of_the_reader() -> None:
    marks = "Còn 3 tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được."
    assert told(marks) == marks
    read_in("en")
    assert told(marks) == "3 criteria are not marked; mark all of them, then submit."
    assert told(str(Unknown("hồ sơ số 5"))) == "Not found: dossier No. 5; please check."
    stands = "Hồ sơ đang ở trạng thái «Đã nộp»; không thực hiện được bước «Nộp» từ đây."
    assert told(stands) == "The dossier is in the state “Đã nộp”; the step “Nộp” is not possible from here."
    kept = ["Đánh giá công tác dân vận năm 2026", "Đã nộp", "Tiêu chí không quá 5 điểm", 7, None]
    assert [told(one) for one in kept] == kept
    shown = environment("en").from_string("{{ a }} / {{ b }}").render(a="Phải ghi lý do.", b="<Đã nộp>")
    assert shown == "A reason is required. / &lt;Đã nộp&gt;"
