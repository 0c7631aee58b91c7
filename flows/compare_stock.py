"""Read the stock from ERP and warehouses, and compare it with our books (D2)."""

import asyncio

from flows.outcomes import raise_first
from flows.summary import publish
from tasks.compare_books import StockCompared, compare_books
from tasks.hub import current_rules, hub_flow
from tasks.read_stock import StockRead, read_stock, stock_sources
from tasks.signals import MESSAGES_DUE, STOCK_MOVED, look, signal
from tasks.stock_report import compared_stock

SHOWN = 500
"""SKUs that the run's table lists, the largest difference first."""


@hub_flow
async def compare_stock() -> StockCompared:
    """Ask every warehouse and the ERP what is there, side by side; keep what is sound, compare it with our books."""
    look(STOCK_MOVED)
    sources = stock_sources()
    outcomes = await asyncio.gather(*map(read_stock, sources), return_exceptions=True)
    read = [outcome for outcome in outcomes if isinstance(outcome, StockRead)]
    unread = [source for source, outcome in zip(sources, outcomes, strict=True) if isinstance(outcome, BaseException)]
    compared = await compare_books(unread, current_rules())
    if compared.changed:
        signal(MESSAGES_DUE)
    await publish("compare-stock", "Stock: who was asked, and how it compares", [*read, compared])
    if last := compared_stock():
        await publish("stock-differences", "Stock: where the books differ", last.differences[:SHOWN])
    raise_first(outcomes)
    return compared
