"""RSA keys as partners hand them out, in PEM. What is wrong with one is said without quoting it."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate
from pydantic import SecretStr


def private_key(pem: SecretStr) -> RSAPrivateKey:
    """A private key without a password. Raises ``ValueError``."""
    try:
        key = load_pem_private_key(pem.get_secret_value().encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ValueError("must be an RSA private key in PEM, without a password") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("must be an RSA private key in PEM, without a password")
    return key


def public_key(pem: str) -> RSAPublicKey:
    """A public key, bare or in a certificate. Raises ``ValueError``."""
    try:
        content = pem.encode()
        in_certificate = b"BEGIN CERTIFICATE" in content
        key = load_pem_x509_certificate(content).public_key() if in_certificate else load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("must be an RSA public key in PEM") from None
    if not isinstance(key, RSAPublicKey):
        raise ValueError("must be an RSA public key in PEM")
    return key
