"""A throw-away certificate authority for the servers of one folder: `ca.pem`, and certificates that it signs."""

import datetime as dt
import ipaddress
import os
import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_YEARS = dt.timedelta(days=3650)
_HOUR = dt.timedelta(hours=1)  # clocks differ


def authority(services: Path) -> Path:
    """The PEM file with the authority's certificate; made if need be, its key `ca.key` beside it for us alone."""
    certificate, secret = services / "ca.pem", services / "ca.key"
    if not (certificate.exists() and secret.exists()):
        key = ec.generate_private_key(ec.SECP256R1())
        # A name of its own, so that who trusts another one says that this one is unknown, and not that it lies.
        name = _name(f"Rapport's throw-away authority {secrets.token_hex(4)}")
        made = _draft(name, key.public_key()).issuer_name(name)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(_usage(signs=True), critical=True)
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        write_secret(secret, _pem(key))
        certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return certificate


def issue(services: Path, subject: str) -> tuple[bytes, bytes]:
    """A new certificate that the authority signs, for 127.0.0.1 and localhost, and its private key; both as PEM."""
    signer = x509.load_pem_x509_certificate(authority(services).read_bytes())
    signing = serialization.load_pem_private_key((services / "ca.key").read_bytes(), None)
    if not isinstance(signing, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{services / 'ca.key'} holds no key of ours")
    key = ec.generate_private_key(ec.SECP256R1())
    here = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.IPv4Address("127.0.0.1"))]
    made = _draft(_name(subject), key.public_key()).issuer_name(signer.subject)
    made = made.add_extension(x509.SubjectAlternativeName(here), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(_usage(signs=False), critical=True)
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key())
    made = made.add_extension(signed_by, critical=False)
    return made.sign(signing, hashes.SHA256()).public_bytes(serialization.Encoding.PEM), _pem(key)


def write_secret(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _draft(subject: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    draft = x509.CertificateBuilder().subject_name(subject).public_key(key).serial_number(x509.random_serial_number())
    return draft.not_valid_before(now - _HOUR).not_valid_after(now + _YEARS)


def _usage(*, signs: bool) -> x509.KeyUsage:
    # From 3.13 on Python is strict: it refuses an authority that does not say that it may sign, or which key is its.
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8  # the one form that Kafka reads
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
