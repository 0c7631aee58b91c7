"""Orders sold on Alibaba.com, the international station (ICBU), through TOP or through its new gateway, IOP.

Lists orders by change, asks for each of them, and reports shipments; ``integrations.alibaba_com_gateways`` names the
interfaces (developer.alibaba.com and openapi.alibaba.com, pages of 2020 and 2025).
Verified by: the signature examples of both gateways, the SDK ``taobao-openapi``, the official pages' examples, and the
sandbox. Not called live.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import httpx
from pydantic import Field

from integrations.alibaba_com_gateways import Gateway, IopGateway, TopGateway
from integrations.alibaba_com_order import bills, read_order, told_at
from integrations.chunks import chunks
from integrations.errors import Rejected
from integrations.iop import Iop
from integrations.newest_first import SECOND, Found, walk
from integrations.pacific import from_pacific, not_after, not_before
from integrations.reading import order_message, parsed, text
from integrations.settings import WebAddress
from integrations.top import Top, TopSettings
from integrations.words import Words
from models.messages import ChannelOrder, Page, RawMessage, ShipmentNotice

NAME: Final = "alibaba_com"
SLICE: Final = timedelta(days=1)
"""The longest window that is asked for; Alibaba.com names no limit."""

AT_ONCE: Final = 10
"""How many orders are asked for side by side."""


class AlibabaComSettings(TopSettings):
    """How to reach one seller on Alibaba.com; ``session`` is the access token that the seller granted."""

    gateway: Literal["top", "iop"] = Field(
        default="top", description="top: applications of the old platform; iop: those of openapi.alibaba.com"
    )
    iop_url: WebAddress = Field(
        default="https://openapi-api.alibaba.com/rest", description="The new gateway's address, for iop"
    )
    page_size: int = Field(default=50, ge=1, le=50, description="Orders per page")
    companies: dict[str, str] = Field(
        default={},
        description="Carriers: our name, or the warehouse's code → Alibaba.com's code (shipping channels)",
    )
    logistics_type: Literal["EXPRESS", "POST"] = Field(default="EXPRESS", description="How those carriers carry")


class AlibabaCom:
    """One seller's orders."""

    def __init__(self, settings: AlibabaComSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._gateway = _gateway(settings, self._words, http, clock)
        self._companies = {name.lower(): code for name, code in settings.companies.items()}

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        """One page of the list, walked from the last page to the first, each order of it asked for."""
        return await walk(self._changed, since, until, cursor, size=self._settings.page_size, longest=SLICE)

    def read_order(self, message: RawMessage) -> ChannelOrder:
        """Translate one order."""
        order = parsed(message)
        number = text(order.get("trade_id"))
        if not number:
            raise self._words.rejected("the order has no trade_id", field="trade_id")
        return read_order(number, order, message.occurred_at)

    async def push_shipment(self, notice: ShipmentNotice) -> None:
        """Report the waybill, unless the order has it already.

        Raises ``Rejected`` for a carrier whose code is not in ``companies``: a person tells Alibaba.com, and orders are
        read as before.
        """
        company = self._companies.get(notice.carrier.lower())
        if company is None:
            raise self._words.rejected(
                f"what Alibaba.com calls {notice.carrier} is not known: report {notice.waybill_no} by hand, "
                "and add the carrier to companies",
                field="service_provider",
            )
        if notice.waybill_no in bills(await self._gateway.logistics(notice.order_no)):
            return
        await self._gateway.ship(
            {
                "trade_id": notice.order_no,
                "service_provider": company,
                "logistics_type": self._settings.logistics_type,
                "tracking_number": notice.waybill_no,
            }
        )

    async def _changed(self, start: datetime, stop: datetime, page: int, size: int) -> Found:
        query = {
            "role": "seller",
            "modified_date_start": {"date_str": not_after(start - SECOND)},
            "modified_date_end": {"date_str": not_before(stop)},
            "start_page": page - 1,
            "page_size": size,
        }
        found = await self._gateway.orders(query)
        messages: list[RawMessage] = []
        for some in chunks(list(found.orders), AT_ONCE):
            messages += await asyncio.gather(*(self._message(each, start) for each in some))
        return Found(found.total, messages)

    async def _message(self, item: Mapping[str, Any], start: datetime) -> RawMessage:
        """An order as it is now, with the time of its change, which only the list tells; if that cannot be read, the
        order belongs to the slice in which it came. One that is listed and then refused is kept with the refusal."""
        number = text(item.get("trade_id"))
        changed = {"trade_id": number, "modify_date": item.get("modify_date")}
        try:
            changed_at = from_pacific(told_at(item, "modify_date"))
        except ValueError:
            changed_at = start
        try:
            return order_message(number, {**await self._gateway.order(number), **changed}, changed_at)
        except Rejected as error:
            return order_message(number, {**changed, "refused": str(error)}, changed_at)


def _gateway(
    settings: AlibabaComSettings, words: Words, http: httpx.AsyncClient, clock: Callable[[], datetime]
) -> Gateway:
    if settings.gateway == "top":
        return TopGateway(Top(settings, words, http, clock=clock), words)
    return IopGateway(
        Iop(settings.iop_url, settings.app_key, settings.secret, settings.session, words, http, clock=clock)
    )
