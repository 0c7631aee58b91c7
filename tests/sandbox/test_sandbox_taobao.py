"""Taobao takes calls of the SDK `taobao-openapi` and answers in TOP's forms."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlparse

import httpx
import pytest
import top
from signed_requests import BEIJING, top_params
from top.api.base import RestApi, TopException

from sandbox import credentials
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(hours=20)
FIELDS = "tid,status,payment,post_fee,modified,orders,receiver_name,receiver_mobile,oaid"
PATH = "/taobao/router/rest"


def text(moment: datetime) -> str:
    return moment.astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S")


def increment(page: int, **more: Any) -> dict[str, str]:
    return top_params(
        "taobao.trades.sold.increment.get",
        fields=FIELDS,
        start_modified=text(START),
        end_modified=text(START + timedelta(days=1)),
        page_no=page,
        page_size=40,
        **more,
    )


class TradesSoldIncrementGet(RestApi):  # type: ignore[misc]  # the SDK is untyped
    """A call as the SDK's generated classes write it."""

    def __init__(self, domain: str, port: int) -> None:
        super().__init__(domain, port)
        self.fields = FIELDS
        self.start_modified = text(START)
        self.end_modified = text(START + timedelta(days=1))
        self.page_size = 100

    def getapiname(self) -> str:
        return "taobao.trades.sold.increment.get"


@pytest.fixture
def sdk_for_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The SDK knows only its gateway's own path, and never closes its connections."""
    opened: list[HTTPConnection] = []

    def connect(domain: str, port: int, timeout: float) -> HTTPConnection:
        opened.append(HTTPConnection(domain, port, timeout=timeout))
        return opened[-1]

    monkeypatch.setattr("top.api.base.N_REST", PATH)
    monkeypatch.setattr("top.api.base.httplib", SimpleNamespace(HTTPConnection=connect))
    yield
    for connection in opened:
        connection.close()


@pytest.mark.usefixtures("sdk_for_the_sandbox")
@pytest.mark.proves("taobao", "taobao-openapi", "sandbox")
async def test_the_official_sdk_reads_trades_over_http(served: str, world: World) -> None:
    made = world.place_orders("taobao", 30, since=START, until=END)
    address = urlparse(served)
    call = TradesSoldIncrementGet(cast(str, address.hostname), cast(int, address.port))
    call.set_app_info(top.appinfo(credentials.TAOBAO_APP_KEY, credentials.TAOBAO_APP_SECRET))
    reply = await asyncio.to_thread(call.getResponse, credentials.TAOBAO_SESSION)
    trades = reply["trades_sold_increment_get_response"]["trades"]["trade"]
    assert {str(t["tid"]) for t in trades} == {o["order_no"] for o in made.orders}
    call.set_app_info(top.appinfo(credentials.TAOBAO_APP_KEY, "another secret"))
    with pytest.raises(TopException) as refused:
        await asyncio.to_thread(call.getResponse, credentials.TAOBAO_SESSION)
    assert refused.value.errorcode == 25


async def test_pages_run_from_newest_to_oldest_and_hold_every_trade(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("taobao", 95, since=START, until=END)
    trades = []
    for page in (1, 2, 3):
        reply = (await client.post(PATH, data=increment(page))).json()["trades_sold_increment_get_response"]
        assert reply["total_results"] == 95
        trades += reply["trades"]["trade"]
    assert [t["modified"] for t in trades] == sorted((t["modified"] for t in trades), reverse=True)
    assert {str(t["tid"]) for t in trades} == {o["order_no"] for o in made.orders}
    beyond = (await client.post(PATH, data=increment(4))).json()["trades_sold_increment_get_response"]
    assert "trades" not in beyond


@pytest.mark.parametrize(("order_of_pages", "loses"), [((3, 2, 1), False), ((1, 2, 3), True)])
async def test_trades_that_leave_the_window_are_lost_only_by_paging_forwards(
    client: httpx.AsyncClient, world: World, order_of_pages: tuple[int, ...], loses: bool
) -> None:
    """A trade changed meanwhile moves past a window that ends in the past, and the pages behind it shift."""
    made = world.place_orders("taobao", 95, since=START, until=END)
    world.set_now(START + timedelta(days=3))
    seen: set[str] = set()
    changed: set[str] = set()
    for page in order_of_pages:
        reply = (await client.post(PATH, data=increment(page))).json()["trades_sold_increment_get_response"]
        seen |= {str(t["tid"]) for t in reply["trades"]["trade"]}
        newest = (await client.post(PATH, data=increment(1))).json()["trades_sold_increment_get_response"]
        for trade in newest["trades"]["trade"][:5]:
            world.update_order("taobao", str(trade["tid"]), {"remark": "改地址"})
            changed.add(str(trade["tid"]))
    missed = {o["order_no"] for o in made.orders} - seen - changed
    assert bool(missed) is loses


async def test_has_next_replaces_the_total(client: httpx.AsyncClient, world: World) -> None:
    world.place_orders("taobao", 60, since=START, until=END)
    answers = [
        (await client.post(PATH, data=increment(page, use_has_next="true"))).json()[
            "trades_sold_increment_get_response"
        ]
        for page in (1, 2)
    ]
    assert [a["has_next"] for a in answers] == [True, False]
    assert all("total_results" not in a for a in answers)


async def test_trades_are_masked_and_add_up(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("taobao", 40, since=START, until=END)
    order = next(o for o in made.orders if len(o["lines"]) > 1)
    params = top_params("taobao.trade.fullinfo.get", fields=FIELDS + ",buyer_nick", tid=order["order_no"])
    trade = (await client.post(PATH, data=params)).json()["trade_fullinfo_get_response"]["trade"]
    assert trade["receiver_mobile"] == f"{order['receiver']['phone'][:3]}****{order['receiver']['phone'][-4:]}"
    assert trade["receiver_name"].endswith("**")
    assert trade["oaid"].startswith("oaid")
    lines = trade["orders"]["order"]
    fen = sum(round(float(line["payment"]) * 100) for line in lines)
    assert fen + round(float(trade["post_fee"]) * 100) == round(float(trade["payment"]) * 100)
    assert len({line["oid"] for line in lines}) == len(lines)
    assert "pay_time" not in trade, "a field that was not asked for is not sent"


async def test_sold_get_windows_by_creation(client: httpx.AsyncClient, world: World) -> None:
    made = world.place_orders("taobao", 50, since=START, until=END)
    middle = datetime.fromisoformat(made.orders[25]["created_at"])
    params = top_params(
        "taobao.trades.sold.get",
        fields="tid",
        start_created=text(middle),
        end_created=text(END),
        page_size=100,
    )
    reply = (await client.post(PATH, data=params)).json()["trades_sold_get_response"]
    expected = {o["order_no"] for o in made.orders if datetime.fromisoformat(o["created_at"]) >= middle}
    assert {str(t["tid"]) for t in reply["trades"]["trade"]} == expected


async def test_shipping_twice_is_refused_and_done_once(client: httpx.AsyncClient, world: World) -> None:
    orders = world.place_orders("taobao", 20, since=START, until=END).orders
    tid = next(o["order_no"] for o in orders if o["status"] == "paid")
    params = top_params("taobao.logistics.offline.send", tid=tid, out_sid="SF1", company_code="SF")
    first, second = [(await client.post(PATH, data=params)).json() for _ in range(2)]
    assert first["logistics_offline_send_response"]["shipping"] == {"is_success": True}
    assert second["error_response"]["sub_code"] == "isv.logistics-offline-service-error:B04"
    assert [e.key for e in world.ledger.effects("taobao", "shipped")] == [tid]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sign": "0" * 32}, 25),
        ({"fields": "tid"}, 25),
        ({"app_key": "1"}, 29),
        ({"timestamp": "2020-01-01 00:00:00"}, 31),
        ({"timestamp": "now"}, 31),
        ({"format": "xml"}, 23),
        ({"method": ""}, 21),
    ],
)
async def test_wrong_envelopes_are_refused(client: httpx.AsyncClient, changes: dict[str, str], code: int) -> None:
    reply = await client.post(PATH, data=increment(1) | changes)
    assert reply.status_code == 200
    assert reply.json()["error_response"]["code"] == code


@pytest.mark.parametrize(
    ("business", "code"),
    [
        ({"page_size": 101}, 41),
        ({"end_modified": "2026-01-09 00:00:00"}, 41),
        ({"start_modified": ""}, 40),
        ({"fields": ""}, 40),
        ({"session": "old"}, 27),
    ],
)
async def test_wrong_arguments_are_refused(client: httpx.AsyncClient, business: dict[str, Any], code: int) -> None:
    arguments = {"fields": "tid", "start_modified": text(START), "end_modified": text(END), **business}
    arguments = {name: value for name, value in arguments.items() if value != ""}
    reply = await client.post(PATH, data=top_params("taobao.trades.sold.increment.get", **arguments))
    assert reply.json()["error_response"]["code"] == code
