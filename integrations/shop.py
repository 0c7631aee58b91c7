"""A shop with a signed REST interface and webhooks, after Standard Webhooks 1.0 (standardwebhooks.com, 2023).

Webhooks sign ``{id}.{timestamp}.{body}`` with HMAC-SHA256, as the specification says. Our own requests are signed with
the same key over ``{id}.{timestamp}.{METHOD} {path?query}\\n{body}``, so that a captured one cannot be sent elsewhere.
Verified by: the package ``standardwebhooks`` in tests, and the sandbox's own implementation.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Reply
from integrations.http import Wire
from integrations.reading import Reader, canonical, order_message, parsed, section, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.words import Words
from models.lifecycle import OrderKind, Status
from models.messages import (
    Address,
    ChannelLine,
    ChannelOrder,
    Page,
    Paid,
    Party,
    RawMessage,
    Reported,
    ShipmentNotice,
)

NAME: Final = "shop"
TOLERANCE: Final = timedelta(minutes=5)
"""How old, or how far ahead, a webhook's time stamp may be."""

_PREFIX: Final = "whsec_"
_PAID: Final = {"paid", "shipped", "completed"}
_REPORTED: Final = {"shipped": Status.SHIPPED, "completed": Status.COMPLETED}
_KINDS: Final = {"sale": OrderKind.SALE, "deposit": OrderKind.DEPOSIT}
_KNOWN: Final = _PAID | {"unpaid", "cancelled"}
_NOTICE: Final = "orders.changed"


class ShopSettings(PartnerSettings):
    """How to reach the shop."""

    url: WebAddress = Field(description="Base address of the shop's interface, for example https://shop.example/api")
    secret: SecretStr = Field(description="The signing key as the shop shows it: whsec_ and base64")
    page_size: int = Field(default=200, ge=1, le=200, description="Orders per page")

    @field_validator("secret")
    @classmethod
    def _is_a_key(cls, secret: SecretStr) -> SecretStr:
        _key(secret)
        return secret


class _OrdersPage(Reply):
    orders: list[dict[str, Any]]
    next_cursor: str | None


class _Event(Reply):
    type: str
    data: dict[str, Any]


class Shop:
    """A channel that is polled and that pushes as well; both give the same message the same key."""

    def __init__(self, settings: ShopSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """``GET /orders``: the shop's window is half-open like ours and its cursor is passed through."""
        window = {"updated_from": _iso(since), "updated_to": _iso(until), "limit": str(self._settings.page_size)}
        query = urlencode(window if cursor is None else {**window, "cursor": cursor})
        url = httpx.URL(f"{self._settings.url}/orders?{query}")
        answer = await self._wire.call("GET", url, writes=False, headers=self._signed("GET", url, b""))
        page = answer.read(_OrdersPage)
        return Page(tuple(map(self._message, page.orders)), page.next_cursor)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order as the shop wrote it."""
        order = parsed(message)
        number = text(order.get("order_no"))
        if not number:
            raise self._words.rejected("the order has no order_no", field="order_no")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """``POST /orders/{order_no}/shipments`` under the key ``order_no:waybill_no``."""
        told = {"waybill_no": notice.waybill_no, "carrier": notice.carrier, "shipped_at": _iso(notice.shipped_at)}
        await self._write(notice.order_no, "shipments", told, f"{notice.order_no}:{notice.waybill_no}")

    async def tell_customer(self, order_no: str, text: str, key: str) -> None:
        """``POST /orders/{order_no}/messages``: the shop passes the text on, once per key."""
        await self._write(order_no, "messages", {"text": text}, key)

    async def _write(self, order_no: str, what: str, content: Mapping[str, str], key: str) -> None:
        body = canonical(content).encode()
        url = httpx.URL(f"{self._settings.url}/orders/{quote(order_no, safe='')}/{what}")
        headers = self._signed("POST", url, body) | {
            "content-type": "application/json",
            "idempotency-key": quote(key, safe=":"),
        }
        answer = await self._wire.call("POST", url, writes=True, headers=headers, content=body)
        answer.json()

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage | None:
        """Verify a webhook by Standard Webhooks: one of the signatures fits, at most ``TOLERANCE`` old or ahead.

        ``None`` for ``orders.changed``, which says no more than that. Raises ``Forged``, or ``Rejected`` for a genuine
        message that is no order.
        """
        try:
            message_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
            offered = headers["webhook-signature"].split()
        except KeyError as missing:
            raise self._words.forged(f"the webhook has no {missing.args[0]} header") from None
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise self._words.forged("the webhook's time stamp is not a number of seconds")
        if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():
            raise self._words.forged("the webhook is older than five minutes or from the future")
        expected = signature(self._settings.secret, f"{message_id}.{stamp}.".encode() + body).encode()
        if not any(hmac.compare_digest(expected, each.encode()) for each in offered):
            raise self._words.forged("the webhook's signature does not fit its body")
        return self._event(body)

    def _event(self, body: bytes) -> RawMessage | None:
        try:
            # The parser that polls use as well: the same statement must get the same key.
            event = _Event.model_validate(json.loads(body))
        except (ValueError, RecursionError):
            raise self._words.rejected("the webhook is not an event with a type and data") from None
        if event.type == _NOTICE:
            return None
        if event.type != "order.updated":
            raise self._words.rejected(f"webhooks of type {event.type} are not taken", field="type")
        return self._message(event.data)

    def _message(self, order: Mapping[str, Any]) -> RawMessage:
        try:
            occurred_at = _time(text(order.get("updated_at")))
        except ValueError:
            occurred_at = self._clock()
        return order_message(text(order.get("order_no")), order, occurred_at)

    def _signed(self, method: str, url: httpx.URL, body: bytes) -> dict[str, str]:
        message_id, stamp = f"msg_{uuid4().hex}", str(int(self._clock().timestamp()))
        content = f"{message_id}.{stamp}.{method} {url.raw_path.decode()}\n".encode() + body
        return {
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": signature(self._settings.secret, content),
        }


def signature(secret: SecretStr, content: bytes) -> str:
    """``v1,`` and the base64 HMAC-SHA256 of the content."""
    return "v1," + base64.b64encode(hmac.digest(_key(secret), content, hashlib.sha256)).decode()


def read_order(number: str, order: Mapping[str, Any], seen_at: datetime) -> ChannelOrder:
    """Map one order; a time that must be there and cannot be read becomes ``seen_at``, with a flaw."""
    reader = Reader()
    status = text(order.get("status"))
    if status not in _KNOWN:
        reader.note("channel-status-unknown", status, fact="status")
    currency = reader.currency(order.get("currency"))
    kind = text(order.get("kind")) or "sale"
    if kind not in _KINDS:
        reader.note("order-kind-unknown", kind, fact="kind")
    pickup = section(order.get("pickup"))
    customer, receiver = section(order.get("customer")), section(order.get("receiver"))
    paid_at = reader.moment(order["paid_at"], _time) if order.get("paid_at") else None
    lines = order.get("lines")
    if not isinstance(lines, list) or not lines:
        reader.note("lines-missing", lines)
        lines = []
    return ChannelOrder(
        order_no=number,
        placed_at=reader.moment(order.get("created_at"), _time) or seen_at,
        updated_at=reader.moment(order.get("updated_at"), _time) or seen_at,
        currency=currency,
        amount_minor=reader.minor(order.get("amount"), currency),
        customer=Party(text(customer.get("id")), text(customer.get("name")), text(customer.get("grade"))),
        receiver=Address(
            name=text(receiver.get("name")),
            phone=text(receiver.get("phone")),
            country=text(receiver.get("country")) or "CN",
            province=text(receiver.get("province")),
            city=text(receiver.get("city")),
            district=text(receiver.get("district")),
            street=text(receiver.get("address")),
        ),
        lines=tuple(_line(place, section(line), currency) for place, line in enumerate(lines, start=1)),
        kind=_KINDS.get(kind, OrderKind.SALE),
        paid=status in _PAID,
        payment=Paid(paid_at=paid_at) if status in _PAID else None,
        cancelled=status == "cancelled",
        freight_minor=(reader.minor(order["freight"], currency) or 0) if order.get("freight") else 0,
        promised_on=reader.day(order["promised_on"]) if order.get("promised_on") else None,
        urgent=order.get("urgent") is True,
        remark=text(order.get("remark")),
        deposit_no=text(order.get("deposit_no")),
        pickup_store=text(pickup.get("store")),
        appointment_at=reader.moment(pickup.get("at"), _time) if pickup else None,
        reported=Reported(_REPORTED[status], paid_at=paid_at) if status in _REPORTED else None,
        flaws=tuple(reader.flaws),
    )


def _line(place: int, line: Mapping[str, Any], currency: str) -> ChannelLine:
    reader = Reader()
    return ChannelLine(
        line_no=text(line.get("line_no")) or str(place),
        sku=text(line.get("sku")),
        quantity=reader.quantity(line.get("quantity")),
        price_minor=reader.minor(line.get("price"), currency, "price-unreadable"),
        amount_minor=reader.minor(line.get("amount"), currency),
        title=text(line.get("title")),
        unit=text(line.get("unit")),
        flaws=tuple(reader.flaws),
        raw=line,
    )


def _key(secret: SecretStr) -> bytes:
    try:
        return base64.b64decode(secret.get_secret_value().removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("must be whsec_ followed by base64") from None


def _time(written: str) -> datetime:
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
