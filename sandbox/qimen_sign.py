"""Qimen's signature: TOP's MD5 with the body before the last secret (partners.md §13), and a callback signed so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.clock import beijing_text
from sandbox.credentials import QIMEN_APP_KEY, QIMEN_APP_SECRET, QIMEN_CUSTOMER_ID
from sandbox.hub import HubAnswer, Message


def sign(params: Mapping[str, str], body: str, secret: str) -> str:
    """Upper-case hex over the URL parameters, without `sign`, and the exact body."""
    text = "".join(key + params[key] for key in sorted(params) if key != "sign")
    return hashlib.md5(f"{secret}{text}{body}{secret}".encode()).hexdigest().upper()


def signed_call(method: str, request: Element, now: datetime) -> Message:
    """A callback of the warehouse's, signed at ``now``."""
    body = '<?xml version="1.0" encoding="utf-8"?>' + tostring(request, "unicode")
    params = {
        "method": method,
        "timestamp": beijing_text(now),
        "format": "xml",
        "app_key": QIMEN_APP_KEY,
        "v": "2.0",
        "sign_method": "md5",
        "customerId": QIMEN_CUSTOMER_ID,
    }
    params["sign"] = sign(params, body, QIMEN_APP_SECRET)
    return Message("/webhooks/qimen", body.encode(), {"content-type": "text/xml; charset=utf-8"}, params)


def accepted(answer: HubAnswer) -> bool:
    """Whether the hub took the callback: HTTP 2xx and `flag` success."""
    return 200 <= answer.status < 300 and "<flag>success</flag>" in answer.text


def put_texts(parent: Element, **texts: str) -> None:
    """Add elements with a text each."""
    for name, text in texts.items():
        SubElement(parent, name).text = text
