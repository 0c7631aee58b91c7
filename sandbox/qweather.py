"""QWeather's current warnings (partners.md §28).

    GET /qweather/weatheralert/v1/current/{lat}/{lon}

Authorised by a JWT: EdDSA, header exactly `alg` and `kid`, at most 24 hours long. No warning is `zeroResult`, not an
error. An update or a cancellation names what it supersedes, which is then no longer listed.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from sandbox.clock import BEIJING
from sandbox.credentials import QWEATHER_KEY_ID, QWEATHER_PROJECT_ID, QWEATHER_PUBLIC_KEY
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.people import nearest_place
from sandbox.weather import EVENT_TYPES, Alert

if TYPE_CHECKING:
    from sandbox.world import World

_CURRENT = re.compile(r"/weatheralert/v1/current/(?P<lat>-?\d+(\.\d+)?)/(?P<lon>-?\d+(\.\d+)?)")
_LONGEST_SECONDS = 86_400
_LEVELS = {
    "blue": ("蓝", "Ⅳ级/一般", "minor"),
    "yellow": ("黄", "Ⅲ级/较重", "moderate"),
    "orange": ("橙", "Ⅱ级/严重", "severe"),
    "red": ("红", "Ⅰ级/特别严重", "extreme"),
}
_COLORS = {"blue": (30, 50, 205), "yellow": (255, 230, 0), "orange": (255, 140, 0), "red": (204, 0, 0)}


def _problem(status: int, title: str, detail: str, **headers: str) -> Reply:
    kind = f"https://dev.qweather.com/docs/resource/error-code/#{title.lower().replace(' ', '-')}"
    reply = json_reply(
        {"error": {"status": status, "type": kind, "title": title, "detail": detail, "invalidParams": []}},
        status=status,
        outcome=str(status),
        **headers,
    )
    return replace(reply, media_type="application/problem+json")


def _operation(call: Call) -> str:
    return "current" if _CURRENT.fullmatch(call.path) else "unknown"


def _answer(world: World, call: Call) -> Reply:
    _check_token(call)
    match = _CURRENT.fullmatch(call.path)
    if match is None:
        return _problem(404, "Not Found", "there is no such resource")
    latitude, longitude = float(match["lat"]), float(match["lon"])
    if abs(latitude) > 90 or abs(longitude) > 180:
        return _problem(400, "Invalid Parameters", "latitude and longitude are swapped or out of range")
    alerts = world.weather.current(latitude, longitude, world.clock.now())
    city = nearest_place(latitude, longitude).city
    metadata: dict[str, Any] = {"tag": "sandbox", "zeroResult": not alerts, "attributions": ["sandbox"]}
    reply = json_reply({"metadata": metadata, "alerts": [_alert(alert, city) for alert in alerts]})
    if "gzip" in call.headers.get("accept-encoding", ""):
        return replace(reply, body=gzip.compress(reply.body), headers={"Content-Encoding": "gzip"})
    return reply


def _check_token(call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    try:
        head, payload, signature = token.split(".")
        header, claims = json.loads(_decode(head)), json.loads(_decode(payload))
        _public_key().verify(_decode(signature), f"{head}.{payload}".encode())
        lifetime = claims["exp"] - claims["iat"]
        now = datetime.now(UTC).timestamp()
        valid = (
            scheme == "Bearer"
            and header == {"alg": "EdDSA", "kid": QWEATHER_KEY_ID}
            and claims["sub"] == QWEATHER_PROJECT_ID
            and 0 < lifetime <= _LONGEST_SECONDS
            and claims["iat"] <= now < claims["exp"]
        )
    except (ValueError, KeyError, TypeError, InvalidSignature) as error:
        raise Refused(_unauthorized(call)) from error
    if not valid:
        raise Refused(_unauthorized(call))


def _decode(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


@cache
def _public_key() -> Ed25519PublicKey:
    key = load_pem_public_key(QWEATHER_PUBLIC_KEY.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise TypeError("QWeather's key is not Ed25519")
    return key


def _alert(alert: Alert, city: str) -> dict[str, Any]:
    color, grade, severity = _LEVELS[alert.level]
    sender = f"{alert.city or alert.province or city}气象台"
    verb = "解除" if alert.message == "cancel" else "发布"
    headline = f"{sender}{verb}{alert.event_type}{color}色预警[{grade}]"
    red, green, blue = _COLORS[alert.level]
    return {
        "id": alert.id,
        "senderName": sender,
        "issuedTime": _time(alert.issued_at),
        "messageType": {"code": alert.message, "supersedes": list(alert.supersedes)},
        "eventType": {"name": alert.event_type, "code": EVENT_TYPES[alert.event_type]},
        "urgency": "immediate",
        "severity": severity,
        "certainty": "observed",
        "icon": EVENT_TYPES[alert.event_type],
        "color": {"code": alert.level, "red": red, "green": green, "blue": blue, "alpha": 1},
        "effectiveTime": _time(alert.issued_at),
        "onsetTime": _time(alert.issued_at),
        "expireTime": _time(alert.expires_at),
        "headline": headline,
        "description": f"{headline}，请注意防范。",
        "criteria": "",
        "responseTypes": ["shelter"],
        "instruction": "请减少外出。",
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%dT%H:%M+08:00")


def _throttled(_: Call) -> Reply:
    return _problem(429, "Too Many Requests", "slow down", Retry_After="1")


def _unauthorized(_: Call) -> Reply:
    return _problem(401, "Unauthorized", "the token is invalid or expired")


def _rejected(_: Call) -> Reply:
    return _problem(400, "Data Not Available", "there are no warnings for this place")


QWEATHER = Partner("qweather", "/qweather", _operation, _answer, _throttled, _unauthorized, _rejected)
