"""Safety stock: pieces that are kept back from every promise (B3)."""

from models.reasons import Reason
from tasks.hub import unit_of_work
from tasks.shelf.find import CannotMoveStock, level_named
from tasks.waiting import decide_again


def set_safety(sku: str, warehouse: str, units: int, by: str) -> int:
    """Keep ``units`` back from now on; what is promised already stays promised. How many waiting orders are decided
    again because it is less than before. Raises ``CannotMoveStock``."""
    if units < 0:
        raise CannotMoveStock(f"Safety stock cannot be {units}.")
    with unit_of_work(by) as work:
        level = level_named(work, sku, warehouse)
        before = work.stock.read(level).safety
        work.stock.set_safety(level, units)
        if units >= before:
            return 0
        return len(decide_again(work, {level}, (Reason("safety-lowered", {"sku": sku, "warehouse": warehouse}),)))
