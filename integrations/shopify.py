"""Shopify orders through the GraphQL Admin API (version 2026-07, shopify.dev/docs/api/admin-graphql).

Queries ``orders`` and ``order``, mutations ``fulfillmentCreate`` and ``fulfillmentTrackingInfoUpdate``; webhooks
``orders/*``, which come in the words of the older REST API. REST itself is legacy since October 2024.
Verified by: the webhook's test vector, ``ShopifyAPI``'s HMAC, ``graphql-core`` against the sandbox's schema, and the
sandbox. Not called live.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Final, TypeVar

import httpx
from pydantic import Field, SecretStr

from integrations.answers import Answer, Reply
from integrations.errors import PartnerError
from integrations.http import Wire
from integrations.reading import order_message, parsed, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.shopify_order import MORE_LINES, ORDERS, iso_time, read_order
from integrations.shopify_shipping import CREATE, FIND, TRACK, Shipping, fulfilment_input, tracking
from integrations.shopify_webhook import in_words_of_graphql
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "shopify"
_OUR_FAULT: Final = {"ACCESS_DENIED", "SHOP_INACTIVE", "MAX_COST_EXCEEDED", "undefinedField"}
"""Codes of errors that every further query would meet alike: the key, the plan, the page size, the API's version."""

_ITS_FAULT: Final = {"INTERNAL_SERVER_ERROR", "TIMEOUT"}
_SHOP_CLOSED: Final = {402, 404, 423}
"""HTTP: unpaid, no such shop or API version, locked."""

R = TypeVar("R", bound=Reply)


class ShopifySettings(PartnerSettings):
    """How to reach one shop."""

    url: WebAddress = Field(description="The shop's address, for example https://some-shop.myshopify.com")
    access_token: SecretStr = Field(description="Admin API access token of the app")
    webhook_secret: SecretStr = Field(description="Client secret of the app: it signs the webhooks")
    api_version: str = Field(default="2026-07", pattern=r"^\d{4}-\d{2}$", description="Version of the Admin API")
    page_size: int = Field(default=25, ge=1, le=250, description="Orders per page; a larger page costs more points")
    notify_customer: bool = Field(default=False, description="Whether Shopify tells the customer of a shipment")


class _PageInfo(Reply):
    hasNextPage: bool  # noqa: N815 - the partner's name
    endCursor: str | None = None  # noqa: N815 - the partner's name


class _Connection(Reply):
    nodes: list[dict[str, Any]]
    pageInfo: _PageInfo  # noqa: N815 - the partner's name


class _Orders(Reply):
    orders: _Connection


class _LinesOf(Reply):
    lineItems: _Connection  # noqa: N815 - the partner's name


class _Lines(Reply):
    order: _LinesOf


class _Found(Reply):
    order: Shipping | None


class _UserError(Reply):
    field: list[str] | None = None
    message: str


class _Done(Reply):
    userErrors: list[_UserError]  # noqa: N815 - the partner's name


class _ErrorExtensions(Reply):
    code: str = ""


class _Error(Reply):
    message: str = ""
    extensions: _ErrorExtensions = _ErrorExtensions()


class _Throttle(Reply):
    currentlyAvailable: float = 0  # noqa: N815 - the partner's name
    restoreRate: float = 0  # noqa: N815 - the partner's name


class _Cost(Reply):
    requestedQueryCost: float = 0  # noqa: N815 - the partner's name
    throttleStatus: _Throttle = _Throttle()  # noqa: N815 - the partner's name


class Shopify:
    """One shop's orders."""

    def __init__(self, settings: ShopifySettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of ``orders`` by ``updated_at``. Shopify counts whole seconds: what changes within the second in
        which the window ends is the next window's."""
        start, end = _second(since), _second(until)
        asked = {
            "first": self._settings.page_size,
            "after": cursor,
            "query": f"updated_at:>='{_iso(start)}' AND updated_at:<'{_iso(end)}'",
        }
        found = (await self._ask(ORDERS, asked, _Orders)).orders
        messages = [self._message(await self._with_all_lines(node)) for node in found.nodes]
        inside = tuple(each for each in messages if start <= each.occurred_at < end)
        return Page(inside, found.pageInfo.endCursor if found.pageInfo.hasNextPage else None)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order."""
        order = parsed(message)
        number = text(order.get("legacyResourceId"))
        if not number:
            raise self._words.rejected("the order has no legacyResourceId", field="legacyResourceId")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Fulfil what is still open of the order under this waybill; of an order without open parts the waybill is
        added to the last fulfilment. The natural key is order and waybill. Raises ``Rejected`` if the shop has no such
        order or holds it back."""
        order_id = {"id": f"gid://shopify/Order/{notice.order_no}"}
        found = (await self._ask(FIND, order_id, _Found)).order
        if found is None:
            raise self._words.rejected(f"there is no order {notice.order_no}", field="id")
        for opened in found.open:
            asked = fulfilment_input(opened, notice, notify=self._settings.notify_customer)
            await self._change("fulfillmentCreate", CREATE, {"fulfillment": asked})
        if found.open or notice.waybill_no in found.numbers:
            return
        if not found.fulfillments:
            raise self._words.rejected("nothing of the order can be fulfilled", field="fulfillmentOrders")
        last = found.fulfillments[-1]
        told = {"id": last.id, "tracking": tracking(notice, last.numbers), "notify": self._settings.notify_customer}
        await self._change("fulfillmentTrackingInfoUpdate", TRACK, told)

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:  # noqa: ARG002 - no time is signed
        """Verify a webhook. No time is signed, so ``now`` does not matter: an old one repeated is a message that is
        here already. Raises ``Forged``, or ``Rejected`` for a genuine message that is no order."""
        offered = headers.get("x-shopify-hmac-sha256", "")
        if not hmac.compare_digest(signature(self._settings.webhook_secret, body).encode(), offered.encode()):
            raise self._words.forged("the webhook's signature does not fit its body")
        topic = headers.get("x-shopify-topic", "orders/updated")
        if not topic.startswith("orders/") or topic == "orders/delete":
            raise self._words.rejected(f"webhooks of the topic {topic} are not taken", field="topic")
        try:
            order = json.loads(body)
        except (ValueError, RecursionError):
            order = None
        if not isinstance(order, dict) or not text(order.get("id")):
            raise self._words.rejected("the webhook is not an order with an id", field="id")
        return self._message(in_words_of_graphql(order))

    def _message(self, order: Mapping[str, Any]) -> RawMessage:
        try:
            occurred_at = iso_time(text(order.get("updatedAt")))
        except ValueError:
            occurred_at = self._clock()
        return order_message(text(order.get("legacyResourceId")), order, occurred_at)

    async def _with_all_lines(self, order: dict[str, Any]) -> dict[str, Any]:
        """The order with the lines that did not fit on its first page, and in its own form without page marks."""
        lines = Answer(self._words, 200, b"", writes=False).fit(order.get("lineItems"), _Connection)
        nodes, info = list(lines.nodes), lines.pageInfo
        while info.hasNextPage:
            more = (await self._ask(MORE_LINES, {"id": order.get("id"), "after": info.endCursor}, _Lines)).order
            nodes += more.lineItems.nodes
            info = more.lineItems.pageInfo
        return {**order, "lineItems": {"nodes": nodes}}

    async def _change(self, name: str, mutation: str, variables: Mapping[str, Any]) -> None:
        answer, data = await self._call(mutation, variables, writes=True)
        refused = answer.fit(data.get(name), _Done).userErrors
        if refused:
            raise self._words.rejected(refused[0].message, field=".".join(refused[0].field or ()))

    async def _ask(self, query: str, variables: Mapping[str, Any], shape: type[R]) -> R:
        answer, data = await self._call(query, variables, writes=False)
        return answer.fit(data, shape)

    async def _call(
        self, document: str, variables: Mapping[str, Any], *, writes: bool
    ) -> tuple[Answer, dict[str, Any]]:
        answer = await self._wire.call(
            "POST",
            f"{self._settings.url}/admin/api/{self._settings.api_version}/graphql.json",
            writes=writes,
            headers={
                "content-type": "application/json",
                "x-shopify-access-token": self._settings.access_token.get_secret_value(),
            },
            content=json.dumps({"query": document, "variables": variables}).encode(),
            accept=_SHOP_CLOSED,
        )
        if answer.status in _SHOP_CLOSED:
            raise self._words.misconfigured("the shop does not answer at this address", code=f"HTTP {answer.status}")
        reply = answer.read(dict[str, Any])
        if reply.get("errors"):
            raise self._refusal(answer, reply)
        return answer, answer.fit(reply.get("data"), dict[str, Any])

    def _refusal(self, answer: Answer, reply: Mapping[str, Any]) -> PartnerError:
        error = answer.fit(reply["errors"], list[_Error])[0]
        code = error.extensions.code
        if code == "THROTTLED":
            return self._words.too_often(error.message, code=code, wait=_refilled_in(answer, reply))
        if code in _OUR_FAULT:
            return self._words.misconfigured(error.message, code=code)
        if code in _ITS_FAULT:
            return self._words.unavailable(error.message, code=code, outcome_unknown=answer.writes)
        return self._words.rejected(error.message, code=code)


def signature(secret: SecretStr, body: bytes) -> str:
    """The base64 HMAC-SHA256 of a webhook's body."""
    return base64.b64encode(hmac.digest(secret.get_secret_value().encode(), body, hashlib.sha256)).decode()


def _refilled_in(answer: Answer, reply: Mapping[str, Any]) -> timedelta | None:
    """How long until the points that the query costs are there, by the shop's own figures."""
    extensions = reply.get("extensions")
    if not isinstance(extensions, dict) or "cost" not in extensions:
        return None
    cost = answer.fit(extensions["cost"], _Cost)
    status = cost.throttleStatus
    if status.restoreRate <= 0:
        return None
    return timedelta(seconds=max(1, ceil((cost.requestedQueryCost - status.currentlyAvailable) / status.restoreRate)))


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
