"""Parts of an order that go later, as orders of their own: nothing of it is lost, and the money stays with the first.

See docs/decisions/0009.
"""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from sqlalchemy import insert, select, update

from models.event import Happened
from models.lifecycle import OrderKind, Status
from models.order_book import ASIDE, LINE, ORDER
from models.reasons import Reason
from models.work import Work
from policies.decision import OrderDecision, Remainder
from tasks.call_off import overtake_changes

IS_SUPPLEMENT = ORDER.c.channel_order_no.contains("/") & (ORDER.c.amount_minor == 0)
"""A channel may write a stroke in its own numbers; what it sells is worth something."""


def add_supplement(
    work: Work, order: Any, suffix: str, reasons: tuple[Reason, ...] = (), kind: OrderKind = OrderKind.SALE
) -> int:
    """An order for a part of ``order``, numbered ``<channel order no.>/<suffix>`` and worth nothing more; its id."""
    own = ("id", *ASIDE)
    copied = {column.name: getattr(order, column.name) for column in ORDER.c if column.name not in own}
    row = {
        **copied, "channel_order_no": f"{order.channel_order_no}/{suffix}", "status": Status.RECEIVED, "version": 1,
        "amount_minor": 0, "freight_minor": 0, "kind": kind, "deposit_no": "",
        "deposit_id": None,
    }  # fmt: skip
    new_id = work.orders.add([row])[0]
    detail = {"supplement_of": order.channel_order_no, "part": suffix}
    work.events.add([Happened(new_id, "received", work.now, detail=detail, reasons=reasons)], new_orders=True)
    return new_id


def original_number(supplement: str) -> str:
    """The channel's number of the order that a supplement belongs to."""
    return supplement.rpartition("/")[0]


def split_off(work: Work, rows: Mapping[int, Any], going: Sequence[OrderDecision]) -> int:
    """Give what stays behind of these orders to supplements (B4); how many orders are in parts now."""
    parts = [decision for decision in going if decision.remainder]
    overtake_changes(work, [decision.order_id for decision in parts], Reason("change-split"))
    for decision in parts:
        row = rows[decision.order_id]
        because = tuple(reason for reason in decision.reasons if reason.code == "split-main-first")
        suffix = _free_suffix(work, row)
        new_id = add_supplement(work, row, suffix, because, OrderKind(row.kind))
        _hand_over(work, decision, new_id)
        left = {"supplement": f"{row.channel_order_no}/{suffix}", "pieces": sum(r.quantity for r in decision.remainder)}
        work.events.add([Happened(decision.order_id, "split", work.now, reasons=because, detail=left)])
    return len(parts)


def _free_suffix(work: Work, order: Any) -> str:
    """The next part's number: an order that had stock, lost it and got other stock may be split again."""
    beside = ORDER.c.channel_order_no.startswith(f"{order.channel_order_no}/", autoescape=True)
    query = select(ORDER.c.channel_order_no).where(ORDER.c.channel_id == order.channel_id, beside)
    taken = {number.removeprefix(f"{order.channel_order_no}/") for number in work.session.execute(query).scalars()}
    return next(str(part) for part in count(2) if str(part) not in taken)


def _hand_over(work: Work, decision: OrderDecision, new_id: int) -> None:
    """A whole line moves; of a part, the first order keeps what goes now, and each its share of the amount."""
    lines = {line.id: line for line in work.rows(select(LINE).where(LINE.c.order_id == decision.order_id))}
    for left in decision.remainder:
        line = lines[left.line_id]
        if left.quantity == line.quantity:
            work.session.execute(update(LINE).where(LINE.c.id == line.id).values(order_id=new_id))
            continue
        part = _part(line, left, new_id)
        work.session.execute(insert(LINE), part)
        kept = {name: getattr(line, name) - part[name] for name in ("quantity", "amount_minor", "freight_minor")}
        work.session.execute(update(LINE).where(LINE.c.id == line.id).values(**kept))


def _part(line: Any, left: Remainder, new_id: int) -> dict[str, Any]:
    copied = {column.name: getattr(line, column.name) for column in LINE.c if column.name != "id"}
    share = {name: getattr(line, name) * left.quantity // line.quantity for name in ("amount_minor", "freight_minor")}
    return {**copied, **share, "order_id": new_id, "quantity": left.quantity}
