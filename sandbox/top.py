"""TOP's envelope (partners.md §1): how a call is signed, checked and refused, for the partners that live behind it.

Parameters come in the query or the form; `sign` is over all of them.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.clock import from_beijing_text
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=10)
_REQUIRED = ("method", "app_key", "timestamp", "v", "sign_method", "sign")

Method = Callable[["World", Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True)
class App:
    """The application that may call, and the session that the shop's owner granted it."""

    key: str
    secret: str
    session: str


def top_partner(name: str, app: App, methods: Mapping[str, Method]) -> Partner:
    """The partner that answers these methods, named as TOP names them but without `taobao.`."""

    def answer(world: World, call: Call) -> Reply:
        params = _params(call)
        _check_signature(world, params, app)
        asked = _operation(call)
        if asked not in methods:
            raise refuse(22, "Invalid method")
        content = methods[asked](world, params)
        return json_reply({asked.replace(".", "_") + "_response": content | {"request_id": "sandbox"}})

    return Partner(name, f"/{name}/router/rest", _operation, answer, _throttled, _session_expired, _rejected)


def sign(params: Mapping[str, str], secret: str) -> str:
    """Upper-case hex by the `sign_method` in `params`. Raises ``KeyError`` for an unknown one."""
    text = "".join(k + params[k] for k in sorted(params) if k != "sign" and params[k] != "")
    match params["sign_method"]:
        case "md5":
            return hashlib.md5(f"{secret}{text}{secret}".encode()).hexdigest().upper()
        case "hmac":
            return hmac.new(secret.encode(), text.encode(), "md5").hexdigest().upper()
        case "hmac-sha256":
            return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest().upper()
    raise KeyError(params["sign_method"])


def refuse(code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> Refused:
    """A refusal in TOP's form."""
    return Refused(_error(code, msg, sub_code, sub_msg))


def required(params: Mapping[str, str], name: str) -> str:
    """The parameter of that name. Raises ``Refused`` without one."""
    if not params.get(name):
        raise refuse(40, f"Missing required arguments:{name}", "isv.missing-parameter", f"缺少参数 {name}")
    return params[name]


def invalid(name: str) -> Refused:
    """The refusal of a parameter that cannot be so."""
    return refuse(41, f"Invalid arguments:{name}", "isv.invalid-parameter", f"参数 {name} 无效")


def _error(code: int, msg: str, sub_code: str = "", sub_msg: str = "") -> Reply:
    error: dict[str, Any] = {"code": code, "msg": msg, "request_id": "sandbox"}
    if sub_code:
        error.update(sub_code=sub_code, sub_msg=sub_msg)
    return json_reply({"error_response": error}, outcome=sub_code or str(code))


def _params(call: Call) -> dict[str, str]:
    return {**call.query, **call.form}


def _operation(call: Call) -> str:
    return _params(call).get("method", "unknown").removeprefix("taobao.")


def _check_signature(world: World, params: Mapping[str, str], app: App) -> None:
    for name in _REQUIRED:
        if not params.get(name):
            code = {"method": 21, "app_key": 28, "timestamp": 30, "v": 32, "sign": 24}.get(name, 40)
            raise refuse(code, f"Missing {name}")
    if params["app_key"] != app.key:
        raise refuse(29, "Invalid app Key")
    try:
        moment = _time_stamp(params["timestamp"])
    except ValueError as error:
        raise refuse(31, "Invalid timestamp") from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise refuse(31, "Invalid timestamp")
    if params["v"] != "2.0":
        raise refuse(33, "Invalid version")
    if params.get("format", "xml") != "json":
        raise refuse(23, "Invalid format")
    try:
        expected = sign(params, app.secret)
    except KeyError as error:
        raise refuse(25, "Invalid signature") from error
    if not hmac.compare_digest(expected.encode(), params["sign"].encode()):
        raise refuse(25, "Invalid signature")
    if not params.get("session"):
        raise refuse(26, "Missing session")
    if params["session"] != app.session:
        raise refuse(27, "Invalid session")


def _time_stamp(text: str) -> datetime:
    """Beijing time as documented, or milliseconds as the SDKs send it."""
    return datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdecimal() else from_beijing_text(text)


def _throttled(_: Call) -> Reply:
    return _error(
        7,
        "App Call Limited",
        "accesscontrol.limited-by-app-access-count",
        "This ban will last for 1 more seconds",
    )


def _session_expired(_: Call) -> Reply:
    return _error(27, "Invalid session", "invalid-sessionkey", "SessionKey is expired")


def _rejected(_: Call) -> Reply:
    return _error(15, "Remote service error", "isv.trade-not-allowed", "The trade does not allow this")
