from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from sqlmodel import select

from actions.evidence_files import Kept, New, add, check_address, find, keep, place, remove
from models.db import Database
from models.evidence import Evidence, evidence_of, in_force
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.world import at, launched, submitted

NOW = at("2024-11-20 09:00")
KEPT = Kept("a.pdf", "ab" * 32, 3, "application/pdf")


class Torn(BytesIO):
    """A line that breaks off."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError(size)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash_once(tmp_path: Path) -> None:
    content = b"%PDF-1.4 " + b"x" * 200_000
    one, two = (keep(tmp_path, BytesIO(content), name) for name in ("a.pdf", "b.pdf"))
    assert one == Kept("a.pdf", sha256(content).hexdigest(), len(content), "application/pdf")
    assert two._replace(name="a.pdf") == one
    assert [path.read_bytes() for path in files(tmp_path)] == [content]
    assert place(tmp_path, one.file_hash) == files(tmp_path)[0]


@pytest.mark.parametrize(("content", "why"), [(b"", "không có nội dung"), (b"x" * 11, "lớn hơn")])
def test_what_is_empty_or_too_large_is_not_kept(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        keep(tmp_path, BytesIO(content), "a.pdf", limit=10)
    assert files(tmp_path) == []


def test_a_line_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="65536"):
        keep(tmp_path, Torn(), "a.pdf")
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("C:\\Users\\a\\Báo cáo.pdf", "Báo cáo.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe\r\nX: y", "agpj.exe X y"),
        ("", "tep"),
        (".pdf", "tep.pdf"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_name_is_plain(tmp_path: Path, given: str, expected: str) -> None:
    assert keep(tmp_path, BytesIO(b"x"), given).name == expected


@pytest.mark.rule("AMB-DN-9")
@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://danang.gov.vn/1", True),
        ("https://thanhkhe.danang.gov.vn", True),
        ("https://danang.gov.vn.evil.example", False),
        ("https://evildanang.gov.vn", False),
    ],
)
def test_links_are_limited_to_domains(address: str, *, fits: bool) -> None:
    assert (check_address(address, ["*.danang.gov.vn"]) is None) is fits
    assert check_address(address, []) is None


def test_what_is_added_to_no_criterion_or_too_often_is_refused_whole(database: Database) -> None:
    world = launched(database, subjects=1)
    for new in ([New("I.1", KEPT), New("XX", KEPT)], [New("I.1", KEPT)] * 31, [New("I.1", address="http://a.vn")]):
        with pytest.raises(Refused), database.writing() as session:
            add(session, world.first, new, actor=world.officer, now=NOW)
    with database.reading() as session:
        assert session.exec(select(Evidence)).all() == []


def test_another_unit_adds_and_takes_nothing(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        (key,) = add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        add(session, world.first, [New("I.1", KEPT)], actor=world.officers[1], now=NOW)
    with pytest.raises(Unknown), database.writing() as session:
        remove(session, world.assessment_ids[1], key, actor=world.officers[1], now=NOW)
    with pytest.raises(Unknown), database.reading() as session:
        find(session, world.assessment_ids[1], key)


@pytest.mark.rule("DN-5.1", "AMB-DN-7")
def test_what_went_with_the_submission_stays_in_force_while_it_is_revised(database: Database) -> None:
    from actions.self_assess import revise

    world = launched(database, subjects=1)
    with database.writing() as session:
        (old,) = add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=NOW)
    submitted(database, world, now=NOW)
    later = at("2024-11-21 09:00")
    with database.writing() as session:
        revise(session, world.first, actor=world.officer, now=later)
        remove(session, world.first, old, actor=world.officer, now=later)
        (new,) = add(session, world.first, [New("I.2", KEPT)], actor=world.officer, now=later)
    with database.reading() as session:
        assert [one.id for one in evidence_of(session, world.first)] == [new]
        assert [one.id for one in in_force(session, world.first, NOW)] == [old]


def test_after_the_closing_nothing_is_added(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused, match="quá thời hạn"), database.writing() as session:
        add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=at("2024-12-10 00:00"))
