"""How a request to Kingdee K/3 Cloud is signed: by the application for the account, and by the client for the path."""

import base64
import codecs
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from pydantic import SecretStr

_MASK: Final = codecs.decode("0054s397p6234378o09pn7q3r5qropr7", "rot13").encode()
"""The official SDK hides the client's secret under this; it is in every copy of the SDK and protects nothing."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who calls: an application for a user of an accounting set. ``organisation`` may stay empty."""

    account_id: str
    user: str
    app_id: str
    app_secret: SecretStr
    language: int
    organisation: str = ""


def headers(account: Account, path: str, timestamp: int) -> dict[str, str]:
    """The headers of one POST to ``path`` at ``timestamp`` (Unix seconds), which is the nonce as well."""
    client_id, _, hidden = account.app_id.partition("_")
    stamp = str(timestamp)
    request = f"POST\n{path.replace('/', '%2F')}\n\nx-api-nonce:{stamp}\nx-api-timestamp:{stamp}\n"
    context = f"{account.account_id},{account.user},{account.language},{account.organisation}"
    return {
        "Content-Type": "application/json",
        "X-Api-ClientID": client_id,
        "X-Api-Auth-Version": "2.0",
        "x-api-timestamp": stamp,
        "x-api-nonce": stamp,
        "x-api-signheaders": "x-api-timestamp,x-api-nonce",
        "X-Api-Signature": _signature(client_secret(hidden), request),
        "X-Kd-Appkey": account.app_id,
        "X-Kd-Appdata": base64.b64encode(context.encode()).decode(),
        "X-Kd-Signature": _signature(account.app_secret.get_secret_value(), account.app_id + context),
    }


def client_secret(hidden: str) -> str:
    """The secret behind the second part of an application id; empty if that is not 32 characters long."""
    if len(hidden) != len(_MASK):
        return ""
    covered = base64.b64decode(hidden)
    return base64.b64encode(bytes(a ^ b for a, b in zip(covered, _MASK, strict=False))).decode()


def _signature(secret: str, content: str) -> str:
    digest = hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()
    return base64.b64encode(digest.encode()).decode()
