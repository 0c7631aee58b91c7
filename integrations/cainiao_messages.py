"""Cainiao's messages: what a booking becomes. No I/O."""

from typing import Any, Final

from models.messages import Address, WaybillRequest

_NOT_A_MARKETPLACE: Final = "OTHERS"
"""``order_channels_type`` of order numbers that are ours."""


def parcel(request: WaybillRequest) -> dict[str, Any]:
    """What of a ``trade_order_info_dto`` comes from the request; the weight in grams.

    Our number is the order's, and the check code, which has only the letters and digits that are allowed there, the
    package's: both together are what Cainiao tells parcels apart by.
    """
    package: dict[str, Any] = {
        "items": [{"name": line.title or line.sku, "count": line.quantity} for line in request.goods]
    }
    if request.check_code:
        package["id"] = request.check_code
    if request.weight_grams is not None:
        package["weight"] = request.weight_grams
    return {
        "object_id": request.request_no,
        "order_info": {"order_channels_type": _NOT_A_MARKETPLACE, "trade_order_list": [request.request_no]},
        "package_info": package,
        "recipient": person(request.receiver),
    }


def order_of(request_no: str) -> dict[str, str]:
    """How ``query.by.tradecode`` names an order."""
    return {"biz_sub_code": request_no, "object_id": request_no}


def person(address: Address) -> dict[str, Any]:
    """Sender or recipient; the token of masked data goes along as ``oaid``."""
    told: dict[str, Any] = {
        "name": address.name,
        "mobile": address.phone,
        "address": {
            "province": address.province,
            "city": address.city,
            "district": address.district,
            "detail": address.street,
        },
    }
    return told | {"oaid": address.token} if address.token else told
