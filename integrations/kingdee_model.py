"""Kingdee's documents: what a sales order becomes, and what changed of one. No I/O."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any, Final

from integrations.beijing import from_beijing, to_beijing
from models.check_code import code_in, with_code
from models.messages import ErpNews, ErpOrder, Receivable
from models.money import Money

ORDER_FORM: Final = "SAL_SaleOrder"
STOCK_FORM: Final = "STK_Inventory"
RECEIVABLE_FORM: Final = "AR_receivable"
_VOID: Final = "B"
_CLOSED: Final = "B"


def sale_order(order: ErpOrder, organisation: str, unit: str, currency: str) -> dict[str, Any]:
    """The ``Model`` of a standard sales order (bill type ``XSDD01_SYS``). Prices are decimal texts, tax included:
    no float holds an amount, and Kingdee reads either."""
    return {
        "FBillTypeID": {"FNUMBER": "XSDD01_SYS"},
        "FBillNo": order.order_no,
        "FDate": to_beijing(order.placed_at),
        "FSaleOrgId": {"FNumber": organisation},
        "FCustId": {"FNumber": order.customer},
        "FNote": with_code(order.check_code, order.remark),
        "FSaleOrderFinance": {
            "FSettleCurrId": {"FNumber": currency},
            "FIsIncludedTax": True,
            "FExchangeTypeId": {"FNumber": "HLTX01_SYS"},
        },
        "FSaleOrderEntry": [
            {
                "FRowType": "Standard",
                "FMaterialId": {"FNumber": line.sku},
                "FUnitID": {"FNumber": unit},
                "FQty": line.quantity,
                "FTaxPrice": str(Money(line.price_minor, order.currency).decimal()),
                "FIsFree": line.price_minor == 0,
                "FDeliveryDate": to_beijing(order.placed_at),
            }
            for line in order.lines
        ],
    }


def receivable(voucher: Receivable, organisation: str, unit: str, currency: str) -> dict[str, Any]:
    """The ``Model`` of a standard receivable (bill type ``YSD01_SYS``); the keys' case is this form's own. One that
    reverses another has its quantities negative."""
    day = to_beijing(voucher.booked_at)
    sign = -1 if voucher.reverses else 1
    customer, ours = {"FNumber": voucher.customer}, {"FNumber": organisation}
    return {
        "FBillTypeID": {"FNUMBER": "YSD01_SYS"},
        "FBillNo": voucher.voucher_no,
        "FDATE": day,
        "FENDDATE_H": day,
        "FISINIT": False,
        "FCUSTOMERID": customer,
        "FCURRENCYID": {"FNumber": currency},
        "FSETTLEORGID": ours,
        "FPAYORGID": ours,
        "FSALEORGID": ours,
        "FISTAX": True,
        "FISPRICEEXCLUDETAX": False,
        "FCancelStatus": "A",
        "FBUSINESSTYPE": "BZ",
        "FSetAccountType": "1",
        "FsubHeadSuppiler": {"FORDERID": customer, "FTRANSFERID": customer, "FChargeId": customer},
        "FsubHeadFinc": {"FACCNTTIMEJUDGETIME": day, "FEXCHANGETYPE": {"FNumber": "HLTX01_SYS"}},
        "FEntityDetail": [
            {
                "FMATERIALID": {"FNumber": line.sku},
                "FPRICEUNITID": {"FNumber": unit},
                "FPriceQty": sign * line.quantity,
                "FTaxPrice": str(Money(line.price_minor, voucher.currency).decimal()),
            }
            for line in voucher.lines
        ],
    }


def sale_order_news(rows: Iterable[Sequence[Any]]) -> list[ErpNews]:
    """Rows of number, id, note, void, closed and time of change, oldest first; those whose note has no check
    code are not ours. Raises ``ValueError`` for a time that cannot be read."""
    timed = [(from_beijing(str(row[-1]).replace("T", " ")[:19]), row) for row in rows]
    return [
        ErpNews(
            order_no=str(number_),
            partner_id=str(document_id),
            check_code=code,
            open=str(void) != _VOID and str(closed) != _CLOSED,
            changed_at=changed_at,
        )
        for changed_at, (number_, document_id, note, void, closed, _) in sorted(timed, key=itemgetter(0))
        if (code := code_in(str(note)))
    ]


def quoted(text: str) -> str:
    """A literal for ``FilterString``, with quotes doubled as in SQL."""
    return "'" + text.replace("'", "''") + "'"
