"""What warehouses say that changed their stock, moved in our books with its cause (B3). What contradicts our books goes
to a person; the other changes of the same message are booked."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from models.base import table_of
from models.customer_return import CUSTOMER_RETURN
from models.lifecycle import Bucket
from models.messages import ChangeCause, Condition, StockChange, StockReport
from models.order_book import ORDER
from models.reasons import Fact, Reason
from models.shipment import Outbound, OutboundLine
from models.stock import Cause
from models.work import Work
from policies.stock_changes import Entry, OnRecord, judge_change
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import WAREHOUSE
from tasks.order_content import known_products
from tasks.quarantine import refuse_message
from tasks.shelf.arrivals import book_in
from tasks.shelf.counting import give_up, lock_holders
from tasks.waiting import decide_again

OUTBOUND = table_of(Outbound)
OUTBOUND_LINE = table_of(OutboundLine)

_BUCKETS = {Condition.GOOD: Bucket.SELLABLE, Condition.DEFECTIVE: Bucket.QUARANTINE}
_CAUSES = {
    ChangeCause.COUNTED: Cause.COUNTED,
    ChangeCause.RECEIVED: Cause.RECEIVED,
    ChangeCause.RETURNED: Cause.RETURNED,
    ChangeCause.OTHER: Cause.ADJUSTED,
}


def book_stock_report(message: Any, report: StockReport) -> str:
    """Book each change in a transaction of its own, once per document and id; what became of the message: ``moved``,
    ``repeated`` or ``refused``."""
    became = [_book(message.source, change) for change in report.changes]
    troubles = [trouble for trouble in became if isinstance(trouble, Reason)]
    with unit_of_work() as work:
        if troubles:
            refuse_message(work, message, troubles, {"document": report.changes[0].document})
            return "refused"
        work.inbox.finish([message.id])
    return "moved" if any(became) else "repeated"


def _book(source: str, change: StockChange) -> bool | Reason:
    """Whether the change was booked now, or why it needs a person."""
    with unit_of_work() as work:
        warehouse_id = _theirs(work, source, change.warehouse)
        if warehouse_id is None:
            return Reason("warehouse-not-theirs", {"warehouse": change.warehouse})
        product_id = known_products(work, {change.sku}).get(change.sku)
        if product_id is None:
            return Reason("sku-unknown", {"sku": change.sku})
        arrival = work.arrivals.announced(change.document, product_id)
        bucket = _BUCKETS.get(change.condition, Bucket.QUARANTINE)
        level = work.stock.open_level(product_id, warehouse_id, bucket)
        holders = lock_holders(work, level)
        there = int(work.stock.read(level).on_hand)
        coming = None if arrival is None else _coming(arrival, warehouse_id)
        judged = judge_change(change, _on_record(work, change, level, product_id, there, coming))
        if judged.entry is Entry.NONE:
            return judged.trouble or False
        if judged.entry is Entry.ARRIVED:
            book_in(work, arrival, change.quantity, _reference(change), change.changed_at)
            return True
        return _move(work, change, level, there, holders)


def _move(work: Work, change: StockChange, level: int, there: int, holders: Mapping[int, Any]) -> bool | Reason:
    """Move what the change says; of fewer pieces than are promised, those last in turn lose theirs first."""
    left = there + change.quantity
    facts: dict[str, Fact] = {"sku": change.sku, "warehouse": change.warehouse, "counted": left}
    plan, free_elsewhere = give_up(work, level, holders, left, facts)
    if moved := change.quantity + plan.missing:
        work.stock.move([(level, moved, _reference(change))], _CAUSES[change.cause], change.changed_at)
    decide_again(work, free_elsewhere, (Reason("stock-given-back"),))
    if moved > 0 and change.condition is Condition.GOOD:
        arrived: dict[str, Fact] = {"sku": change.sku, "warehouse": change.warehouse, "quantity": moved}
        decide_again(work, {level}, (Reason("stock-arrived", arrived),))
    return Reason("missing-at-warehouse", {**facts, "missing": plan.missing}) if plan.missing else True


def _reference(change: StockChange) -> str:
    return f"{change.document}:{change.change_id}"


def _theirs(work: Work, source: str, code: str) -> int | None:
    """The id of a warehouse, if whoever signed the message speaks for it: it has the same account as ``source``."""
    account = connections().named(source).account
    if not any(each.code == code and each.account == account for each in connections().warehouse):
        return None
    query = select(WAREHOUSE.c.id).where(WAREHOUSE.c.company_id == work.company_id, WAREHOUSE.c.code == code)
    found = work.session.execute(query).scalar()
    return None if found is None else int(found)


def _coming(arrival: Any, warehouse_id: int) -> int:
    """How many pieces are still announced for that warehouse."""
    there = arrival.state == "expected" and arrival.warehouse_id == warehouse_id
    return int(arrival.quantity - arrival.arrived) if there else 0


def _on_record(
    work: Work, change: StockChange, level: int, product_id: int, there: int, coming: int | None
) -> OnRecord:
    moved = work.stock.moved_by(level, change.document)
    back = _coming_back(work, change.document, product_id)
    told = {cause: quantity for (cause, reference), quantity in moved.items() if reference == _reference(change)}
    way = _CAUSES[change.cause] if coming is None else Cause.ARRIVED
    return OnRecord(
        lies_there=there,
        told=next(iter(told.values()), None),
        otherwise=any(reference == change.document or cause is not way for cause, reference in moved),
        confirmed=_sent(work, change.document, product_id) if back is None else back,
        expected=coming,
    )


def _sent(work: Work, outbound_no: str, product_id: int) -> int | None:
    """By how many pieces our outbound of that number lowers a product; ``None`` if there is no such outbound."""
    ours = (OUTBOUND.c.outbound_no == outbound_no, ORDER.c.company_id == work.company_id)
    pieces = func.coalesce(func.sum(OUTBOUND_LINE.c.quantity), 0)
    of_product = (OUTBOUND_LINE.c.outbound_id == OUTBOUND.c.id, OUTBOUND_LINE.c.product_id == product_id)
    query = select(select(pieces).where(*of_product).correlate(OUTBOUND).scalar_subquery())
    query = query.select_from(OUTBOUND).join(ORDER, ORDER.c.id == OUTBOUND.c.order_id).where(*ours)
    found = work.session.execute(query).scalar()
    return None if found is None else -int(found)


def _coming_back(work: Work, return_no: str, product_id: int) -> int | None:
    """How many pieces of a product our return of that number announces; ``None`` if there is no such return."""
    ours = (CUSTOMER_RETURN.c.company_id == work.company_id, CUSTOMER_RETURN.c.return_no == return_no)
    row = next(iter(work.rows(select(CUSTOMER_RETURN.c.product_id, CUSTOMER_RETURN.c.quantity).where(*ours))), None)
    if row is None:
        return None
    return int(row.quantity) if row.product_id == product_id else 0
