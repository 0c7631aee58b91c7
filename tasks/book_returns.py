"""What warehouses say that came back: good pieces for sale, the others into quarantine, once for each message (E5)."""

from typing import Any

from sqlalchemy import select, update

from models.check_code import check_code
from models.customer_return import CUSTOMER_RETURN
from models.event import Happened
from models.lifecycle import Bucket
from models.messages import Condition, ReturnArrived
from models.order_book import ORDER
from models.order_number import order_number
from models.reasons import Fact, Reason
from models.stock import Cause
from models.work import Work
from policies.returns import Awaited, judge_return, pieces_by_condition
from policies.shipping import judge_code
from tasks.hub import unit_of_work
from tasks.quarantine import refuse_message
from tasks.receivables import owe_reversal
from tasks.senders.outbounds import OUTBOUND, PRODUCT, WAREHOUSE
from tasks.waiting import decide_again

_BUCKETS = {Condition.GOOD: Bucket.SELLABLE, Condition.DEFECTIVE: Bucket.QUARANTINE}


def book_return(message: Any, arrived: ReturnArrived) -> str:
    """Book what came back under a return of ours; what became of it: ``moved``, ``repeated`` or ``refused``."""
    with unit_of_work() as work:
        found = _find(work, arrived.return_no)
        if found is None:
            refuse_message(work, message, [Reason("return-unknown", {"return": arrived.return_no})], {})
            return "refused"
        levels = {
            condition: work.stock.open_level(found.product_id, found.warehouse_id, bucket)
            for condition, bucket in _BUCKETS.items()
        }
        reference = f"{arrived.return_no}:{arrived.message_id}"
        known = _awaited(work, found, levels, reference)
        trouble = judge_code(arrived.return_no, check_code(found.outbound_no), arrived.check_code)
        if arrived.warehouse != found.warehouse:
            trouble = Reason("warehouse-not-theirs", {"warehouse": arrived.warehouse})
        if trouble := trouble or judge_return(arrived, known):
            refuse_message(work, message, [trouble], {"return": arrived.return_no}, found.order_id)
            return "refused"
        work.inbox.finish([message.id])
        if known.told:
            return "repeated"
        _take_in(work, found, arrived, levels, reference)
        return "moved"


def _find(work: Work, return_no: str) -> Any:
    """A return with its outbound; its order is locked before it, as by whoever announces another."""
    mine = (CUSTOMER_RETURN.c.company_id == work.company_id, CUSTOMER_RETURN.c.return_no == return_no)
    columns = (CUSTOMER_RETURN, OUTBOUND.c.outbound_no, OUTBOUND.c.warehouse_id, PRODUCT.c.sku)
    query = (
        select(*columns, WAREHOUSE.c.code.label("warehouse"))
        .join(ORDER, ORDER.c.id == CUSTOMER_RETURN.c.order_id)
        .join(OUTBOUND, OUTBOUND.c.id == CUSTOMER_RETURN.c.outbound_id)
        .join(WAREHOUSE, WAREHOUSE.c.id == OUTBOUND.c.warehouse_id)
        .join(PRODUCT, PRODUCT.c.id == CUSTOMER_RETURN.c.product_id)
        .where(*mine)
        .with_for_update(of=(ORDER, CUSTOMER_RETURN))
    )
    return next(iter(work.rows(query)), None)


def _awaited(work: Work, found: Any, levels: dict[Condition, int], reference: str) -> Awaited:
    told: dict[Condition, int] = {}
    by_hand = False
    for condition, level in levels.items():
        if quantity := work.stock.moved_by(level, found.return_no).get((Cause.RETURNED, reference)):
            told[condition] = quantity
        number = order_number(found.order_id)
        by_hand |= bool(work.stock.moved_by(level, number)) or work.stock.moved(level, Cause.RETURNED, found.return_no)
    return Awaited(found.sku, found.quantity - found.arrived, told, by_hand)


def _take_in(work: Work, found: Any, arrived: ReturnArrived, levels: dict[Condition, int], reference: str) -> None:
    came = pieces_by_condition(arrived)
    total = sum(came.values())
    moves = [(levels[condition], quantity, reference) for condition, quantity in came.items()]
    work.stock.move(moves, Cause.RETURNED, arrived.arrived_at)
    mine = CUSTOMER_RETURN.c.id == found.id
    work.session.execute(update(CUSTOMER_RETURN).where(mine).values(arrived=found.arrived + total))
    good, defective = came.get(Condition.GOOD, 0), came.get(Condition.DEFECTIVE, 0)
    facts: dict[str, Fact] = {"return": found.return_no, "sku": found.sku, "good": good, "defective": defective}
    came_back = Reason("return-arrived", facts)
    work.events.add([Happened(found.order_id, "noticed", arrived.arrived_at, reasons=(came_back,))])
    if not found.exchange:  # the customer owes for what was sent, and has paid for the piece that follows
        owe_reversal(work, order_number(found.order_id), found.sku, total)
    if good:
        because = Reason("stock-arrived", {"sku": found.sku, "quantity": good, "warehouse": found.warehouse})
        decide_again(work, {levels[Condition.GOOD]}, (because,))
