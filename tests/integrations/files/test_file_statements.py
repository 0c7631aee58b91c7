"""Bills of providers that are no partners of ours: found by their columns, read with their sign, or refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from integrations.files.channel import FileChannel
from integrations.files.payments import read_statement
from integrations.files.preset import PresetError, find_preset, load_orders_preset
from models.messages import RefusedRow, StatementLine

PRESETS = Path(__file__).parents[3] / "presets"
JD = (
    "\ufeff导出信息：\n京东账号名：jd_0\n\n交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注\n"
    "2026-03-02 09:00:00\t,店,退款-杯,10.00,卡,退款成功,不计收支,网购,700\t,A-1\t, ,\n"
    "2026-03-01 09:00:00\t,店,杯,30.00(已退款10.00),卡,交易成功,支出,网购,700\t,A-1\t, ,\n"
    "2026-03-01 08:00:00\t,店,壶,5.00(已全额退款),卡,交易成功,不计收支,网购,701\t,A-2\t, ,\n"
    "2026-03-01 07:00:00\t,店,盘,about 5,卡,交易成功,支出,网购,702\t,A-3\t, ,\n"
)
MEITUAN = (
    '\ufeff美团交易账单明细\r\n""\r\n【美团交易账单明细列表】\r\n'
    "交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,交易单号,商家单号,备注\r\n"
    '2026-03-01 08:00:00,2026-03-01 08:00:09,支付,茶,支出,月付,¥22.30,¥21.17,"700\t","A-1\t",/\r\n'
    '2026-03-02 08:00:00,2026-03-02 08:00:09,退款,茶,收入,月付,¥22.30,¥1.00,"701\t","A-1\t",/\r\n'
)
WECHAT = (
    "微信支付账单明细,,,,,,,,,,\n,,,,,,,,,,\n交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n"
    "2026-03-01 08:00:00,红包,友,/,收入,¥0.35,/,已存入零钱,700\t,/\t,/\n"
    "2026-03-01 09:00:00,零钱提现,银行,/,/,¥100.10,银行,提现已到账,701\t,/\t,服务费¥0.10\n"
)
ALIPAY = (
    "-----\n共3笔记录\n"
    "交易时间 ,交易分类,交易对方,对方账号,商品说明,收/支 ,金额 ,收/付款方式,交易状态,交易订单号 ,商家订单号 ,备注,\n"
    "2026-03-01 08:00:00 ,百货 ,店 ,/ ,杯 ,支出 ,20.00 ,余额 ,交易成功 ,700\t,A-1\t, ,\n"
    "2026-03-02 08:00:00 ,退款 ,店 ,/ ,退款-杯 ,不计收支 ,16.03 ,余额 ,退款成功 ,701\t,A-1\t, ,\n"
    "2026-03-03 08:00:00 ,理财 ,基金 ,/ ,卖出 ,不计收支 ,99.34 ,余额宝 ,交易成功 ,702\t, \t, ,\n"
)


@pytest.mark.parametrize(
    ("preset", "bill", "lines", "refused"),
    [
        (
            "jd-bill",
            JD.encode(),
            [("700", "A-1", "refund", 1_000), ("700", "A-1", "payment", -3_000), ("701", "A-2", "payment", -500)],
            ["amount-unreadable about 5"],
        ),
        ("meituan-bill", MEITUAN.encode(), [("700", "A-1", "payment", -2_117), ("701", "A-1", "refund", 100)], []),
        ("wechat-bill", WECHAT.encode(), [("700", "", "payment", 35)], ["payment-direction-unknown /"]),
        (
            "alipay-bill",
            ALIPAY.encode("gb18030"),
            [("700", "A-1", "百货", -2_000), ("701", "A-1", "refund", 1_603)],
            ["payment-direction-unknown 交易成功"],
        ),
    ],
)
def test_a_bill_is_known_by_its_columns_and_each_payment_has_its_sign(
    write: Callable[..., Path], preset: str, bill: bytes, lines: list[tuple[str, str, str, int]], refused: list[str]
) -> None:
    file = write(bill, "bill.csv")
    found = find_preset(PRESETS, file)
    assert found is not None
    assert found.name == preset
    rows = list(read_statement(found, file))
    read = [row for row in rows if isinstance(row, StatementLine)]
    assert [(line.trade_no, line.order_no, line.kind, line.amount.minor) for line in read] == lines
    reasons = [reason for row in rows if isinstance(row, RefusedRow) for reason in row.reasons]
    assert [f"{reason.code} {reason.facts['value']}" for reason in reasons] == refused


def test_a_bill_is_no_source_of_orders_and_orders_are_no_bill(write: Callable[..., Path], plain: FileChannel) -> None:
    with pytest.raises(PresetError, match="reads a statement of payments"):
        load_orders_preset(PRESETS / "jd-bill.toml")
    assert list(read_statement(plain.preset, write("no rows"))) == []
