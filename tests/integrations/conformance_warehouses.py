"""What warehouses tell besides what they shipped."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from bench import Bench, real_clock
from conformance import failure, of
from peers import peer
from samples import CODE, NOON, Call, given, goods_back, outbound

from integrations.errors import Forged, Misconfigured, Rejected, Unavailable
from integrations.ports import ReportsStock, TakesOutboundsTogether, TakesReturns
from models.messages import ChangeCause, Condition, RawMessage, ReturnArrived, ReturnedLine, Stage, StockChange
from sandbox.faults import FaultKind
from sandbox.hub import Message
from sandbox.warehouse import Arrived, StockNotice


def heard(bench: Bench, name: str, notice: StockNotice, at: datetime) -> RawMessage:
    """A change of stock that the warehouse reports, verified."""
    return verified(bench, name, peer(name).stock_notice(notice, at), at)


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
    call = peer(name).stock_notice(StockNotice("N-1", "WH1", "SKU-1", 7, "CG-1", now), now)
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
    message = verified(bench, name, peer(name).arrival(there, arrived, now), now)
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


@of(TakesOutboundsTogether)
async def outbounds_pushed_together_are_what_they_are_alone(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    numbers = ["OB-2", "OB-1", "OB-3"]
    for number in numbers:
        await partner.push_outbound(outbound(number))
    alone = [_content(bench, number) for number in numbers]
    bench.world.reset()
    accepted = await partner.push_outbounds([outbound(number) for number in numbers])
    assert [(each.outbound_no, each.check_code) for each in accepted] == [(number, CODE) for number in numbers]
    assert [_content(bench, number) for number in numbers] == alone
    assert bench.effects(name) == [("outbound-created", number) for number in numbers]
    assert partner.outbounds_at_once() >= 1


def _content(bench: Bench, number: str) -> object:
    return replace(bench.world.warehouse.outbounds[number], created_at=NOON)


@of(TakesOutboundsTogether)
async def outbounds_of_which_one_is_refused_are_not_taken_for_accepted(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    known = await partner.push_outbound(outbound("OB-1"))
    nowhere = replace(outbound("OB-2"), receiver=replace(outbound().receiver, city=""))
    for spoilt in (outbound("OB-1"), nowhere):
        with pytest.raises(Rejected):
            await partner.push_outbounds([outbound("OB-3"), spoilt])
    with pytest.raises(Rejected):
        await partner.push_outbounds([outbound("OB-4"), outbound("OB-4")])
    assert await partner.find_outbound("OB-1") == known
    assert await partner.find_outbound("OB-2") is None
    assert bench.effects(name) == [("outbound-created", number) for number in ("OB-1", "OB-3", "OB-4")]


@of(TakesOutboundsTogether)
async def trouble_with_outbounds_together_is_classed_as_for_one(bench: Bench, name: str) -> None:
    together = Call("push_outbounds", True, given([outbound("OB-1"), outbound("OB-2")]))
    unknown = (
        FaultKind.DROP_REPLY,
        FaultKind.STATUS_500,
        FaultKind.HTML_200,
        FaultKind.EMPTY_JSON,
        FaultKind.MALFORMED,
    )
    for kind in (*unknown, FaultKind.REFUSE, FaultKind.RATE_LIMIT):
        error = await failure(bench, name, together, kind)
        assert isinstance(error, Unavailable), (kind, error)
        assert error.outcome_unknown == (kind in unknown), kind
    assert isinstance(await failure(bench, name, together, FaultKind.EXPIRED_SESSION), Misconfigured)
    assert isinstance(await failure(bench, name, together, FaultKind.REJECT), Rejected)


@of(TakesOutboundsTogether)
async def a_later_answer_says_of_each_outbound_whether_it_is_taken(bench: Bench, name: str) -> None:
    now = real_clock().replace(microsecond=0)
    partner = bench.partner(name)
    await partner.push_outbounds([outbound("OB-1"), outbound("OB-2")])
    call = peer(name).batch_answer(
        [*bench.world.warehouse.outbounds.values()], {"OB-2": 'no such place "<b>&amp;" 𠮷'}, now
    )
    message = verified(bench, name, call, now)
    first, second = partner.read_answers(message)
    assert (first.outbound_no, first.stage) == ("OB-1", Stage.AT_WORK)
    assert (second.outbound_no, second.stage, second.happened_at) == ("OB-2", Stage.STOPPED, now)
    assert second.word == 'no such place "<b>&amp;" 𠮷'
    for about_something_else in ("<request/>", "<request><items/></request>", "<request><process/></request>"):
        assert partner.read_answers(RawMessage("key", about_something_else, NOON)) == []
    for whole, spoilt in ((">OB-2<", "><"), (">failure<", "><"), (">success<", ">perhaps<")):
        with pytest.raises(Rejected):
            partner.read_answers(RawMessage("key", message.body.replace(whole, spoilt), NOON))
    headers = {key.lower(): value for key, value in call.headers.items()}
    with pytest.raises(Forged):
        partner.receive_callback(dict(call.params), headers, call.body.replace(b">failure<", b">success<"), now)
