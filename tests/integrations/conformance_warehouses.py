"""What warehouses tell besides what they shipped."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from bench import Bench, real_clock
from conformance import of
from samples import CODE, NOON, goods_back

from integrations.errors import Forged, Rejected
from integrations.ports import ReportsStock, TakesReturns
from models.messages import ChangeCause, Condition, RawMessage, ReturnArrived, ReturnedLine, StockChange
from sandbox.hub import Message
from sandbox.qimen_return import arrival_message
from sandbox.qimen_stock import stock_message
from sandbox.warehouse import Arrived, GoodsBack, StockNotice

STOCK_REPORTS: Mapping[str, Callable[[StockNotice, datetime], Message]] = {"qimen": stock_message}
"""How a warehouse's word of a change of stock is signed, by the sandbox's own implementation."""


RETURNS: Mapping[str, Callable[[GoodsBack, Arrived, datetime], Message]] = {"qimen": arrival_message}
"""How a warehouse's word of what came back is signed."""


def heard(bench: Bench, name: str, notice: StockNotice, at: datetime) -> RawMessage:
    """A change of stock that the warehouse reports, verified."""
    return verified(bench, name, STOCK_REPORTS[name](notice, at), at)


def verified(bench: Bench, name: str, call: Message, at: datetime) -> RawMessage:
    headers = {key.lower(): value for key, value in call.headers.items()}
    message: RawMessage = bench.partner(name).receive_callback(dict(call.params), headers, call.body, at)
    return message


@of(ReportsStock)
async def a_change_of_stock_says_what_changed_and_why(bench: Bench, name: str) -> None:
    now = real_clock().replace(microsecond=0)
    partner = bench.partner(name)
    cases = [
        (StockNotice("N-1", "WH1", "SKU-1", 7, "CG-1", now, "CGRK"), Condition.GOOD, ChangeCause.RECEIVED),
        (StockNotice("N-2", "WH1", "SKU-1", -2, "QT-1", now, "QTCK"), Condition.GOOD, ChangeCause.OTHER),
        (StockNotice("N-3", "WH1", "SKU-1", 1, "TH-1", now, "THRK", "XS"), Condition.DEFECTIVE, ChangeCause.RETURNED),
        (StockNotice("N-4", "WH1", "SKU-1", 1, "DB-1", now, "DBRK", "ZT"), Condition.UNCLEAR, ChangeCause.RECEIVED),
        (StockNotice("N-5", "WH1", "SKU-1", -3, "PD-1", now, counted=True), Condition.GOOD, ChangeCause.COUNTED),
    ]
    for notice, condition, cause in cases:
        message = heard(bench, name, notice, now)
        assert heard(bench, name, notice, now + timedelta(minutes=5)).key == message.key
        report = partner.read_stock_report(message)
        (change,) = report.changes
        assert isinstance(change, StockChange)
        assert (change.warehouse, change.sku, change.quantity) == ("WH1", "SKU-1", notice.quantity)
        assert (change.condition, change.cause, change.document) == (condition, cause, notice.document)
        assert change.change_id.startswith(notice.notice_id)
        assert change.changed_at == now
    for body in ("<request/>", "<request><deliveryOrder/></request>", "<request><process/></request>"):
        assert partner.read_stock_report(RawMessage("key", body, NOON)) is None


@of(ReportsStock)
async def a_forged_report_of_stock_is_refused(bench: Bench, name: str) -> None:
    now = real_clock()
    call = STOCK_REPORTS[name](StockNotice("N-1", "WH1", "SKU-1", 7, "CG-1", now), now)
    partner, headers = bench.partner(name), {key.lower(): value for key, value in call.headers.items()}
    for forged, at in ((call.body.replace(b">7<", b">9<"), now), (call.body, now + timedelta(minutes=11))):
        with pytest.raises(Forged):
            partner.receive_callback(dict(call.params), headers, forged, at)


@of(ReportsStock)
async def a_report_of_stock_that_lacks_a_figure_is_rejected(bench: Bench, name: str) -> None:
    now = real_clock()
    for counted in (False, True):
        message = heard(bench, name, StockNotice("N-1", "WH1", "SKU-1", 7, "CG-1", now, counted=counted), now)
        for whole, spoilt in ((">7<", "><"), (">7<", ">7.5<"), (">7<", ">many<"), (">SKU-1<", "><"), (">WH1<", "><")):
            body = message.body.replace(whole, spoilt)
            with pytest.raises(Rejected):
                bench.partner(name).read_stock_report(RawMessage("key", body, NOON))


@of(TakesReturns)
async def a_return_is_announced_as_meant(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    assert await partner.find_return("RT-1") is None
    accepted = await partner.push_return(goods_back())
    (there,) = bench.world.warehouse.returns.values()
    assert (there.code, there.outbound, there.warehouse, there.order_type) == ("RT-1", "OB-1", "WH1", "HHRK")
    assert (there.sender, there.express_code, there.lines) == ("张三", "SF2000000001", {"SKU-0001": 2})
    assert CODE in there.extend_props.values()
    found = await partner.find_return("RT-1")
    assert (found, found.check_code) == (accepted, CODE)


@of(TakesReturns)
async def what_came_back_is_said_by_its_state(bench: Bench, name: str) -> None:
    now = real_clock().replace(microsecond=0)
    partner = bench.partner(name)
    await partner.push_return(goods_back())
    (there,) = bench.world.warehouse.returns.values()
    arrived = Arrived("RC-1", "RT-1", now, [("SKU-0001", "ZP", 1), ("SKU-0001", "CC", 1), ("SKU-0001", "??", 0)])
    message = verified(bench, name, RETURNS[name](there, arrived, now), now)
    assert partner.read_return(message) == ReturnArrived(
        "RT-1",
        "RC-1",
        "WH1",
        now,
        (
            ReturnedLine("SKU-0001", 1, Condition.GOOD, "ZP"),
            ReturnedLine("SKU-0001", 1, Condition.DEFECTIVE, "CC"),
            ReturnedLine("SKU-0001", 0, Condition.UNCLEAR, "??"),
        ),
        CODE,
    )
    assert partner.read_return(RawMessage("key", "<request><items/></request>", NOON)) is None
    for whole, spoilt in ((">1<", "><"), (">1<", ">1.5<"), (">RT-1<", "><"), (">SKU-0001<", "><"), (">1<", ">-1<")):
        body = message.body.replace(whole, spoilt)
        with pytest.raises(Rejected):
            partner.read_return(RawMessage("key", body, NOON))
