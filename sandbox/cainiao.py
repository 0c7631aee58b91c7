"""Cainiao's electronic waybills behind TOP (the open platform's pages of `cainiao.waybill.ii.*`).

    cainiao.waybill.ii.get                 key: order number and package id; a repeat gets the same number
    cainiao.waybill.ii.query.by.tradecode  by our order numbers, one verdict for each
    cainiao.waybill.ii.cancel              by the number; not twice, and not after the pick-up

Requests are JSON in single parameters; lists in answers are wrapped. The pages do not say what a verdict on an order
without a waybill is, nor the sub codes, nor that a repeat gets the same number: all that is assumed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.carrier import Waybill
from sandbox.credentials import (
    CAINIAO_APP_KEY,
    CAINIAO_APP_SECRET,
    CAINIAO_COMPANY,
    CAINIAO_SESSION,
    CAINIAO_USER_ID,
)
from sandbox.top import App, invalid, refuse, required, top_partner

if TYPE_CHECKING:
    from sandbox.world import World

_APPLICATION = "param_waybill_cloud_print_apply_new_request"
_MOST_PARCELS, _MOST_GOODS = 10, 100
_PACKAGE_ID = re.compile(r"\w*", re.ASCII)


def _json(params: Mapping[str, str], name: str, shape: type) -> Any:
    try:
        content = json.loads(required(params, name))
    except ValueError as error:
        raise invalid(name) from error
    if not isinstance(content, shape) or not content:
        raise invalid(name)
    return content


def _get(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    request = _json(params, _APPLICATION, dict)
    parcels = request.get("trade_order_info_dtos") or []
    if request.get("cp_code") != CAINIAO_COMPANY:
        raise refuse(15, "Remote service error", "isv.cp-not-subscribed", "商家未订购该物流公司的电子面单服务")
    if not 1 <= len(parcels) <= _MOST_PARCELS:
        raise invalid("trade_order_info_dtos")
    sender = _person(request, "sender")
    issued = [_issue(world, sender, parcel) for parcel in parcels]
    return {"modules": {"waybill_cloud_print_response": issued}}


def _issue(world: World, sender: Mapping[str, Any], parcel: Mapping[str, Any]) -> dict[str, Any]:
    receiver, package = _person(parcel, "recipient"), parcel.get("package_info") or {}
    order, goods = parcel.get("order_info") or {}, package.get("items") or []
    if not parcel.get("object_id") or not parcel.get("template_url") or parcel.get("user_id") != CAINIAO_USER_ID:
        raise invalid("trade_order_info_dto")
    if not order.get("order_channels_type") or len(order.get("trade_order_list") or []) != 1:
        raise invalid("order_info")
    if not 1 <= len(goods) <= _MOST_GOODS or not all(item.get("name") and item.get("count") for item in goods):
        raise invalid("items")
    if not _PACKAGE_ID.fullmatch(str(package.get("id", ""))):
        raise invalid("id")
    (number,) = order["trade_order_list"]
    carrier = world.carriers["cainiao"]
    waybill = carrier.by_order.get(number)
    if waybill is None or waybill.cancelled:
        waybill = carrier.book(
            number,
            origin=sender["address"].get("city", ""),
            destination=receiver["address"].get("city", ""),
            phones=[sender["mobile"], receiver["mobile"]],
            at=world.clock.now(),
            reference=str(package.get("id", "")),
        )
        world.ledger.record("cainiao", "waybill-issued", number, waybill_no=waybill.number, by="hub")
    return {"object_id": parcel["object_id"], "cp_code": CAINIAO_COMPANY} | _printed(waybill)


def _person(holder: Mapping[str, Any], role: str) -> dict[str, Any]:
    person: dict[str, Any] = holder.get(role) or {}
    address = person.get("address") or {}
    if not all((person.get("name"), person.get("mobile"), address.get("province"), address.get("detail"))):
        raise invalid(role)
    return person


def _printed(waybill: Waybill) -> dict[str, str]:
    data = {"encryptedData": f"AES:{waybill.number}", "signature": "MD:sandbox"}
    return {"waybill_code": waybill.number, "print_data": json.dumps(data)}


def _query(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    asked = _json(params, "param_list", list)
    verdicts = [_verdict(world.carriers["cainiao"].by_order.get(one.get("biz_sub_code", "")), one) for one in asked]
    return {"modules": {"waybill_cloud_print_with_result_desc_response": verdicts}}


def _verdict(waybill: Waybill | None, asked: Mapping[str, Any]) -> dict[str, Any]:
    if not asked.get("object_id"):
        raise invalid("object_id")
    if waybill is None or waybill.cancelled:
        told = {"success": False, "error_code": "WAYBILL_NOT_EXIST", "error_message": "电子面单不存在"}
    else:
        told = {"success": True, "waybill_cloud_print_response": _printed(waybill)}
    return {"object_id": asked["object_id"]} | told


def _cancel(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    waybill = world.carriers["cainiao"].waybills.get(required(params, "waybill_code"))
    if waybill is None or required(params, "cp_code") != CAINIAO_COMPANY:
        raise refuse(15, "Remote service error", "isv.waybill-not-exist", "电子面单不存在")
    if waybill.cancelled or waybill.scans:
        raise refuse(15, "Remote service error", "isv.waybill-status-error", "电子面单状态不允许取消")
    waybill.cancelled = True
    world.ledger.record("cainiao", "waybill-cancelled", waybill.order_id, waybill_no=waybill.number)
    return {"cancel_result": True}


CAINIAO = top_partner(
    "cainiao",
    App(CAINIAO_APP_KEY, CAINIAO_APP_SECRET, CAINIAO_SESSION),
    {
        "cainiao.waybill.ii.get": _get,
        "cainiao.waybill.ii.query.by.tradecode": _query,
        "cainiao.waybill.ii.cancel": _cancel,
    },
)
