"""Goods that came back: they lie apart, invisible to new orders, until somebody has looked at them (B3, E5)."""

from models.lifecycle import Bucket
from models.reasons import Reason
from models.stock import Cause
from models.work import Work
from tasks.hub import unit_of_work
from tasks.receivables import owe_reversal
from tasks.shelf.again import again_if_moved
from tasks.shelf.find import CannotMoveStock, above_zero, level_named
from tasks.waiting import decide_again


@again_if_moved
def take_in(sku: str, warehouse: str, quantity: int, reference: str, by: str) -> int:
    """A customer's piece is back: into quarantine, once per reference. What lies there now. If the reference is the
    number of an order, the ERP is owed the reversal of what the customer owes for it.

    Raises ``CannotMoveStock``.
    """
    above_zero(quantity)
    with unit_of_work(by) as work:
        level = level_named(work, sku, warehouse, Bucket.QUARANTINE)
        if not work.stock.moved(level, Cause.RETURNED, reference):
            work.stock.move([(level, quantity, reference)], Cause.RETURNED, work.now)
            owe_reversal(work, reference, sku, quantity)
        return int(work.stock.read(level).on_hand)


@again_if_moved
def clear(sku: str, warehouse: str, quantity: int, reference: str, by: str) -> int:
    """It is as good as new: out of quarantine, for sale again. How many waiting orders are decided again.

    Raises ``CannotMoveStock``.
    """
    with unit_of_work(by) as work:
        apart, shelf = (level_named(work, sku, warehouse, b) for b in (Bucket.QUARANTINE, Bucket.SELLABLE))
        if work.stock.moved(apart, Cause.CLEARED, reference):
            return 0
        _check(work, apart, quantity, sku)
        work.stock.move([(apart, -quantity, reference), (shelf, quantity, reference)], Cause.CLEARED, work.now)
        reason = Reason("stock-arrived", {"sku": sku, "quantity": quantity, "warehouse": warehouse})
        return len(decide_again(work, {shelf}, (reason,)))


@again_if_moved
def scrap(sku: str, warehouse: str, quantity: int, reference: str, by: str) -> int:
    """It is good for nothing. What is left in quarantine. Raises ``CannotMoveStock``."""
    with unit_of_work(by) as work:
        apart = level_named(work, sku, warehouse, Bucket.QUARANTINE)
        if not work.stock.moved(apart, Cause.SCRAPPED, reference):
            _check(work, apart, quantity, sku)
            work.stock.move([(apart, -quantity, reference)], Cause.SCRAPPED, work.now)
        return int(work.stock.read(apart).on_hand)


def _check(work: Work, level: int, quantity: int, sku: str) -> None:
    lies_there = work.stock.read(level).on_hand
    if above_zero(quantity) > lies_there:
        raise CannotMoveStock(f"Only {lies_there} of {sku} lie in quarantine there, not {quantity}.")
