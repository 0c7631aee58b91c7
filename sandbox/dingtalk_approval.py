"""DingTalk's approvals: server API v1.0 and the sealed callback (partners.md §23 and §6).

    POST /dingtalk_approval/v1.0/oauth2/accessToken                      {"appKey", "appSecret"}
    POST /dingtalk_approval/v1.0/workflow/processes/instanceIds/query    by time of creation, 20 at a time
    GET  /dingtalk_approval/v1.0/workflow/processInstances               ?processInstanceId=
    POST /dingtalk_approval/v1.0/workflow/processInstances/comments

All but the first want the header `x-acs-dingtalk-access-token`. Errors are HTTP 4xx with `{"code", "message",
"requestid"}`. An order is an approval: unpaid is running, paid is agreed to, cancelled is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sandbox.channel import Shipment
from sandbox.credentials import (
    DINGTALK_APP_KEY,
    DINGTALK_APP_SECRET,
    DINGTALK_APP_TOKEN,
    DINGTALK_CALLBACK_KEY,
    DINGTALK_CALLBACK_TOKEN,
    DINGTALK_PROCESS_CODE,
)
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.order_book import Order

if TYPE_CHECKING:
    from sandbox.world import World

_OPERATIONS = {
    "/v1.0/oauth2/accessToken": "token",
    "/v1.0/workflow/processes/instanceIds/query": "workflow.list",
    "/v1.0/workflow/processInstances": "instance",
    "/v1.0/workflow/processInstances/comments": "workflow.comment",
}
_STATES = {
    "unpaid": ("RUNNING", ""),
    "paid": ("COMPLETED", "agree"),
    "cancelled": ("COMPLETED", "refuse"),
}
MOST_LISTED = 20


def signature(token: str, timestamp: str, nonce: str, sealed: str) -> str:
    """What signs a callback and its answer."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, sealed])).encode()).hexdigest()


def seal(message: str, key: str = DINGTALK_CALLBACK_KEY, owner: str = DINGTALK_APP_KEY) -> str:
    """The content of a callback."""
    secret = b64decode(key + "=")
    text = os.urandom(16) + len(message.encode()).to_bytes(4, "big") + message.encode() + owner.encode()
    padding = 32 - len(text) % 32
    encryptor = Cipher(AES256(secret), CBC(secret[:16])).encryptor()
    return b64encode(encryptor.update(text + bytes([padding]) * padding) + encryptor.finalize()).decode()


def callback(order_no: str, now: datetime, **changes: str) -> tuple[dict[str, str], bytes]:
    """Query and body with which DingTalk says that an approval changed."""
    event = {
        "EventType": "bpms_instance_change",
        "processInstanceId": order_no,
        "processCode": DINGTALK_PROCESS_CODE,
        "type": "finish",
        "result": "agree",
        **changes,
    }
    sealed = seal(json.dumps(event))
    stamp, nonce = str(int(now.timestamp() * 1000)), os.urandom(4).hex()
    query = {
        "msg_signature": signature(DINGTALK_CALLBACK_TOKEN, stamp, nonce, sealed),
        "timestamp": stamp,
        "nonce": nonce,
    }
    return query, json.dumps({"encrypt": sealed}).encode()


def _error(status: int, code: str, message: str) -> Reply:
    return json_reply({"code": code, "message": message, "requestid": "sandbox"}, status=status, outcome=code)


def _operation(call: Call) -> str:
    return _OPERATIONS.get(call.path, "unknown")


def _answer(world: World, call: Call) -> Reply:
    operation = _operation(call)
    if operation == "unknown":
        return _error(404, "InvalidAction.NotFound", "Specified api is not found.")
    if operation == "token":
        return _token(_object(call))
    if call.headers.get("x-acs-dingtalk-access-token") != DINGTALK_APP_TOKEN:
        return _unauthorized(call)
    if operation == "workflow.list":
        return _list(world, _object(call))
    if operation == "workflow.comment":
        return _comment(world, _object(call))
    order = _order(world, call.query.get("processInstanceId", ""))
    return json_reply({"result": instance(order, _comments(world, order)), "success": True})


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(_error(400, "InvalidParameter", "the body is not JSON"))
    return content


def _token(asked: Mapping[str, Any]) -> Reply:
    if (asked.get("appKey"), asked.get("appSecret")) != (DINGTALK_APP_KEY, DINGTALK_APP_SECRET):
        return _error(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
    return json_reply({"accessToken": DINGTALK_APP_TOKEN, "expireIn": 7200})


def _list(world: World, asked: Mapping[str, Any]) -> Reply:
    if asked.get("processCode") != DINGTALK_PROCESS_CODE:
        return _error(400, "processCode.error", "processCode 错误")
    size, start = int(asked.get("maxResults", 10)), int(asked.get("nextToken", 0))
    if not 1 <= size <= MOST_LISTED:
        return _error(400, "param.maxResults.error", "maxResults 最大 20")
    first, last = (datetime.fromtimestamp(asked[name] / 1000, UTC) for name in ("startTime", "endTime"))
    found = [number for _, number in world.channels["dingtalk_approval"].book.created_between(first, last)]
    page = found[start : start + size]
    more = {"nextToken": str(start + size)} if len(found) > start + size else {}
    return json_reply({"result": {"list": page, **more}, "success": True})


def _order(world: World, number: str) -> Order:
    order = world.channels["dingtalk_approval"].book.get(number)
    if order is None:
        raise Refused(_error(400, "processInstanceId.error", "流程实例不存在"))
    return order


def _comments(world: World, order: Order) -> list[Shipment]:
    told = world.channels["dingtalk_approval"].shipments.items()
    return [shipment for (number, _), shipment in told if number == order["order_no"]]


def _comment(world: World, asked: Mapping[str, Any]) -> Reply:
    order, said = _order(world, str(asked.get("processInstanceId", ""))), str(asked.get("text", ""))
    if not said or not asked.get("commentUserId"):
        return _error(400, "param.error", "text, commentUserId")
    now = world.clock.now()
    world.channels["dingtalk_approval"].ship(Shipment(order["order_no"], said, "", now.isoformat()))
    world.ledger.record("dingtalk_approval", "commented", order["order_no"], text=said)
    return json_reply({"result": True, "success": True})


def instance(order: Order, comments: list[Shipment]) -> dict[str, Any]:
    """The `result` of `processInstances`, with the form that the sandbox's company uses."""
    status, result = _STATES.get(order["status"], (order["status"].upper(), ""))
    receiver = order["receiver"]
    rows = [
        {"rowValue": [{"label": name, "value": str(line[key]), "key": key} for name, key in _COLUMNS.items()]}
        for line in order["lines"]
    ]
    fields = {
        "客户": order["customer"]["id"],
        "收货人": receiver["name"],
        "联系电话": receiver["phone"],
        "省": receiver["province"],
        "市": receiver["city"],
        "区": receiver["district"],
        "地址": receiver["address"],
        "期望日期": order["promised_on"] or "",
        "运费": order["freight"],
        "合计": order["amount"],
        "备注": order["remark"],
    }
    components = [{"name": name, "value": value, "componentType": "TextField"} for name, value in fields.items()]
    table = {"name": "明细", "value": json.dumps(rows, ensure_ascii=False), "componentType": "TableField"}
    return {
        "title": "领用申请",
        "businessId": order["order_no"],
        "status": status,
        "result": result,
        "bizAction": "NONE",
        # One that still runs changed only by being begun: its two times are one.
        **(
            {"createTime": order["updated_at"]}
            if status == "RUNNING"
            else {"createTime": order["created_at"], "finishTime": order["updated_at"]}
        ),
        "originatorUserId": "manager1",
        "operationRecords": [{"type": "ADD_REMARK", "remark": each.waybill_no} for each in comments],
        "tasks": [],
        "formComponentValues": [*components, table],
    }


_COLUMNS = {"货号": "sku", "品名": "title", "数量": "quantity", "单价": "price"}


def _too_many(_: Call) -> Reply:
    return _error(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "应用调用该接口的频率过高")


def _unauthorized(_: Call) -> Reply:
    return _error(401, "InvalidAuthentication", "不合法的access_token")


def _rejected(_: Call) -> Reply:
    return _error(400, "param.error", "参数错误")


DINGTALK_APPROVAL = Partner(
    "dingtalk_approval", "/dingtalk_approval", _operation, _answer, _too_many, _unauthorized, _rejected
)
