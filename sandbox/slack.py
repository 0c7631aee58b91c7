"""Slack's incoming webhook (partners.md §26): `POST /slack/services/T000/B000/XXX` with a JSON body, answer `ok`.

A button that is pressed calls the app: a form with `payload`, signed with `v0=` and the hexadecimal HMAC-SHA256 of
`v0:{timestamp}:{body}`. Its `response_url`, here `POST /slack/services/actions/{place}`, takes a message in place of
that with the button, five times at most; the real one ends after half an hour.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.credentials import SLACK_SIGNING_SECRET, SLACK_WEBHOOK_PATH
from sandbox.exchange import Call, Partner, Reply
from sandbox.hub import Message

if TYPE_CHECKING:
    from sandbox.world import World

_MOUNT = "/slack/services"
_TOKEN_PATH = SLACK_WEBHOOK_PATH.removeprefix(_MOUNT)
_SERVICE_PATH = _TOKEN_PATH.rpartition("/")[0]
_ACTIONS = "/actions/"
_MOST_USES = 5


def pressed(
    message: dict[str, Any], action_id: str, now: datetime, user: str = "U2CERLKJA", response_url: str = ""
) -> Message:
    """The signed call when somebody presses a button of a message. Raises ``StopIteration`` if it has none such."""
    buttons = [element for block in message["blocks"] if block["type"] == "actions" for element in block["elements"]]
    button = next(element for element in buttons if element["action_id"] == action_id)
    action = {**button, "type": "button", "action_ts": f"{now.timestamp():.6f}"}
    person = {"id": user, "username": "roadrunner"}
    payload = {"type": "block_actions", "user": person, "response_url": response_url, "actions": [action]}
    body, stamp = urlencode({"payload": json.dumps(payload)}).encode(), str(int(now.timestamp()))
    signed = hmac.new(SLACK_SIGNING_SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": f"v0={signed}",
    }
    return Message("/webhooks/slack", body, headers)


def _text(status: int, text: str) -> Reply:
    return Reply(text.encode(), status, "text/plain; charset=utf-8", outcome=text)


def _operation(_: Call) -> str:
    return "webhook"


def _answer(world: World, call: Call) -> Reply:
    if call.path.startswith(_ACTIONS):
        return _replace(world, call)
    if not call.path.startswith(_SERVICE_PATH + "/"):
        return _text(404, "no_service")
    if call.path != _TOKEN_PATH:
        return _text(403, "invalid_token")
    try:
        message = call.json
    except ValueError:
        return _text(400, "invalid_payload")
    if not isinstance(message, dict) or not any(message.get(k) for k in ("text", "blocks", "attachments")):
        return _text(400, "invalid_payload")
    world.slack.post(message)
    world.ledger.record("slack", "message", str(len(world.slack.messages)), message=message)
    return _text(200, "ok")


def _replace(world: World, call: Call) -> Reply:
    place = call.path.removeprefix(_ACTIONS)
    messages = world.slack.messages
    if not place.isdecimal() or int(place) >= len(messages):
        return _text(404, "expired_url")
    uses = world.slack.replaced
    if uses.count(int(place)) == _MOST_USES:
        return _text(404, "used_url")
    message = dict(call.json)
    if not message.pop("replace_original", False):
        return _text(400, "invalid_payload")
    uses.append(int(place))
    messages[int(place)] = message
    world.ledger.record("slack", "message-replaced", place, message=message)
    return _text(200, "ok")


def _throttled(_: Call) -> Reply:
    return replace(_text(429, "rate_limited"), headers={"Retry-After": "1"})


def _token_revoked(_: Call) -> Reply:
    return _text(403, "invalid_token")


def _rejected(_: Call) -> Reply:
    return _text(400, "invalid_blocks")


SLACK = Partner("slack", _MOUNT, _operation, _answer, _throttled, _token_revoked, _rejected)
