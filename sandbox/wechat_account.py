"""A WeChat official account's template messages (partners.md §6).

    POST /wechat_account/cgi-bin/stable_token             JSON; the same token while it lasts
    GET  /wechat_account/cgi-bin/token                    a new token each time, which ends the last one
    POST /wechat_account/cgi-bin/message/template/send    ?access_token=

Errors are `errcode` inside HTTP 200. Only those in ``WECHAT_FOLLOWERS`` follow the account. The same `client_msg_id`
to the same person is one message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.app_token import errcode as _reply
from sandbox.credentials import WECHAT_APP_ID, WECHAT_APP_SECRET, WECHAT_FOLLOWERS, WECHAT_TEMPLATE_ID
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

_OPERATIONS = {
    "/cgi-bin/stable_token": "token",
    "/cgi-bin/token": "token",
    "/cgi-bin/message/template/send": "template.send",
}


def _operation(call: Call) -> str:
    return _OPERATIONS.get(call.path, "unknown")


def _answer(world: World, call: Call) -> Reply:
    if call.path == "/cgi-bin/stable_token" and call.method == "POST":
        asked = _object(call)
        return _token(world, asked, renew=asked.get("force_refresh") is True)
    if call.path == "/cgi-bin/token":
        return _token(world, call.query, renew=True)
    if call.path == "/cgi-bin/message/template/send" and call.method == "POST":
        return _send(world, call)
    return json_reply({"errcode": 404, "errmsg": "not found"}, status=404, outcome="404")


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(_reply(47001, "data format error"))
    return content


def _token(world: World, asked: Mapping[str, Any], *, renew: bool) -> Reply:
    return world.wechat_account.give(asked, WECHAT_APP_ID, WECHAT_APP_SECRET, renew=renew)


def _send(world: World, call: Call) -> Reply:
    account = world.wechat_account
    token = call.query.get("access_token", "")
    if not token:
        return _reply(41001, "access_token missing")
    if token != account.token:
        return _token_expired(call)
    message = _object(call)
    openid, key = str(message.get("touser", "")), str(message.get("client_msg_id", ""))
    if problem := _problem(message, openid):
        return problem
    if key and (openid, key) in account.sent:
        return _reply(0, "ok", msgid=account.sent[openid, key])
    account.post(message)
    number = len(account.messages)
    if key:
        account.sent[openid, key] = number
    world.ledger.record("wechat_account", "message", str(number), message=message)
    return _reply(0, "ok", msgid=number)


def _problem(message: Mapping[str, Any], openid: str) -> Reply | None:
    if not openid.startswith("o"):
        return _reply(40003, "invalid openid")
    if openid not in WECHAT_FOLLOWERS:
        return _reply(43004, "require subscribe")
    if message.get("template_id") != WECHAT_TEMPLATE_ID:
        return _reply(40037, "invalid template_id")
    fields = message.get("data")
    if not isinstance(fields, dict) or not all(isinstance(f, dict) and "value" in f for f in fields.values()):
        return _reply(47003, "argument invalid! data")
    return None


def _throttled(_: Call) -> Reply:
    return _reply(45011, "api minute-quota reach limit, must slower, retry next minute")


def _token_expired(_: Call) -> Reply:
    return _reply(42001, "access_token expired")


def _rejected(_: Call) -> Reply:
    return _reply(47003, "argument invalid! data.thing1.value")


WECHAT_ACCOUNT = Partner(
    "wechat_account", "/wechat_account", _operation, _answer, _throttled, _token_expired, _rejected
)
