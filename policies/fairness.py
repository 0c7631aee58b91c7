"""Whose turn it is when stock is scarce: a stated policy, never an accident of row order (B2)."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from policies.facts import CustomerFacts, OrderFacts
from policies.rules import Reservation

Turn = Callable[[OrderFacts], Any]


def turn_by(rules: Reservation, customers: Mapping[int, CustomerFacts]) -> Turn:
    """The sort key of orders. Urgent ones go first under every policy; among equals who came first, then the order
    with the smaller number, so that a batch in any order is decided alike."""
    if rules.fairness == "promised-date":
        return lambda order: (not order.urgent, order.promised_on or date.max, order.placed_at, order.order_id)
    if rules.fairness == "customer-grade":
        place = {grade: n for n, grade in enumerate(rules.grades)}
        last = len(place)
        rank = {customer.customer_id: place.get(customer.grade, last) for customer in customers.values()}
        return lambda order: (not order.urgent, rank.get(order.customer_id, last), order.placed_at, order.order_id)
    return lambda order: (not order.urgent, order.placed_at, order.order_id)
