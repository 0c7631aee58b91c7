"""Port-level sample values and calls: what every partner of a port is asked, in the hub's words only."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bench import Bench

from integrations.ports import AlertFeed, Carrier, Channel, Erp, Invoicer, Notifier, PaymentProvider, Tracker, Warehouse
from models.messages import (
    Address,
    ErpOrder,
    ErpStatus,
    Invoice,
    InvoiceLine,
    InvoiceRequest,
    Notice,
    OutboundLine,
    OutboundRequest,
    Place,
    Progress,
    Receivable,
    ReturnRequest,
    ShipmentNotice,
    Waybill,
    WaybillRequest,
)

HOSTILE = 'O\'Neil "<b>&amp;" ]]> 𠮷𡃁👍\n%27;--\\ \u0001 {0} *~ é'
"""Quotes, entities, four-byte characters, a newline, a control character, SQL and format marks."""

CODE = "CC0000000001B"
DAY = date(2026, 5, 4)
NOON = datetime(2026, 5, 4, 4, 0, tzinfo=UTC)
SENDER = Address("仓库", "02112345678", "CN", "上海市", "上海市", "浦东新区", "张江路 1 号")
RECEIVER = Address("张三", "13800000001", "CN", "广东省", "深圳市", "南山区", "科技园 2 号")
LINES = (
    OutboundLine("1", "SKU-0001", "保温杯", 2, 12_345),
    OutboundLine("2", "SKU-0002", HOSTILE, 1, 1),
)
PLACE = Place("广东省", 22.54, 114.06)
NOTICE = Notice("订单停在审核", f"SO-1 {HOSTILE}", "hold:SO-1", "http://127.0.0.1/orders/SO-1")
SHIPMENT = ShipmentNotice("SO-1", "sf_express", "SF1000000001", NOON)


def outbound(number: str = "OB-1") -> OutboundRequest:
    return OutboundRequest(
        outbound_no=number,
        order_no="SO-1",
        channel="shop",
        warehouse="WH1",
        placed_at=NOON,
        requested_at=NOON + timedelta(minutes=1),
        shop="脊梁旗舰店",
        receiver=RECEIVER,
        sender=SENDER,
        carrier="sf_express",
        waybill_no="SF1000000001",
        currency="CNY",
        amount_minor=24_691,
        lines=LINES,
        remark=HOSTILE,
        check_code=CODE,
    )


def goods_back(number: str = "RT-1") -> ReturnRequest:
    return ReturnRequest(number, "OB-1", "WH1", True, RECEIVER, LINES[:1], HOSTILE, "SF2000000001", CODE)


def waybill_request(number: str = "OB-1") -> WaybillRequest:
    return WaybillRequest(
        number, SENDER, RECEIVER, LINES, parcels=1, weight_grams=1_250, remark=HOSTILE, check_code=CODE
    )


def erp_order(number: str = "SO-1") -> ErpOrder:
    return ErpOrder(number, "CUST001", NOON, "CNY", LINES, HOSTILE, CODE)


def receivable(number: str = "AR-1", reverses: str = "") -> Receivable:
    return Receivable(number, "SO-1", "CUST001", NOON, "CNY", LINES, reverses)


def erp_status(progress: Progress = Progress.SHIPPED, code: str = CODE) -> ErpStatus:
    return ErpStatus("SO-1", code, "OB-1", "WH1", ("SF1000000001", "SF1000000002"), progress)


def invoice_request(number: str = "SO-1-1") -> InvoiceRequest:
    lines = (
        InvoiceLine("SKU-0001", HOSTILE, 3, 10_000, Decimal(13), 1_150),
        InvoiceLine("", "运费", 1, 600, Decimal("1.5"), 9),
    )
    return InvoiceRequest(number, "测试公司", "91330106MA2B2ABCDN", "CNY", lines, NOON)


def a_paid_order(bench: Bench, name: str) -> str:
    """Places one order in the channel and returns its number."""
    made = bench.world.place_orders(name, 40, since=NOON, until=NOON + timedelta(minutes=20))
    return next(order["order_no"] for order in made.orders if order["status"] == "paid")


@dataclass(frozen=True)
class Call:
    """One method of a port. ``prepare`` brings about what the call needs and returns its arguments; ``told_where``:
    where it goes stands in them."""

    method: str
    writes: bool
    prepare: Callable[[Bench, str], Awaitable[tuple[Any, ...]]]
    told_where: bool = False

    async def run(self, partner: Any, arguments: tuple[Any, ...]) -> Any:
        return await getattr(partner, self.method)(*arguments)


def given(*arguments: Any) -> Callable[[Bench, str], Awaitable[tuple[Any, ...]]]:
    async def prepare(bench: Bench, name: str) -> tuple[Any, ...]:
        return arguments

    return prepare


async def _orders(bench: Bench, name: str) -> tuple[Any, ...]:
    a_paid_order(bench, name)
    return NOON, NOON + timedelta(minutes=20), None


async def _shipment(bench: Bench, name: str) -> tuple[Any, ...]:
    return (ShipmentNotice(a_paid_order(bench, name), "sf_express", "SF1000000001", NOON),)


async def _placed_outbound(bench: Bench, name: str) -> tuple[Any, ...]:
    await bench.partner(name).push_outbound(outbound())
    return "OB-1", "WH1", f"cancelled {HOSTILE}"


async def _erp_order(bench: Bench, name: str) -> tuple[Any, ...]:
    await bench.partner(name).push_order(erp_order())
    return ("SO-1",)


async def _status(bench: Bench, name: str) -> tuple[Any, ...]:
    await bench.partner(name).push_order(erp_order())
    return (erp_status(),)


async def _left(bench: Bench, name: str) -> tuple[Any, ...]:
    await an_order_that_left(bench, name)
    return (receivable(),)


async def an_order_that_left(bench: Bench, name: str, customer: str = "CUST001") -> None:
    """The ERP has the order SO-1, and has issued its goods."""
    await bench.partner(name).push_order(replace(erp_order(), customer=customer))
    bench.world.issue_goods("SO-1")


async def _stock(bench: Bench, name: str) -> tuple[Any, ...]:
    for system in ("wms", "erp"):
        bench.world.set_stock(system, "WH1", "SKU-0001", 7)
    return "WH1", ["SKU-0001"]


async def _booked(bench: Bench, name: str) -> tuple[Any, ...]:
    waybill: Waybill = await bench.partner(name).book_waybill(waybill_request())
    return (waybill,)


async def _tracked(bench: Bench, name: str) -> tuple[Any, ...]:
    (waybill,) = await _booked(bench, name)
    return ([waybill.waybill_no],)


async def _elsewhere(bench: Bench, name: str) -> tuple[Any, ...]:
    return "ZTO", [a_parcel_elsewhere(bench, "OB-1")]


def a_parcel_elsewhere(bench: Bench, order_no: str) -> str:
    """A delivered parcel of a carrier that we have no line to; returns its number."""
    booked_at = datetime.now(UTC) - timedelta(days=9)
    carrier = bench.world.carriers["zto"]
    waybill = carrier.book(order_no, origin="上海市", destination="深圳市", phones=["13800000001"], at=booked_at)
    bench.world.work_at_carrier(datetime.now(UTC))
    return waybill.number


async def _bill(bench: Bench, name: str) -> tuple[Any, ...]:
    bench.world.make_bill(DAY)
    return (DAY,)


async def _invoice(bench: Bench, name: str) -> tuple[Any, ...]:
    return (await an_issued_invoice(bench, name),)


async def an_issued_invoice(bench: Bench, name: str) -> Invoice:
    """Asks for one, has it issued, and returns what the partner says of it."""
    partner = bench.partner(name)
    await partner.request_invoice(invoice_request())
    bench.world.issue_invoice("SO-1-1")
    found: Invoice = await partner.find_invoice("SO-1-1")
    return found


CALLS: Mapping[type, tuple[Call, ...]] = {
    Channel: (Call("pull_orders", False, _orders), Call("push_shipment", True, _shipment)),
    Warehouse: (
        Call("push_outbound", True, given(outbound())),
        Call("find_outbound", False, given("OB-1")),
        Call("cancel_outbound", True, _placed_outbound),
        Call("pull_stock", False, _stock),
        Call("push_return", True, given(goods_back())),
        Call("find_return", False, given("RT-1")),
    ),
    Carrier: (
        Call("book_waybill", True, given(waybill_request())),
        Call("find_waybill", False, given("OB-1")),
        Call("cancel_waybill", True, _booked),
        Call("track", False, _tracked),
        Call("fetch_label", False, _booked),
    ),
    Tracker: (Call("track_for", False, _elsewhere), Call("subscribe", True, given("ZTO", "ZT1"))),
    Erp: (
        Call("push_order", True, given(erp_order())),
        Call("find_order", False, given("SO-1")),
        Call("push_status", False, _status),  # it asks before it writes
        Call("cancel_order", True, _erp_order),
        Call("book_receivable", True, _left),
        Call("find_receivable", False, _left),
        Call("pull_stock", False, _stock),
        Call("pull_orders_as_they_are", False, given(["SO-1"])),
        Call("pull_news", False, given(NOON, NOON + timedelta(hours=1))),
    ),
    PaymentProvider: (Call("pull_statement", False, _bill),),
    Invoicer: (
        Call("request_invoice", True, given(invoice_request())),
        Call("find_invoice", False, given("SO-1-1")),
        Call("download_invoice", False, _invoice, told_where=True),
    ),
    AlertFeed: (Call("pull_alerts", False, given(PLACE)),),
    Notifier: (Call("notify", True, given(NOTICE)),),
}
