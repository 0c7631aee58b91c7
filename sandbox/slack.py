"""Slack's incoming webhook (partners.md §26): `POST /slack/services/T000/B000/XXX` with a JSON body, answer `ok`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sandbox.credentials import SLACK_WEBHOOK_PATH
from sandbox.exchange import Call, Partner, Reply

if TYPE_CHECKING:
    from sandbox.world import World

_MOUNT = "/slack/services"
_TOKEN_PATH = SLACK_WEBHOOK_PATH.removeprefix(_MOUNT)
_SERVICE_PATH = _TOKEN_PATH.rpartition("/")[0]


def _text(status: int, text: str) -> Reply:
    return Reply(text.encode(), status, "text/plain; charset=utf-8", outcome=text)


def _operation(_: Call) -> str:
    return "webhook"


def _answer(world: World, call: Call) -> Reply:
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


def _throttled(_: Call) -> Reply:
    return replace(_text(429, "rate_limited"), headers={"Retry-After": "1"})


def _token_revoked(_: Call) -> Reply:
    return _text(403, "invalid_token")


def _rejected(_: Call) -> Reply:
    return _text(400, "invalid_blocks")


SLACK = Partner("slack", _MOUNT, _operation, _answer, _throttled, _token_revoked, _rejected)
