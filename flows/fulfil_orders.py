"""Take every order that is ready as far as it can go now (A6, B1, B2)."""

from flows.summary import publish
from tasks.accept_orders import accept_orders
from tasks.follow_channel import follow_channel
from tasks.hub import current_rules, hub_flow
from tasks.ready import arrived_orders, reported_orders, undecided_orders
from tasks.reserve_orders import reserve_orders
from tasks.signals import MESSAGES_DUE, signal


@hub_flow
async def fulfil_orders() -> list[object]:
    """Check what arrived, decide credit and stock for it, and follow what the channels report."""
    rules = current_rules()
    done: list[object] = [await accept_orders(messages, rules) for messages in arrived_orders()]
    done += [await reserve_orders(orders, rules) for orders in undecided_orders()]
    done += [await follow_channel(orders) for orders in reported_orders()]
    if done:
        signal(MESSAGES_DUE)
    await publish("fulfil-orders", "What became of the orders", done)
    return done
