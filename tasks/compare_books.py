"""Compare the stock of ERP, warehouses and our own books, remember the outcome, and tell who must know (D2)."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from models.base import table_of
from models.decision import Decision
from models.event import hash_inputs
from models.reasons import Fact, Reason
from models.work import Work
from policies.rules import Rules
from policies.stock_comparison import (
    Apart,
    Book,
    ShelfVerdict,
    judge_shelf,
    largest_first,
    measure,
    percent,
    too_far_apart,
)
from tasks.connections import connections
from tasks.hub import hub_task, tell, unit_of_work
from tasks.notices import notice
from tasks.read_stock import StockSource
from tasks.stock_books import keep_our_books, read_shelves

DECISION = table_of(Decision)
SUBJECT = "stock"
WORST = 5
"""SKUs that a notice names."""


@dataclass(frozen=True, slots=True)
class StockCompared:
    """By which share of the ERP's stock ERP and warehouses are apart in all, whether that is too far and was not (or
    the reverse) before, and how many SKUs agree in which way."""

    share: str
    too_far: bool
    changed: bool
    shelves: dict[str, int]


@hub_task
async def compare_books(unread: Collection[StockSource], rules: Rules) -> StockCompared:
    """Judge every SKU of the connected warehouses by what was read last; ``unread`` did not answer this time.

    People are told when ERP and warehouses come too far apart, again each day for as long as they are, and when it is
    over. Running it again with the same figures tells nobody again.
    """
    tolerance = rules.stock_comparison
    with unit_of_work() as work:
        keep_our_books(work)
        shelves = read_shelves(work, unread)
        verdicts = [judge_shelf(shelf, tolerance) for shelf in shelves]
        apart = measure(shelves)
        before = last_decision(work)
        since: str | None = before.result["too_far_since"] if before else None
        too_far = too_far_apart(apart, tolerance, before=since is not None)
        now_since = (since or work.now.isoformat()) if too_far else None
        counts = {outcome.value: count for outcome, count in Counter(v.outcome for v in verdicts).items()}
        facts = {
            "tolerance": str(tolerance.tolerance_share),
            "unread": sorted([source.system, source.warehouse] for source in unread),
            "shelves": hash_inputs([(s.warehouse, s.sku, sorted(s.books.items())) for s in shelves]),
        }
        result = {
            "too_far_since": now_since, "compared": apart.shelves, "erp": apart.erp, "wms": apart.wms,
            "difference": apart.difference, "shelves": counts,
        }  # fmt: skip
        _remember(work, facts, result)
        if tolerance.told and (since or now_since):
            work.outbox.add([_notice(work, tolerance.told, apart, verdicts, since, now_since)])
    share = percent(apart.share) if apart.shelves else ""
    tell("ERP and warehouses are apart by %s; SKUs: %s", share or "nobody knows what", counts)
    return StockCompared(share, too_far, too_far != (since is not None), counts)


def last_decision(work: Work) -> Any:
    """The row of the last comparison, or ``None``."""
    mine = (DECISION.c.company_id == work.company_id, DECISION.c.subject == SUBJECT, DECISION.c.order_id.is_(None))
    return next(iter(work.rows(select(DECISION).where(*mine).order_by(DECISION.c.id.desc()).limit(1))), None)


def _remember(work: Work, facts: dict[str, Any], result: dict[str, Any]) -> None:
    row = {
        "company_id": work.company_id,
        "kind": SUBJECT,
        "subject": SUBJECT,
        "policy_version": work.run.policy_version,
        "facts": facts,
        "facts_hash": hash_inputs(facts),
        "result": result,
        "flow_run_id": work.run.flow_run_id,
        "decided_at": work.now,
    }
    work.session.execute(insert(DECISION), row)


def _notice(
    work: Work, told: str, apart: Apart, verdicts: Sequence[ShelfVerdict], since: str | None, now_since: str | None
) -> dict[str, Any]:
    """What people are told; the key lets it be owed once a day for each time that the books came too far apart."""
    in_all = Reason(
        "stock-share",
        {"share": percent(apart.share), "difference": apart.difference, "erp": apart.erp, "wms": apart.wms},
    )
    if now_since is None:
        return notice(told, f"stock:{since}:over", "stock-near-title", [in_all])
    day = connections().company.day_of(work.now)
    worst = [_worst(verdict) for verdict in largest_first(verdicts)[:WORST]]
    return notice(told, f"stock:{now_since}:{day}", "stock-far-title", [in_all, *worst], share=percent(apart.share))


def _worst(verdict: ShelfVerdict) -> Reason:
    shelf = verdict.shelf
    figures: dict[str, Fact] = {}
    for book in Book:
        pieces = shelf.pieces(book)
        figures[book.value] = "" if pieces is None else pieces
    return Reason("stock-of", {"sku": shelf.sku, "warehouse": shelf.warehouse, **figures})
