"""The shop: a REST channel that signs both ways with Standard Webhooks.

Headers `webhook-id`, `webhook-timestamp` (seconds, ±5 min) and `webhook-signature` (`v1,<base64 of
HMAC-SHA256>`, several separated by blanks). A request of the hub signs
`{id}.{timestamp}.{METHOD} {path?query}\\n{body}`, the request target being what goes over the wire;
a webhook of the shop signs `{id}.{timestamp}.{body}`.

    GET  /orders?updated_from=ISO&updated_to=ISO&limit<=200&cursor=  half-open window, by change, then number
    POST /orders/{order_no}/shipments  {"waybill_no", "carrier", "shipped_at"}   Idempotency-Key required
    POST /orders/{order_no}/status     {"status", "at"}                          Idempotency-Key required

Errors: HTTP status and `{"error": {"code", "message"}}`. The same key with another body is refused with 422.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.channel import Channel, ReportedStatus, Shipment
from sandbox.clock import aware
from sandbox.credentials import SHOP_SECRET
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply, rest_error
from sandbox.faults import CALLBACK_KINDS
from sandbox.hub import Message
from sandbox.order_book import Order, Position

if TYPE_CHECKING:
    from sandbox.world import World

TOLERANCE = timedelta(minutes=5)
MAX_LIMIT = 200
REPORTABLE = frozenset(
    {
        "confirmed",
        "reserved",
        "released",
        "picked",
        "shipped",
        "delivered",
        "completed",
        "cancelled",
        "returned",
    }
)
_WRITE = re.compile(r"/orders/(?P<order_no>[^/]+)/(?P<what>shipments|status|messages)")

WEBHOOK = "order.updated"
NOTICE = "orders.changed"
_OPERATIONS = {"shipments": "ship", "status": "status", "messages": "message"}


def signature(message_id: str, timestamp: str, content: str) -> str:
    """`v1,<base64>` over `{id}.{timestamp}.{content}`."""
    key = b64decode(SHOP_SECRET.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.{content}".encode()
    return "v1," + b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def webhook(order: Order, message_id: str, now: datetime) -> Message:
    """The signed webhook that tells the hub of an order's present state."""
    return _signed({"type": WEBHOOK, "data": order}, message_id, now)


def notice(message_id: str, now: datetime) -> Message:
    """The signed webhook that tells the hub that orders changed, and not which."""
    return _signed({"type": NOTICE, "data": {}}, message_id, now)


def _signed(event: Mapping[str, Any], message_id: str, now: datetime) -> Message:
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    timestamp = str(int(now.timestamp()))
    headers = {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(message_id, timestamp, body),
    }
    return Message("/webhooks/shop", body.encode(), headers)


def _operation(call: Call) -> str:
    if match := _WRITE.fullmatch(call.path):
        return _OPERATIONS[match["what"]]
    return "orders" if call.path == "/orders" else "unknown"


def _answer(world: World, call: Call) -> Reply:
    _check_signature(world, call)
    channel = world.channels["shop"]
    if call.method == "GET" and call.path == "/orders":
        return _list_orders(channel, call.query)
    match = _WRITE.fullmatch(call.path)
    if call.method != "POST" or match is None:
        return rest_error(404, "not_found", f"there is no {call.method} {call.path}")
    write = {"shipments": _ship, "status": _report_status, "messages": _message}[match["what"]]
    return _once(channel, call, lambda: write(world, channel, match["order_no"], _object(call)))


def _check_signature(world: World, call: Call) -> None:
    try:
        message_id = call.headers["webhook-id"]
        timestamp = call.headers["webhook-timestamp"]
        offered = call.headers["webhook-signature"].split()
        moment = datetime.fromtimestamp(int(timestamp), UTC)
    except (KeyError, ValueError) as error:
        raise Refused(rest_error(401, "unsigned", "webhook-id, -timestamp and -signature are required")) from error
    if not world.clock.accepts(moment, TOLERANCE):
        raise Refused(rest_error(401, "stale", "the time stamp is more than 5 minutes off"))
    content = f"{call.method} {call.target}\n{call.body.decode('utf-8', 'replace')}"
    expected = signature(message_id, timestamp, content).encode()
    if not any(hmac.compare_digest(expected, candidate.encode()) for candidate in offered):
        raise Refused(rest_error(401, "bad_signature", "the signature does not fit the request"))


def _list_orders(channel: Channel, query: Mapping[str, str]) -> Reply:
    try:
        start = aware(datetime.fromisoformat(query["updated_from"]))
        end = aware(datetime.fromisoformat(query["updated_to"]))
        limit = int(query.get("limit", MAX_LIMIT))
        position = _read_cursor(query["cursor"]) if query.get("cursor") else (start, "")
    except (KeyError, ValueError) as error:
        raise Refused(rest_error(422, "bad_query", f"bad or missing parameter: {error}")) from error
    if not 1 <= limit <= MAX_LIMIT:
        raise Refused(rest_error(422, "bad_query", f"limit is 1 to {MAX_LIMIT}"))
    found = channel.book.updated_after(position, end, limit + 1)
    page = found[:limit]
    cursor = _write_cursor(page[-1]) if len(found) > limit else None
    return json_reply({"orders": [channel.book[number] for _, number in page], "next_cursor": cursor})


def _write_cursor(position: Position) -> str:
    moment, number = position
    return urlsafe_b64encode(f"{moment.isoformat()} {number}".encode()).decode()


def _read_cursor(cursor: str) -> Position:
    moment, _, number = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
    return aware(datetime.fromisoformat(moment)), number


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError as error:
        raise Refused(rest_error(422, "bad_body", "the body is not JSON")) from error
    if not isinstance(content, dict):
        raise Refused(rest_error(422, "bad_body", "the body is not an object"))
    return content


def _once(channel: Channel, call: Call, work: Callable[[], Reply]) -> Reply:
    key = call.headers.get("idempotency-key")
    if not key:
        return rest_error(400, "no_idempotency_key", "Idempotency-Key is required")
    digest = hashlib.sha256(call.path.encode() + b"\n" + call.body).digest()
    if key in channel.answered:
        first, reply = channel.answered[key]
        if first != digest:
            return rest_error(422, "idempotency_key_reused", "this key was used for another request")
        return Reply(reply.body, reply.status, reply.media_type, outcome="repeated")
    reply = work()
    channel.answered[key] = (digest, reply)
    return reply


def _order(channel: Channel, order_no: str) -> Order:
    order = channel.book.get(order_no)
    if order is None:
        raise Refused(rest_error(404, "no_such_order", f"order {order_no} is unknown"))
    return order


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(rest_error(422, "bad_body", f"{name} is missing"))
    return value


def _moment(content: Mapping[str, Any], name: str) -> str:
    text = _text(content, name)
    try:
        aware(datetime.fromisoformat(text))
    except ValueError as error:
        raise Refused(rest_error(422, "bad_body", f"{name} is no time with a zone")) from error
    return text


def _ship(world: World, channel: Channel, order_no: str, content: Mapping[str, Any]) -> Reply:
    order = _order(channel, order_no)
    shipment = Shipment(
        order_no, _text(content, "waybill_no"), _text(content, "carrier"), _moment(content, "shipped_at")
    )
    if order["status"] == "cancelled":
        raise Refused(rest_error(409, "order_cancelled", f"order {order_no} is cancelled"))
    if channel.shipped(order_no, shipment.waybill_no) is None:
        channel.ship(shipment)
        channel.book.change(order_no, {"status": "shipped"}, world.clock.now())
        world.ledger.record("shop", "shipped", order_no, waybill_no=shipment.waybill_no, carrier=shipment.carrier)
    return json_reply({"order_no": order_no, "waybill_no": shipment.waybill_no}, status=201)


def _report_status(world: World, channel: Channel, order_no: str, content: Mapping[str, Any]) -> Reply:
    order = _order(channel, order_no)
    status, at = _text(content, "status"), _moment(content, "at")
    if status not in REPORTABLE:
        raise Refused(rest_error(422, "unknown_status", f"{status} is none of {', '.join(sorted(REPORTABLE))}"))
    channel.statuses.append(ReportedStatus(order_no, status, at))
    if status in {"completed", "cancelled"} and order["status"] != status:
        channel.book.change(order_no, {"status": status}, world.clock.now())
    world.ledger.record("shop", "status-set", order_no, status=status, at=at)
    return json_reply({"order_no": order_no, "status": status})


def _message(world: World, channel: Channel, order_no: str, content: Mapping[str, Any]) -> Reply:
    """The shop passes a text on to the customer of an order."""
    _order(channel, order_no)
    world.ledger.record("shop", "customer-told", order_no, text=_text(content, "text"))
    return json_reply({"order_no": order_no}, status=201)


def _too_many(_: Call) -> Reply:
    return rest_error(429, "too_many_requests", "slow down", Retry_After="1")


def _unauthorized(_: Call) -> Reply:
    return rest_error(401, "expired", "this secret is no longer valid")


def _rejected(_: Call) -> Reply:
    return rest_error(422, "not_allowed", "the shop does not take this")


SHOP = Partner(
    "shop",
    "/shop",
    _operation,
    _answer,
    _too_many,
    _unauthorized,
    _rejected,
    plays=dict.fromkeys(CALLBACK_KINDS, (WEBHOOK,)),
)
