"""Feishu's custom bot (partners.md §25): `POST /feishu/open-apis/bot/v2/hook/{token}` with a JSON body.

Signed inside the body: HMAC-SHA256 of nothing, keyed with `timestamp\\nsecret`, seconds, ±1 hour. At most 100 messages
a minute of real time, then 11232; at most 20 KB.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.credentials import FEISHU_SECRET, FEISHU_TOKEN
from sandbox.exchange import Call, Partner, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(hours=1)
MESSAGES_PER_MINUTE = 100
LONGEST_BODY = 20 * 1024
_KINDS = {"text": "content", "post": "content", "image": "content", "share_chat": "content", "interactive": "card"}


def signature(timestamp: str, secret: str) -> str:
    """Base64, as it stands in the body."""
    return b64encode(hmac.new(f"{timestamp}\n{secret}".encode(), digestmod=hashlib.sha256).digest()).decode()


def _reply(code: int, message: str) -> Reply:
    return json_reply({"code": code, "msg": message, "data": {}}, outcome="ok" if code == 0 else str(code))


def _operation(_: Call) -> str:
    return "hook"


def _answer(world: World, call: Call) -> Reply:
    if call.path != f"/{FEISHU_TOKEN}":
        return _token_invalid(call)
    try:
        message = call.json if len(call.body) <= LONGEST_BODY else None
    except ValueError:
        message = None
    if not isinstance(message, dict):
        return _reply(9499, "Bad Request")
    if not _signed(world, message):
        return _reply(19021, "sign match fail or timestamp is not within one hour from current time")
    if not message.get(_KINDS.get(str(message.get("msg_type")), "")):
        return _reply(9499, "Bad Request")
    if world.feishu.too_fast(MESSAGES_PER_MINUTE, 60):
        return _throttled(call)
    world.feishu.post(message)
    world.ledger.record("feishu", "message", str(len(world.feishu.messages)), message=message)
    return _reply(0, "success")


def _signed(world: World, message: dict[str, Any]) -> bool:
    timestamp = str(message.get("timestamp", ""))
    if not timestamp.isdecimal() or not world.clock.accepts(datetime.fromtimestamp(int(timestamp), UTC), TOLERANCE):
        return False
    return hmac.compare_digest(signature(timestamp, FEISHU_SECRET).encode(), str(message.get("sign", "")).encode())


def _throttled(_: Call) -> Reply:
    return _reply(11232, "frequency limited")


def _token_invalid(_: Call) -> Reply:
    return _reply(19001, "param invalid: incoming webhook access token invalid")


def _rejected(_: Call) -> Reply:
    return _reply(9499, "Bad Request")


FEISHU = Partner("feishu", "/feishu/open-apis/bot/v2/hook", _operation, _answer, _throttled, _token_invalid, _rejected)
