"""A SKU's stock on 80 columns."""

from cli.screen import console, line, t, table
from tasks.shelf.look import Coming, Holder, Stock

_PLACE = (
    "cli-col-warehouse", "cli-col-on-hand", "cli-col-reserved", "cli-col-preoccupied", "cli-col-safety",
    "cli-col-available", "cli-col-in-transit", "cli-col-quarantine",
)  # fmt: skip
_COMING = (
    "cli-col-warehouse", "cli-col-expected-on", "cli-col-pieces", "cli-col-available-by", "cli-col-reference",
)  # fmt: skip
_HELD = ("cli-col-warehouse", "cli-col-order-no", "cli-col-pieces", "cli-col-until", "cli-col-for")


def print_stock(stock: Stock) -> None:
    """Print where the pieces are, then what comes, then who holds what."""
    if not stock.places:
        line("cli-stock-none", sku=stock.sku)
        return
    rows = [
        (p.warehouse, p.on_hand, p.reserved, p.preoccupied, p.safety, p.available, p.in_transit, p.quarantine)
        for p in stock.places
    ]
    table(_PLACE, rows, title=stock.sku, right=range(1, len(_PLACE)))
    coming = [(p.warehouse, _day(c), c.pieces, c.available_by, c.reference) for p in stock.places for c in p.coming]
    if coming:
        console.print()
        table(_COMING, coming, title=t("cli-stock-coming"), right=(2, 3))
    held = [(p.warehouse, h.order, h.pieces, _until(h), _for(h)) for p in stock.places for h in p.holders]
    if held:
        console.print()
        table(_HELD, held, title=t("cli-stock-holders"), right=(2,))


def _day(coming: Coming) -> str:
    return t("cli-stock-overdue", day=str(coming.expected_on)) if coming.overdue else str(coming.expected_on)


def _until(holder: Holder) -> str:
    return f"{holder.expires_at:%Y-%m-%d %H:%M}" if holder.expires_at else "-"


def _for(holder: Holder) -> str:
    return t("cli-stock-presale") if holder.claim == "presale" else ""
