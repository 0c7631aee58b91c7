"""Take every order that is ready as far as it can go now (A6, B1-B10)."""

from flows.summary import publish
from tasks.accept_orders import accept_orders
from tasks.book_payments import book_payments
from tasks.expire_reservations import expire_reservations
from tasks.follow_channel import follow_channel
from tasks.gates import gates_hold_messages
from tasks.hub import ORDERS_A_BATCH, current_rules, hub_flow
from tasks.late_answers import remind_of_questions
from tasks.progress import Progress
from tasks.ready import arrived_orders, arrived_payments, reported_orders, undecided_orders, work_in_orders
from tasks.reconsider_holds import reconsider_holds
from tasks.reserve_orders import reserve_orders
from tasks.signals import MESSAGES_DUE, MESSAGES_HELD, MONEY_EXPLAINED, ORDERS_ARRIVED, rounds, signal


@hub_flow
async def fulfil_orders() -> list[object]:
    """Free what nobody fetched or paid, lift holds whose reason has passed, check what arrived, book what was paid,
    decide it, follow what the channels report, and remind whoever has not answered in time."""
    rules = current_rules()
    waiting = work_in_orders()
    progress = await Progress.of("fulfil-orders-progress", "Orders checked and decided", waiting, ORDERS_A_BATCH)
    expired = await expire_reservations()
    reconsidered = await reconsider_holds(rules)
    done: list[object] = [*([expired] if expired.reservations else []), *([reconsidered] if reconsidered else [])]
    for _ in rounds(ORDERS_ARRIVED):
        for messages in arrived_orders():
            accepted = await accept_orders(messages, rules)
            if accepted.after_money:
                signal(MONEY_EXPLAINED)
            done.append(accepted)
            await progress.add(len(messages))
        done += [await book_payments(messages, rules) for messages in arrived_payments()]
        for orders in undecided_orders(rules):
            done.append(await reserve_orders(orders, rules))
            await progress.add(len(orders))
        done += [await follow_channel(orders) for orders in reported_orders()]
        if done:
            signal(MESSAGES_DUE)
            if gates_hold_messages():
                signal(MESSAGES_HELD)
    reminded = await remind_of_questions(rules)
    if reminded.late:
        done.append(reminded)
        signal(MESSAGES_DUE)
    await publish("fulfil-orders", "What became of the orders", done)
    return done
