"""Alipay's statements and QWeather's alerts, from the sandbox: signed, zipped, distorted, updated, called off."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from bench import Bench
from samples import DAY, NOON, PLACE

from integrations.alipay_bill import CannotOpen, Contradiction, open_bill, read_bill
from integrations.errors import Misconfigured
from models.messages import Place
from sandbox import credentials
from sandbox.bills import BillRow, Distortion
from sandbox.weather import Alert

BILL = """#支付宝业务明细查询
#账号：[2088]
#起始日期：[2026年05月04日 00:00:00]   终止日期：[2026年05月05日 00:00:00]
#-----------------------------------------业务明细列表----------------------------------------
备注,服务费（元）,退款批次号/请求号,商家实收（元）,完成时间,商品名称,业务类型,商户订单号,支付宝交易号
,-0.06,\t,"1,010.00",2026-05-04 10:00:00,"杯\u2028子, 大",交易\t,SO-1\t,T1\t
,0.00,R1\t,-10.00,2026-05-04 11:00:00,杯子,退款\t,SO-1\t,T1\t
#-----------------------------------------业务明细列表结束------------------------------------
#交易合计：1笔，商家实收共1010.00元，商家优惠共0.00元
#退款合计：1笔，商家实收退款共-10.00元，商家优惠退款共0.00元
#导出时间：[2026年05月05日 05:46:49]
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_columns_are_found_by_name(encoding: str) -> None:
    payment, refund = read_bill(BILL.encode(encoding))
    assert (payment.line_id, payment.order_no, payment.amount.minor, payment.fee.minor) == ("T1:", "SO-1", 101_000, -6)
    assert payment.title == "杯\u2028子, 大"
    assert payment.happened_at == datetime(2026, 5, 4, 2, 0, tzinfo=UTC)
    assert (refund.line_id, refund.kind, refund.amount.minor) == ("T1:R1", "refund", -1_000)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("-10.00,2026", "-10.01,2026", r"1 refunds of -10\.01 CNY in its rows, 1 of -10\.00 CNY in its footer"),
        ("#交易合计：1笔", "#交易合计：2笔", "1 payments of 1,010.00 CNY in its rows, 2 of"),
        ("#退款合计", "#别的", "may have been cut off"),
        ("共1010.00元", "共1.0.1元", "not an amount"),
        ("-10.00,2026", "1e9,2026", "row 2: '1e9' is not an amount"),
        ("2026-05-04 10:00:00", "yesterday", "row 1: 'yesterday' is not a time"),
        ("退款\t", "充值\t", "row 2: 充值 is neither a trade nor a refund"),
        ("服务费（元）", "手续费", r"no column 服务费\(元\)"),
        (",杯子,", ",杯,子,", "row 2 has 10 cells, its header 9"),
        (",杯子,", f",{'杯' * 200_000},", "row 2: field larger than field limit"),
    ],
)
def test_a_bill_that_contradicts_itself_is_refused_with_both_sides(old: str, new: str, words: str) -> None:
    assert old in BILL
    with pytest.raises(Contradiction, match=words):
        read_bill(BILL.replace(old, new).encode())


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", b"a,b\n1,2\n", BILL.encode()[:500]])
def test_what_is_no_bill_is_not_read(content: bytes) -> None:
    with pytest.raises(CannotOpen):
        read_bill(content)
    with pytest.raises(CannotOpen):
        open_bill(content)


async def test_a_statement_is_fetched_verified_and_read(bench: Bench) -> None:
    rows = [
        BillRow(f"20260504{n:020d}", f"SO-{n}", f"商品 {n}", NOON + timedelta(minutes=n), 10_000 + n)
        for n in range(1, 31)
    ]
    struck = bench.world.make_bill(DAY, rows=rows, from_orders=False, distortions=list(Distortion))
    assert struck
    lines = await bench.partner("alipay").pull_statement(DAY)
    expected = [
        (row.trade_no, row.merchant_order_no, row.refund_no, row.amount_fen, row.fee_fen, row.paid_at)
        for row in bench.world.bills.days[DAY]
    ]
    assert [
        (
            line.trade_no,
            line.order_no,
            line.line_id.partition(":")[2],
            line.amount.minor,
            line.fee.minor,
            line.happened_at,
        )
        for line in lines
    ] == expected
    assert len({line.line_id for line in lines}) == len(lines)


async def test_an_answer_that_alipay_did_not_sign_is_not_believed(bench: Bench) -> None:
    bench.world.make_bill(DAY, rows=[BillRow("T1", "SO-1", "杯子", NOON, 100)], from_orders=False)

    async def tampered(response: httpx.Response) -> None:
        body = await response.aread()
        response._content = body.replace(b"http", b"htt\\u0070", 1)  # the same JSON, not the same text

    async with httpx.AsyncClient(event_hooks={"response": [tampered]}) as http:
        with pytest.raises(Misconfigured, match="not signed"):
            await bench.partner("alipay", http=http).pull_statement(DAY)
    settings = {
        "url": f"{bench.address}/alipay/gateway.do",
        "app_id": credentials.ALIPAY_APP_ID,
        "private_key": credentials.ALIPAY_APP_PRIVATE_KEY,
        "alipay_public_key": credentials.ALIPAY_APP_PUBLIC_KEY,
    }
    with pytest.raises(Misconfigured, match="not signed"):
        await bench.partner("alipay", settings=settings).pull_statement(DAY)


async def test_an_alert_is_raised_updated_and_called_off(bench: Bench) -> None:
    now = datetime.now(UTC).replace(second=0, microsecond=0)  # QWeather writes whole minutes
    until = now + timedelta(hours=6)
    partner = bench.partner("qweather")
    assert await partner.pull_alerts(PLACE) == []
    bench.world.raise_alert(Alert("A1", "台风", "orange", now, until, province="广东省"))
    (first,) = await partner.pull_alerts(PLACE)
    assert (first.alert_id, first.region, first.event, first.level) == ("A1", "广东省", "台风", "orange")
    assert (first.issued_at, first.expires_at) == (now, until)
    assert not first.cancelled
    bench.world.raise_alert(
        Alert("A2", "台风", "red", now, until, province="广东省", message="update", supersedes=("A1",))
    )
    (second,) = await partner.pull_alerts(PLACE)
    assert (second.alert_id, second.level, second.supersedes) == ("A2", "red", ("A1",))
    assert await partner.pull_alerts(Place("北京市", 39.9, 116.4)) == []
    bench.world.cancel_alert("A2")
    (third,) = await partner.pull_alerts(PLACE)
    assert third.cancelled
    assert third.supersedes == ("A2",)
