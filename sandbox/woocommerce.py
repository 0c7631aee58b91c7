"""WooCommerce's REST API wc/v3 and its webhooks (partners.md §8).

    GET       /woocommerce/wp-json/wc/v3/orders?modified_after&modified_before&exclude&orderby=modified&page&per_page
    GET, PUT  /woocommerce/wp-json/wc/v3/orders/{id}
    GET, POST /woocommerce/wp-json/wc/v3/orders/{id}/notes

Over HTTP a request is signed by one-legged OAuth 1.0a (HMAC-SHA256, ±15 min, a nonce once); both ends of a window are
left out, and whole seconds count. Errors are `{"code", "message", "data": {"status"}}`. A webhook is the order, signed
with `base64(HMAC-SHA256(secret, body))`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from sandbox.channel import Shipment
from sandbox.credentials import WOOCOMMERCE_KEY, WOOCOMMERCE_SECRET, WOOCOMMERCE_WEBHOOK_SECRET
from sandbox.exchange import Call, Partner, Refused, Reply, json_reply
from sandbox.hub import Message
from sandbox.order_book import Order
from sandbox.woocommerce_order import STATUS, woo_order

if TYPE_CHECKING:
    from sandbox.world import World

_MOUNT = "/woocommerce"
_PLACE = re.compile(r"/wp-json/wc/v3/orders(?:/(?P<number>[^/]+)(?P<notes>/notes)?)?")
_TOLERANCE = timedelta(minutes=15)
_OURS = {woo: ours for ours, woo in STATUS.items()} | {"completed": "shipped"}


def oauth_signature(method: str, url: str, params: Mapping[str, str], secret: str = WOOCOMMERCE_SECRET) -> str:
    """As WooCommerce computes it: names and values encoded, the signs of that encoded once more."""

    def twice(value: str) -> str:
        return quote(unquote(value), safe="").replace("%", "%25")

    joined = "%26".join(f"{twice(name)}%3D{twice(value)}" for name, value in sorted(params.items()))
    text = f"{method}&{quote(url, safe='')}&{joined}"
    return b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha256).digest()).decode()


def webhook_signature(body: bytes, secret: str = WOOCOMMERCE_WEBHOOK_SECRET) -> str:
    """What `X-WC-Webhook-Signature` says."""
    return b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def webhook(order: Order, message_id: str, now: datetime) -> Message:
    """The signed webhook that tells the hub of an order's present state."""
    body = json.dumps(woo_order(order), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/json",
        "x-wc-webhook-topic": "order.updated",
        "x-wc-webhook-delivery-id": message_id,
        "x-wc-webhook-source": f"http://sandbox{_MOUNT}/?at={int(now.timestamp())}",
        "x-wc-webhook-signature": webhook_signature(body),
    }
    return Message("/webhooks/woocommerce", body, headers)


def _error(status: int, code: str, message: str) -> Reply:
    return json_reply({"code": code, "message": message, "data": {"status": status}}, status=status, outcome=code)


def _operation(call: Call) -> str:
    place = _PLACE.fullmatch(call.path)
    if place is None:
        return "unknown"
    if call.method != "GET":
        return "order.note" if place["notes"] else "order.update"
    if place["notes"]:
        return "notes"
    return "one" if place["number"] else "order.list"


def _answer(world: World, call: Call) -> Reply:
    place = _PLACE.fullmatch(call.path)
    if place is None:
        return _error(404, "rest_no_route", "No route was found matching the URL and request method.")
    _check_signature(world, call)
    channel = world.channels["woocommerce"]
    if place["number"] is None:
        return _list(world, call.query)
    order = channel.book.get(place["number"])
    if order is None:
        return _error(404, "woocommerce_rest_shop_order_invalid_id", "Invalid ID.")
    if place["notes"]:
        return _write_note(world, order, call) if call.method == "POST" else json_reply(_notes(world, order))
    return _update(world, order, call) if call.method == "PUT" else json_reply(woo_order(order))


def _check_signature(world: World, call: Call) -> None:
    refused = Refused(_error(401, "woocommerce_rest_authentication_error", "Invalid signature - provided signature"))
    offered = call.query.get("oauth_signature", "")
    signed = {name: value for name, value in call.query.items() if name != "oauth_signature"}
    if call.query.get("oauth_consumer_key") != WOOCOMMERCE_KEY:
        raise refused
    expected = oauth_signature(call.method, f"{call.base_url}{call.target.partition('?')[0]}", signed)
    if not hmac.compare_digest(expected.encode(), offered.encode()):
        raise refused
    moment = datetime.fromtimestamp(int(call.query.get("oauth_timestamp", "0")), UTC)
    if not world.clock.accepts(moment, _TOLERANCE):
        raise Refused(_error(401, "woocommerce_rest_authentication_error", "Invalid timestamp."))
    nonces = world.channels["woocommerce"].nonces
    if call.query["oauth_nonce"] in nonces:
        raise Refused(_error(401, "woocommerce_rest_authentication_error", "Invalid nonce - nonce has been used."))
    nonces.add(call.query["oauth_nonce"])


def _list(world: World, query: Mapping[str, str]) -> Reply:
    book = world.channels["woocommerce"].book
    try:
        first = _gmt(query["modified_after"]) + timedelta(seconds=1)
        last = _gmt(query["modified_before"]) - timedelta(seconds=1)
        page, size = int(query.get("page", 1)), int(query.get("per_page", 10))
    except (KeyError, ValueError) as error:
        raise Refused(_error(400, "rest_invalid_param", f"Invalid parameter(s): {error}")) from error
    if not 1 <= size <= 100 or query.get("orderby") != "modified" or query.get("dates_are_gmt") != "true":
        raise Refused(_error(400, "rest_invalid_param", "Invalid parameter(s): per_page, orderby or dates_are_gmt"))
    left_out = set(query.get("exclude", "").split(","))
    found = [number for _, number in book.updated_between(first, last) if number not in left_out]
    if query.get("order", "desc") == "desc":
        found.reverse()
    shown = [woo_order(book[number]) for number in found[(page - 1) * size : page * size]]
    return json_reply(shown, X_WP_Total=str(len(found)), X_WP_TotalPages=str(-(-len(found) // size)))


def _gmt(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _object(call: Call) -> dict[str, Any]:
    try:
        content = call.json
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise Refused(_error(400, "rest_invalid_json", "Invalid JSON body passed."))
    return content


def _notes(world: World, order: Order) -> list[dict[str, Any]]:
    told = [s for (number, _), s in world.channels["woocommerce"].shipments.items() if number == order["order_no"]]
    return [{"id": place, "note": each.waybill_no, "customer_note": True} for place, each in enumerate(told, 1)]


def _write_note(world: World, order: Order, call: Call) -> Reply:
    note, number, now = str(_object(call).get("note", "")), order["order_no"], world.clock.now()
    if not note:
        raise Refused(_error(400, "rest_missing_callback_param", "Missing parameter(s): note"))
    world.channels["woocommerce"].ship(Shipment(number, note, "", now.isoformat()))
    world.ledger.record("woocommerce", "noted", number, note=note)
    return json_reply({"id": len(_notes(world, order)), "note": note, "customer_note": True}, status=201)


def _update(world: World, order: Order, call: Call) -> Reply:
    status = _object(call).get("status")
    if status not in _OURS:
        raise Refused(_error(400, "rest_invalid_param", "Invalid parameter(s): status"))
    world.channels["woocommerce"].book.change(order["order_no"], {"status": _OURS[status]}, world.clock.now())
    world.ledger.record("woocommerce", "status-set", order["order_no"], status=status)
    return json_reply(woo_order(order))


def _too_many(_: Call) -> Reply:
    return _error(429, "too_many_requests", "Slow down.")


def _unauthorized(_: Call) -> Reply:
    return _error(401, "woocommerce_rest_authentication_error", "Consumer key is invalid.")


def _rejected(_: Call) -> Reply:
    return _error(400, "rest_invalid_param", "Invalid parameter(s): id")


WOOCOMMERCE = Partner("woocommerce", _MOUNT, _operation, _answer, _too_many, _unauthorized, _rejected)
