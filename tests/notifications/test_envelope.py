"""Headers that no name can break."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import hypothesis
import pytest
from hypothesis import strategies

from notifications.envelope import Envelope, compose, mailbox
from notifications.wording import one_line
from tests.notifications.reading import parsed

ADDRESS = "canbo@mau-mot.example"
VIETNAMESE = (
    'aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵĐ ,.()"<>@;:-0123456789'
)
NAMES = strategies.text(max_size=200) | strategies.text(alphabet=VIETNAMESE, max_size=200)


def letter(subject: str = "Thư", name: str = "", sender: str = "Ban Dân vận") -> bytes:
    return compose(
        Envelope(
            sender=mailbox("From", "khong-tra-loi@danhgia.example", sender),
            recipient=mailbox("To", ADDRESS, name),
            subject=subject,
            date="Mon, 02 Dec 2024 08:30:00 +0700",
            message_id="<assigned.0@danhgia.example>",
            code="0" * 32,
            text="Nội dung\n",
            html="<p>Nội dung</p>",
        )
    )


def names_of_headers(content: bytes) -> list[str]:
    return [name for name, _ in parsed(content).items()]


@hypothesis.given(subject=NAMES)
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert parsed(letter(subject))["Subject"] == one_line(subject)


@hypothesis.given(name=NAMES)
def test_a_name_changes_neither_the_address_nor_the_number_of_recipients(name: str) -> None:
    ((read, address),) = getaddresses([message_from_bytes(letter(name=name))["To"]])
    assert (str(make_header(decode_header(read))), address) == (one_line(name), ADDRESS)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r\n ", "\r\n\r\n"])
def test_no_name_writes_a_header(end: str) -> None:
    evil = f"Mẫu{end}Bcc: la@khac.example"
    content = letter(evil, evil, evil)
    assert names_of_headers(content) == names_of_headers(letter())
    assert parsed(content)["Subject"].startswith("Mẫu")


@pytest.mark.parametrize("evil", ["=?utf-8?q?a=40b?= <la@khac.example>", '"la@khac.example', "a, la@khac.example"])
def test_no_name_becomes_an_address(evil: str) -> None:
    (read,) = parsed(letter(name=evil))["To"].addresses
    assert read.addr_spec == ADDRESS


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nRCPT TO:<la@khac.example>", "a b@c.example", "a@b.example ", "ạ@b.example", "a", ""]
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        mailbox("To", address)


@hypothesis.given(name=NAMES)
def test_no_line_of_the_head_is_too_long(name: str) -> None:
    head = letter(f"Đ{name}", f"Đ{name}").partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 78


def test_every_line_ends_as_smtp_wants() -> None:
    assert b"\n" not in letter().replace(b"\r\n", b"")
