"""Which column of an unknown file fills which field: a proposal that a person confirms (A2). Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from models.reasons import Reason
from policies.header_words import FIELDS, Field, normalised

Row = Mapping[str, str]

REQUIRED = ("orders.order_no", "lines.sku", "lines.quantity")
"""Without these no order can be read; beside them a price or an amount is needed."""

WANTED = ("orders.customer", "orders.promised_on")
"""The order is read without them, but held where a step needs them (A5)."""

LEAST = 40
"""The confidence in percent below which a column is left to the person."""


@dataclass(frozen=True, slots=True)
class ColumnProposal:
    """What one column seems to be. ``field`` is empty if unknown; ``confidence`` is in percent."""

    column: str
    field: str
    confidence: int
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One proposal per column, in the order of the file. ``missing`` must be named by a person, ``wanted`` should."""

    columns: tuple[ColumnProposal, ...]
    missing: tuple[str, ...]
    wanted: tuple[str, ...]

    @property
    def mapping(self) -> dict[str, str]:
        """Field → column, of the columns that have a field."""
        return {proposal.field: proposal.column for proposal in self.columns if proposal.field}


def propose_mapping(header: Sequence[str], sample_rows: Sequence[Row]) -> Proposal:
    """Judge each column by its header, then by its cells; the surest pair is taken first, each field once.

    The same header and rows give the same proposal.
    """
    candidates = sorted(
        ((_judge(column, field, _cells(column, sample_rows)), column, field) for column in header for field in FIELDS),
        key=lambda candidate: -candidate[0][0],
    )
    chosen: dict[str, ColumnProposal] = {}
    for (confidence, reasons), column, field in candidates:
        fields = {proposal.field for proposal in chosen.values()}
        if confidence >= LEAST and column not in chosen and field.name not in fields:
            chosen[column] = ColumnProposal(column, field.name, confidence, reasons)
    _judge_amount(header, sample_rows, chosen)
    columns = tuple(chosen.get(column) or ColumnProposal(column, "", 0, ()) for column in header)
    found = {proposal.field for proposal in columns}
    missing = [name for name in REQUIRED if name not in found]
    if not found & {"lines.price", "lines.amount"}:
        missing.append("lines.price")
    wanted = [name for name in WANTED if name not in found]
    if "orders.customer_name" in found and "orders.customer" in wanted:
        wanted.remove("orders.customer")
    return Proposal(columns, tuple(missing), tuple(wanted))


def _judge(column: str, field: Field, cells: Sequence[str]) -> tuple[int, tuple[Reason, ...]]:
    name = normalised(column)
    words = [normalised(word) for word in field.words]
    contained = max((word for word in words if len(word) > 1 and word in name), key=len, default="")
    if name in words:
        confidence, reason = 90, Reason("mapping-header-equal", {"value": column})
    elif contained:
        # A longer word says more: 收货地址 within a header beats 地址.
        share = len(contained) * 100 // len(name)
        confidence, reason = 45 + share * 30 // 100, Reason("mapping-header-contains", {"value": contained})
    elif field.telling and cells and _share(field.telling, cells) >= 90:
        return 50, (Reason("mapping-cells-tell", {"value": cells[0][:40]}),)
    else:
        return 0, ()
    if not field.form or not cells:
        return confidence, (reason,)
    share = _share(field.form, cells)
    if share >= 90:
        return confidence + 9, (reason, Reason("mapping-cells-fit", {"percent": share}))
    odd = next(cell for cell in cells if not re.fullmatch(field.form, cell))
    doubt = Reason("mapping-cells-differ", {"percent": 100 - share, "value": odd[:40]})
    return max(0, confidence - (100 - share)), (reason, doubt)


def _judge_amount(header: Sequence[str], rows: Sequence[Row], chosen: dict[str, ColumnProposal]) -> None:
    """Look for the column that equals quantity × price: it is the line's amount, and no other column is."""
    by_field = {proposal.field: proposal.column for proposal in chosen.values()}
    if not rows or not {"lines.quantity", "lines.price"} <= set(by_field):
        return
    quantity, price = by_field["lines.quantity"], by_field["lines.price"]
    used = {column for column, proposal in chosen.items() if proposal.field not in ("lines.amount", "orders.amount")}
    product = next((c for c in header if c not in used and _is_product(c, quantity, price, rows)), None)
    named = by_field.get("lines.amount")
    if product and product != named:
        if named:
            del chosen[named]
        equal = Reason("mapping-is-quantity-times-price", {"value": f"{quantity} × {price}"})
        chosen[product] = ColumnProposal(product, "lines.amount", 85, (equal,))
    elif named and not product and "orders.amount" not in by_field:
        differs = Reason("mapping-not-quantity-times-price", {"value": f"{quantity} × {price}"})
        chosen[named] = ColumnProposal(named, "orders.amount", 60, (*chosen[named].reasons[:1], differs))


def _is_product(column: str, quantity: str, price: str, rows: Sequence[Row]) -> bool:
    """At least nine of ten rows have a number there that is quantity × price."""
    triples = [tuple(_number(row.get(name, "")) for name in (column, quantity, price)) for row in rows]
    whole = [(a, q, p) for a, q, p in triples if a is not None and q is not None and p is not None]
    return bool(whole) and 10 * sum(abs(a - q * p) <= Decimal("0.01") for a, q, p in whole) >= 9 * len(rows)


def _number(cell: str) -> Decimal | None:
    try:
        number = Decimal(re.sub(r"[¥￥$€£,元\s]", "", cell))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _cells(column: str, rows: Sequence[Row]) -> list[str]:
    return [cell for row in rows if (cell := row.get(column, "").strip())]


def _share(form: str, cells: Sequence[str]) -> int:
    return sum(bool(re.fullmatch(form, cell)) for cell in cells) * 100 // len(cells)
