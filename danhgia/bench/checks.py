"""Files checked a minute on two cores, each in a process of its own as the program does it.

A third each are photographs of a page at 300 dpi, PDFs of three such pages, and signed PDFs. The baseline examines
the same files in this process, one after the other: what the separate processes cost against what two cores gain.
"""

import logging
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

import pikepdf
from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from PIL import Image, ImageDraw
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from danhgia.bench import world
from danhgia.bench.cases import Result, timed
from evidence.checker import Task, check
from evidence.examine import examine
from evidence.verdict import Form, Outcome, Rules, Verdict

CORES: Final = 2
PAGE: Final = (2480, 3508)
"""A4 at 300 dpi."""
RULES: Final = Rules(forms=(Form.SCAN, Form.SIGNED))


def bench_check(n: int = 90) -> list[Result]:
    """The same files by processes on two cores, and here on one."""
    with TemporaryDirectory() as name:
        tasks = list(_tasks(Path(name), n))
        _demand_taken([_examine(tasks[2]), check(tasks[2]).verdict])
        with ThreadPoolExecutor(CORES) as pool:
            ours = timed(lambda: _demand_taken(one.verdict for one in pool.map(check, tasks)))
        baseline = timed(lambda: _demand_taken(map(_examine, tasks)))
    rates = 60 * n / ours, 60 * n / baseline
    return [
        Result("check", "none", n, round(rates[0], 1), round(rates[1], 1), "a minute", round(rates[0] / rates[1], 3))
    ]


def _examine(task: Task) -> Verdict:
    """Here, where nobody reads why a chain of certificates ends nowhere."""
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    return examine(task.path, task.rules, task.roots, task.at, task.thumbnail)


def _demand_taken(found: Iterable[Verdict]) -> None:
    if any(one.outcome is Outcome.REFUSED for one in found):
        raise AssertionError("an honest file is refused")


def _tasks(folder: Path, n: int) -> Iterator[Task]:
    kinds = (_photograph(), _scan(), _sign(_scan()))
    for number, content in enumerate(islice(cycle(kinds), n)):
        path = folder / f"{number}"
        path.write_bytes(content)
        yield Task(path=path, rules=RULES, at=world.NOW, thumbnail=folder / f"{number}.png")


def _photograph() -> bytes:
    chance, made = Random(1), BytesIO()
    picture = Image.effect_noise((PAGE[0] // 4, PAGE[1] // 4), 20).resize(PAGE)
    drawing = ImageDraw.Draw(picture)
    for top in range(200, PAGE[1] - 200, 60):
        drawing.line((300, top, chance.randint(PAGE[0] // 2, PAGE[0] - 300), top), fill=20, width=12)
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()


def _scan(pages: int = 3) -> bytes:
    pdf, made = pikepdf.new(), BytesIO()
    shown = pikepdf.Stream(pdf, _photograph(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
    shown.Width, shown.Height, shown.BitsPerComponent = *PAGE, 8
    shown.ColorSpace, shown.Filter = pikepdf.Name.DeviceGray, pikepdf.Name.DCTDecode
    named = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(shown)))
    for _ in range(pages):
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = named
        page.obj.Contents = pikepdf.Stream(pdf, b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    pdf.save(made)
    return made.getvalue()


def _sign(content: bytes) -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signer = signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(_certificate(key).public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    writer = IncrementalPdfFileWriter(BytesIO(content))
    return bytes(signers.sign_pdf(writer, signers.PdfSignatureMetadata(field_name="ChuKy"), signer=signer).getvalue())


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Đơn vị đo")])
    since = datetime(2020, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    dated = made.not_valid_before(since).not_valid_after(since + timedelta(days=20_000))
    return dated.add_extension(usage, critical=True).sign(key, SHA256())
