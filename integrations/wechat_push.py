"""The envelope in which WeChat pushes: SHA-1 over sorted texts, content in AES-256-CBC (developers.weixin.qq.com).

The content is 16 random bytes, its length in four, the message, and the id of the app that it is for. No I/O.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

_RANDOM: Final = 16
_LENGTH: Final = 4
_BLOCK: Final = 32
"""WeChat pads to 32 bytes, not to the 16 of AES."""


class NotOurs(ValueError):
    """The envelope does not verify, cannot be opened with our key, or is for another app."""


def encoding_key(text: str) -> bytes:
    """An EncodingAESKey, 43 characters, as the key that it stands for. Raises ``ValueError``."""
    key = base64.b64decode(text + "=", validate=True) if len(text) == 43 else b""
    if len(key) != 32:
        raise ValueError("must be the 43 characters of an EncodingAESKey")
    return key


def signature(*texts: str) -> str:
    """What signs a push: the token, time stamp, nonce and, where there is one, the sealed content."""
    return hashlib.sha1("".join(sorted(texts)).encode()).hexdigest()


def insist(offered: str, *texts: str) -> None:
    """Raises ``NotOurs`` unless ``offered`` is the signature of these texts."""
    if not hmac.compare_digest(signature(*texts).encode(), offered.encode()):
        raise NotOurs("the signature does not fit")


def opened(sealed: str, key: bytes, app_id: str) -> bytes:
    """The message in a sealed content. Raises ``NotOurs``."""
    try:
        decryptor = Cipher(AES256(key), CBC(key[:16])).decryptor()
        padded = decryptor.update(base64.b64decode(sealed, validate=True)) + decryptor.finalize()
    except (binascii.Error, ValueError):
        raise NotOurs("the content cannot be opened with our key") from None
    padding = padded[-1] if padded else 0
    if not 1 <= padding <= _BLOCK:
        raise NotOurs("the content cannot be opened with our key")
    content = padded[_RANDOM:-padding]
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    if content[end:] != app_id.encode():
        raise NotOurs("the content is for another app")
    return content[_LENGTH:end]
