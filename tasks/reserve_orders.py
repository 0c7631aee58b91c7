"""Credit, people and stock for a batch of orders, in one decision and one transaction (B1-B10)."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.lifecycle import HoldKind, Move, OrderKind, Status, Step
from models.order_book import Stop
from models.reasons import Reason
from models.stock_book import Take
from models.work import Work
from policies.decision import OrderDecision
from policies.lifecycle import plan_move
from policies.reservation import plan_reservations
from policies.rules import Rules
from tasks.call_off import free_stock
from tasks.decisions import remember
from tasks.hub import Batch, LookAt, hub_task, tell, unit_of_work
from tasks.outbounds import ask_partners
from tasks.presale import complete_deposits
from tasks.questions import ask_people
from tasks.reservation_facts import ToDecide, load
from tasks.supplements import split_off
from tasks.tell_roles import tell_roles


@dataclass(frozen=True, slots=True)
class Reserved:
    """How many orders of a batch ended how; ``held`` counts by kind of hold, ``split`` those that go in parts."""

    orders: int
    reserved: int
    nothing_to_ship: int
    split: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    look_at: tuple[LookAt, ...] = ()


@hub_task
async def reserve_orders(batch: Batch, rules: Rules) -> Reserved:
    """Decide a claimed batch of orders, and write what follows.

    One transaction; running it again changes nothing. Raises ``StockMoved`` or ``OrderMoved`` when the world moved
    meanwhile, and is then run again.
    """
    with unit_of_work() as work:
        done = decide_orders(work, batch.ids, rules)
    tell("%d orders: %d reserved, held: %s", done.orders, done.reserved, done.held or "none")
    return done


def decide_orders(work: Work, order_ids: Collection[int], rules: Rules) -> Reserved:
    """Decide those of the orders that are undecided, and write what follows, all in the transaction of ``work``.

    The one door to stock: whatever wants some, a sale over the counter too, comes through here (B3). Raises
    ``StockMoved`` or ``OrderMoved``.
    """
    found = load(work, order_ids, rules)
    decided = plan_reservations(found.facts, rules)
    decisions = remember(work, found.facts, decided, rules)
    going = [decision for decision in decided if decision.moves]
    _promise(work, found, decided)
    _give_up_unwanted(work, found, decided)
    work.orders.advance(_moves(work, found.rows, decided), notes=_notes(found.rows, going), decisions=decisions)
    work.orders.annotate(_notes(found.rows, [decision for decision in decided if decision.holds]))
    work.orders.hold(_stops(decided), decisions=decisions)
    _hold_uncounted(work, found)
    work.orders.advance([_close(work, row) for row in found.nothing_to_ship])
    parts = split_off(work, found.rows, going)
    ask_partners(work, found.rows, going)
    tell_roles(work, decided, rules)
    ask_people(work, found.rows, decided, rules)
    held = Counter(held.kind.value for decision in decided for held in decision.holds)
    held += Counter({HoldKind.DATA.value: len(found.uncounted)})
    look_at = (*_for_people(decided), *(LookAt(order_id, why[0]) for order_id, why in found.uncounted.items()))
    return Reserved(len(found.rows), len(going), len(found.nothing_to_ship), parts, dict(held), look_at)


def _for_people(decided: Sequence[OrderDecision]) -> tuple[LookAt, ...]:
    """Orders that only a person can set free again; money and goods come by themselves."""
    return tuple(
        LookAt(decision.order_id, held.reasons[0])
        for decision in decided
        for held in decision.holds
        if held.kind not in (HoldKind.PAYMENT, HoldKind.STOCK)
    )


def _promise(work: Work, found: ToDecide, decided: Sequence[OrderDecision]) -> None:
    """What an order held before, or the deposit that it completes, goes back in the same moment as it gets the new."""
    served = [decision for decision in decided if decision.allocations]
    rows, holding = found.rows, {order.order_id for order in found.facts.orders if order.gives_back}
    giving = [decision.order_id for decision in served if decision.order_id in holding]
    deposits = [rows[order_id].deposit_id for order_id in giving if rows[order_id].deposit_id]
    work.stock.release([*giving, *deposits], work.now)
    work.stock.take([take for decision in served for take in _takes(decision)], work.now)
    bound = [decision for decision in decided if rows[decision.order_id].deposit_id]
    complete_deposits(work, [rows[decision.order_id].deposit_id for decision in bound if decision.moves])
    work.orders.end_lease(rows[decision.order_id].deposit_id for decision in bound)


def _give_up_unwanted(work: Work, found: ToDecide, decided: Sequence[OrderDecision]) -> None:
    """An order that gets nothing now keeps what it held before; but what its lines do not want any more goes back."""
    served = {decision.order_id for decision in decided if decision.allocations}
    holding = [order for order in found.facts.orders if order.gives_back and order.order_id not in served]
    if not holding:
        return
    products = {shelf.stock_level_id: shelf.product_id for shelf in found.facts.shelves}
    wants = {(line.line_id, product): n for order in holding for line in order.lines for product, n in line.needs}
    unwanted: set[int] = set()
    kept: list[Take] = []
    for take in work.stock.held_by([order.order_id for order in holding]):
        still = min(take.quantity, wants.get((take.order_line_id, products.get(take.stock_level_id, 0)), 0))
        if still < take.quantity:
            unwanted.add(take.order_id)
        if still:
            kept.append(take._replace(quantity=still))
    free_stock(work, sorted(unwanted))
    work.stock.take([take for take in kept if take.order_id in unwanted], work.now)


def _takes(decision: OrderDecision) -> list[Take]:
    return [
        Take(decision.order_id, a.line_id, a.stock_level_id, a.quantity, decision.claim, decision.until)
        for a in decision.allocations
    ]


def _notes(rows: Mapping[int, Any], decided: Sequence[OrderDecision]) -> list[dict[str, Any]]:
    """Tags and promised dates that are not yet what was decided. Tags are those of this decision alone: what an earlier
    one saw may no longer be so."""
    notes = []
    for decision in decided:
        row = rows[decision.order_id]
        tags, promised_on = [*decision.tags], decision.promised_on or row.promised_on
        if (tags, promised_on) != (row.tags, row.promised_on):
            notes.append({"id": decision.order_id, "tags": tags, "promised_on": promised_on})
    return notes


def _moves(work: Work, rows: Mapping[int, Any], decided: Sequence[OrderDecision]) -> list[Move]:
    moves = []
    for decision in decided:
        status = Status(rows[decision.order_id].status)
        steps = []
        if decision.confirmed and status is Status.RECEIVED:
            steps.append(Step(Status.CONFIRMED, work.now))
        if decision.moves:
            steps.append(Step(Status.RESERVED, work.now, decision.reasons))
        if steps:
            moves.append(plan_move(decision.order_id, status, steps))
    return moves


def _stops(decided: Sequence[OrderDecision]) -> list[Stop]:
    return [
        Stop(decision.order_id, held.kind, (*held.reasons, *decision.reasons))
        for decision in decided
        for held in decision.holds
    ]


def _hold_uncounted(work: Work, found: ToDecide) -> None:
    """Nothing can be decided while a unit is not known: such an order keeps nothing from others, and its
    deposit need not wait for it."""
    deposits = [found.rows[order_id].deposit_id for order_id in found.uncounted]
    work.orders.hold([Stop(order_id, HoldKind.DATA, why) for order_id, why in found.uncounted.items()])
    work.orders.end_lease(deposit_id for deposit_id in deposits if deposit_id)
    free_stock(work, [*found.uncounted])


def _close(work: Work, row: Any) -> Move:
    code = "credit-document" if row.kind == OrderKind.CREDIT else "nothing-to-ship"
    return plan_move(row.id, Status(row.status), [Step(Status.COMPLETED, work.now, (Reason(code),))])
