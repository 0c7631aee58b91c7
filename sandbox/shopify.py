"""Shopify's Admin API: orders and fulfilments by GraphQL, and webhooks (partners.md §7).

    POST /shopify/admin/api/{YYYY-MM}/graphql.json    X-Shopify-Access-Token; {"query", "variables"}

The schema stands in `shopify_schema.graphql`; ``graphql-core`` checks and carries out what is asked, so a query that
Shopify would not understand is refused here too. A webhook is the order in the words of the REST API, signed with
`base64(HMAC-SHA256(client secret, body))`. A search counts whole seconds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphql import build_schema, graphql_sync

from sandbox.clock import aware
from sandbox.credentials import SHOPIFY_ACCESS_TOKEN, SHOPIFY_WEBHOOK_SECRET
from sandbox.exchange import Call, Partner, Reply, json_reply
from sandbox.hub import Message
from sandbox.order_book import Order, Position
from sandbox.shopify_fulfilment import create, fulfilments, parts, update_tracking
from sandbox.shopify_order import node_of, rest_of

if TYPE_CHECKING:
    from sandbox.world import World

_SCHEMA = build_schema((Path(__file__).parent / "shopify_schema.graphql").read_text(encoding="utf-8"))
_PATH = re.compile(r"/admin/api/\d{4}-\d{2}/graphql\.json")
_WINDOW = re.compile(r"updated_at:>='(?P<start>[^']+)' AND updated_at:<'(?P<end>[^']+)'")
_COST = {
    "requestedQueryCost": 100,
    "throttleStatus": {"maximumAvailable": 2000.0, "currentlyAvailable": 1900, "restoreRate": 100.0},
}


def signature(body: bytes, secret: str = SHOPIFY_WEBHOOK_SECRET) -> str:
    """What `X-Shopify-Hmac-SHA256` says."""
    return b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def webhook(order: Order, message_id: str, now: datetime) -> Message:
    """The signed webhook that tells the hub of an order's present state."""
    body = json.dumps(rest_of(order), ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "content-type": "application/json",
        "x-shopify-topic": "orders/updated",
        "x-shopify-webhook-id": message_id,
        "x-shopify-triggered-at": now.isoformat(),
        "x-shopify-hmac-sha256": signature(body),
    }
    return Message("/webhooks/shopify", body, headers)


def _document(call: Call) -> str:
    try:
        content = call.json
    except ValueError:
        return ""
    return str(content.get("query", "")) if isinstance(content, dict) else ""


def _operation(call: Call) -> str:
    named = re.search(r"(?:query|mutation)\s+(\w+)", _document(call))
    return named[1] if named else "unknown"


def _answer(world: World, call: Call) -> Reply:
    if call.method != "POST" or not _PATH.fullmatch(call.path):
        return json_reply({"errors": "Not Found"}, status=404, outcome="404")
    if not hmac.compare_digest(call.headers.get("x-shopify-access-token", "").encode(), SHOPIFY_ACCESS_TOKEN.encode()):
        return _unauthorized(call)
    document = _document(call)
    if not document:
        return json_reply({"errors": {"query": "Required parameter missing or invalid"}}, status=400, outcome="400")
    done = graphql_sync(_SCHEMA, document, _Root(world), variable_values=call.json.get("variables"))
    reply: dict[str, Any] = {"data": done.data, "extensions": {"cost": _COST}}
    if done.errors:
        reply["errors"] = [{"message": error.message, "extensions": {"code": "invalid"}} for error in done.errors]
    return json_reply(reply, outcome="invalid" if done.errors else "ok")


class _Root:
    """The entry points of queries and mutations; ``graphql-core`` calls them with what was asked."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._channel = world.channels["shopify"]

    def orders(
        self,
        _info: Any,
        sortKey: str,  # noqa: N803 - Shopify's name
        first: int = 50,
        after: str | None = None,
        query: str = "",
    ) -> dict[str, Any]:
        window = _WINDOW.fullmatch(query)
        if window is None or sortKey != "UPDATED_AT":
            raise ValueError("the sandbox lists orders by updated_at, from >= to <")
        start = aware(datetime.fromisoformat(window["start"]))
        end = aware(datetime.fromisoformat(window["end"]))
        position = _read_cursor(after) if after else (start, "")
        found = self._channel.book.updated_after(position, end, first + 1)
        page = found[:first]
        return {
            "nodes": [self._node(number) for _, number in page],
            "pageInfo": {"hasNextPage": len(found) > first, "endCursor": _write_cursor(page[-1]) if page else None},
        }

    def order(self, _info: Any, id: str) -> dict[str, Any] | None:  # noqa: A002 - Shopify's name
        number = id.rpartition("/")[2]
        return self._node(number) if number in self._channel.book else None

    def _node(self, number: str) -> dict[str, Any]:
        node = node_of(self._channel.book[number])
        lines = node["lineItems"]

        def line_items(_info: Any, first: int = 50, after: str | None = None) -> dict[str, Any]:
            start = int(after or 0)
            more = len(lines) > start + first
            return {"nodes": lines[start : start + first], "pageInfo": _page_info(more, str(start + first))}

        return node | {
            "lineItems": line_items,
            "fulfillments": lambda _info, first=None: fulfilments(self._channel, number),  # noqa: ARG005 - few enough
            "fulfillmentOrders": lambda _info, first=None: {"nodes": parts(self._channel, number)},  # noqa: ARG005
        }

    def fulfillmentCreate(self, _info: Any, fulfillment: dict[str, Any], message: str = "") -> dict[str, Any]:  # noqa: ARG002, N802 - Shopify's name
        return create(self._world, fulfillment)

    def fulfillmentTrackingInfoUpdate(  # noqa: N802 - Shopify's name
        self,
        _info: Any,
        fulfillmentId: str,  # noqa: N803 - Shopify's name
        trackingInfoInput: dict[str, Any],  # noqa: N803 - Shopify's name
        notifyCustomer: bool = False,  # noqa: ARG002, N803 - Shopify's name
    ) -> dict[str, Any]:
        return update_tracking(self._world, fulfillmentId, trackingInfoInput)


def _page_info(more: bool, cursor: str) -> dict[str, Any]:
    return {"hasNextPage": more, "endCursor": cursor}


def _write_cursor(position: Position) -> str:
    moment, number = position
    return urlsafe_b64encode(f"{moment.isoformat()} {number}".encode()).decode()


def _read_cursor(cursor: str) -> Position:
    moment, _, number = urlsafe_b64decode(cursor.encode()).decode().partition(" ")
    return datetime.fromisoformat(moment).astimezone(UTC), number


def _throttled(_: Call) -> Reply:
    status = {"maximumAvailable": 2000.0, "currentlyAvailable": 40, "restoreRate": 100.0}
    return json_reply(
        {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {"cost": {"requestedQueryCost": 202, "throttleStatus": status}},
        },
        outcome="THROTTLED",
    )


def _unauthorized(_: Call) -> Reply:
    message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
    return json_reply({"errors": message}, status=401, outcome="401")


def _rejected(_: Call) -> Reply:
    error = {"message": "This order cannot be changed", "extensions": {"code": "INVALID"}}
    return json_reply({"errors": [error]}, outcome="INVALID")


SHOPIFY = Partner("shopify", "/shopify", _operation, _answer, _throttled, _unauthorized, _rejected)
