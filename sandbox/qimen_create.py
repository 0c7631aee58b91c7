"""How outbounds come in (partners.md §13; the batch by the published schema of Qimen's own SDK):

deliveryorder.create        key deliveryOrderCode; a second one is refused as existing
deliveryorder.batchcreate   several of them: what can be taken is; a failure names the others; no ids are given
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from sandbox.clock import beijing_text
from sandbox.exchange import Call, Reply
from sandbox.qimen_order import missing_fields, outbound_from, text_of
from sandbox.qimen_reply import element, record, refuse, reply
from sandbox.warehouse import Outbound

if TYPE_CHECKING:
    from sandbox.world import World


class NotTaken(Exception):
    """The warehouse does not take an outbound, by which code and why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def create(world: World, _: Call, request: Element) -> Reply:
    try:
        outbound = _take(world, request)
    except NotTaken as refusal:
        raise refuse(refusal.code, str(refusal)) from refusal
    return reply(
        "success",
        "0",
        "success",
        element("createTime", beijing_text(outbound.created_at)),
        element("deliveryOrderId", outbound.outbound_id),
        element("warehouseCode", outbound.warehouse),
    )


def create_all(world: World, _: Call, request: Element) -> Reply:
    orders = request.findall("orders/order")
    if not orders:
        raise refuse("missing-field", "missing: orders/order")
    refused = element("orders")
    for order in orders:
        try:
            _take(world, order)
        except NotTaken as refusal:
            code = text_of(order, "deliveryOrder/deliveryOrderCode")
            refused.append(record("order", deliveryOrderCode=code, message=str(refusal)))
    if len(refused):
        return reply("failure", "batch-failed", f"{len(refused)} of {len(orders)} orders were not created", refused)
    return reply("success", "0", "success")


def _take(world: World, request: Element) -> Outbound:
    """Put the outbound of a ``deliveryOrder`` and its ``orderLines`` on the list. Raises ``NotTaken``."""
    if missing := missing_fields(request):
        raise NotTaken("missing-field", f"missing: {', '.join(missing)}")
    try:
        outbound = outbound_from(request, f"WMS{len(world.warehouse.outbounds) + 1:08d}", world.clock.now())
    except ValueError as error:
        raise NotTaken("invalid-field", str(error)) from error
    if outbound.code in world.warehouse.outbounds:
        raise NotTaken("order-exists", f"deliveryOrderCode {outbound.code} already exists")
    world.warehouse.accept(outbound)
    world.ledger.record(
        "qimen",
        "outbound-created",
        outbound.code,
        warehouse=outbound.warehouse,
        lines=[(line.sku, line.quantity) for line in outbound.lines],
        remark=outbound.remark,
    )
    return outbound
