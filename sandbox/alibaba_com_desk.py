"""What Alibaba.com does with a question of its seller, whichever gateway it came through (partners.md §4).

Windows include both ends and count whole seconds of US Pacific time; the hour that is there twice is read as the later
one. The list comes newest change first: its order is not in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.alibaba_com_order import PACIFIC, listed_of, logistics_of, order_of, order_status
from sandbox.channel import Channel, Shipment
from sandbox.order_book import Order

if TYPE_CHECKING:
    from sandbox.world import World

MAX_PAGE_SIZE = 50
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)


class Refusal(Exception):
    """The question is understood and refused."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def page_of_orders(world: World, query: Mapping[str, Any]) -> tuple[int, list[dict[str, Any]]]:
    """How many orders a query finds, and a page of them."""
    if query.get("role") != "seller":
        raise Refusal("INVALID_PARAM", "role is invalid")
    page, size = _number(query, "start_page", 0, 1_000_000), _number(query, "page_size", 10, MAX_PAGE_SIZE)
    now = world.clock.now() + timedelta(days=1)
    book = _channel(world).book
    by_change = book.updated_between(
        _time(query, "modified_date_start") or _FIRST, _time(query, "modified_date_end") or now
    )
    born = book.created_between(_time(query, "create_date_start") or _FIRST, _time(query, "create_date_end") or now)
    numbers = {number for _, number in born}
    found = [book[number] for _, number in reversed(by_change) if number in numbers]
    if wanted := query.get("status"):
        found = [order for order in found if order_status(order) == wanted]
    return len(found), [listed_of(order) for order in found[page * size : (page + 1) * size]]


def one_order(world: World, number: str) -> dict[str, Any]:
    """An order of the seller."""
    return order_of(_order(world, number))


def shipments(world: World, number: str) -> dict[str, Any]:
    """What is known of an order's shipments."""
    _order(world, number)
    return logistics_of([each for each in _channel(world).shipments.values() if each.order_no == number])


def ship(world: World, request: Mapping[str, Any]) -> int:
    """The number of the voucher for a shipment of the whole order; a repeat is refused, for the order has left."""
    for name in ("trade_id", "service_provider", "tracking_number"):
        if not request.get(name):
            raise Refusal("402", f"{name} must not be null")
    if request.get("logistics_type") not in {"EXPRESS", "POST"}:
        raise Refusal("402", "logisticsType must equals EXPRESS or POST")
    number, waybill = str(request["trade_id"]), str(request["tracking_number"])
    if order_status(_order(world, number)) != "undeliver":
        raise Refusal("402", "the order does not wait for shipment")
    channel, now = _channel(world), world.clock.now()
    channel.ship(Shipment(number, waybill, request["service_provider"], now.isoformat()))
    channel.book.change(number, {"status": "shipped"}, now)
    carrier = request["service_provider"]
    world.ledger.record("alibaba_com", "shipped", number, waybill_no=waybill, carrier=carrier)
    return len(channel.shipments)


def _channel(world: World) -> Channel:
    return world.channels["alibaba_com"]


def _order(world: World, number: str) -> Order:
    order = _channel(world).book.get(number)
    if order is None:
        raise Refusal("404", "order not exist")
    return order


def _number(query: Mapping[str, Any], name: str, default: int, most: int) -> int:
    text = str(query.get(name, default))
    if not text.isdecimal() or int(text) > most:
        raise Refusal("INVALID_PARAM", f"{name} is invalid")
    return int(text)


def _time(query: Mapping[str, Any], name: str) -> datetime | None:
    if name not in query:
        return None
    try:
        local = datetime.strptime(query[name]["date_str"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=PACIFIC, fold=1)
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal("INVALID_PARAM", f"{name} is invalid") from error
    return local.astimezone(UTC)
