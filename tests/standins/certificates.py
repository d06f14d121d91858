"""A certificate authority of a test's own, and a server's certificate from it."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest


def server_context(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's TLS context for localhost and 127.0.0.1, and the file of the authority that clients must trust.

    Skips the test, and says so, where the package ``cryptography`` is missing.
    """
    x509 = pytest.importorskip("cryptography.x509", reason="certificates need the package cryptography")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    def named(name: str):
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

    def build(subject: str, issuer: str, key, signer, extension):
        start = datetime.now(UTC) - timedelta(hours=1)
        builder = x509.CertificateBuilder().subject_name(named(subject)).issuer_name(named(issuer)).public_key(key.public_key())
        builder = builder.serial_number(x509.random_serial_number())
        builder = builder.not_valid_before(start).not_valid_after(start + timedelta(days=2))
        return builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints)).sign(signer, hashes.SHA256())

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    constraints = x509.BasicConstraints(ca=True, path_length=None)
    authority = build("stand-in authority", "stand-in authority", authority_key, authority_key, constraints)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = build("localhost", "stand-in authority", key, authority_key, names)
    pem = serialization.Encoding.PEM
    trusted, chain, secret = folder / "ca.pem", folder / "server.pem", folder / "server.key"
    trusted.write_bytes(authority.public_bytes(pem))
    chain.write_bytes(certificate.public_bytes(pem))
    plain = serialization.NoEncryption()
    secret.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, trusted
