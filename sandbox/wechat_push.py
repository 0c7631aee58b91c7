"""What WeChat pushes about an order of a shop, sealed and signed (partners.md §5 and §6)."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from datetime import datetime
from hashlib import sha1, sha256

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from sandbox.credentials import WECHAT_SHOP_AES_KEY, WECHAT_SHOP_APP_ID, WECHAT_SHOP_TOKEN
from sandbox.hub import Message


def push(number: str, event: str, at: datetime) -> Message:
    """The push of ``channels_ec_order_<event>``; the same event of the same moment is the same bytes."""
    content = {
        "ToUserName": "gh_sandbox",
        "FromUserName": "oSandboxBuyer",
        "CreateTime": int(at.timestamp()),
        "MsgType": "event",
        "Event": f"channels_ec_order_{event}",
        "order_info": {"order_id": int(number)},
    }
    sealed = seal(json.dumps(content).encode())
    stamp, nonce = str(int(at.timestamp())), sha256(f"{number}{event}".encode()).hexdigest()[:10]
    query = {
        "timestamp": stamp,
        "nonce": nonce,
        "signature": sign(stamp, nonce),
        "msg_signature": sign(stamp, nonce, sealed),
        "encrypt_type": "aes",
    }
    body = json.dumps({"ToUserName": "gh_sandbox", "Encrypt": sealed}).encode()
    return Message("/webhooks/wechat_shop", body, {"content-type": "application/json"}, query)


def sign(*texts: str) -> str:
    """SHA-1 over the token and these texts, sorted."""
    return sha1("".join(sorted((WECHAT_SHOP_TOKEN, *texts))).encode()).hexdigest()


def seal(message: bytes) -> str:
    """Sixteen bytes that the message decides, its length, the message, the app's id; AES-256-CBC, padded to 32."""
    key = b64decode(WECHAT_SHOP_AES_KEY + "=")
    content = sha256(message).digest()[:16] + len(message).to_bytes(4, "big") + message + WECHAT_SHOP_APP_ID.encode()
    padder = PKCS7(256).padder()
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return b64encode(encryptor.update(padder.update(content) + padder.finalize()) + encryptor.finalize()).decode()
