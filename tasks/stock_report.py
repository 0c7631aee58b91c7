"""The last comparison of the stock, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from models.reasons import to_json
from policies.rules import StockComparison
from policies.stock_comparison import Book, Outcome, ShelfVerdict, judge_shelf, largest_first, percent, share_of
from tasks.compare_books import last_decision
from tasks.read_stock import StockSource
from tasks.reading import reading
from tasks.stock_books import read_shelves


@dataclass(frozen=True, slots=True)
class StockDifference:
    """A SKU whose books do not agree; ``None`` pieces where a book has no figure that can be trusted now."""

    warehouse: str
    sku: str
    ours: int | None
    wms: int | None
    erp: int | None
    difference: int
    share: str
    outcome: str
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ComparedStock:
    """How the books stood when they were last compared.

    ``difference`` is Σ |erp − wms| in pieces over the ``compared`` SKUs that both state, ``share`` is that of ``erp``
    (empty if none could be compared). ``shelves`` counts SKUs by outcome, ``unread`` are system and warehouse where
    nobody answered, ``differences`` has every SKU that is not equal, the largest first.
    """

    compared_at: datetime
    too_far_since: str | None
    tolerance: str
    share: str
    difference: int
    erp: int
    wms: int
    compared: int
    shelves: Mapping[str, int]
    unread: list[list[str]]
    differences: list[StockDifference]


def compared_stock() -> ComparedStock | None:
    """The last comparison, or ``None`` if there was none yet. Raises ``DatabaseNotReady``."""
    with reading() as work:
        last = last_decision(work)
        if last is None:
            return None
        shelves = read_shelves(work, [StockSource(*pair) for pair in last.facts["unread"]])
    rules = StockComparison(tolerance_share=last.facts["tolerance"])
    told = last.result
    return ComparedStock(
        compared_at=last.decided_at,
        too_far_since=told["too_far_since"],
        tolerance=percent(Fraction(rules.tolerance_share)),
        share=percent(share_of(told["difference"], told["erp"])) if told["compared"] else "",
        difference=told["difference"],
        erp=told["erp"],
        wms=told["wms"],
        compared=told["compared"],
        shelves=told["shelves"],
        unread=last.facts["unread"],
        differences=[_line(v) for v in largest_first([judge_shelf(shelf, rules) for shelf in shelves])],
    )


def _line(verdict: ShelfVerdict) -> StockDifference:
    shelf = verdict.shelf
    ours, wms, erp = (shelf.pieces(book) for book in (Book.OURS, Book.WMS, Book.ERP))
    share = "" if verdict.outcome is Outcome.UNKNOWN else percent(verdict.share)
    return StockDifference(
        shelf.warehouse, shelf.sku, ours, wms, erp, verdict.difference, share, verdict.outcome.value,
        to_json(verdict.reasons),
    )  # fmt: skip
