"""Taobao's message queue: what it is about is asked for, and what is not confirmed comes again."""

from datetime import timedelta

import pytest
from bench import Bench
from conformance_channels import pulled
from peers import peer
from samples import NOON, a_paid_order

from integrations.errors import Unavailable
from integrations.taobao import Taobao
from models.messages import News
from sandbox.faults import Fault, FaultKind


def listener(bench: Bench) -> Taobao:
    settings = peer("taobao").settings(bench.address) | {"message_group": "default"}
    partner = bench.partner("taobao", settings=settings)
    assert isinstance(partner, Taobao)
    return partner


def queue(bench: Bench, *contents: object) -> None:
    for content in contents:
        bench.world.taobao_queue.put("taobao_trade_TradeBuyerPay", content, NOON)


async def test_news_is_the_trade_as_a_poll_gives_it_until_it_is_confirmed(bench: Bench) -> None:
    number = a_paid_order(bench, "taobao")
    queue(bench, {"tid": int(number), "status": "WAIT_SELLER_SEND_GOODS"}, {"tid": int(number)})
    partner = listener(bench)
    news = await partner.take_news()
    polled = await pulled(partner, NOON, NOON + timedelta(minutes=30))
    assert list(news.messages) == [each for each in polled if partner.read_order(each).order_no == number]
    assert len(news.receipts) == 2
    assert await partner.take_news() == news
    for _ in range(2):
        await partner.confirm_news(news.receipts)
    assert await partner.take_news() == News((), ())


async def test_what_is_about_no_trade_or_one_that_is_gone_is_taken_and_stops_nothing(bench: Bench) -> None:
    number = a_paid_order(bench, "taobao")
    queue(bench, {"num_iid": 1}, [], "no object", {"tid": 1}, {"tid": number})
    news = await listener(bench).take_news()
    assert [message.key.partition(":")[0] for message in news.messages] == [number]
    assert len(news.receipts) == 5


async def test_without_a_group_the_queue_is_left_alone(bench: Bench) -> None:
    queue(bench, {"tid": 1})
    assert await bench.partner("taobao").take_news() == News((), ())
    assert bench.world.requests.total("taobao") == 0


@pytest.mark.usefixtures("no_waiting")
async def test_an_outage_while_a_trade_is_asked_for_loses_no_message(bench: Bench) -> None:
    number = a_paid_order(bench, "taobao")
    queue(bench, {"tid": number})
    bench.world.add_fault(Fault("taobao", "trade.fullinfo.get", FaultKind.STATUS_500, times=None))
    with pytest.raises(Unavailable):
        await listener(bench).take_news()
    bench.world.clear_faults()
    assert len((await listener(bench).take_news()).messages) == 1
