"""WooCommerce orders through its REST API (wc/v3, woocommerce.github.io/woocommerce-rest-api-docs).

Calls ``orders``, ``orders/{id}`` and ``orders/{id}/notes``; webhooks ``order.*``. Over HTTPS the key goes as HTTP
Basic, over HTTP as a one-legged OAuth 1.0a signature.
Verified by: the vectors of the webhook and of OAuth, the SDK ``WooCommerce``, and the sandbox. Not called live.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Any, Final, TypeVar
from urllib.parse import quote, urlencode
from uuid import uuid4

import httpx
from pydantic import Field, SecretStr, field_validator

from integrations.answers import Answer, Reply
from integrations.carrier_names import english_name
from integrations.http import Wire
from integrations.reading import order_message, parsed, text
from integrations.settings import PartnerSettings, WebAddress
from integrations.woocommerce_order import gmt, read_order
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "woocommerce"
_TOPICS: Final = {"order.created", "order.updated", "order.restored"}
_SECOND: Final = timedelta(seconds=1)
T = TypeVar("T")


class WooCommerceSettings(PartnerSettings):
    """How to reach one shop."""

    url: WebAddress = Field(description="The shop's address, for example https://shop.example")
    consumer_key: SecretStr = Field(description="Consumer key of the REST API (ck_…), which may read and write")
    consumer_secret: SecretStr = Field(description="Consumer secret that belongs to it (cs_…)")
    webhook_secret: SecretStr = Field(description="Secret of the shop's webhooks")
    page_size: int = Field(default=50, ge=1, le=100, description="Orders per page")
    note: str = Field(default="{carrier} {waybill_no}", description="What a shipped order is noted with")
    customer_note: bool = Field(default=True, description="Whether the customer is sent that note")

    @field_validator("note")
    @classmethod
    def _names_the_waybill(cls, note: str) -> str:
        named = {field for _, field, _, _ in Formatter().parse(note) if field is not None}
        if "waybill_no" not in named or not named <= {"waybill_no", "carrier"}:
            raise ValueError("must hold {waybill_no}, may hold {carrier}, and nothing else in braces")
        return note


class _Order(Reply):
    status: str


class _Note(Reply):
    note: str


class _Refusal(Reply):
    code: str
    message: str = ""


class WooCommerce:
    """One shop's orders."""

    def __init__(
        self, settings: WooCommerceSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        self._wire = Wire(self._words, http, clock)
        key, secret = settings.consumer_key.get_secret_value(), settings.consumer_secret.get_secret_value()
        over_tls = settings.url.startswith("https://")
        self._auth = httpx.BasicAuth(key, secret) if over_tls else _OneLeggedOAuth(settings, clock)

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of ``orders`` by time of change. The next one starts at the last order's second and leaves out those
        seen: page numbers would lose an order when another one changes meanwhile.

        The shop counts whole seconds and does not say which ends of its window belong to it: it is asked for a little
        more, and what lies outside ``[since, until)`` is left to the neighbouring window.
        """
        start, end = _second(since), _second(until)
        at, seen = _position(cursor) if cursor else (start, [])
        asked = {
            "modified_after": _iso(at - _SECOND),
            "modified_before": _iso(end),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": str(self._settings.page_size),
        } | ({"exclude": ",".join(seen)} if seen else {})
        orders = await self._call("GET", "orders", list[dict[str, Any]], query=asked)
        messages = [(text(order.get("id")), self._message(order, at)) for order in orders]
        inside = tuple(message for _, message in messages if start <= message.occurred_at < end)
        if len(orders) < self._settings.page_size:
            return Page(inside, None)
        last = max(message.occurred_at for _, message in messages)
        kept = seen if last - at <= _SECOND else []
        there = [number for number, message in messages if message.occurred_at >= last - _SECOND]
        return Page(inside, f"{_iso(last)} {','.join([*kept, *there])}")

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order."""
        order = parsed(message)
        number = text(order.get("id"))
        if not number:
            raise self._words.rejected("the order has no id", field="id")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Write a note with the waybill on the order, once, and complete an order that is being processed. The natural
        key is order and waybill."""
        place = f"orders/{quote(notice.order_no, safe='')}"
        notes = await self._call("GET", f"{place}/notes", list[_Note])
        if not any(notice.waybill_no in each.note for each in notes):
            said = self._settings.note.format(carrier=english_name(notice.carrier), waybill_no=notice.waybill_no)
            note = {"note": said, "customer_note": self._settings.customer_note}
            await self._call("POST", f"{place}/notes", _Note, content=note)
        if (await self._call("GET", place, _Order)).status == "processing":
            await self._call("PUT", place, _Order, content={"status": "completed"})

    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        """Verify a webhook. No time is signed: an old one repeated is a message that is here already, so ``now`` is
        only the time of an order that states none. Raises ``Forged``, or ``Rejected`` for a genuine message that is no
        order."""
        offered = headers.get("x-wc-webhook-signature", "")
        if not hmac.compare_digest(_digest(self._settings.webhook_secret, body).encode(), offered.encode()):
            raise self._words.forged("the webhook's signature does not fit its body")
        topic = headers.get("x-wc-webhook-topic", "order.updated")
        if topic not in _TOPICS:
            raise self._words.rejected(f"webhooks of the topic {topic} are not taken", field="topic")
        try:
            order = json.loads(body)
        except (ValueError, RecursionError):
            order = None
        if not isinstance(order, dict) or not text(order.get("id")):
            raise self._words.rejected("the webhook is not an order with an id", field="id")
        return self._message(order, now)

    def _message(self, order: Mapping[str, Any], otherwise: datetime) -> RawMessage:
        try:
            occurred_at = gmt(text(order.get("date_modified_gmt")))
        except ValueError:
            occurred_at = otherwise
        stated = {name: value for name, value in order.items() if name != "_links"}
        return order_message(text(order.get("id")), stated, occurred_at)

    async def _call(
        self,
        method: str,
        place: str,
        shape: type[T],
        *,
        query: Mapping[str, str] | None = None,
        content: Mapping[str, Any] | None = None,
    ) -> T:
        url = f"{self._settings.url}/wp-json/wc/v3/{place}"
        answer = await self._wire.call(
            method,
            f"{url}?{urlencode(query, quote_via=quote)}" if query else url,
            writes=content is not None,
            headers={"content-type": "application/json"} if content is not None else {},
            content=None if content is None else json.dumps(content).encode(),
            auth=self._auth,
            accept={404},
        )
        if answer.status == 404:
            raise self._not_found(answer)
        return answer.read(shape)

    def _not_found(self, answer: Answer) -> Exception:
        refusal = answer.read(_Refusal)
        if refusal.code == "rest_no_route":
            return self._words.misconfigured("there is no WooCommerce at this address", code=refusal.code)
        return self._words.rejected(refusal.message, code=refusal.code, field="id")


class _OneLeggedOAuth(httpx.Auth):
    """Signs a request with OAuth 1.0a without a token, in its query; the shop takes a nonce only once."""

    def __init__(self, settings: WooCommerceSettings, clock: Callable[[], datetime]) -> None:
        self._key, self._secret = settings.consumer_key, settings.consumer_secret
        self._clock = clock

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        asked = dict(request.url.params) | {
            "oauth_consumer_key": self._key.get_secret_value(),
            "oauth_nonce": uuid4().hex,
            "oauth_signature_method": "HMAC-SHA256",
            "oauth_timestamp": str(int(self._clock().timestamp())),
        }
        place = str(request.url.copy_with(query=None))
        signed = asked | {"oauth_signature": sign(request.method, place, asked, self._secret)}
        request.url = httpx.URL(f"{place}?{urlencode(signed, quote_via=quote)}")
        yield request


def sign(method: str, url: str, params: Mapping[str, str], secret: SecretStr) -> str:
    """The OAuth 1.0a signature of a request (RFC 5849 §3.4, with HMAC-SHA256 and no token)."""
    joined = "&".join(f"{_encoded(name)}={_encoded(params[name])}" for name in sorted(params))
    base = "&".join((method, _encoded(url), _encoded(joined)))
    return _digest(SecretStr(secret.get_secret_value() + "&"), base.encode())


def _digest(secret: SecretStr, content: bytes) -> str:
    return base64.b64encode(hmac.digest(secret.get_secret_value().encode(), content, hashlib.sha256)).decode()


def _encoded(value: str) -> str:
    return quote(value, safe="")


def _position(cursor: str) -> tuple[datetime, list[str]]:
    at, _, seen = cursor.partition(" ")
    return gmt(at), seen.split(",")


def _second(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(microsecond=0)


def _iso(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")
