"""The trade bill as WeChat Pay writes it (partners.md §19): a backtick before every value, totals in the last line."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence

from sandbox.bills import BillRow
from sandbox.clock import beijing_text
from sandbox.credentials import WECHAT_MERCHANT_ID
from sandbox.money import yuan

HEADER = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
FOOTER = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"


def trade_bill(rows: Sequence[BillRow], *, packed: bool = False) -> bytes:
    """The `ALL` bill of a day, `packed` as GZIP."""
    lines = [HEADER, *(_ticked(_cells(row)) for row in rows), FOOTER, _ticked(_totals(rows))]
    content = "\ufeff".encode() + "".join(f"{line}\r\n" for line in lines).encode()
    return gzip.compress(content, mtime=0) if packed else content


def _ticked(cells: Iterable[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _cells(row: BillRow) -> list[str]:
    refund = row.amount_fen < 0
    paid, returned = ("0.00", yuan(-row.amount_fen)) if refund else (yuan(row.amount_fen), "0.00")
    head = [beijing_text(row.paid_at), "wx0000000000000000", WECHAT_MERCHANT_ID, "0", "", row.trade_no]
    order = [
        row.merchant_order_no,
        row.buyer,
        "JSAPI",
        "REFUND" if refund else "SUCCESS",
        "OTHERS",
        "CNY",
        paid,
        "0.00",
    ]
    refunded = [row.refund_no, f"M{row.refund_no}", returned, "0.00", "ORIGINAL", "SUCCESS"]
    none = ["0", "0", "0.00", "0.00", "", ""]
    tail = [row.title, "", f"{yuan(-row.fee_fen)}000", "0.60%", paid, returned, ""]
    return [*head, *order, *(refunded if refund else none), *tail]


def _totals(rows: Sequence[BillRow]) -> list[str]:
    paid = yuan(sum(row.amount_fen for row in rows if row.amount_fen >= 0))
    returned = yuan(-sum(row.amount_fen for row in rows if row.amount_fen < 0))
    fees = f"{yuan(-sum(row.fee_fen for row in rows))}000"
    return [str(len(rows)), paid, returned, "0.00", fees, paid, returned]
