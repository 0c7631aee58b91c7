"""Whether what a warehouse says that it shipped is what it was asked to ship (C3)."""

from collections.abc import Mapping

from models.messages import OutboundConfirmed
from models.reasons import Fact, Reason


def judge_code(number: str, ours: str, theirs: str) -> Reason | None:
    """The reason why what a partner says under a number of ours is not about it: it carries another's check code. One
    that repeats no code is believed."""
    if theirs and theirs != ours:
        return Reason("check-code-differs", {"number": number, "expected": ours, "got": theirs})
    return None


def judge_confirmation(
    confirmed: OutboundConfirmed,
    planned: Mapping[str, int],
    *,
    check_code: str,
    called_off: bool = False,
    waybills_of_others: Mapping[str, str] | None = None,
) -> Reason | None:
    """The reason why a confirmation cannot be booked, or ``None``. ``planned`` is quantity by SKU; ``called_off`` says
    that the order or the outbound was cancelled, so that its stock is free already; ``waybills_of_others`` are those of
    its waybills that belong to other outbounds, with these."""
    if foreign := judge_code(confirmed.outbound_no, check_code, confirmed.check_code):
        return foreign
    for waybill, other in sorted((waybills_of_others or {}).items()):
        return Reason("number-of-another", {"number": waybill, "other": other})
    if called_off:
        return Reason("shipped-though-cancelled", {"outbound": confirmed.outbound_no})
    if not confirmed.parcels:
        return Reason("confirmed-without-parcel")
    shipped: dict[str, int] = {}
    for parcel in confirmed.parcels:
        for sku, quantity in parcel.contents.items():
            shipped[sku] = shipped.get(sku, 0) + quantity
    for sku in sorted({*planned, *shipped}):
        if shipped.get(sku, 0) != planned.get(sku, 0):
            facts: dict[str, Fact] = {"sku": sku, "planned": planned.get(sku, 0), "shipped": shipped.get(sku, 0)}
            return Reason("shipped-differs", facts)
    return None
