"""What files are found to be: copies, signed documents, what a unit has to declare, and what is refused (DN-5.3)."""

from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import docx
import pytest

from evidence.checker import CheckFailed, Task, check
from evidence.examine import examine
from evidence.verdict import Form, Outcome, Rules, Verdict
from tests.evidence import authority, papers
from tests.evidence.authority import NOW, YEAR

THREE = Rules(forms=(Form.SCAN, Form.SIGNED, Form.LINK))
ANY = Rules()
SIGNED_XML = b'<?xml version="1.0"?><a xmlns:d="http://www.w3.org/2000/09/xmldsig#"><d:Signature><d:SignatureValue>AA==</d:SignatureValue></d:Signature></a>'


def word() -> bytes:
    made = BytesIO()
    docx.Document().save(made)
    return made.getvalue()


def flipped(content: bytes) -> bytes:
    """One byte of the picture in a signed PDF is another."""
    at = content.index(b"\xff\xd8\xff") + 2_000
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


@pytest.fixture(scope="module")
def contents() -> Mapping[str, bytes]:
    scan, text = papers.saved(papers.scanned()), papers.saved(papers.written())
    signed = authority.sign(scan, authority.officer())
    past = authority.issue("Hết Hạn", authority.root(), since=NOW - 2 * YEAR, until=NOW - timedelta(days=1))
    return {
        "a.jpg": papers.image(),
        "a.png": papers.image("PNG"),
        "a.tif": papers.image("TIFF"),
        "a.webp": papers.image("WEBP"),
        "scan.pdf": scan,
        "coarse.png": papers.image("PNG", width=620, height=877),
        "signed.pdf": signed,
        "twice.pdf": authority.sign(signed, authority.issue("Trần Hai", authority.root()), "ChuKy2"),
        "unknown.pdf": authority.sign(scan, authority.issue("Tự Ký")),
        "expired.pdf": authority.sign(scan, past),
        "altered.pdf": flipped(signed),
        "text.pdf": text,
        "signed-text.pdf": authority.sign(text, authority.officer()),
        "half.jpg": papers.image()[:20_000],
        "a.docx": word(),
        "signed.xml": SIGNED_XML,
        "plain.xml": b"<?xml version='1.0'?><a/>",
        "a.txt": "Báo cáo".encode(),
        "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    }


@pytest.fixture(scope="module")
def folder(contents: Mapping[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("evidence")
    for name, content in contents.items():
        (made / name).write_bytes(content)
    (made / "roots").mkdir()
    (made / "roots" / "goc.pem").write_bytes(authority.root().pem)
    return made


def found(folder: Path, name: str, rules: Rules = THREE) -> Verdict:
    return examine(folder / name, rules, folder / "roots", NOW, folder / f"{name}.thumbnail.png")


@pytest.mark.rule("DN-5.3", "AMB-DN-10")
@pytest.mark.parametrize(
    ("name", "outcome", "form"),
    [
        ("a.jpg", Outcome.ACCEPTED, Form.SCAN),
        ("a.png", Outcome.ACCEPTED, Form.SCAN),
        ("a.tif", Outcome.ACCEPTED, Form.SCAN),
        ("a.webp", Outcome.ACCEPTED, Form.SCAN),
        ("scan.pdf", Outcome.ACCEPTED, Form.SCAN),
        ("signed.pdf", Outcome.ACCEPTED, Form.SIGNED),
        ("twice.pdf", Outcome.ACCEPTED, Form.SIGNED),
        ("signed-text.pdf", Outcome.ACCEPTED, Form.SIGNED),
        ("unknown.pdf", Outcome.ISSUER_UNKNOWN, Form.SIGNED),
        ("signed.xml", Outcome.UNVERIFIED, Form.SIGNED),
        ("text.pdf", Outcome.UNDECLARED, Form.SCAN),
    ],
)
def test_what_is_one_of_the_three_forms_is_taken(folder: Path, name: str, outcome: Outcome, form: Form) -> None:
    verdict = found(folder, name)
    assert (verdict.outcome, verdict.form) == (outcome, form)


@pytest.mark.rule("DN-5.3")
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("altered.pdf", "bị sửa sau khi ký"),
        ("expired.pdf", "hiệu lực khi ký"),
        ("half.jpg", "bị hỏng hoặc gửi chưa hết"),
        ("a.docx", "Word chưa ký số: minh chứng điện tử chỉ gồm"),
        ("plain.xml", "XML chưa ký số"),
        ("a.txt", "văn bản thô chưa ký số"),
        ("a.svg", "hình vẽ SVG"),
    ],
)
def test_what_is_none_is_refused_with_what_to_do(folder: Path, name: str, sentence: str) -> None:
    verdict = found(folder, name)
    assert verdict.outcome is Outcome.REFUSED
    assert sentence in verdict.sentence
    assert "hãy" in verdict.sentence.lower()


def test_a_signature_tells_who_signed_when_and_who_vouches(folder: Path) -> None:
    first, second = found(folder, "twice.pdf").signatures
    assert (first.signer, first.organisation, first.issuer) == ("Nguyễn Thử", authority.UNIT, "Gốc thử nghiệm")
    assert (first.is_whole, first.is_trusted, first.in_validity) == (True, True, True)
    assert first.signed_at is not None
    assert abs(first.signed_at - NOW) < timedelta(hours=2)
    assert (second.signer, second.covers_all) == ("Trần Hai", True)
    assert found(folder, "signed.pdf").warnings[-1] == "Chưa kiểm tra việc thu hồi chứng thư số."
    assert found(folder, "unknown.pdf", THREE.model_copy(update={"unknown_issuer": False})).outcome is Outcome.REFUSED


def test_a_coarse_copy_is_warned_of(folder: Path) -> None:
    verdict = found(folder, "coarse.png")
    assert (verdict.outcome, verdict.dpi) == (Outcome.ACCEPTED, 75)
    assert "75 dpi, dưới 200 dpi" in verdict.warnings[0]
    assert (folder / "coarse.png.thumbnail.png").read_bytes().startswith(b"\x89PNG")


def test_a_programme_that_names_no_form_takes_any_readable_file(folder: Path) -> None:
    for name in ("a.docx", "a.txt", "text.pdf", "plain.xml", "a.jpg", "signed.pdf"):
        assert found(folder, name, ANY).outcome is Outcome.ACCEPTED
    assert found(folder, "half.jpg", ANY).outcome is Outcome.REFUSED
    assert found(folder, "altered.pdf", ANY).outcome is Outcome.REFUSED


def test_a_programme_may_take_links_only_or_pictures_only(folder: Path) -> None:
    assert found(folder, "a.jpg", Rules(forms=(Form.LINK,))).outcome is Outcome.REFUSED
    pictures = THREE.model_copy(update={"pdf_is_scan": False})
    assert found(folder, "scan.pdf", pictures).outcome is Outcome.REFUSED
    assert found(folder, "signed.pdf", pictures).outcome is Outcome.ACCEPTED
    assert pictures.digest != THREE.digest


def test_the_process_says_the_same_and_a_bad_root_says_nothing_of_the_file(folder: Path, tmp_path: Path) -> None:
    task = Task(path=folder / "signed.pdf", rules=THREE, roots=folder / "roots", at=NOW, thumbnail=tmp_path / "t.png")
    assert check(task).verdict == found(folder, "signed.pdf")
    assert (tmp_path / "t.png").is_file()
    (tmp_path / "roots").mkdir()
    (tmp_path / "roots" / "x.pem").write_bytes(b"\x00 no certificate")
    with pytest.raises(CheckFailed):
        check(task.model_copy(update={"roots": tmp_path / "roots"}))
