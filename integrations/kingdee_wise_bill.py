"""K/3 WISE's sales order (object ``SO``, table ``SEOrder``): what an order of ours becomes, what one of theirs says.
No I/O.

A bill is pages: the head stands in ``Page1``, the lines in ``Page2``. What refers to master data is an object with
``FNumber`` and ``FName``; the number alone is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from integrations.beijing import to_beijing
from integrations.reading import number
from models.check_code import code_in, with_code
from models.messages import ErpOrder
from models.money import Money

ORDERS: Final = "SO"
_NOT_SET: Final = {"", "0", "false", "none"}


@dataclass(frozen=True, slots=True)
class Terms:
    """How an account set writes its orders. ``unit`` and ``currency`` are numbers of master data, ``references`` names
    further fields of the head and the number that each shall have; the rate is in per cent."""

    unit: str
    currency: str
    tax_rate: int
    note_field: str
    references: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WiseOrder:
    """A sales order as it stands there, and its pages as they were read."""

    customer: str
    check_code: str
    audited: bool
    cancelled: bool
    shipped: bool
    pages: Mapping[str, Sequence[Mapping[str, Any]]]

    @property
    def head(self) -> Mapping[str, Any]:
        """``Page1``."""
        return self.pages["Page1"][0]

    def with_head(self, told: Mapping[str, str]) -> dict[str, Any]:
        """Every page, with these fields of the head: it is not documented whether an ``Update`` keeps what it is not
        given."""
        return {**self.pages, "Page1": [{**self.head, **told}]}


def sales_order(order: ErpOrder, terms: Terms) -> dict[str, Any]:
    """The pages of a ``Save``. Prices are decimal texts, tax included: no float holds an amount."""
    day = to_beijing(order.placed_at)[:10]
    head = {
        "FBillNo": order.order_no,
        "Fdate": day,
        "FCancellation": "0",
        "FCustID": {"FNumber": order.customer},
        "FCurrencyID": {"FNumber": terms.currency},
        terms.note_field: with_code(order.check_code, order.remark),
        **{field: {"FNumber": number_} for field, number_ in terms.references.items()},
    }
    lines = [
        {
            "FEntryID": row,
            "FItemID": {"FNumber": line.sku},
            "FUnitID": {"FNumber": terms.unit},
            "Fauxqty": line.quantity,
            "FAuxTaxPrice": str(Money(line.price_minor, order.currency).decimal()),
            "FCess": terms.tax_rate,
            "FDate1": day,
        }
        for row, line in enumerate(order.lines, 1)
    ]
    return {"Page1": [head], "Page2": lines}


def order_in(pages: Mapping[str, Sequence[Mapping[str, Any]]], note_field: str) -> WiseOrder:
    """What a ``GetDetail`` says. Raises ``ValueError`` for a quantity that is no number."""
    head, lines = pages["Page1"][0], pages.get("Page2", ())
    issued = (line.get(field) for line in lines for field in ("FStockQty", "FCommitQty"))
    return WiseOrder(
        customer=named(head.get("FCustID")),
        check_code=code_in(str(head.get(note_field) or "")),
        audited=_is_set(head.get("FCheckerID")),
        cancelled=_is_set(head.get("FCancellation")),
        shipped=any(number(quantity or 0) > 0 for quantity in issued),
        pages=pages,
    )


def named(value: object) -> str:
    """The number of a reference, or its name if it has no number; a plain value is itself."""
    if isinstance(value, Mapping):
        return str(value.get("FNumber") or value.get("FName") or "")
    return str(value if value is not None else "")


def _is_set(value: object) -> bool:
    return named(value).strip().lower() not in _NOT_SET
