"""The label of an order's parcel, fetched from its carrier when somebody wants to print it (C2).

It is not kept: it holds personal data, and the carrier gives it again.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from integrations.errors import PartnerError
from models.base import table_of
from models.check_code import Mistyped
from models.many import among
from models.messages import Label, Waybill
from models.shipment import Outbound
from tasks.connections import can_print, connections, partner
from tasks.reading import reading
from tasks.story.find import find_orders

OUTBOUND = table_of(Outbound)
_SUFFIXES: Final = {"application/pdf": "pdf", "application/json": "json"}


class CannotPrint(ValueError):
    """There is no label; the message says why."""


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A label, and what a file with it is called."""

    name: str
    media_type: str
    content: bytes


async def fetch_label(number: str) -> LabelFile:
    """The label of an order's newest waybill that was not given back; ``number`` is any number of the order.

    Raises ``CannotPrint``, with the carrier's words if it gave none.
    """
    waybill = await asyncio.to_thread(_waybill_of, number)
    carrier = next((connection for connection in connections().carrier if connection.code == waybill.carrier), None)
    if carrier is None or not can_print(carrier):
        raise CannotPrint(f"{waybill.carrier} gives no labels: print {waybill.waybill_no} where the carrier lets you.")
    try:
        async with partner(carrier.code) as client:
            label: Label = await client.fetch_label(waybill)
    except PartnerError as error:
        raise CannotPrint(f"{waybill.waybill_no}: {error}") from error
    return LabelFile(f"{label.waybill_no}.{_SUFFIXES[label.media_type]}", label.media_type, label.content)


def _waybill_of(number: str) -> Waybill:
    with reading() as work:
        try:
            orders = find_orders(work, number)
        except Mistyped:
            orders = []
        booked = (among(OUTBOUND.c.order_id, orders[:1]), OUTBOUND.c.waybill_no.is_not(None))
        query = select(OUTBOUND).where(*booked, OUTBOUND.c.state != "cancelled").order_by(OUTBOUND.c.id.desc())
        newest = next(iter(work.rows(query)), None)
    if newest is None:
        raise CannotPrint(f"{number} has no waybill that is in force.")
    return Waybill(newest.outbound_no, newest.waybill_no, newest.carrier)
