"""WeCom's group robot (partners.md §24): `POST /wecom/cgi-bin/webhook/send?key=` with a JSON body.

Not signed: the key is the secret. At most 20 messages a minute of real time, then 45009.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.credentials import WECOM_KEY
from sandbox.exchange import Call, Partner, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

MESSAGES_PER_MINUTE = 20
LONGEST_TEXT = {"text": 2_048, "markdown": 4_096}
"""Bytes of UTF-8."""

_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "text": ("content",),
    "markdown": ("content",),
    "image": ("base64", "md5"),
    "news": ("articles",),
    "file": ("media_id",),
    "template_card": ("card_type", "card_action"),
}


def _reply(code: int, message: str) -> Reply:
    return json_reply({"errcode": code, "errmsg": message}, outcome="ok" if code == 0 else str(code))


def _operation(_: Call) -> str:
    return "webhook.send"


def _answer(world: World, call: Call) -> Reply:
    if call.query.get("key") != WECOM_KEY:
        return _key_invalid(call)
    try:
        message = call.json
    except ValueError:
        return _reply(40058, "invalid Request Parameter")
    if problem := _problem(message):
        return _reply(40058, problem)
    if world.wecom.too_fast(MESSAGES_PER_MINUTE, 60):
        return _throttled(call)
    world.wecom.post(message)
    world.ledger.record("wecom", "message", str(len(world.wecom.messages)), message=message)
    return _reply(0, "ok")


def _problem(message: Any) -> str:
    kind = str(message.get("msgtype")) if isinstance(message, dict) else ""
    if kind not in _REQUIRED:
        return "invalid message type"
    content = message.get(kind) or {}
    if missing := [name for name in _REQUIRED[kind] if not content.get(name)]:
        return f"missing {', '.join(missing)}"
    if len(str(content.get("content", "")).encode("utf-8", "replace")) > LONGEST_TEXT.get(kind, 1 << 20):
        return "content size out of limit"
    if kind == "template_card":
        return _card_problem(content)
    return ""


def _card_problem(card: Mapping[str, Any]) -> str:
    action = card["card_action"]
    if action.get("type") == 1 and not action.get("url"):
        return "missing card_action.url"
    if not (card.get("main_title") or {}).get("title") and not card.get("sub_title_text"):
        return "missing main_title.title or sub_title_text"
    return ""


def _throttled(_: Call) -> Reply:
    return _reply(45009, "api freq out of limit")


def _key_invalid(_: Call) -> Reply:
    return _reply(93000, "invalid webhook url")


def _rejected(_: Call) -> Reply:
    return _reply(40058, "content is not allowed")


WECOM = Partner("wecom", "/wecom/cgi-bin/webhook/send", _operation, _answer, _throttled, _key_invalid, _rejected)
