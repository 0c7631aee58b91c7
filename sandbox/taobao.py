"""Taobao behind TOP: trades and shipping back (partners.md §1).

    taobao.trades.sold.get            by creation, at most the last 3 months
    taobao.trades.sold.increment.get  by change, at most one day, newest first
    taobao.trade.fullinfo.get         one trade
    taobao.tmc.messages.consume       the oldest messages that are not confirmed
    taobao.tmc.messages.confirm       by their ids; what is not confirmed comes again
    taobao.refunds.receive.get        refunds by change, newest first
    taobao.logistics.offline.send     ship; key tid + out_sid, a repeat is refused as shipped already

An empty page has no `trades` at all,
windows include both ends and count whole seconds, names and phones are masked and stand behind an `oaid`.
The sub codes of `offline.send` are invented: the source gives none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.channel import Shipment
from sandbox.clock import from_beijing_text
from sandbox.credentials import TAOBAO_APP_KEY, TAOBAO_APP_SECRET, TAOBAO_SESSION
from sandbox.order_book import Position
from sandbox.taobao_trade import refunds_of, trade_of, trade_status
from sandbox.top import App, invalid, refuse, required, top_partner

if TYPE_CHECKING:
    from sandbox.world import World

MAX_PAGE_SIZE = 100


def _moment(params: Mapping[str, str], name: str) -> datetime:
    try:
        return from_beijing_text(required(params, name))
    except ValueError as error:
        raise invalid(name) from error


def _number(params: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = params.get(name) or str(default)
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise invalid(name)
    return int(text)


def _sold(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    now = world.clock.now()
    end = _moment(params, "end_created") if params.get("end_created") else now
    start = _moment(params, "start_created") if params.get("start_created") else end - timedelta(days=90)
    if start > end:
        raise invalid("start_created")
    return _page(world, params, world.channels["taobao"].book.created_between(start, end))


def _increment(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    start, end = _moment(params, "start_modified"), _moment(params, "end_modified")
    if not start <= end <= start + timedelta(days=1):
        raise invalid("end_modified")
    return _page(world, params, world.channels["taobao"].book.updated_between(start, end))


def _page(world: World, params: Mapping[str, str], oldest_first: Sequence[Position]) -> dict[str, Any]:
    fields = required(params, "fields").split(",")
    size = _number(params, "page_size", 40, MAX_PAGE_SIZE)
    page = _number(params, "page_no", 1, 1_000_000)
    book = world.channels["taobao"].book
    if status := params.get("status"):
        oldest_first = [p for p in oldest_first if trade_status(book[p[1]]) == status]
    end = len(oldest_first) - (page - 1) * size
    wanted = oldest_first[max(0, end - size) : max(0, end)][::-1]
    content: dict[str, Any] = (
        {"has_next": end > size} if params.get("use_has_next") == "true" else {"total_results": len(oldest_first)}
    )
    if wanted:
        content["trades"] = {"trade": [_only(trade_of(book[number]), fields) for _, number in wanted]}
    return content


def _only(trade: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    names = {field.strip().split(".")[0] for field in fields}
    return {name: value for name, value in trade.items() if name in names}


def _refunds(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    fields = required(params, "fields").split(",")
    start, end = _moment(params, "start_modified"), _moment(params, "end_modified")
    size, page = _number(params, "page_size", 40, MAX_PAGE_SIZE), _number(params, "page_no", 1, 1_000_000)
    changed = sorted(
        (refund for order in world.channels["taobao"].book for refund in refunds_of(order)),
        key=lambda refund: str(refund["modified"]),
        reverse=True,
    )
    inside = [refund for refund in changed if start <= from_beijing_text(refund["modified"]) <= end]
    wanted = inside[(page - 1) * size : page * size]
    content: dict[str, Any] = (
        {"has_next": len(inside) > page * size}
        if params.get("use_has_next") == "true"
        else {"total_results": len(inside)}
    )
    if wanted:
        content["refunds"] = {"refund": [_only(refund, fields) for refund in wanted]}
    return content


def _consume(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    required(params, "group_name")
    taken = world.taobao_queue.take(_number(params, "quantity", 100, 200))
    return {"messages": {"tmc_message": taken}} if taken else {}


def _confirm(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    numbers = required(params, "s_message_ids").split(",")
    if len(numbers) > 200 or not all(number.isdecimal() for number in numbers):
        raise invalid("s_message_ids")
    world.taobao_queue.confirm([int(number) for number in numbers])
    return {"is_success": True}


def _fullinfo(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    fields = required(params, "fields").split(",")
    order = world.channels["taobao"].book.get(required(params, "tid"))
    if order is None:
        raise refuse(15, "Remote service error", "isv.trade-not-exist", "交易订单不存在")
    return {"trade": _only(trade_of(order), fields)}


def _send(world: World, params: Mapping[str, str]) -> dict[str, Any]:
    tid, out_sid, company = (required(params, name) for name in ("tid", "out_sid", "company_code"))
    channel = world.channels["taobao"]
    order = channel.book.get(tid)
    problem = "isv.logistics-offline-service-error"
    if order is None:
        raise refuse(15, "Remote service error", f"{problem}:B01", "订单不存在")
    if channel.shipped(tid, out_sid):
        raise refuse(15, "Remote service error", f"{problem}:B04", "该订单已经发货，不能重复发货")
    if order["status"] != "paid":
        raise refuse(15, "Remote service error", f"{problem}:B27", "订单状态不允许发货")
    now = world.clock.now()
    channel.ship(Shipment(tid, out_sid, company, now.isoformat()))
    channel.book.change(tid, {"status": "shipped"}, now)
    world.ledger.record("taobao", "shipped", tid, waybill_no=out_sid, carrier=company)
    return {"shipping": {"is_success": True}}


TAOBAO = top_partner(
    "taobao",
    App(TAOBAO_APP_KEY, TAOBAO_APP_SECRET, TAOBAO_SESSION),
    {
        "trades.sold.get": _sold,
        "trades.sold.increment.get": _increment,
        "trade.fullinfo.get": _fullinfo,
        "refunds.receive.get": _refunds,
        "tmc.messages.consume": _consume,
        "tmc.messages.confirm": _confirm,
        "logistics.offline.send": _send,
    },
)
