"""Qimen's signature: TOP's MD5 with the body before the last secret (partners.md §13)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping


def sign(params: Mapping[str, str], body: str, secret: str) -> str:
    """Upper-case hex over the URL parameters, without `sign`, and the exact body."""
    text = "".join(key + params[key] for key in sorted(params) if key != "sign")
    return hashlib.md5(f"{secret}{text}{body}{secret}".encode()).hexdigest().upper()
