"""Feishu's approvals: approval/v4 and the sealed event (partners.md §25; paths and fields as in lark-oapi).

    POST /open-apis/auth/v3/tenant_access_token/internal    {"app_id", "app_secret"}
    GET  /open-apis/approval/v4/instances                   by time of creation, up to 100 at a time
    GET  /open-apis/approval/v4/instances/{code}
    POST /open-apis/approval/v4/instances/{code}/comments

All but the first want `Authorization: Bearer`. Replies are `{"code", "msg", "data"}`. An order is an approval: unpaid
is pending, paid is approved, cancelled is rejected.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sandbox.channel import Shipment
from sandbox.credentials import (
    FEISHU_APP_ID,
    FEISHU_APP_SECRET,
    FEISHU_APP_TOKEN,
    FEISHU_APPROVAL_CODE,
    FEISHU_ENCRYPT_KEY,
    FEISHU_VERIFICATION_TOKEN,
)
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.order_book import Order

if TYPE_CHECKING:
    from sandbox.world import World

_TOKEN_PATH = "/auth/v3/tenant_access_token/internal"
_INSTANCES = re.compile(r"/approval/v4/instances(?:/(?P<code>[^/]+)(?P<comments>/comments)?)?")
_STATUS = {"unpaid": "PENDING", "paid": "APPROVED", "cancelled": "REJECTED"}


def signature(timestamp: str, nonce: str, body: bytes, key: str = FEISHU_ENCRYPT_KEY) -> str:
    """`X-Lark-Signature`."""
    return hashlib.sha256((timestamp + nonce + key).encode() + body).hexdigest()


def seal(message: str, key: str = FEISHU_ENCRYPT_KEY) -> str:
    """AES-256-CBC under the SHA-256 of the key, the IV before the content."""
    iv, text = os.urandom(16), message.encode()
    padding = 16 - len(text) % 16
    encryptor = Cipher(AES256(hashlib.sha256(key.encode()).digest()), CBC(iv)).encryptor()
    return b64encode(iv + encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()).decode()


def event(order_no: str, now: datetime, **changes: Any) -> tuple[dict[str, str], bytes]:
    """Headers and body with which Feishu says that an approval changed."""
    content = {
        "uuid": f"event-{order_no}",
        "token": FEISHU_VERIFICATION_TOKEN,
        "type": "event_callback",
        "event": {
            "type": "approval_instance",
            "approval_code": FEISHU_APPROVAL_CODE,
            "instance_code": order_no,
            "status": "APPROVED",
        },
        **changes,
    }
    body = json.dumps({"encrypt": seal(json.dumps(content))}).encode()
    stamp, nonce = str(int(now.timestamp())), os.urandom(4).hex()
    headers = {
        "x-lark-request-timestamp": stamp,
        "x-lark-request-nonce": nonce,
        "x-lark-signature": signature(stamp, nonce, body),
    }
    return headers, body


def _reply(data: Mapping[str, Any]) -> Reply:
    return json_reply({"code": 0, "msg": "success", "data": data})


def _error(status: int, code: int, message: str) -> Reply:
    return json_reply({"code": code, "msg": message}, status=status, outcome=str(code))


def _operation(call: Call) -> str:
    if call.path == _TOKEN_PATH:
        return "token"
    place = _INSTANCES.fullmatch(call.path)
    if place is None:
        return "unknown"
    if place["comments"]:
        return "approval.comment"
    return "instance" if place["code"] else "approval.list"


def _answer(world: World, call: Call) -> Reply:
    if call.path == _TOKEN_PATH:
        return _token(call)
    place = _INSTANCES.fullmatch(call.path)
    if place is None:
        return Reply(b"404 page not found", 404, "text/plain", outcome="404")
    if call.headers.get("authorization") != f"Bearer {FEISHU_APP_TOKEN}":
        return _unauthorized(call)
    return _of_instance(world, call, place["code"], place["comments"]) if place["code"] else _list(world, call.query)


def _of_instance(world: World, call: Call, code: str, comments: str | None) -> Reply:
    order = world.channels["feishu_approval"].book.get(code)
    if order is None:
        return _error(400, 1390015, "instance code not found")
    if comments:
        return _comment(world, order, call)
    return _reply(instance(order, _comments(world, order)))


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(_error(400, 9499, "Bad Request"))
    return content


def _token(call: Call) -> Reply:
    asked = _object(call)
    if (asked.get("app_id"), asked.get("app_secret")) != (FEISHU_APP_ID, FEISHU_APP_SECRET):
        return _error(200, 10014, "app secret invalid")
    return json_reply({"code": 0, "msg": "ok", "tenant_access_token": FEISHU_APP_TOKEN, "expire": 7200})


def _list(world: World, query: Mapping[str, str]) -> Reply:
    if query.get("approval_code") != FEISHU_APPROVAL_CODE:
        return _error(400, 1390002, "approval code not found")
    size, start = int(query.get("page_size", 100)), int(query.get("page_token") or 0)
    if not 1 <= size <= 100:
        return _error(400, 1390001, "param is invalid: page_size")
    first, last = (datetime.fromtimestamp(int(query[name]) / 1000, UTC) for name in ("start_time", "end_time"))
    found = [number for _, number in world.channels["feishu_approval"].book.created_between(first, last)]
    more = len(found) > start + size
    return _reply(
        {
            "instance_code_list": found[start : start + size],
            "page_token": str(start + size) if more else "",
            "has_more": more,
        }
    )


def _comments(world: World, order: Order) -> list[Shipment]:
    told = world.channels["feishu_approval"].shipments.items()
    return [shipment for (number, _), shipment in told if number == order["order_no"]]


def _comment(world: World, order: Order, call: Call) -> Reply:
    said = str(_object(call).get("content", ""))
    if not said or not call.query.get("user_id"):
        return _error(400, 1390001, "param is invalid")
    now = world.clock.now()
    world.channels["feishu_approval"].ship(Shipment(order["order_no"], said, "", now.isoformat()))
    world.ledger.record("feishu_approval", "commented", order["order_no"], text=json.loads(said)["text"])
    return _reply({"comment_id": str(len(_comments(world, order)))})


def instance(order: Order, comments: list[Shipment]) -> dict[str, Any]:
    """The `data` of one instance, with the form that the sandbox's company uses."""
    status = _STATUS.get(order["status"], order["status"].upper())
    # One that is still pending changed only by being begun: its two times are one.
    begun = order["updated_at"] if status == "PENDING" else order["created_at"]
    return {
        "approval_code": FEISHU_APPROVAL_CODE,
        "approval_name": "领用申请",
        "instance_code": order["order_no"],
        "serial_number": order["order_no"],
        "status": status,
        "reverted": False,
        "start_time": _milliseconds(begun),
        "end_time": "0" if status == "PENDING" else _milliseconds(order["updated_at"]),
        "open_id": "ou_manager1",
        "user_id": "manager1",
        "form": json.dumps(_form(order), ensure_ascii=False),
        "task_list": [],
        "timeline": [{"type": "START", "create_time": _milliseconds(begun)}],
        "comment_list": [{"id": str(place), "comment": each.waybill_no} for place, each in enumerate(comments, 1)],
    }


def _form(order: Order) -> list[dict[str, Any]]:
    receiver = order["receiver"]
    widgets = {
        "客户": ("input", order["customer"]["id"]),
        "收货人": ("input", receiver["name"]),
        "联系电话": ("telephone", {"countryCode": "+86", "nationalNumber": receiver["phone"]}),
        "省": ("input", receiver["province"]),
        "市": ("input", receiver["city"]),
        "区": ("input", receiver["district"]),
        "地址": ("textarea", receiver["address"]),
        "期望日期": ("date", f"{order['promised_on']}T00:00:00+08:00" if order["promised_on"] else ""),
        "运费": ("amount", order["freight"]),
        "合计": ("amount", order["amount"]),
        "备注": ("textarea", order["remark"]),
    }
    rows = [
        [{"id": key, "name": name, "type": "input", "value": line[key]} for name, key in _COLUMNS.items()]
        for line in order["lines"]
    ]
    plain = [
        {"id": f"widget{n}", "name": name, "type": w[0], "value": w[1]} for n, (name, w) in enumerate(widgets.items())
    ]
    return [*plain, {"id": "widget99", "name": "明细", "type": "fieldList", "value": rows}]


_COLUMNS = {"货号": "sku", "品名": "title", "数量": "quantity", "单价": "price"}


def _milliseconds(text: str) -> str:
    return str(int(datetime.fromisoformat(text).timestamp() * 1000))


def _too_many(_: Call) -> Reply:
    reply = _error(400, 99991400, "request trigger frequency limit")
    return Reply(reply.body, 400, outcome="99991400", headers={"x-ogw-ratelimit-reset": "1"})


def _unauthorized(_: Call) -> Reply:
    return _error(400, 99991663, "Invalid access token for authorization. Please make a request with token attached.")


def _rejected(_: Call) -> Reply:
    return _error(400, 1390001, "param is invalid")


FEISHU_APPROVAL = Partner("feishu_approval", "/open-apis", _operation, _answer, _too_many, _unauthorized, _rejected)
