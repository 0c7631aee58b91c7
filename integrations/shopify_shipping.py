"""Fulfilments of a Shopify order: what is asked of them and what is told."""

from collections.abc import Sequence
from typing import Any, Final

from integrations.answers import Reply
from integrations.carrier_names import english_name
from models.messages import ShipmentNotice

FIND: Final = """query Shipping($id: ID!) {
  order(id: $id) {
    fulfillments(first: 50) { id status trackingInfo(first: 50) { number } }
    fulfillmentOrders(first: 50) { nodes { id status } }
  }
}"""

CREATE: Final = """mutation OrderShipped($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } userErrors { field message } }
}"""

TRACK: Final = """mutation OrderTracked($id: ID!, $tracking: FulfillmentTrackingInput!, $notify: Boolean) {
  fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $tracking, notifyCustomer: $notify) {
    fulfillment { id } userErrors { field message }
  }
}"""

_OPEN: Final = {"OPEN", "IN_PROGRESS"}


class _Number(Reply):
    number: str | None = None


class _Fulfilment(Reply):
    id: str
    status: str
    trackingInfo: list[_Number]  # noqa: N815 - the partner's name

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(each.number for each in self.trackingInfo if each.number)


class _FulfilmentOrder(Reply):
    id: str
    status: str


class _FulfilmentOrders(Reply):
    nodes: list[_FulfilmentOrder]


class Shipping(Reply):
    """What is shipped of an order and what is not."""

    fulfillments: list[_Fulfilment]
    fulfillmentOrders: _FulfilmentOrders  # noqa: N815 - the partner's name

    @property
    def open(self) -> list[str]:
        """Ids of the parts (one a location) that can be fulfilled now."""
        return [part.id for part in self.fulfillmentOrders.nodes if part.status in _OPEN]

    @property
    def numbers(self) -> set[str]:
        """The waybills that the shop knows."""
        return {number for each in self.fulfillments for number in each.numbers}


def fulfilment_input(part: str, notice: ShipmentNotice, *, notify: bool) -> dict[str, Any]:
    """The ``FulfillmentInput`` that ships everything left of one part."""
    return {
        "lineItemsByFulfillmentOrder": [{"fulfillmentOrderId": part}],
        "trackingInfo": {"number": notice.waybill_no, "company": english_name(notice.carrier)},
        "notifyCustomer": notify,
    }


def tracking(notice: ShipmentNotice, known: Sequence[str]) -> dict[str, Any]:
    """The ``FulfillmentTrackingInput`` that adds a waybill to those known."""
    return {"numbers": [*known, notice.waybill_no], "company": english_name(notice.carrier)}
