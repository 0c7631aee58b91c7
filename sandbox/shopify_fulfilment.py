"""Fulfilments of Shopify orders in the sandbox: one location, so one fulfilment order an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.channel import Channel, Shipment

if TYPE_CHECKING:
    from sandbox.world import World

_PART = "gid://shopify/FulfillmentOrder/"
_FULFILMENT = "gid://shopify/Fulfillment/"
_PART_STATUS = {"paid": "OPEN", "unpaid": "OPEN", "cancelled": "CANCELLED"}


def parts(channel: Channel, number: str) -> list[dict[str, Any]]:
    """The order's fulfilment order."""
    return [{"id": _PART + number, "status": _PART_STATUS.get(channel.book[number]["status"], "CLOSED")}]


def fulfilments(channel: Channel, number: str) -> list[dict[str, Any]]:
    """The order's fulfilment with every waybill, if it was fulfilled."""
    told = [shipment for (order, _), shipment in channel.shipments.items() if order == number]
    if not told:
        return []
    tracking = [{"number": each.waybill_no, "company": each.carrier, "url": None} for each in told]
    return [
        {"id": _FULFILMENT + number, "status": "SUCCESS", "trackingInfo": lambda _info, first=None: tracking[:first]}
    ]


def create(world: World, asked: dict[str, Any]) -> dict[str, Any]:
    """Fulfil everything of the fulfilment order. One that is not open is refused."""
    channel = world.channels["shopify"]
    number = str(asked["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderId"]).removeprefix(_PART)
    if number not in channel.book:
        return _refused("Fulfillment order does not exist.")
    if channel.book[number]["status"] != "paid":
        return _refused(f"Fulfillment order {number} has an unfulfillable status.")
    tracking = asked.get("trackingInfo") or {}
    _ship(world, number, str(tracking.get("number", "")), str(tracking.get("company", "")))
    return {"fulfillment": fulfilments(channel, number)[0], "userErrors": []}


def update_tracking(world: World, fulfilment_id: str, tracking: dict[str, Any]) -> dict[str, Any]:
    """Replace the waybills of a fulfilment."""
    channel = world.channels["shopify"]
    number = fulfilment_id.removeprefix(_FULFILMENT)
    if number not in channel.book or not fulfilments(channel, number):
        return _refused("Fulfillment does not exist.")
    for waybill in tracking.get("numbers") or [tracking.get("number")]:
        if not channel.shipped(number, str(waybill)):
            _ship(world, number, str(waybill), str(tracking.get("company", "")))
    return {"fulfillment": fulfilments(channel, number)[0], "userErrors": []}


def _ship(world: World, number: str, waybill: str, company: str) -> None:
    channel, now = world.channels["shopify"], world.clock.now()
    channel.ship(Shipment(number, waybill, company, now.isoformat()))
    channel.book.change(number, {"status": "shipped"}, now)
    world.ledger.record("shopify", "shipped", number, waybill_no=waybill, carrier=company)


def _refused(message: str) -> dict[str, Any]:
    return {"fulfillment": None, "userErrors": [{"field": ["fulfillment"], "message": message}]}
