"""Cainiao's waybills: what is sent, and when one is not given back."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
from bench import Bench, real_clock
from samples import CODE, waybill_request

from integrations.cainiao import Cainiao
from integrations.errors import Rejected
from models.messages import Waybill


def cainiao(bench: Bench) -> Cainiao:
    partner = bench.partner("cainiao")
    assert isinstance(partner, Cainiao)
    return partner


async def test_a_parcel_is_told_with_its_check_code_its_grams_and_its_token(bench: Bench) -> None:
    sent: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(dict(parse_qsl(request.content.decode())))
        issued = {"waybill_cloud_print_response": [{"object_id": "OB-1", "waybill_code": "YT1"}]}
        return httpx.Response(200, json={"cainiao_waybill_ii_get_response": {"modules": issued}})

    request = waybill_request()
    masked = replace(request, receiver=replace(request.receiver, token="oaid-1"))
    await bench.replying("cainiao", answer).book_waybill(masked)

    [form] = sent
    content: dict[str, Any] = json.loads(form["param_waybill_cloud_print_apply_new_request"])
    [parcel] = content["trade_order_info_dtos"]
    assert (form["method"], content["cp_code"]) == ("cainiao.waybill.ii.get", "YTO")
    assert parcel["order_info"] == {"order_channels_type": "OTHERS", "trade_order_list": ["OB-1"]}
    assert (parcel["package_info"]["id"], parcel["package_info"]["weight"]) == (CODE, 1_250)
    assert [item["count"] for item in parcel["package_info"]["items"]] == [line.quantity for line in request.goods]
    assert parcel["recipient"]["oaid"] == "oaid-1"
    assert "oaid" not in content["sender"]
    assert content["sender"]["address"]["detail"] == request.sender.street


async def test_a_parcel_that_was_picked_up_keeps_its_waybill(bench: Bench) -> None:
    partner = cainiao(bench)
    waybill = await partner.book_waybill(waybill_request())
    bench.world.work_at_carrier(real_clock() + timedelta(hours=2))
    with pytest.raises(Rejected, match="不允许取消"):
        await partner.cancel_waybill(waybill)
    assert await partner.find_waybill("OB-1") == waybill


async def test_a_cancelled_waybill_is_none_and_a_new_booking_gets_a_new_number(bench: Bench) -> None:
    partner = cainiao(bench)
    first = await partner.book_waybill(waybill_request())
    await partner.cancel_waybill(first)
    assert await partner.find_waybill("OB-1") is None
    second = await partner.book_waybill(waybill_request())
    assert second.waybill_no != first.waybill_no
    await partner.cancel_waybill(first)
    assert await partner.find_waybill("OB-1") == second


async def test_a_waybill_that_was_not_cancelled_is_said_so(bench: Bench) -> None:
    verdict = {"success": True, "waybill_cloud_print_response": {"waybill_code": "YT1"}}
    modules = {"waybill_cloud_print_with_result_desc_response": [verdict]}
    replies: list[Any] = [
        {"cainiao_waybill_ii_cancel_response": {"cancel_result": False}},
        {"cainiao_waybill_ii_query_by_tradecode_response": {"modules": modules}},
    ]
    partner = bench.replying("cainiao", lambda _: httpx.Response(200, json=replies.pop(0)))
    with pytest.raises(Rejected, match="not cancelled"):
        await partner.cancel_waybill(Waybill("OB-1", "YT1", "yto"))
