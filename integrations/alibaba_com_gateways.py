"""The two gateways on which Alibaba.com offers the same interfaces: what each calls them, and how each wraps a reply.

``TopGateway``: ``alibaba.seller.order.list``, ``.get``, ``.logistics.get`` and ``.shipping`` on TOP.
``IopGateway``: ``/alibaba/order/list``, ``/alibaba/order/get``, ``/order/logistics/query`` and
``/alibaba/v2/order/shipping`` on openapi.alibaba.com.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from integrations.answers import Reply
from integrations.iop import Iop
from integrations.reading import canonical, text
from integrations.top import Top
from integrations.words import Words

_NUMBERS_TOO = {"data_select": "logistic_order"}
_LANGUAGE = {"language": "en_US"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of the list, and how many orders there are in all."""

    total: int
    orders: Sequence[Mapping[str, Any]]


class Gateway(Protocol):
    """The four calls. Each raises the classes of ``integrations.errors``."""

    async def orders(self, query: Mapping[str, Any]) -> Listed:
        """A page of the seller's orders: which, stands in ``query`` by the names of the interface's page."""
        ...

    async def order(self, number: str) -> Mapping[str, Any]:
        """One order."""
        ...

    async def logistics(self, number: str) -> Mapping[str, Any]:
        """What is known of an order's shipments."""
        ...

    async def ship(self, request: Mapping[str, Any]) -> None:
        """Say that an order has left: a ``shipping_request``."""
        ...


class _Value(Reply):
    value: dict[str, Any]


class _Page(Reply):
    total_count: int
    order_list: Any = None


class _PageValue(Reply):
    value: _Page


class _Result(Reply):
    success: bool
    error_code: str | int | None = None
    error_message: str | None = None
    value: _Page | None = None


class _Resulting(Reply):
    result: _Result


class _Shipped(Reply):
    result: _Result | None = None


class _Voucher(Reply):
    voucher_id: str | int


class TopGateway:
    """TOP: parameters are one JSON object, lists stand in an object that names what is in them."""

    def __init__(self, top: Top, words: Words) -> None:
        self._top = top
        self._words = words

    async def orders(self, query: Mapping[str, Any]) -> Listed:
        """``alibaba.seller.order.list``."""
        asked = {"param_trade_ecology_order_list_query": canonical(query)}
        result = (await self._top.call("alibaba.seller.order.list", asked, _Resulting)).result
        self._insist(result)
        if result.value is None:
            raise self._words.unavailable("the list is not in the reply")
        return Listed(result.value.total_count, listed(result.value.order_list))

    async def order(self, number: str) -> Mapping[str, Any]:
        """``alibaba.seller.order.get``."""
        return (await self._top.call("alibaba.seller.order.get", {"e_trade_id": number, **_LANGUAGE}, _Value)).value

    async def logistics(self, number: str) -> Mapping[str, Any]:
        """``alibaba.seller.order.logistics.get``."""
        asked = {"e_trade_id": number, **_NUMBERS_TOO}
        return (await self._top.call("alibaba.seller.order.logistics.get", asked, _Value)).value

    async def ship(self, request: Mapping[str, Any]) -> None:
        """``alibaba.seller.order.shipping``."""
        asked = {"shipping_request": canonical(request)}
        shipped = await self._top.call("alibaba.seller.order.shipping", asked, _Shipped, writes=True)
        if shipped.result is not None:
            self._insist(shipped.result)

    def _insist(self, result: _Result) -> None:
        if not result.success:
            raise self._words.rejected(result.error_message or "gave no reason", code=text(result.error_code))


class IopGateway:
    """IOP: parameters stand side by side, lists are lists."""

    def __init__(self, iop: Iop) -> None:
        self._iop = iop

    async def orders(self, query: Mapping[str, Any]) -> Listed:
        """``/alibaba/order/list``."""
        asked = {name: canonical(value) if isinstance(value, dict) else str(value) for name, value in query.items()}
        page = (await self._iop.call("/alibaba/order/list", asked, _PageValue)).value
        return Listed(page.total_count, listed(page.order_list))

    async def order(self, number: str) -> Mapping[str, Any]:
        """``/alibaba/order/get``."""
        return (await self._iop.call("/alibaba/order/get", {"e_trade_id": number, **_LANGUAGE}, _Value)).value

    async def logistics(self, number: str) -> Mapping[str, Any]:
        """``/order/logistics/query``."""
        asked = {"trade_id": number, **_NUMBERS_TOO}
        return (await self._iop.call("/order/logistics/query", asked, _Value)).value

    async def ship(self, request: Mapping[str, Any]) -> None:
        """``/alibaba/v2/order/shipping``."""
        asked = {"shipping_request": canonical(request)}
        await self._iop.call("/alibaba/v2/order/shipping", asked, _Voucher, writes=True)


def listed(value: object) -> Sequence[Mapping[str, Any]]:
    """A list of objects, which TOP puts into an object of its own; empty if there is none."""
    if isinstance(value, dict) and len(value) == 1:
        (value,) = value.values()
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
