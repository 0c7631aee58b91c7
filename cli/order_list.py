"""Orders in a list, as a person reads it in a terminal."""

from typing import TYPE_CHECKING

from cli.screen import line, t, table
from messages import say_tag
from models.order_number import order_number
from settings import get_settings

if TYPE_CHECKING:
    from tasks.overview import OrderPage, OrderRow


def print_orders(page: "OrderPage") -> None:
    """Where each stands and what its people should see; then how to go on."""
    if not page.orders:
        line("cli-order-list-none")
        return
    table(
        ("cli-col-order-no", "cli-col-customer", "cli-col-status", "cli-col-tags", "cli-col-amount"),
        [(row.number, row.customer, _standing(row), _tags(row), row.amount) for row in page.orders],
        right=(4,),
    )
    if page.before:
        line("cli-order-list-older", number=order_number(page.before))


def _standing(row: "OrderRow") -> str:
    return "\n".join((t(f"status-{row.status}"), *(f"! {t(f'hold-{kind}')}" for kind in row.holds)))


def _tags(row: "OrderRow") -> str:
    return "\n".join(say_tag(tag, get_settings().locale) for tag in row.tags)
