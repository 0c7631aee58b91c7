"""Feishu's events: AES-256-CBC under the SHA-256 of the Encrypt Key, and a SHA-256 signature in the headers."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC


class NotOurs(ValueError):
    """The event does not verify, or cannot be opened with our key."""


def signature(timestamp: str, nonce: str, encrypt_key: str, body: bytes) -> str:
    """``X-Lark-Signature``, in hexadecimal."""
    return hashlib.sha256(f"{timestamp}{nonce}{encrypt_key}".encode() + body).hexdigest()


def insist(headers: Mapping[str, str], body: bytes, encrypt_key: str) -> None:
    """Raises ``NotOurs`` unless the headers, names in lower case, sign the body."""
    stamp, nonce = headers.get("x-lark-request-timestamp", ""), headers.get("x-lark-request-nonce", "")
    offered = headers.get("x-lark-signature", "")
    if not hmac.compare_digest(signature(stamp, nonce, encrypt_key, body).encode(), offered.encode()):
        raise NotOurs("the signature does not fit")


def opened(sealed: str, encrypt_key: str) -> bytes:
    """What is sealed. Raises ``NotOurs``."""
    try:
        content = base64.b64decode(sealed, validate=True)
        cipher = Cipher(AES256(hashlib.sha256(encrypt_key.encode()).digest()), CBC(content[:16]))
        decryptor = cipher.decryptor()
        padded = decryptor.update(content[16:]) + decryptor.finalize()
    except (binascii.Error, ValueError):
        raise NotOurs("it cannot be opened with our key") from None
    padding = padded[-1] if padded else 0
    if not 1 <= padding <= 16 or padded[-padding:] != bytes([padding]) * padding:
        raise NotOurs("it cannot be opened with our key")
    return padded[:-padding]


def opened_event(body: bytes, encrypt_key: str, token: str) -> Mapping[str, Any]:
    """The event in a call, with our Verification Token in it. Raises ``NotOurs``."""
    sealed = _object(body).get("encrypt")
    if not isinstance(sealed, str):
        raise NotOurs("it is not sealed")
    event = _object(opened(sealed, encrypt_key))
    header = event.get("header")
    offered = header.get("token") if isinstance(header, dict) else event.get("token")
    if not isinstance(offered, str) or not hmac.compare_digest(offered.encode(), token.encode()):
        raise NotOurs("its token is not ours")
    return event


def _object(content: bytes) -> dict[str, Any]:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise NotOurs("it is not a JSON object")
    return read
