"""The warehouse behind Cainiao LINK: a number counts once, and its reports come back through LINK."""

from base64 import b64encode
from hashlib import md5
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
from recording_hub import Hub

from sandbox.credentials import CAINIAO_LINK_OWNER, CAINIAO_LINK_PROVIDER, CAINIAO_LINK_SECRET
from sandbox.world import World

PATH = "/cainiao_link/gateway/link.do"
OWNER = f"<ownerUserId>{CAINIAO_LINK_OWNER}</ownerUserId>"
PERSON = (
    "<{0}Province>广东省</{0}Province><{0}City>深圳市</{0}City><{0}Address>人民路1号</{0}Address>"
    "<{0}Name>王芳</{0}Name><{0}Mobile>13800000001</{0}Mobile>"
)
ORDER = (
    f"<request>{OWNER}<storeCode>W1</storeCode><orderCode>SO1</orderCode><orderType>201</orderType>"
    "<orderSource>301</orderSource><orderCreateTime>2026-01-01 10:00:00</orderCreateTime>"
    f"<senderInfo>{PERSON.format('sender')}</senderInfo><receiverInfo>{PERSON.format('receiver')}</receiverInfo>"
    "<orderItemList><orderItem><orderItemId>1</orderItemId><itemId>SKU-0001</itemId><inventoryType>1</inventoryType>"
    "<itemQuantity>2</itemQuantity></orderItem></orderItemList></request>"
)


def signed(content: str) -> str:
    return b64encode(md5((content + CAINIAO_LINK_SECRET).encode()).digest()).decode()  # noqa: S324 - the protocol's


async def ask(client: httpx.AsyncClient, kind: str, content: str, **changes: str) -> httpx.Response:
    form = {
        "msg_type": kind,
        "logistic_provider_id": CAINIAO_LINK_PROVIDER,
        "logistics_interface": content,
        "data_digest": signed(content),
    }
    return await client.post(PATH, data=form | changes)


def read(reply: httpx.Response) -> Element:
    return fromstring(reply.text)  # noqa: S314 - the sandbox is trusted


async def test_a_second_notice_is_answered_like_the_first(client: httpx.AsyncClient, world: World) -> None:
    world.set_stock("wms", "W1", "SKU-0001", 10)
    numbers = {read(await ask(client, "WMS_CONSIGN_ORDER_NOTIFY", ORDER)).findtext("orderCode") for _ in range(2)}
    assert numbers == {"CN00000001"}
    assert [e.key for e in world.ledger.effects("cainiao_link", "outbound-created")] == ["SO1"]
    asked = f"<request>{OWNER}<storeCode>W1</storeCode><pageNo>1</pageNo><pageSize>50</pageSize></request>"
    [row] = read(await ask(client, "WMS_INVENTORY_QUERY", asked)).iter("item")
    assert (row.findtext("quantity"), row.findtext("lockQuantity")) == ("10", "2")


async def test_a_shift_reports_through_link_until_the_hub_takes_it(client: httpx.AsyncClient, world: World) -> None:
    hub = Hub(text="<response><success>false</success></response>")
    world.hub.client = hub.client()
    await ask(client, "WMS_CONSIGN_ORDER_NOTIFY", ORDER)
    assert (await world.work_in_warehouse()).undelivered == 1
    hub.text = "<response><success>true</success></response>"
    assert (await world.work_in_warehouse()).undelivered == 0
    assert {request.url.path for request in hub.received} == {"/webhooks/cainiao_link"}
    forms = [dict(parse_qsl(request.content.decode())) for request in hub.received]
    assert len(forms) == 2
    assert len({form["logistics_interface"] for form in forms}) == 1
    told = forms[0]
    assert (told["msg_type"], told["data_digest"]) == ("WMS_CONSIGN_ORDER_CONFIRM", signed(told["logistics_interface"]))
    parcel = fromstring(told["logistics_interface"]).find("tmsOrders/tmsOrder")  # noqa: S314
    assert parcel is not None
    assert world.carrier.waybills[parcel.findtext("tmsOrderCode") or ""].order_id == "SO1"
    assert [e.key for e in world.ledger.effects("cainiao_link", "outbound-shipped")] == ["SO1"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"data_digest": signed("another")}, "S02"),
        ({"data_digest": "é"}, "S02"),
        ({"logistic_provider_id": "SOMEBODY"}, "S03"),
        ({"msg_type": "WMS_ANYTHING"}, "S04"),
        ({"logistics_interface": "no XML", "data_digest": signed("no XML")}, "S01"),
    ],
)
async def test_the_gateway_refuses_in_json_before_a_warehouse_is_asked(
    client: httpx.AsyncClient, changes: dict[str, str], code: str
) -> None:
    reply: dict[str, Any] = (await ask(client, "WMS_CONSIGN_ORDER_NOTIFY", ORDER, **changes)).json()
    assert (reply["success"], reply["errorCode"]) == (False, code)


async def test_an_order_that_lacks_something_is_told_what(client: httpx.AsyncClient, world: World) -> None:
    lacking = ORDER.replace("<itemQuantity>2</itemQuantity>", "").replace("<orderSource>301</orderSource>", "")
    refused = read(await ask(client, "WMS_CONSIGN_ORDER_NOTIFY", lacking))
    assert refused.findtext("errorMsg") == "非法的请求参数: orderSource, orderItem/itemQuantity"
    negative = read(await ask(client, "WMS_CONSIGN_ORDER_NOTIFY", ORDER.replace(">2<", ">-2<")))
    assert "must be positive" in (negative.findtext("errorMsg") or "")
    assert world.warehouse.outbounds == {}
