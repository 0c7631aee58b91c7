"""The bill as Alipay packs it (partners.md §20): a zip with GBK names, GBK text, fields padded with TABs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sandbox.bills import BillRow
from sandbox.clock import BEIJING, beijing_text
from sandbox.credentials import ALIPAY_SELLER_ACCOUNT
from sandbox.money import yuan

DETAIL_HEADER = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,"
    "券核销金额（元）,券名称,商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,"
    "分润（元）,备注"
)
SUMMARY_HEADER = (
    "门店编号,门店名称,交易订单总笔数,退款订单总笔数,订单金额（元）,商家实收（元）,支付宝优惠（元）,"
    "商家优惠（元）,卡消费金额（元）,服务费（元）,分润（元）,实收净额（元）"
)
_RULE = "#-----------------------------------------"
_UTF8_NAME = 0x800


class _GbkName(zipfile.ZipInfo):
    """An entry whose name is GBK, as on a Chinese system: without the flag that would announce UTF-8."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the hook of zipfile
        return self.filename.encode("gbk"), self.flag_bits & ~_UTF8_NAME


def bill_zip(day: date, rows: Sequence[BillRow], exported_at: datetime) -> bytes:
    """The two files of a day's bill."""
    stem = f"{ALIPAY_SELLER_ACCOUNT}_{day:%Y%m%d}"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in (
            (f"{stem}_业务明细.csv", _detail(day, rows, exported_at)),
            (f"{stem}_业务明细(汇总).csv", _summary(day, rows, exported_at)),
        ):
            archive.writestr(_GbkName(name), text.encode("gb18030"), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _detail(day: date, rows: Sequence[BillRow], exported_at: datetime) -> str:
    paid = [row for row in rows if row.amount_fen >= 0]
    refunded = [row for row in rows if row.amount_fen < 0]
    return _text(
        [
            "#支付宝业务明细查询",
            *_preamble(day),
            f"{_RULE}业务明细列表------------------------------------",
            DETAIL_HEADER,
            *(_padded(_fields(row)) for row in rows),
            f"{_RULE}业务明细列表结束------------------------------------",
            f"#交易合计：{len(paid)}笔，商家实收共{_sum(paid)}元，商家优惠共0.00元",
            f"#退款合计：{len(refunded)}笔，商家实收退款共{_sum(refunded)}元，商家优惠退款共0.00元",
            f"#导出时间：[{_chinese(exported_at)}]",
        ]
    )


def _fields(row: BillRow) -> list[str]:
    time, amount, zero = beijing_text(row.paid_at), yuan(row.amount_fen), "0.00"
    kind = "退款" if row.amount_fen < 0 else "交易"
    shop = ["", "", "", ""]
    discounts = [zero, zero, zero, zero, zero, "", zero, zero]
    head = [row.trade_no, row.merchant_order_no, kind, row.title, time, time]
    tail = [row.refund_no, yuan(row.fee_fen), zero, ""]
    return [*head, *shop, row.buyer, amount, amount, *discounts, *tail]


def _summary(day: date, rows: Sequence[BillRow], exported_at: datetime) -> str:
    refunds = sum(row.amount_fen < 0 for row in rows)
    total, fees = sum(row.amount_fen for row in rows), sum(row.fee_fen for row in rows)
    counts = [str(len(rows) - refunds), str(refunds)]
    amounts = [yuan(total), yuan(total), "0.00", "0.00", "0.00", yuan(fees), "0.00", yuan(total + fees)]
    return _text(
        [
            "#支付宝业务汇总查询",
            *_preamble(day),
            f"{_RULE}业务汇总列表------------------------------------",
            SUMMARY_HEADER,
            _padded(["合计", "", *counts, *amounts]),
            f"{_RULE}业务汇总列表结束------------------------------------",
            f"#导出时间：[{_chinese(exported_at)}]",
        ]
    )


def _preamble(day: date) -> list[str]:
    text = f"{day:%Y}年{day:%m}月{day:%d}日"
    return [
        f"#账号：[{ALIPAY_SELLER_ACCOUNT}]",
        f"#起始日期：[{text} 00:00:00]   终止日期：[{text} 23:59:59]",
    ]


def _sum(rows: Iterable[BillRow]) -> str:
    return yuan(sum(row.amount_fen for row in rows))


def _chinese(moment: datetime) -> str:
    local = moment.astimezone(BEIJING)
    return f"{local:%Y}年{local:%m}月{local:%d}日 {local:%H:%M:%S}"


def _padded(fields: Iterable[str]) -> str:
    return ",".join(f"{field}\t" for field in fields)


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\r\n" for line in lines)
