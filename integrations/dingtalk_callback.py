"""DingTalk's callbacks: the envelope is WeChat's, in JSON, and so is the answer."""

import base64
import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from integrations.wechat_push import NotOurs, insist, opened, signature

_BLOCK = 32


def opened_call(query: Mapping[str, str], body: bytes, token: str, key: bytes, app_key: str) -> Mapping[str, Any]:
    """The event in a callback. Raises ``NotOurs``."""
    sealed = _object(body).get("encrypt")
    offered = query.get("msg_signature") or query.get("signature", "")
    if not isinstance(sealed, str):
        raise NotOurs("it is not sealed")
    insist(offered, token, query.get("timestamp", ""), query.get("nonce", ""), sealed)
    return _object(opened(sealed, key, app_key))


def sealed_answer(said: str, token: str, key: bytes, app_key: str, now: datetime) -> dict[str, str]:
    """The answer to a callback, sealed and signed."""
    stamp, nonce = str(int(now.timestamp() * 1000)), os.urandom(8).hex()
    sealed = seal(said.encode(), key, app_key)
    return {
        "msg_signature": signature(token, stamp, nonce, sealed),
        "timeStamp": stamp,
        "nonce": nonce,
        "encrypt": sealed,
    }


def seal(content: bytes, key: bytes, app_key: str) -> str:
    """16 random bytes, the length in four, the content, whom it is for; padded to 32 bytes, AES-256-CBC, base64."""
    plain = os.urandom(16) + len(content).to_bytes(4, "big") + content + app_key.encode()
    missing = _BLOCK - len(plain) % _BLOCK
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([missing]) * missing) + encryptor.finalize()).decode()


def _object(content: bytes) -> dict[str, Any]:
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise NotOurs("it is not a JSON object")
    return read
