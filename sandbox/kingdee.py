"""Kingdee K/3 Cloud WebAPI (partners.md §9): log-in, request signatures and the form services' envelope.

    POST /k3cloud/Kingdee.BOS.WebApi.ServicesStub.AuthService.LoginBySign.common.kdsvc
    POST /k3cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService.{operation}.common.kdsvc

Parameters come as `{"formid", "data"}` or `{"parameters": [formid, data]}`, `data` as an object or as JSON text.
Operations that have no service of their own go through `ExcuteOperation` (Kingdee's spelling), which takes `opNumber`
between the two.
The operations are in ``sandbox.kingdee_forms`` and ``sandbox.kingdee_query``. A caller whose session is lost or
whose signature is wrong gets HTTP 401 and a text.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sandbox.credentials import (
    KINGDEE_ACCOUNT_ID,
    KINGDEE_APP_ID,
    KINGDEE_APP_SECRET,
    KINGDEE_LANGUAGE,
    KINGDEE_USER,
)
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.faults import FaultKind
from sandbox.kingdee_forms import FORM_OPERATIONS, NUMBERED_OPERATIONS, FormError
from sandbox.kingdee_query import execute_bill_query
from sandbox.kingdee_reply import failure, field_error
from sandbox.kingdee_sign import account_signature, login_signature, request_signature

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=15)
_SERVICE = re.compile(r"/Kingdee\.BOS\.WebApi\.ServicesStub\.(AuthService|DynamicFormService)\.(\w+)\.common\.kdsvc")
_SESSION_COOKIE = "kdservice-sessionid"
_BY_NUMBER = "ExcuteOperation"
_QUERY = "ExecuteBillQuery"
_STOCK_QUERY = f"{_QUERY} STK_Inventory"


def _operation(call: Call) -> str:
    match = _SERVICE.fullmatch(call.path)
    name = match[2] if match else "unknown"
    return _STOCK_QUERY if name == _QUERY and b"STK_Inventory" in call.body else name


def _answer(world: World, call: Call) -> Reply:
    operation = _operation(call)
    try:
        content = call.json
    except ValueError as error:
        raise Refused(_text(400, "response_error: 请求报文不是合法的JSON")) from error
    if not isinstance(content, dict):
        raise Refused(_text(400, "response_error: 请求报文不是JSON对象"))
    if operation == "LoginBySign":
        return _login(world, content)
    _check_caller(world, call)
    form, data = _arguments(operation, content)
    if operation.startswith(_QUERY):
        rows = execute_bill_query(world.erp, data, call.stock_factor)
        return json_reply(rows, outcome="ok" if not _is_error(rows) else "query-error")
    known = FORM_OPERATIONS
    if operation == _BY_NUMBER:
        operation, known = _operation_number(content), NUMBERED_OPERATIONS
    if operation not in known:
        return _text(404, f"response_error: 服务 {operation} 不存在")
    try:
        return json_reply(known[operation](world, form, data))
    except FormError as error:
        return json_reply(failure(error.errors), outcome=error.outcome)


def _text(status: int, text: str) -> Reply:
    return Reply(text.encode(), status, "text/plain; charset=utf-8", outcome=str(status))


def _is_error(rows: list[list[Any]]) -> bool:
    return bool(rows and rows[0] and isinstance(rows[0][0], dict))


def _login(world: World, content: dict[str, Any]) -> Reply:
    try:
        account, user, app_id, timestamp, sign, _ = map(str, content["parameters"])
        moment = datetime.fromtimestamp(int(timestamp), UTC)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(_text(400, "response_error: 登录参数不正确")) from error
    expected = login_signature([account, user, app_id, KINGDEE_APP_SECRET, timestamp])
    known = (account, user, app_id) == (KINGDEE_ACCOUNT_ID, KINGDEE_USER, KINGDEE_APP_ID)
    signed = hmac.compare_digest(expected.encode(), sign.encode())
    if not (known and signed and world.clock.accepts(moment, TOLERANCE)):
        refusal = {"LoginResultType": 0, "Message": "登录失败，签名或时间戳无效", "KDSVCSessionId": None}
        return json_reply(refusal, outcome="login-refused")
    session = str(uuid4())
    world.erp.sessions.add(session)
    return json_reply(
        {
            "LoginResultType": 1,
            "KDSVCSessionId": session,
            "Context": {"UserName": user, "UserLocale": KINGDEE_LANGUAGE},
            "Message": None,
        },
        Set_Cookie=f"{_SESSION_COOKIE}={session}; path=/",
    )


def _check_caller(world: World, call: Call) -> None:
    if _session_of(call) in world.erp.sessions:
        return
    if "x-api-signature" not in call.headers:
        raise Refused(_session_lost(call))
    headers = call.headers
    timestamp, nonce = headers.get("x-api-timestamp", ""), headers.get("x-api-nonce", "")
    try:
        account = b64decode(headers.get("x-kd-appdata", "")).decode()
    except ValueError as error:
        raise Refused(_text(401, "response_error: 签名校验失败")) from error
    path = call.target.partition("?")[0]
    pairs = (
        (headers["x-api-signature"], request_signature(KINGDEE_APP_ID, path, nonce, timestamp)),
        (
            headers.get("x-kd-signature", ""),
            account_signature(KINGDEE_APP_ID, KINGDEE_APP_SECRET, account),
        ),
        (headers.get("x-kd-appkey", ""), KINGDEE_APP_ID),
        (headers.get("x-api-clientid", ""), KINGDEE_APP_ID.partition("_")[0]),
        (",".join(account.split(",")[:2]), f"{KINGDEE_ACCOUNT_ID},{KINGDEE_USER}"),
    )
    if not all(hmac.compare_digest(offered.encode(), expected.encode()) for offered, expected in pairs):
        raise Refused(_text(401, "response_error: 签名校验失败"))
    if not timestamp.isdecimal() or not world.clock.accepts(datetime.fromtimestamp(int(timestamp), UTC), TOLERANCE):
        raise Refused(_text(401, "response_error: 时间戳无效"))


def _session_of(call: Call) -> str:
    if session := call.headers.get(_SESSION_COOKIE):
        return session
    cookies = (pair.strip().partition("=") for pair in call.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in cookies if name == _SESSION_COOKIE), "")


def _arguments(operation: str, content: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if "parameters" in content:
        *form, data = content["parameters"]  # between form and data an operation's number may stand
    else:
        form, data = [content.get("formid", "")], content.get("data", {})
    if isinstance(data, str):
        data = json.loads(data)
    if operation.startswith(_QUERY):
        return data.get("FormId", ""), data
    return form[0] if form else "", data


def _operation_number(content: dict[str, Any]) -> str:
    if "parameters" in content:
        return str(content["parameters"][1])
    return str(content.get("opNumber", ""))


def _throttled(_: Call) -> Reply:
    return Reply(b"Too Many Requests", 429, "text/plain", "429", {"Retry-After": "1"})


def _session_lost(_: Call) -> Reply:
    return _text(401, "会话信息已丢失，请重新登录")


def _rejected(_: Call) -> Reply:
    return json_reply(failure([field_error("FCustId", "客户已禁用，不允许使用")]), outcome="disabled")


KINGDEE = Partner(
    "kingdee",
    "/k3cloud",
    _operation,
    _answer,
    _throttled,
    _session_lost,
    _rejected,
    plays={FaultKind.WRONG_STOCK: (_STOCK_QUERY,)},
)
