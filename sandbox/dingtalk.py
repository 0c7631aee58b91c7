"""DingTalk's group robot (partners.md §23): `POST /dingtalk/robot/send?access_token=&timestamp=&sign=`.

Signed with HMAC-SHA256 over `timestamp\\nsecret`, milliseconds, ±1 hour. At most 20 messages a minute of real time,
then 130101 (the ten-minute block that follows at DingTalk is not played).
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.credentials import DINGTALK_SECRET, DINGTALK_TOKEN
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(hours=1)
MESSAGES_PER_MINUTE = 20
_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("title", "text"),
    "link": ("title", "text", "messageUrl"),
    "actionCard": ("title", "text"),
    "feedCard": ("links",),
}


def signature(timestamp: str, secret: str) -> str:
    """Base64, not yet URL-encoded."""
    return b64encode(hmac.digest(secret.encode(), f"{timestamp}\n{secret}".encode(), "sha256")).decode()


def _reply(code: int, message: str, **extra: Any) -> Reply:
    return json_reply({"errcode": code, "errmsg": message, **extra}, outcome="ok" if code == 0 else str(code))


def _operation(_: Call) -> str:
    return "robot.send"


def _answer(world: World, call: Call) -> Reply:
    _check_signature(world, call)
    try:
        message = call.json
    except ValueError:
        return _reply(40035, "not json content")
    if problem := _problem(message):
        return _reply(40035, problem)
    if world.dingtalk.too_fast(MESSAGES_PER_MINUTE, 60):
        return _throttled(call)
    world.dingtalk.post(message)
    world.ledger.record("dingtalk", "message", str(len(world.dingtalk.messages)), message=message)
    return _reply(0, "ok")


def _check_signature(world: World, call: Call) -> None:
    if call.query.get("access_token") != DINGTALK_TOKEN:
        raise Refused(_token_invalid(call))
    timestamp = call.query.get("timestamp", "")
    moment = datetime.fromtimestamp(int(timestamp) / 1000, UTC) if timestamp.isdecimal() else None
    if moment is None or not world.clock.accepts(moment, TOLERANCE):
        raise Refused(_reply(310000, "invalid timestamp"))
    expected = signature(timestamp, DINGTALK_SECRET)
    if not hmac.compare_digest(expected.encode(), call.query.get("sign", "").encode()):
        raise Refused(_reply(310000, "sign not match"))


def _problem(message: Any) -> str:
    kind = str(message.get("msgtype")) if isinstance(message, dict) else ""
    if kind not in _REQUIRED:
        return "unknown msgtype"
    content = message.get(kind) or {}
    missing = [name for name in _REQUIRED[kind] if not content.get(name)]
    if kind == "actionCard" and not missing:
        missing = _missing_of_buttons(content)
    return f"missing {', '.join(missing)}" if missing else ""


def _missing_of_buttons(card: Mapping[str, Any]) -> list[str]:
    """A card leads somewhere as a whole, or by each of its buttons."""
    if buttons := card.get("btns"):
        return [name for button in buttons for name in ("title", "actionURL") if not button.get(name)]
    return [name for name in ("singleTitle", "singleURL") if not card.get(name)]


def _throttled(_: Call) -> Reply:
    text = "send too fast, exceed 20 times per minute"
    return _reply(130101, text, status=1111, wait=1, punish="")


def _token_invalid(_: Call) -> Reply:
    return _reply(300001, "token is not exist")


def _rejected(_: Call) -> Reply:
    return _reply(40035, "the message holds a forbidden word")


DINGTALK = Partner("dingtalk", "/dingtalk/robot/send", _operation, _answer, _throttled, _token_invalid, _rejected)
