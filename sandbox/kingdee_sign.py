"""Kingdee's two ways to prove who calls (partners.md §9): a signature on every request, or a signed log-in."""

from __future__ import annotations

import codecs
import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from itertools import cycle
from urllib.parse import quote

_MASK = codecs.decode("0054s397p6234378o09pn7q3r5qropr7", "rot13").encode()
_MASKED_LENGTH = 32


def client_secret(app_id: str) -> str:
    """The secret hidden in the part of the app id after `_`; empty if it is not 32 characters long."""
    _, _, masked = app_id.partition("_")
    if len(masked) != _MASKED_LENGTH:
        return ""
    plain = bytes(a ^ b for a, b in zip(b64decode(masked), cycle(_MASK), strict=False))
    return b64encode(plain).decode()


def request_signature(app_id: str, path: str, nonce: str, timestamp: str) -> str:
    """`X-Api-Signature` over the URL path, its slashes escaped."""
    text = f"POST\n{quote(path, safe='')}\n\nx-api-nonce:{nonce}\nx-api-timestamp:{timestamp}\n"
    return _hmac_text(client_secret(app_id), text)


def account_signature(app_id: str, app_secret: str, account: str) -> str:
    """`X-Kd-Signature` over `acctId,user,lcid,orgNum`."""
    return _hmac_text(app_secret, app_id + account)


def login_signature(parts: Iterable[str]) -> str:
    """`sign` of LoginBySign: SHA-256 hex over the sorted parts."""
    return hashlib.sha256("".join(sorted(parts)).encode()).hexdigest()


def _hmac_text(secret: str, text: str) -> str:
    return b64encode(hmac.new(secret.encode(), text.encode(), "sha256").hexdigest().encode()).decode()
