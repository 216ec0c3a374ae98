"""An authority of the tests' own: it issues certificates, good and bad, and signs PDFs with them."""

from datetime import UTC, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any, Final, NamedTuple

from asn1crypto import keys
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

NOW: Final = datetime.now(UTC).replace(microsecond=0)
"""A signature tells the hour of the machine it is made on."""
YEAR: Final = timedelta(days=365)
UNIT: Final = "UBND phường Thử Nghiệm"
Key = rsa.RSAPrivateKey


class Holder(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


@cache
def key_of(_name: str) -> Key:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def issue(
    name: str, issuer: Holder | None = None, *, since: datetime = NOW - YEAR, until: datetime = NOW + YEAR
) -> Holder:
    """A certificate; without an issuer it vouches for itself, as a root does."""
    key = key_of(name)
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, UNIT)]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(_usage(is_root=issuer is None), critical=True)
    )
    return Holder(made.sign(issuer.key if issuer else key, SHA256()), key)


def _usage(*, is_root: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not is_root,
        content_commitment=not is_root,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=is_root,
        crl_sign=is_root,
        encipher_only=False,
        decipher_only=False,
    )


def signer(holder: Holder) -> signers.SimpleSigner:
    der = holder.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return signers.SimpleSigner(
        signing_cert=asn1.Certificate.load(holder.certificate.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(der),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )


def sign(content: bytes, holder: Holder, field: str = "ChuKy1", **meta: Any) -> bytes:  # noqa: ANN401  what a signature may say
    """The PDF with a signature added at its end."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    signing = signers.PdfSigner(signers.PdfSignatureMetadata(field_name=field, **meta), signer=signer(holder))
    return bytes(signing.sign_pdf(writer).getvalue())


@cache
def root() -> Holder:
    return issue("Gốc thử nghiệm")


@cache
def officer() -> Holder:
    return issue("Nguyễn Thử", root())
