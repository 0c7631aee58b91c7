"""What is asked of who collects the money."""

from datetime import datetime, timedelta

import pytest
from bench import Bench, real_clock
from conformance import of
from peers import peer
from samples import (
    DAY,
    HOSTILE,
    NOON,
)

from integrations.errors import Forged, Unavailable
from integrations.ports import (
    PaymentProvider,
    PushesPayments,
)
from sandbox.bills import BillRow, Distortion

ROWS = (
    BillRow("420000000120260504001", "SO-1", "杯子", NOON, 12_345),
    BillRow("420000000120260504002", "SO-2", HOSTILE.replace("\n", " "), NOON + timedelta(minutes=1), 1),
)


@of(PaymentProvider)
async def a_statement_says_what_was_paid_and_refunded(bench: Bench, name: str) -> None:
    struck = bench.world.make_bill(
        DAY, rows=ROWS, from_orders=False, distortions=[Distortion.REFUND, Distortion.WRONG_AMOUNT]
    )
    assert struck
    lines = await bench.partner(name).pull_statement(DAY)
    assert [(line.trade_no, line.order_no, line.kind, line.amount.minor, line.fee.minor) for line in lines] == [
        (row.trade_no, row.merchant_order_no, "refund" if row.refund_no else "payment", row.amount_fen, row.fee_fen)
        for row in bench.world.bills.days[DAY]
    ]
    assert [line.happened_at for line in lines] == [row.paid_at for row in bench.world.bills.days[DAY]]
    assert lines[-1].line_id != lines[-2].line_id


@of(PaymentProvider)
async def no_trade_is_an_empty_statement_and_none_yet_is_for_later(bench: Bench, name: str) -> None:
    with pytest.raises(Unavailable):
        await bench.partner(name).pull_statement(real_clock().date() + timedelta(days=1))
    bench.world.make_bill(DAY, from_orders=False)
    assert await bench.partner(name).pull_statement(DAY) == []


@of(PushesPayments)
async def a_payment_is_told_at_once(bench: Bench, name: str) -> None:
    now = real_clock()
    partner = bench.partner(name)
    refund = BillRow(ROWS[0].trade_no, "SO-1", "杯子", NOON + timedelta(hours=1), -45, refund_no="R-1")
    for row, kind in ((ROWS[0], "payment"), (refund, "refund")):
        headers, body = _told(name, row, now)
        message = partner.receive_payment(headers, body, now)
        assert partner.receive_payment(headers, body, now + timedelta(minutes=4)).key == message.key
        news = partner.read_payment(message)
        assert (news.kind, news.order_no, news.trade_no, news.refund_no) == (kind, "SO-1", row.trade_no, row.refund_no)
        assert (news.amount.minor, news.done, news.happened_at) == (row.amount_fen, True, row.paid_at)
    accepted, refused = partner.answer_payment(None), partner.answer_payment(Forged(name, "words"))
    assert 200 <= accepted[0] < 300 <= refused[0]


@of(PushesPayments)
async def a_forged_or_stale_payment_is_refused(bench: Bench, name: str) -> None:
    now = real_clock()
    headers, body = _told(name, ROWS[0], now)
    partner = bench.partner(name)
    signature = next(key for key in headers if key.endswith("signature"))
    for forged, content in (
        (headers, body.replace(b"SUCCESS", b"CLOSED")),
        (headers | {signature: "AAAA"}, body),
        (headers | {signature: "é"}, body),
        (headers | {signature: "WECHATPAY/SIGNTEST/AAAA"}, body),
        ({}, body),
        (headers, b""),
    ):
        with pytest.raises(Forged):
            partner.receive_payment(forged, content, now)
    for at in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
        with pytest.raises(Forged):
            partner.receive_payment(headers, body, at)


def _told(name: str, row: BillRow, at: datetime) -> tuple[dict[str, str], bytes]:
    message = peer(name).notification(row, at)
    return {key.lower(): value for key, value in message.headers.items()}, message.body
