"""What warehouses tell besides what they shipped."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from bench import Bench, real_clock
from conformance import of
from samples import NOON

from integrations.errors import Forged, Rejected
from integrations.ports import ReportsStock
from models.messages import ChangeCause, Condition, RawMessage, StockChange
from sandbox.hub import Message
from sandbox.qimen_stock import stock_message
from sandbox.warehouse import StockNotice

STOCK_REPORTS: Mapping[str, Callable[[StockNotice, datetime], Message]] = {"qimen": stock_message}
"""How a warehouse's word of a change of stock is signed, by the sandbox's own implementation."""


def heard(bench: Bench, name: str, notice: StockNotice, at: datetime) -> RawMessage:
    """A change of stock that the warehouse reports, verified."""
    call = STOCK_REPORTS[name](notice, at)
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
