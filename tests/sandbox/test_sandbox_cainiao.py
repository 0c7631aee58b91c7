"""Cainiao takes calls that the SDK `taobao-openapi` signed: a waybill and a verdict per order, cancelled once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from signed_requests import cainiao_params

from sandbox import credentials
from sandbox.world import World

PERSON = {
    "name": "王芳",
    "mobile": "13900001234",
    "address": {"province": "浙江省", "city": "杭州市", "detail": "中山路2号"},
}


def application(number: str, **changes: Any) -> dict[str, Any]:
    parcel = {
        "object_id": "1",
        "order_info": {"order_channels_type": "OTHERS", "trade_order_list": [number]},
        "package_info": {"id": "CC1", "items": [{"name": "保温杯", "count": 1}]},
        "recipient": PERSON,
        "template_url": "http://template",
        "user_id": credentials.CAINIAO_USER_ID,
    }
    return {"cp_code": "YTO", "sender": PERSON, "trade_order_info_dtos": [parcel | changes]}


async def send(client: httpx.AsyncClient, params: dict[str, str]) -> dict[str, Any]:
    answer: dict[str, Any] = (await client.post("/cainiao/router/rest", data=params)).json()
    return answer


async def get(client: httpx.AsyncClient, content: dict[str, Any]) -> dict[str, Any]:
    params = cainiao_params("cainiao.waybill.ii.get", param_waybill_cloud_print_apply_new_request=content)
    return await send(client, params)


async def code_of(client: httpx.AsyncClient, number: str) -> str:
    answer = await get(client, application(number))
    [issued] = answer["cainiao_waybill_ii_get_response"]["modules"]["waybill_cloud_print_response"]
    return str(issued["waybill_code"])


async def cancel(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    return await send(client, cainiao_params("cainiao.waybill.ii.cancel", cp_code="YTO", waybill_code=code))


@pytest.mark.proves("cainiao", "taobao-openapi", "sandbox")
async def test_a_repeat_gets_the_same_number_and_another_order_another(client: httpx.AsyncClient, world: World) -> None:
    first = await code_of(client, "SO-1")
    assert await code_of(client, "SO-1") == first
    assert await code_of(client, "SO-2") != first
    assert len(world.ledger.effects("cainiao", "waybill-issued")) == 2
    assert world.carriers["cainiao"].waybills[first].reference == "CC1"


async def test_each_order_asked_for_has_its_verdict(client: httpx.AsyncClient) -> None:
    code = await code_of(client, "SO-1")
    asked = [{"biz_sub_code": number, "object_id": number} for number in ("SO-1", "SO-2")]
    answer = await send(client, cainiao_params("cainiao.waybill.ii.query.by.tradecode", param_list=asked))
    modules = answer["cainiao_waybill_ii_query_by_tradecode_response"]["modules"]
    there, missing = modules["waybill_cloud_print_with_result_desc_response"]
    assert (there["success"], there["waybill_cloud_print_response"]["waybill_code"]) == (True, code)
    assert (missing["success"], missing["object_id"]) == (False, "SO-2")


async def test_it_is_cancelled_once_and_not_after_the_pick_up(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(datetime.now(UTC))
    first, second = await code_of(client, "SO-1"), await code_of(client, "SO-2")
    assert (await cancel(client, first))["cainiao_waybill_ii_cancel_response"]["cancel_result"] is True
    assert (await cancel(client, first))["error_response"]["sub_code"] == "isv.waybill-status-error"
    world.work_at_carrier(datetime.now(UTC) + timedelta(hours=2))
    assert (await cancel(client, second))["error_response"]["sub_code"] == "isv.waybill-status-error"
    assert (await cancel(client, "YT1"))["error_response"]["sub_code"] == "isv.waybill-not-exist"


@pytest.mark.parametrize(
    "changes",
    [
        {"user_id": 1},
        {"template_url": ""},
        {"recipient": {"name": "王芳"}},
        {"package_info": {"items": []}},
        {"package_info": {"id": "CC-1", "items": [{"name": "保温杯", "count": 1}]}},
        {"order_info": {"order_channels_type": "OTHERS", "trade_order_list": []}},
    ],
    ids=str,
)
async def test_an_incomplete_application_is_refused(client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
    answer = await get(client, application("SO-1", **changes))
    assert answer["error_response"]["sub_code"] == "isv.invalid-parameter"


async def test_a_call_with_taobaos_key_or_another_sign_is_refused(client: httpx.AsyncClient) -> None:
    params = cainiao_params("cainiao.waybill.ii.cancel", cp_code="YTO", waybill_code="1")
    assert (await send(client, params | {"app_key": credentials.TAOBAO_APP_KEY}))["error_response"]["code"] == 29
    assert (await send(client, params | {"waybill_code": "2"}))["error_response"]["code"] == 25
