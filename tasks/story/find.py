"""Which order a person means by a number."""

from sqlalchemy import select

from models.base import table_of
from models.check_code import outbound_of_code
from models.order_book import ORDER
from models.order_number import order_id_of
from models.shipment import Outbound, Parcel
from models.work import Work

OUTBOUND = table_of(Outbound)
PARCEL = table_of(Parcel)
LARGEST_ID = 2**63 - 1


def find_orders(work: Work, number: str) -> list[int]:
    """Ids of the orders that a number fits, newest first.

    The first reading that fits anything counts: our number, the channels', an outbound's, a waybill, a check code.
    Raises ``Mistyped`` when nothing fits and it is written like a check code.
    """
    wanted = number.strip()
    ours = order_id_of(wanted)
    ids = select(ORDER.c.id).where(ORDER.c.company_id == work.company_id).order_by(ORDER.c.id.desc())
    readings = [
        ids.where(ORDER.c.channel_order_no == wanted),
        ids.join(OUTBOUND, OUTBOUND.c.order_id == ORDER.c.id).where(OUTBOUND.c.outbound_no == wanted),
        ids.join(PARCEL, PARCEL.c.order_id == ORDER.c.id).where(PARCEL.c.waybill_no == wanted),
    ]
    if ours is not None and ours <= LARGEST_ID:
        readings.insert(0, ids.where(ORDER.c.id == ours))
    for query in readings:
        if found := list(work.session.execute(query).scalars()):
            return list(dict.fromkeys(found))
    outbound_no = outbound_of_code(wanted)
    return find_orders(work, outbound_no) if outbound_no else []
