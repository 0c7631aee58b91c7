"""SF's messages: what a booking becomes, and what scans mean. No I/O."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from integrations.answers import Reply
from integrations.beijing import from_beijing
from integrations.scans import scan_id
from models.messages import Address, TrackPoint, WaybillRequest

CARRIER: Final = "sf_express"
_SENDER, _RECEIVER = 1, 2

_STATES: Final = {
    "50": "picked_up",
    "30": "in_transit",
    "31": "in_transit",
    "36": "in_transit",
    "44": "out_for_delivery",
    "607": "out_for_delivery",  # handed to a collection point: the customer does not have it yet
    "80": "delivered",
    "8000": "delivered",
    "33": "exception",
    "70": "exception",
    "99": "exception",  # forwarded or on its way back: a person looks
    "648": "returned",
}


class _Route(Reply):
    acceptTime: str  # noqa: N815  (the partner's name)
    acceptAddress: str | None = ""  # noqa: N815
    remark: str | None = ""
    opCode: str | int | None = ""  # noqa: N815


class RouteReply(Reply):
    """The scans of one parcel."""

    mailNo: str  # noqa: N815
    routes: tuple[_Route, ...] | None = None


def booking(request: WaybillRequest) -> dict[str, Any]:
    """What of ``EXP_RECE_CREATE_ORDER`` comes from the request; weights in kilograms."""
    content: dict[str, Any] = {
        "language": "zh-CN",
        "orderId": request.request_no,
        "cargoDetails": [{"name": line.title or line.sku, "count": line.quantity} for line in request.goods],
        "contactInfoList": [_contact(_SENDER, request.sender), _contact(_RECEIVER, request.receiver)],
        "parcelQty": request.parcels,
        "isReturnRoutelabel": 1,
        "custReferenceNo": request.check_code,
        "remark": request.remark,
    }
    if request.weight_grams is not None:
        content["totalWeight"] = float(Decimal(request.weight_grams) / 1000)
    return content


def track_points(replies: Iterable[RouteReply]) -> list[TrackPoint]:
    """The scans as track points. Raises ``ValueError`` for a time that cannot be read."""
    return [_point(reply.mailNo, route) for reply in replies for route in reply.routes or ()]


def _point(waybill_no: str, route: _Route) -> TrackPoint:
    code, text, place = str(route.opCode or ""), route.remark or "", route.acceptAddress or ""
    return TrackPoint(
        waybill_no=waybill_no,
        point_id=scan_id(waybill_no, route.acceptTime, code, text, place),
        happened_at=from_beijing(route.acceptTime),
        state=_STATES.get(code, "unknown"),
        code=code,
        text=text,
        place=place,
    )


def _contact(kind: int, address: Address) -> dict[str, Any]:
    return {
        "contactType": kind,
        "contact": address.name,
        "mobile": address.phone,
        "country": address.country,
        "province": address.province,
        "city": address.city,
        "county": address.district,
        "address": address.street,
    }
