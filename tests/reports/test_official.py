"""Every document of the catalogue, of real rounds: what it says, the same each time; and as a PDF, nothing is lost."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import docx
import pytest
from sqlmodel import Session, select

from config.programme import Programme
from models.assessments import Assessment
from models.db import Database
from models.decisions import Decision, items_of
from models.people import Subject
from reports.frame import together
from reports.official.catalogue import ENTRIES, entries
from reports.official.entry import Entry, File
from reports.official.heads import layout_of, of_body, of_programme, place_in
from reports.word_pdf import word_pdf
from states.actor import Actor
from states.errors import Refused
from tests.conftest import Fresh
from tests.reports.factory import Make, World, da_nang, van_giang
from tests.reports.rating_factory import ha_tinh, scored_collectives
from tests.reports.reading import lines
from tests.reports.spots_factory import nghe_an

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WHO = Actor("staff", standing=frozenset({"administrator", "authority", "lead"}))
WORLDS: dict[str, Make] = {"dn": da_nang, "vg": van_giang, "ht": ha_tinh, "xl": scored_collectives, "na": nghe_an}
ODD = re.compile(r"\bNone\b|\{\{|\{%|\bnan\b|\w  \w|(?<!\.)\.\.$|[;,]\.$|\bUndefined\b|\b00 (đơn vị|hồ sơ)")


class Opened(NamedTuple):
    """A round in its database."""

    database: Database
    programme: Programme
    ids: list[tuple[int, str]]
    round_id: int


@pytest.fixture(scope="module")
def rounds(fresh_sqlite: Fresh) -> Iterator[dict[str, Opened]]:
    found: dict[str, Opened] = {}
    with fresh_sqlite() as dn, fresh_sqlite() as vg, fresh_sqlite() as ht, fresh_sqlite() as xl, fresh_sqlite() as na:
        for (name, make), url in zip(WORLDS.items(), (dn, vg, ht, xl, na), strict=True):
            database = Database(url)
            with database.writing() as session:
                found[name] = _opened(database, make(session))
        yield found
        for one in found.values():
            one.database.dispose()


def _opened(database: Database, world: World) -> Opened:
    ids = [(row.id, row.kind) for row in world.assessments]
    for row in world.assessments:
        if row.decision_id is None:
            _link(world.session, row)
    return Opened(database, world.programme, ids, world.round.id)


def _link(session: Session, row: Assessment) -> None:
    """What the factories leave out: the decision in force of a dossier."""
    given = items_of(session, row.id)
    if given:
        row.decision_id = given[-1][0].id
        session.add(row)


def made(session: Session, entry: Entry, one: Opened) -> Iterator[File]:
    """The document for the round, for each of its items, or for the first dossier of each kind that has it."""
    owners = [one.round_id]
    if entry.scope == "dossier":
        first = {kind: key for key, kind in reversed(one.ids)}
        owners = [key for kind, key in first.items() if entry in entries(one.programme, "dossier", kind)]
    elif entry not in entries(one.programme, "round"):
        owners = []
    for owner in owners:
        wanted = [item.id for item in entry.items(session, owner, WHO)] if entry.items else [owner]
        for key in wanted:
            with suppress(Refused):
                yield entry.make(session, key, NOW)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.key)
def test_a_document_is_whole_and_the_same_each_time(rounds: dict[str, Opened], entry: Entry) -> None:
    written: list[bytes] = []
    for one in rounds.values():
        with one.database.reading() as session:
            file = next(made(session, entry, one), None)
            written += [file.content] if file else []
            if file is None or len(written) > 1:
                continue
            again = next(made(session, entry, one))
        assert again.content == file.content
        assert re.fullmatch(r"[\w.-]+\.(docx|pdf)", file.name), file.name
    for content in written:
        assert [line for line in lines(content) if ODD.search(line)] == []


def text_of(one: Opened, key: str, owner: int) -> list[str]:
    entry = next(entry for entry in ENTRIES if entry.key == key)
    with one.database.reading() as session:
        return lines(entry.make(session, owner, NOW).content)


def decisions(one: Opened) -> list[int]:
    with one.database.reading() as session:
        return list(session.exec(select(Decision.id).order_by(Decision.id)))  # type: ignore[arg-type]


@pytest.mark.rule("HT-12.4", "VG-2.2", "VG-2.4")
def test_the_deciding_side_says_what_was_decided(rounds: dict[str, Opened]) -> None:
    vg, ht, dn = rounds["vg"], rounds["ht"], rounds["dn"]
    rating = text_of(ht, "quyet-dinh", decisions(ht)[0])
    assert {"THÀNH ỦY HÀ TĨNH", "Số 210-QĐ/TU", "QUYẾT ĐỊNH"} <= set(rating)
    assert any(line.startswith("Điều 1. Công nhận kết quả kiểm điểm") for line in rating)
    assert any(re.fullmatch(r"Trong đó: Hoàn thành xuất sắc nhiệm vụ: \d\d; .*", line) for line in rating)
    points = text_of(dn, "quyet-dinh", decisions(dn)[0])
    assert {"Đảng bộ quận Hải Châu", "95,25", "Phụ lục", 'Sở Văn hóa & Thể thao <thử> ]]> "Ỷ"'} <= set(points)
    notice = text_of(dn, "thong-bao-ket-qua", dn.ids[0][0])
    assert "- Điểm tự chấm: 97,5; điểm thẩm định: 95,25." in notice
    assert {"I.1", "Thiếu kế hoạch năm"} <= set(notice)
    letter = text_of(vg, "cong-van-gui-ket-qua", vg.round_id)
    assert {"Kính gửi: Sở Nội vụ tỉnh Hưng Yên", "DỰ THẢO", "Số: ......../UBND"} <= set(letter)
    team = text_of(vg, "quyet-dinh-doan-tham-dinh", vg.round_id)
    assert {"CHỦ TỊCH", "ỦY BAN NHÂN DÂN HUYỆN VĂN GIANG", "DỰ THẢO"} <= set(team)


@pytest.mark.rule("HT-10.5", "HT-10.6")
def test_a_document_goes_out_under_the_head_of_the_body_that_decides(rounds: dict[str, Opened]) -> None:
    database, programme = rounds["ht"].database, rounds["ht"].programme
    with database.writing() as session:
        session.add(Subject(code="tp", name="Đảng bộ phường Trần Phú", kind="dang_bo_co_so"))
    with database.reading() as session:
        ward, city, council = (of_body(session, programme, code) for code in ("tp", "btv", "nhom_3"))
        assert of_body(session, programme, "không có") == of_programme(programme)
    assert (ward.parent, ward.issuer, ward.place) == ("Thành ủy Hà Tĩnh", "Đảng ủy phường Trần Phú", "Trần Phú")
    assert (ward.abbreviation, ward.signed_for, ward.signer_post) == ("ĐU", "T/M Đảng ủy", "Bí thư")
    assert (city.issuer, city.sender, city.layout) == ("Thành ủy Hà Tĩnh", "Ban Thường vụ Thành ủy", "party")
    assert (council.issuer, council.layout) == ("Hội đồng nhân dân thành phố Hà Tĩnh", "administrative")


@pytest.mark.parametrize(
    ("name", "place", "layout"),
    [
        ("UBND huyện Nam Đàn", "Nam Đàn", "administrative"),
        ("Đảng bộ phường Đại Nài", "Đại Nài", "party"),
        ("Bảo hiểm xã hội huyện Văn Giang", "Văn Giang", "administrative"),
        ("Văn phòng Tỉnh ủy", "", "party"),
        ("Ủy ban Kiểm tra Thành ủy", "", "party"),
        ("Ủy ban Mặt trận Tổ quốc Việt Nam thành phố", "", "administrative"),
    ],
)
def test_a_body_writes_from_its_place_in_its_layout(name: str, place: str, layout: str) -> None:
    assert (place_in(name), layout_of(name)) == (place, layout)


@pytest.mark.rule("HT-11.8")
def test_a_rating_anew_says_why(rounds: dict[str, Opened]) -> None:
    annulled = next(key for key, kind in rounds["ht"].ids if kind == "dang_vien")
    reason = "Lý do: Kỷ luật khiển trách có hiệu lực ngày 09/12/2024 đối với vi phạm trong năm."
    assert any(reason in line for line in text_of(rounds["ht"], "mau-03", annulled))


@pytest.mark.rule("HT-3.2", "HT-3.3", "HT-3.4")
def test_forms_of_review_are_filled_in_with_what_is_known(rounds: dict[str, Opened]) -> None:
    ht = rounds["ht"]
    kinds = {kind: key for key, kind in reversed(ht.ids)}
    collective = text_of(ht, "mau-01", kinds["dang_bo_co_so"])
    assert {"BÁO CÁO KIỂM ĐIỂM", "VII. TỰ XẾP LOẠI MỨC CHẤT LƯỢNG"} <= set(collective)
    assert sum(line.startswith("\N{BALLOT BOX WITH X}") for line in collective) == 1
    member = text_of(ht, "mau-02a", kinds["dang_vien"])
    assert "(Dùng cho cá nhân không giữ chức vụ lãnh đạo, quản lý)" in member
    assert not any(line.startswith("Số ") for line in member)
    leader = text_of(ht, "mau-02b", kinds["can_bo_thanh_pho"])
    assert (
        len([line for line in leader if re.match(r"\d\. ", line)])
        == len([1 for line in member if re.match(r"\d\. ", line)]) + 5
    )


def pages(one: Opened, key: str, owner: int, folder: Path) -> tuple[bytes, list[str]]:
    """The document, and the words on each page of its PDF, without spaces."""
    entry = next(entry for entry in ENTRIES if entry.key == key)
    with one.database.reading() as session:
        content = entry.make(session, owner, NOW).content
    (folder / "one.pdf").write_bytes(word_pdf(content))
    told = run("pdftotext", str(folder / "one.pdf"), "-").split("\f")[:-1]
    return content, ["".join(page.split()) for page in told]


@pytest.mark.parametrize(
    ("world", "key"), [("dn", "bang-cham-diem"), ("dn", "bang-diem-tham-dinh"), ("xl", "bang-cham-diem")]
)
def test_those_who_sign_a_sheet_stand_with_its_last_rows(
    rounds: dict[str, Opened], world: str, key: str, tmp_path: Path
) -> None:
    content, told = pages(rounds[world], key, rounds[world].ids[0][0], tmp_path)
    rows = [row.cells[1].text for row in docx.Document(BytesIO(content)).tables[1].rows[:-1]]
    assert len(told) > 1
    for label in rows[-3:]:
        assert "".join(label.split()) in told[-1], label
    assert "(ký,ghirõhọtên" in told[-1]
    assert "".join(rows[0].split()) in told[-1], "under the heading of the table"


def test_forms_of_review_are_not_torn_where_they_should_be_whole(rounds: dict[str, Opened], tmp_path: Path) -> None:
    ht = rounds["ht"]
    kinds = {kind: key for key, kind in reversed(ht.ids)}
    for key, kind in (("mau-01", "dang_bo_co_so"), ("mau-02a", "dang_vien"), ("mau-02b", "can_bo_thanh_pho")):
        _, told = pages(ht, key, kinds[kind], tmp_path)
        superior = next(page for page in told if "NHẬNXÉT,ĐÁNHGIÁCỦACẤP" in page)
        assert "T/MCẤPCÓTHẨMQUYỀN" in superior, key
    _, told = pages(ht, "mau-02a", kinds["dang_vien"], tmp_path)
    assert told[1].startswith("2II.TỰĐÁNHGIÁ")


def test_short_appendices_share_a_page() -> None:
    appendix = {"ranking": "I", "zeros": "II", "late": "", "specials": "III", "differing": "IV", "seal": "V"}
    seal = {"code": "", "at": "", "steps": []}
    rows = {"zeros": [{}] * 4, "late": [], "specials": [{}], "differing": [{}] * 3, "seal": seal}
    assert together({"appendix": appendix, **rows}) == ["specials", "seal"]


@pytest.mark.faults
def test_every_document_becomes_a_pdf_in_the_right_font(rounds: dict[str, Opened], tmp_path: Path) -> None:
    for name, one in rounds.items():
        with one.database.reading() as session:
            for entry in ENTRIES:
                for number, file in enumerate(islice(made(session, entry, one), 2)):
                    (tmp_path / f"{name}-{entry.key}-{number}-{file.name}").write_bytes(file.content)
    words = sorted(tmp_path.glob("*.docx"))
    run(
        "soffice",
        "--headless",
        f"-env:UserInstallation=file://{tmp_path}/home",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        *map(str, words),
    )
    for word in words:
        content = word.read_bytes()
        demand_whole(word.with_suffix(".pdf"), content)
        own = word.with_suffix(".own.pdf")
        own.write_bytes(word_pdf(content))
        demand_whole(own, content)


def test_a_pdf_of_our_own_says_the_same_each_time(rounds: dict[str, Opened], tmp_path: Path) -> None:
    for name, key, owner in (("vg", "cong-van-gui-ket-qua", 1), ("ht", "mau-01", rounds["ht"].ids[0][0])):
        entry = next(entry for entry in ENTRIES if entry.key == key)
        with rounds[name].database.reading() as session:
            content = entry.make(session, owner, NOW).content
        made_pdf = word_pdf(content)
        assert word_pdf(content) == made_pdf
        (tmp_path / "own.pdf").write_bytes(made_pdf)
        demand_whole(tmp_path / "own.pdf", content)


def demand_whole(pdf: Path, word: bytes) -> None:
    """Every word of the document is in the PDF, in letters as wide as Times New Roman that are in it too."""
    fonts = [line.split() for line in run("pdffonts", str(pdf)).splitlines()[2:]]
    assert fonts, pdf.name
    for font in fonts:
        assert re.search(r"Liberation ?Serif|Tinos|OpenSymbol|DejaVu", font[0]), (pdf.name, font)
        assert "yes" in font[-5:-2], (pdf.name, font)
    plain = re.sub(r"[\s-]+", "", run("pdftotext", str(pdf), "-"))
    for line in lines(word):
        assert all(part in plain for part in line.replace("-", "").split()[:3]), (pdf.name, line)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout
