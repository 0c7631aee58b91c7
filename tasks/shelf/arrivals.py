"""Goods on their way: announced, arrived, called off. What arrives frees the orders that wait for it (B2, B3)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from models.arrival_book import Goods, NothingExpected
from models.reasons import Fact, Reason
from models.stock import ARRIVAL, Cause
from models.work import Work
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import PRODUCT, WAREHOUSE
from tasks.shelf.again import again_if_moved
from tasks.shelf.call_off_own import call_off_own, is_on_the_road, own_order_named
from tasks.shelf.find import CannotMoveStock, above_zero, product_named, warehouse_named
from tasks.shelf.transfer_ends import note_arrival, note_short
from tasks.waiting import decide_again


@dataclass(frozen=True, slots=True)
class Announced:
    """``available`` can be promised in that warehouse on the day on which the goods are expected."""

    available: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """How many pieces came in, how many are still expected, how many waiting orders are decided again."""

    pieces: int
    still_expected: int
    orders_freed: int


@dataclass(frozen=True, slots=True)
class CalledOff:
    """How many pieces are expected no more; or will not be, once the warehouse that is ``asked`` to stop agrees."""

    pieces: int
    asked: bool = False


def announce(sku: str, warehouse: str, quantity: int, expected_on: date, reference: str, by: str) -> Announced:
    """Expect goods, once per reference and product; a repeat with another date moves the date.

    Raises ``CannotMoveStock``.
    """
    above_zero(quantity)
    with unit_of_work(by) as work:
        product_id, warehouse_id = product_named(work, sku), warehouse_named(work, warehouse)
        same = (ARRIVAL.c.company_id == work.company_id, ARRIVAL.c.reference == reference)
        known = work.rows(select(ARRIVAL).where(*same, ARRIVAL.c.product_id == product_id))
        if known and (known[0].quantity, known[0].warehouse_id) != (quantity, warehouse_id):
            raise CannotMoveStock(
                f"{reference} announces {known[0].quantity} of {sku} already. Call it off first: "
                f"orderspine stock call-off {reference} --sku {sku}; then use another reference."
            )
        if not known:
            work.arrivals.announce(reference, warehouse_id, [Goods(product_id, quantity)], expected_on, work.now)
        elif known[0].expected_on != expected_on:
            work.arrivals.postpone(known[0].id, expected_on)
        return Announced(
            work.arrivals.available_by(product_id, warehouse_id, expected_on, connections().company.day_of(work.now))
        )


@again_if_moved
def arrive(reference: str, by: str, *, sku: str = "", quantity: int | None = None, note: str = "") -> Arrived:
    """Book in what is expected under a reference: all of it, all of one SKU, or a part under its own delivery note.

    A note is booked once. Raises ``CannotMoveStock``.
    """
    if quantity is not None and not (sku and note):
        raise CannotMoveStock("Of a part say which SKU, and under which delivery note: --sku SKU --note NUMBER.")
    with unit_of_work(by) as work:
        product_id = product_named(work, sku) if sku else None
        coming = work.arrivals.expected(reference, product_id)
        if not coming:
            raise CannotMoveStock(f"Nothing is expected under {reference}. See: orderspine stock show SKU")
        pieces, freed = 0, 0
        for arrival in coming:
            arriving = arrival.quantity - arrival.arrived if quantity is None else above_zero(quantity)
            try:
                booked, lucky = book_in(work, arrival, arriving, f"{reference}:{note}" if note else reference, work.now)
            except NothingExpected as error:
                raise CannotMoveStock(str(error)) from error
            pieces, freed = pieces + booked, freed + lucky
        left = sum(row.quantity - row.arrived for row in work.arrivals.expected(reference))
        return Arrived(pieces, left, freed)


def book_in(work: Work, arrival: Any, quantity: int, note: str, at: datetime) -> tuple[int, int]:
    """Book pieces of an arrival in, once per note: how many, and how many waiting orders are decided again.

    Raises ``NothingExpected``.
    """
    booked = work.arrivals.arrive(arrival, quantity, note, at)
    level = work.stock.open_level(arrival.product_id, arrival.warehouse_id)
    facts = _facts(work, arrival, booked)
    freed = len(decide_again(work, {level}, (Reason("stock-arrived", facts),)))
    if booked:
        note_arrival(work, arrival.reference, facts)
    return booked, freed


@again_if_moved
def call_off(reference: str, by: str, *, sku: str = "", why: str = "") -> CalledOff:
    """What was announced and has not come will not come; of a transfer that is on the road, it is lost. A transfer or
    an exchange that has not left is cancelled, as soon as its warehouse agrees if it is there already.

    Both keep ``why``. Raises ``CannotMoveStock``.
    """
    with unit_of_work(by) as work:
        product_id = product_named(work, sku) if sku else None
        order = own_order_named(work, reference)
        if order is not None and not why:
            raise CannotMoveStock(f"Say why, {reference} keeps it: --why …")
        if order is not None and not is_on_the_road(order):
            return CalledOff(*call_off_own(work, order, why))
        coming = work.arrivals.expected(reference, product_id)
        if not coming:
            raise CannotMoveStock(f"Nothing is expected under {reference}.")
        cause = Cause.ANNOUNCED if order is None else Cause.LOST
        pieces = [(arrival, work.arrivals.cancel(arrival, work.now, cause)) for arrival in coming]
        for arrival, missing in pieces if order is not None else ():
            note_short(work, order, {**_facts(work, arrival, missing), "person": by, "why": why})
        return CalledOff(sum(missing for _, missing in pieces))


def _facts(work: Work, arrival: Any, quantity: int) -> dict[str, Fact]:
    sku = select(PRODUCT.c.sku).where(PRODUCT.c.id == arrival.product_id)
    code = select(WAREHOUSE.c.code).where(WAREHOUSE.c.id == arrival.warehouse_id)
    named = {"sku": work.session.execute(sku).scalar_one(), "warehouse": work.session.execute(code).scalar_one()}
    return {**named, "quantity": quantity}
