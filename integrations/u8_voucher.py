"""U8's documents: what a sales order, a delivery and a receivable become. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from integrations.beijing import to_beijing
from models.check_code import with_code
from models.messages import ErpOrder, ErpStatus, OutboundLine, Receivable
from models.money import Money

CODE_FIELD: Final = "define10"
"""The free field of a voucher's head that takes our check code: lists show it, and no memo."""

_CENT: Final = Decimal("0.01")
_UNIT_PRICE: Final = Decimal("0.000001")
_SAME_AMOUNT: Final = {"price": "unitprice", "taxprice": "taxunitprice"} | {
    name: name for name in ("taxrate", "money", "tax", "sum", "natmoney", "nattax", "natsum")
}
"""Field of a delivery note's line → field of the order's."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How an installation writes its sales orders; the rate is in per cent."""

    business_type: str
    type_code: str
    department: str
    tax_rate: int


def sale_order(order: ErpOrder, terms: Terms) -> dict[str, Any]:
    """The ``saleorder`` of ``add``. Amounts are decimal texts in the account set's currency: no float holds one."""
    day = to_beijing(order.placed_at)[:10]
    return {
        "code": order.order_no,
        "date": day,
        "businesstype": terms.business_type,
        "typecode": terms.type_code,
        "custcode": order.customer,
        "deptcode": terms.department,
        "dpredatebt": day,
        "dpremodatebt": day,
        "taxrate": str(terms.tax_rate),
        "memo": with_code(order.check_code, order.remark),
        CODE_FIELD: order.check_code,
        "entry": [_entry(row, line, order.currency, terms.tax_rate) for row, line in enumerate(order.lines, 1)],
    }


def delivery_note(
    status: ErpStatus, customer: str, entries: Sequence[Mapping[str, Any]], sent_at: datetime, terms: Terms
) -> dict[str, Any]:
    """The ``consignment`` of ``add`` for the lines of an order, as ``saleorder/get`` has them: all of them left the
    warehouse at the order's prices. Its number is the outbound's, its remark names the waybills."""
    return {
        "code": status.outbound_no,
        "date": to_beijing(sent_at)[:10],
        "operation_type": terms.business_type,
        "saletype": terms.type_code,
        "custcode": customer,
        "deptcode": terms.department,
        "remark": with_code(status.check_code, ", ".join(status.waybill_nos)),
        CODE_FIELD: status.check_code,
        "entry": [
            {
                "rowno": row,
                "inventory_code": entry["inventorycode"],
                "warehouse_code": status.warehouse,
                "quantity": str(entry["quantity"]),
                "socode": status.order_no,
                **{ours: str(entry[theirs]) for ours, theirs in _SAME_AMOUNT.items() if entry.get(theirs) is not None},
            }
            for row, entry in enumerate(entries, 1)
        ],
    }


def receivable(voucher: Receivable, department: str) -> dict[str, Any]:
    """The ``oughtreceive`` of ``add``: blue, on the debit side, or red, on the credit side, for one that reverses
    another; the side says it, and amounts are positive. Its lines are amounts, so goods stand in their text."""
    owed, of_line = not voucher.reverses, bool(voucher.reverses)
    amounts = [Money(line.price_minor, voucher.currency).decimal() * line.quantity for line in voucher.lines]
    total = str(sum(amounts, Decimal(0)))
    return {
        "code": voucher.voucher_no,
        "date": to_beijing(voucher.booked_at)[:10],
        "bdebitcredit": owed,
        "cust_vendor_code": voucher.customer,
        "deptcode": department,
        "amount": total,
        "natamount": total,
        "digest": voucher.reverses,
        "entry": [
            {
                "cust_vendor_code": voucher.customer,
                "bdebitcredit": of_line,
                "amount": str(amount),
                "natamount": str(amount),
                "digest": f"{line.sku} × {line.quantity}",
            }
            for line, amount in zip(voucher.lines, amounts, strict=True)
        ],
    }


def _entry(row: int, line: OutboundLine, currency: str, rate: int) -> dict[str, Any]:
    """A line; prices include the tax, which is taken out of the sum so that the three amounts agree to the cent."""
    price = Money(line.price_minor, currency).decimal()
    total = price * line.quantity
    net = (total * 100 / (100 + rate)).quantize(_CENT, ROUND_HALF_UP)
    amounts = {"money": net, "tax": total - net, "sum": total}
    return {
        "rowno": row,
        "inventorycode": line.sku,
        "quantity": line.quantity,
        "bgift": int(line.price_minor == 0),
        "taxunitprice": str(price),
        "unitprice": str((net / line.quantity).quantize(_UNIT_PRICE, ROUND_HALF_UP)),
        "taxrate": str(rate),
        **{name: str(amount) for name, amount in amounts.items()},
        **{f"nat{name}": str(amount) for name, amount in amounts.items()},
    }
