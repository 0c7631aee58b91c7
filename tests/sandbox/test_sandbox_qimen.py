"""The warehouse: one outbound per code, stock that locks, and confirmations that are never lost."""

from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import httpx
import pytest
from recording_hub import Hub
from signed_requests import qimen_params, qimen_sign

from sandbox.faults import Fault, FaultKind
from sandbox.world import World

PATH = "/qimen/router/qimen/service"
PERSON = (
    "<name>王芳</name><mobile>13800000001</mobile><province>广东省</province><city>{city}</city>"
    "<detailAddress>人民路1号</detailAddress>"
)
SUCCESS = "<response><flag>success</flag><code>0</code><message>ok</message></response>"


def create_body(code: str, sku: str = "SKU-0001", quantity: str = "2", express: str = "") -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?><request><deliveryOrder>'
        f"<deliveryOrderCode>{code}</deliveryOrderCode><orderType>JYCK</orderType><warehouseCode>W1</warehouseCode>"
        "<createTime>2026-01-01 10:00:00</createTime><placeOrderTime>2026-01-01 09:00:00</placeOrderTime>"
        "<operateTime>2026-01-01 10:00:00</operateTime><shopNick>脊梁 &amp; 店</shopNick>"
        f"<logisticsCode>SF</logisticsCode><expressCode>{express}</expressCode>"
        f"<senderInfo>{PERSON.format(city='深圳市')}</senderInfo>"
        f"<receiverInfo>{PERSON.format(city='杭州市')}</receiverInfo>"
        "</deliveryOrder><orderLines><orderLine><orderLineNo>1</orderLineNo><ownerCode>OWNER1</ownerCode>"
        f"<itemCode>{sku}</itemCode><planQty>{quantity}</planQty><actualPrice>9.90</actualPrice>"
        "</orderLine></orderLines></request>"
    )


async def ask(client: httpx.AsyncClient, operation: str, body: str, **changes: str) -> Element:
    params = qimen_params(operation, body) | changes
    reply = await client.post(PATH, params=params, content=body.encode())
    assert reply.status_code == 200
    return fromstring(reply.text)  # noqa: S314 - the sandbox is trusted


async def stock_items(client: httpx.AsyncClient, sku: str = "SKU-0001") -> list[Element]:
    criteria = f"<criteria><warehouseCode>W1</warehouseCode><itemCode>{sku}</itemCode></criteria>"
    body = f"<request><criteriaList>{criteria}</criteriaList></request>"
    return (await ask(client, "inventory.query", body)).findall("items/item")


async def inventory(client: httpx.AsyncClient, sku: str = "SKU-0001") -> tuple[int, int]:
    [item] = await stock_items(client, sku)
    return int(item.findtext("quantity") or ""), int(item.findtext("lockQuantity") or "")


async def test_a_second_create_is_refused_as_existing(client: httpx.AsyncClient, world: World) -> None:
    first = await ask(client, "deliveryorder.create", create_body("SO1"))
    assert first.findtext("flag") == "success"
    assert first.findtext("deliveryOrderId") == "WMS00000001"
    second = await ask(client, "deliveryorder.create", create_body("SO1"))
    assert (second.findtext("flag"), second.findtext("code")) == ("failure", "order-exists")
    assert "already exists" in (second.findtext("message") or "")
    assert [e.key for e in world.ledger.effects("qimen", "outbound-created")] == ["SO1"]


async def test_a_batch_takes_what_it_can_and_names_the_rest(client: httpx.AsyncClient, world: World) -> None:
    def batch(*orders: str) -> str:
        inner = "".join(f"<order>{order.partition('<request>')[2][: -len('</request>')]}</order>" for order in orders)
        return f"<request><orders>{inner}</orders></request>"

    taken = await ask(client, "deliveryorder.batchcreate", batch(create_body("SO1"), create_body("SO2")))
    assert (taken.findtext("flag"), taken.find("orders")) == ("success", None)
    bad = create_body("SO3", quantity="0")
    refused = await ask(client, "deliveryorder.batchcreate", batch(create_body("SO1"), bad, create_body("SO4")))
    assert refused.findtext("flag") == "failure"
    assert [(order.findtext("deliveryOrderCode"), order.findtext("message")) for order in refused.iter("order")] == [
        ("SO1", "deliveryOrderCode SO1 already exists"),
        ("SO3", "planQty must be positive"),
    ]
    assert [e.key for e in world.ledger.effects("qimen", "outbound-created")] == ["SO1", "SO2", "SO4"]
    none = await ask(client, "deliveryorder.batchcreate", "<request><orders/></request>")
    assert none.findtext("code") == "missing-field"


async def test_stock_is_locked_shipped_and_freed(client: httpx.AsyncClient, world: World) -> None:
    world.set_stock("wms", "W1", "SKU-0001", 10)
    world.set_stock("erp", "W1", "SKU-0001", 10)
    await ask(client, "deliveryorder.create", create_body("SO1"))
    await ask(client, "deliveryorder.create", create_body("SO2"))
    assert await inventory(client) == (6, 4)
    cancel = "<request><warehouseCode>W1</warehouseCode><orderCode>SO2</orderCode></request>"
    assert (await ask(client, "order.cancel", cancel)).findtext("flag") == "success"
    assert await inventory(client) == (8, 2)
    assert (await world.work_in_warehouse()).shipped == ["SO1"]
    assert await inventory(client) == (8, 0)
    assert world.erp.stock["W1", "SKU-0001"] == 8
    refused = await ask(client, "order.cancel", cancel.replace("SO2", "SO1"))
    assert refused.findtext("code") == "order-shipped"


async def test_a_short_shelf_leaves_the_order_open(client: httpx.AsyncClient, world: World) -> None:
    world.set_stock("wms", "W1", "SKU-0001", 1)
    await ask(client, "deliveryorder.create", create_body("SO1"))
    assert (await world.work_in_warehouse()).short == ["SO1"]
    world.set_stock("wms", "W1", "SKU-0001", 5)
    assert (await world.work_in_warehouse()).shipped == ["SO1"]


async def test_query_shows_the_parcel_once_shipped(client: httpx.AsyncClient, world: World) -> None:
    await ask(client, "deliveryorder.create", create_body("SO1", express="SF123"))
    question = "<request><orderCode>SO1</orderCode><page>1</page><pageSize>50</pageSize></request>"
    before = await ask(client, "deliveryorder.query", question)
    assert before.findtext("deliveryOrder/status") == "ACCEPT"
    assert before.find("packages/package") is None
    await world.work_in_warehouse()
    after = await ask(client, "deliveryorder.query", question)
    assert after.findtext("deliveryOrder/status") == "DELIVERED"
    assert after.findtext("packages/package/expressCode") == "SF123"
    assert after.findtext("orderLines/orderLine/actualQty") == "2"


async def test_confirmations_stay_queued_until_the_hub_takes_them(client: httpx.AsyncClient, world: World) -> None:
    hub = Hub(status=503)
    world.hub.client = hub.client()
    await ask(client, "deliveryorder.create", create_body("SO1"))
    assert (await world.work_in_warehouse()).undelivered == 1
    hub.status, hub.text = 200, "<response><flag>failure</flag></response>"
    assert (await world.work_in_warehouse()).undelivered == 1
    hub.text = SUCCESS
    assert (await world.work_in_warehouse()).undelivered == 0
    assert (await world.work_in_warehouse()).answers == []
    codes = {fromstring(r.content).findtext("deliveryOrder/outBizCode") for r in hub.received}  # noqa: S314
    assert (len(hub.received), codes) == (3, {"OB-SO1"})
    assert len(world.ledger.effects("qimen", "outbound-shipped")) == 1


async def test_confirmations_are_signed_over_parameters_and_body(client: httpx.AsyncClient, world: World) -> None:
    hub = Hub(text=SUCCESS)
    world.hub.client = hub.client()
    await ask(client, "deliveryorder.create", create_body("SO1"))
    await world.work_in_warehouse()
    (request,) = hub.received
    params = dict(request.url.params)
    assert request.url.path == "/webhooks/qimen"
    assert set(params) == {"method", "timestamp", "format", "app_key", "v", "sign_method", "customerId", "sign"}
    assert params["method"] == "deliveryorder.confirm"
    assert params["sign"] == qimen_sign(params, request.content.decode())
    document = fromstring(request.content)  # noqa: S314
    waybill = document.findtext("packages/package/expressCode") or ""
    assert world.carrier.waybills[waybill].order_id == "SO1"
    assert float(document.findtext("packages/package/weight") or 0) > 0


async def test_callbacks_repeat_and_change_order_on_demand(client: httpx.AsyncClient, world: World) -> None:
    hub = Hub(text=SUCCESS)
    world.hub.client = hub.client()
    for code in ("SO1", "SO2", "SO3"):
        await ask(client, "deliveryorder.create", create_body(code))
    world.add_fault(Fault("qimen", "deliveryorder.confirm", FaultKind.REORDER))
    world.add_fault(Fault("qimen", "deliveryorder.confirm", FaultKind.REPEAT))
    work = await world.work_in_warehouse()
    assert [key for key, _ in work.answers] == ["SO2", "SO2", "SO3", "SO1"]


async def test_a_change_of_stock_is_told_until_the_hub_takes_it(world: World) -> None:
    hub = Hub(text="<response><flag>failure</flag></response>")
    world.hub.client = hub.client()
    world.set_stock("wms", "W1", "SKU-0001", 10)
    world.change_stock("W1", "SKU-0001", -3, "QT-1", order_type="QTCK")
    world.change_stock("W1", "SKU-0001", 2, "PD-1", inventory_type="CC", counted=True)
    assert (await world.work_in_warehouse()).undelivered == 2
    hub.text = SUCCESS
    assert (await world.work_in_warehouse()).undelivered == 0
    assert (await world.work_in_warehouse()).answers == []
    assert (world.warehouse.stock["W1", "SKU-0001"].on_hand, world.warehouse.defective["W1", "SKU-0001"]) == (7, 2)
    told = [fromstring(request.content) for request in hub.received]  # noqa: S314
    assert [document.findtext("items/item/quantity") for document in told] == ["-3", "2", "-3", "2"]
    assert [document.findtext("items/item/orderCode") for document in told] == ["QT-1", None, "QT-1", None]
    assert [document.findtext("checkOrderCode") for document in told] == [None, "PD-1", None, "PD-1"]
    for request in hub.received:
        params = dict(request.url.params)
        assert params["sign"] == qimen_sign(params, request.content.decode())


async def test_wrong_stock_lies_without_touching_the_shelf(client: httpx.AsyncClient, world: World) -> None:
    world.set_stock("wms", "W1", "SKU-0001", 100)
    world.add_fault(Fault("qimen", "inventory.query", FaultKind.WRONG_STOCK, factor=0.5))
    assert [await inventory(client), await inventory(client)] == [(50, 0), (100, 0)]


async def test_stray_stock_names_what_nobody_asked_for(client: httpx.AsyncClient, world: World) -> None:
    world.set_stock("wms", "W1", "SKU-0001", 100)
    world.set_stock("wms", "W1", "SKU-0002", 7)
    for sku in ("SKU-0002", "GHOST-1"):
        world.add_fault(Fault("qimen", "inventory.query", FaultKind.STRAY_STOCK, sku=sku))
    told = [[(i.findtext("itemCode"), i.findtext("quantity")) for i in await stock_items(client)] for _ in range(3)]
    asked = ("SKU-0001", "100")
    assert told == [[asked, ("SKU-0002", "7")], [asked, ("GHOST-1", "1")], [asked]]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 32}, "sign-check-failure"),
        ({"customerId": "other"}, "sign-check-failure"),
        ({"method": "taobao.qimen.order.cancel"}, "sign-check-failure"),
    ],
)
async def test_forged_requests_are_refused(
    client: httpx.AsyncClient, world: World, changes: dict[str, str], code: str
) -> None:
    reply = await ask(client, "deliveryorder.create", create_body("SO1"), **changes)
    assert reply.findtext("code") == code
    assert world.warehouse.outbounds == {}


async def test_stale_and_incomplete_requests_are_refused(client: httpx.AsyncClient, world: World) -> None:
    body = create_body("SO1")
    stale = qimen_params("deliveryorder.create", body, timestamp="2020-01-01 00:00:00")
    reply = await client.post(PATH, params=stale, content=body.encode())
    assert "invalid-timestamp" in reply.text
    for broken, code in (
        (body.replace("<planQty>2</planQty>", ""), "missing-field"),
        (body.replace("<planQty>2<", "<planQty>0<"), "invalid-field"),
        (body.replace("JYCK", "WHAT"), "invalid-field"),
        (body[:-9], "invalid-xml"),
        ('<!DOCTYPE r [<!ENTITY x "y">]><request>&x;</request>', "invalid-xml"),
    ):
        assert (await ask(client, "deliveryorder.create", broken)).findtext("code") == code
    assert world.ledger.effects() == []


async def test_the_world_clock_stamps_the_shipment(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(datetime(2026, 1, 1, 4, 0, tzinfo=UTC))
    await ask(client, "deliveryorder.create", create_body("SO1"))
    await world.work_in_warehouse()
    question = "<request><orderCode>SO1</orderCode></request>"
    reply = await ask(client, "deliveryorder.query", question)
    assert reply.findtext("deliveryOrder/orderConfirmTime") == "2026-01-01 12:00:00"
