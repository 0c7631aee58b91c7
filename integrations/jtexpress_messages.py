"""J&T's messages: what a booking becomes, and what scans mean. No I/O."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from integrations.answers import Reply
from integrations.beijing import from_beijing
from integrations.scans import scan_id
from models.check_code import with_code
from models.messages import Address, TrackPoint, WaybillRequest

CARRIER: Final = "jtexpress"

_STATES: Final = {
    "快件揽收": "picked_up",
    "发件扫描": "in_transit",
    "到件扫描": "in_transit",
    "出仓扫描": "out_for_delivery",
    "快件签收": "delivered",
    "问题件扫描": "exception",
    "退件签收": "returned",
}


class _Scan(Reply):
    scanTime: str  # noqa: N815  (the partner's name)
    scanType: str | None = ""  # noqa: N815
    desc: str | None = ""
    scanNetworkName: str | None = ""  # noqa: N815
    scanNetworkCity: str | None = ""  # noqa: N815


class TraceReply(Reply):
    """The scans of one parcel."""

    billCode: str  # noqa: N815
    details: tuple[_Scan, ...] | None = None


def booking(request: WaybillRequest) -> dict[str, Any]:
    """What of ``order/addOrder`` comes from the request; the weight in kilograms."""
    content: dict[str, Any] = {
        "txlogisticId": request.request_no,
        "expressType": "EZ",
        "orderType": "1",
        "serviceType": "01",
        "deliveryType": "03",
        "goodsType": "bm000006",
        "sender": _contact(request.sender),
        "receiver": _contact(request.receiver),
        "totalQuantity": request.parcels,
        "items": [
            {"itemName": line.title or line.sku, "number": line.quantity, "priceCurrency": "RMB"}
            for line in request.goods
        ],
        "remark": with_code(request.check_code, request.remark),
    }
    if request.weight_grams is not None:
        content["weight"] = str(Decimal(request.weight_grams) / 1000)
    return content


def track_points(traces: Iterable[TraceReply]) -> list[TrackPoint]:
    """The scans as track points. Raises ``ValueError`` for a time that cannot be read."""
    return [_point(trace.billCode, scan) for trace in traces for scan in trace.details or ()]


def _point(waybill_no: str, scan: _Scan) -> TrackPoint:
    code, text, place = scan.scanType or "", scan.desc or "", scan.scanNetworkCity or scan.scanNetworkName or ""
    return TrackPoint(
        waybill_no=waybill_no,
        point_id=scan_id(waybill_no, scan.scanTime, code, text, place),
        happened_at=from_beijing(scan.scanTime),
        state=_STATES.get(code, "unknown"),
        code=code,
        text=text,
        place=place,
    )


def _contact(address: Address) -> dict[str, str]:
    return {
        "name": address.name,
        "mobile": address.phone,
        "countryCode": "CHN" if address.country == "CN" else address.country,
        "prov": address.province,
        "city": address.city,
        "area": address.district,
        "address": address.street,
    }
