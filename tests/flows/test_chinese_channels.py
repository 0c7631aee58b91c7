"""Orders of JD, a WeChat shop, 1688 and Alibaba.com live as any other: good ones leave and are told, bad ones wait."""

from datetime import UTC, datetime

import pytest
from life import Clock, assert_books_are_sound, codes, column, place, rows, ship, up_to_released
from played import Sandbox

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from flows.track_shipments import track_shipments
from integrations.errors import Unavailable
from sandbox import credentials as known
from sandbox.faults import Fault, FaultKind
from sandbox.wechat_push import push
from settings import get_settings
from tasks.connections import connections
from tasks.masters import prepare_database
from tasks.receive import Call, Reception

pytestmark = [pytest.mark.usefixtures("prefect_api"), pytest.mark.take_turns]

CHANNELS = ("jd", "wechat_shop", "alibaba_1688", "alibaba_com")
SETTINGS = {
    "jd": f'url = "{{0}}/jd/routerjson", app_key = "{known.JD_APP_KEY}", secret = "{known.JD_APP_SECRET}", '
    f'access_token = "{known.JD_ACCESS_TOKEN}"',
    "wechat_shop": f'url = "{{0}}/wechat_shop", app_id = "{known.WECHAT_SHOP_APP_ID}", '
    f'app_secret = "{known.WECHAT_SHOP_SECRET}", token = "{known.WECHAT_SHOP_TOKEN}", '
    f'aes_key = "{known.WECHAT_SHOP_AES_KEY}"',
    "alibaba_1688": f'url = "{{0}}/alibaba_1688/openapi", app_key = "{known.ALIBABA_1688_APP_KEY}", '
    f'secret = "{known.ALIBABA_1688_SECRET}", access_token = "{known.ALIBABA_1688_TOKEN}"',
    "alibaba_com": f'gateway = "iop", iop_url = "{{0}}/alibaba_com/rest", app_key = "{known.ALIBABA_COM_APP_KEY}", '
    f'secret = "{known.ALIBABA_COM_SECRET}", session = "{known.ALIBABA_COM_TOKEN}", '
    'companies = {{ sf_express = "SF", zto = "ZTO" }}',
}


@pytest.fixture
def hub(hub: Sandbox) -> Sandbox:
    """The hub with the four channels connected besides."""
    file = get_settings().connections
    more = "".join(
        f'\n[[channel]]\ncode = "{name}"\npartner = "{name}"\nsettings = {{ {SETTINGS[name].format(hub.url)} }}\n'
        for name in CHANNELS
    )
    file.write_text(file.read_text(encoding="utf-8") + more, encoding="utf-8")
    prepare_database(connections())
    return hub


async def test_good_orders_leave_and_are_told_and_bad_ones_wait(hub: Sandbox, clock: Clock) -> None:
    placed = {name: place(hub, name, 15, dirty_share=0.2) for name in CHANNELS}
    bad = {number for name in CHANNELS for number in hub.world.channels[name].book.defects}
    good = {
        (name, order["order_no"])
        for name, orders in placed.items()
        for order in orders
        if order["status"] == "paid" and order["order_no"] not in bad
    }
    await up_to_released()
    clock.advance(hours=2)
    await ship(hub)
    await track_shipments()
    await relay_outbox()
    left = rows(
        "SELECT c.code, o.channel_order_no FROM sales_order o JOIN sales_channel c ON c.id = o.channel_id"
        " WHERE o.status = 'shipped'"
    )
    shipped = {tuple(row) for row in left}
    assert good <= shipped
    assert {number for _, number in shipped - good} <= bad, "with what was good of them"
    assert {(name, number) for name in CHANNELS for number, _ in hub.world.channels[name].shipments} == shipped
    refused = column("SELECT o.channel_order_no FROM quarantine q JOIN sales_order o ON o.id = q.order_id")
    assert set(refused) == bad
    assert_books_are_sound()


@pytest.mark.parametrize("name", ["wechat_shop", "alibaba_1688"])
async def test_an_order_waits_while_its_refund_is_under_way(hub: Sandbox, clock: Clock, name: str) -> None:
    orders = place(hub, name, 10)
    order = next(each for each in orders if each["status"] == "paid")
    asked = {"number": "9001", "line_no": 1, "pieces": 1, "fen": 1, "status": "MERCHANT_PROCESSING"}
    order["refunds"] = [asked | {"changed_at": order["updated_at"]}]
    order["items"] = {1: {"refundStatus": "waitselleragree"}}
    await ingest_channels()
    await fulfil_orders()
    held = rows(
        "SELECT h.reasons, o.status FROM hold h JOIN sales_order o ON o.id = h.order_id"
        " WHERE o.channel_order_no = :number AND h.closed_at IS NULL",
        number=order["order_no"],
    )
    assert ["channel-refund-under-way"] in [codes(hold.reasons) for hold in held]


async def test_what_stands_in_taobaos_queue_is_stored_before_it_is_confirmed(hub: Sandbox, clock: Clock) -> None:
    file = get_settings().connections
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("/taobao/router/rest", '/taobao/router/rest", message_group = "default'), "utf-8")
    orders = place(hub, "taobao", 3)
    for order in orders:
        hub.world.taobao_queue.put("taobao_trade_TradeBuyerPay", {"tid": order["order_no"]}, clock.now)
    hub.world.add_fault(Fault("taobao", "tmc.messages.confirm", FaultKind.STATUS_500, times=None))
    with pytest.raises(Unavailable):
        await ingest_channels(["taobao"])
    assert len(column("SELECT 1 FROM inbox WHERE source = 'taobao'")) == len(hub.world.taobao_queue.waiting) == 3
    hub.world.clear_faults()
    (pulled,) = await ingest_channels(["taobao"])
    assert (pulled.seen, pulled.new) == (6, 0)
    assert hub.world.taobao_queue.waiting == {}


async def test_a_push_brings_its_order_at_once_and_a_poll_not_again(hub: Sandbox, clock: Clock) -> None:
    orders = place(hub, "wechat_shop", 3)
    reception = Reception()
    for order in [*orders, orders[0]]:
        call = push(order["order_no"], "pay", datetime.now(UTC))
        answer = await reception.take("wechat_shop", Call(call.params, {}, call.body))
        assert (answer.status, answer.body, answer.event) == (200, b"success", "orderspine.orders.arrived")
    forged = await reception.take("wechat_shop", Call({**call.params, "nonce": "0"}, {}, call.body))
    assert (forged.status, forged.event) == (401, "")
    await reception.close()
    assert column("SELECT route FROM inbox WHERE source = 'wechat_shop'") == ["webhook"] * 3
    clock.advance(minutes=1)
    await ingest_channels()
    assert len(column("SELECT 1 FROM inbox WHERE source = 'wechat_shop'")) == 3
