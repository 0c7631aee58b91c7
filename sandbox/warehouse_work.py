"""One shift in the warehouse: pick, ship, tell the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.deliveries import Delivery
from sandbox.hub import HubAnswer
from sandbox.warehouse import Outbound

if TYPE_CHECKING:
    from sandbox.world import World


@dataclass
class WarehouseWork:
    """What a shift did. `undelivered` confirmations are sent again at the end of the next shift."""

    shipped: list[str] = field(default_factory=list)
    short: list[str] = field(default_factory=list)
    """Outbounds left open because the shelf holds too little."""
    answers: list[tuple[str, HubAnswer]] = field(default_factory=list)
    undelivered: int = 0


async def work_in_warehouse(world: World, limit: int | None, codes: Sequence[str] | None) -> WarehouseWork:
    """Ship up to `limit` open outbounds, only `codes` if given, and send the confirmations that are owed.

    A shipment is also posted to the ERP's stock, as the company's existing interface does: the two systems
    differ only where a test made them differ.
    """
    done = WarehouseWork()
    for outbound in world.warehouse.open_outbounds(codes):
        if limit is not None and len(done.shipped) >= limit:
            break
        if world.warehouse.can_ship(outbound):
            _ship(world, outbound)
            done.shipped.append(outbound.code)
        else:
            done.short.append(outbound.code)
    owed = list(world.warehouse.undelivered)
    pushed = await world.deliveries.send([Delivery.of_shipment(o, world.weight_of(o)) for o in owed])
    done.answers = pushed.answers
    world.warehouse.undelivered = [o for o in world.warehouse.undelivered if o.code not in pushed.accepted]
    done.undelivered = len(world.warehouse.undelivered)
    return done


def _ship(world: World, outbound: Outbound) -> None:
    now = world.clock.now()
    _label(world, outbound)
    world.warehouse.ship(outbound, now)
    for line in outbound.lines:
        world.erp.move_stock(outbound.warehouse, line.sku, -line.quantity)
    if waybill := world.waybill(outbound.express_code):
        waybill.handed_over_at = now
    world.ledger.record(
        outbound.system,
        "outbound-shipped",
        outbound.code,
        warehouse=outbound.warehouse,
        waybill_no=outbound.express_code,
    )


def _label(world: World, outbound: Outbound) -> None:
    """A parcel that came without a waybill gets the one booked for its order, or the warehouse books it."""
    if outbound.express_code:
        return
    waybill = world.booking(outbound.code)
    if waybill is None:
        waybill = world.carrier.book(
            outbound.code,
            origin=outbound.sender_city,
            destination=outbound.receiver_city,
            phones=[outbound.receiver_phone],
            at=world.clock.now(),
        )
        world.ledger.record("sf", "waybill-issued", outbound.code, waybill_no=waybill.number, by="warehouse")
    outbound.express_code = waybill.number
