"""The events that start the next step at once; the schedules pick up what a lost one leaves (design §3)."""

from typing import Final

from prefect.events import emit_event

ORDERS_ARRIVED: Final = "orderspine.orders.arrived"
MESSAGES_DUE: Final = "orderspine.messages.due"
CONFIRMATIONS_ARRIVED: Final = "orderspine.confirmations.arrived"
STOCK_MOVED: Final = "orderspine.stock.moved"


def signal(event: str) -> None:
    """Tell Prefect's automations that there is work. Best effort: nothing depends on it."""
    emit_event(event=event, resource={"prefect.resource.id": event})
