"""From messages to orders: read, check, quarantine what is bad, store the rest (A4-A6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from models.base import table_of
from models.company import SalesChannel
from models.inbox import Inbox
from models.many import among
from models.work import Work
from policies.acceptance import judge_statement
from policies.rules import Rules
from tasks.check import Findings, check_statements
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.order_content import known_products
from tasks.order_terms import known_stores, known_units, with_known_store
from tasks.presale import bind_balances
from tasks.quarantine import refuse
from tasks.readers import order_readers
from tasks.settle import with_money_before
from tasks.statements import Statement, hub_ships, identity_of, newest_of_each, read_statements
from tasks.store_orders import ask_for_late_changes, create, follow, known_orders
from tasks.told_payments import find_their_orders

INBOX = table_of(Inbox)
CHANNEL = table_of(SalesChannel)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch of messages; ``after_money`` are orders that a statement named before they came."""

    messages: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused_lines: int = 0
    refused_orders: int = 0
    refused_messages: int = 0
    after_money: int = 0


@hub_task
async def accept_orders(batch: Batch, rules: Rules) -> Accepted:
    """Turn a claimed batch of order messages into orders; running it again changes nothing.

    A bad line is refused alone, a bad order is stored and held, an unreadable message is kept: nothing is lost and
    nothing stops the others (invariant 5).
    """
    with unit_of_work() as work:
        messages = work.rows(
            select(INBOX).where(among(INBOX.c.id, batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        )
        channels = _channels(work, {message.source for message in messages})
    async with order_readers(channels.values()) as read:
        statements, unreadable = read_statements(messages, channels, read)
    newest, superseded = newest_of_each(statements)
    with unit_of_work() as work:
        masters = masters_of(work, newest)
    newest, findings = check(newest, masters, rules, batch.claimed_at)
    with unit_of_work() as work:
        _lock(work, batch)
        refuse(work, unreadable)
        created, updated = store(work, newest, findings, masters, rules)
        after_money = with_money_before(work, {s.order.order_no for s in newest}) if created else 0
        work.inbox.finish([s.inbox_id for s in statements])
        work.inbox.finish([refusal.inbox_id for refusal in unreadable if refusal.inbox_id], "refused")
    done = Accepted(
        messages=len(messages),
        created=created,
        updated=updated,
        unchanged=len(superseded) + len(newest) - created - updated,
        refused_lines=len(findings.lines),
        refused_orders=len(findings.orders),
        refused_messages=len(unreadable),
        after_money=after_money,
    )
    tell(
        "%d messages: %d new orders, %d changed, %d lines refused", done.messages, created, updated, done.refused_lines
    )
    return done


@dataclass(frozen=True, slots=True)
class Masters:
    """What the company has of what statements name: ids of products by SKU and of stores by code, ``(SKU, unit)``."""

    products: Mapping[str, int]
    units: Collection[tuple[str, str]]
    stores: Mapping[str, int]


def masters_of(work: Work, statements: Sequence[Statement]) -> Masters:
    """The master data that the statements name."""
    lines = [line for s in statements for line in s.order.lines]
    return Masters(
        known_products(work, {line.sku for line in lines}),
        known_units(work, lines),
        known_stores(work, [s.order for s in statements]),
    )


def check(
    statements: Sequence[Statement], masters: Masters, rules: Rules, now: datetime
) -> tuple[list[Statement], Findings]:
    """The statements, and what is wrong with them; ``now`` is when they were taken up."""
    checked = [replace(s, order=with_known_store(s.order, masters.stores)) for s in statements]
    orders, ships = [s.order for s in checked], [hub_ships(s) for s in checked]
    return checked, check_statements(orders, ships, masters.products, rules, now, masters.units)


def store(
    work: Work, statements: Sequence[Statement], findings: Findings, masters: Masters, rules: Rules
) -> tuple[int, int]:
    """Write what the statements say; how many orders are new, and how many others changed."""
    known = known_orders(work, statements)
    judged = [judge_statement(s.order, s.content_hash, known.get(identity_of(s))) for s in statements]
    created = create(work, statements, judged, findings, masters.products, masters.stores)
    updated = follow(work, statements, judged, findings, masters.products, known, masters.stores)
    ask_for_late_changes(work, statements, judged, findings, known, rules)
    bind_balances(work)
    find_their_orders(work, rules)
    return created, updated


def _channels(work: Work, codes: set[str]) -> dict[str, SalesChannel]:
    query = select(CHANNEL).where(CHANNEL.c.company_id == work.company_id, among(CHANNEL.c.code, codes))
    return {row.code: SalesChannel(**row._mapping) for row in work.rows(query)}


def _lock(work: Work, batch: Batch) -> None:
    """Hold the messages, so that a worker that claimed them after our lease ran out waits and then finds them done."""
    work.rows(select(INBOX.c.id).where(among(INBOX.c.id, batch.ids)).order_by(INBOX.c.id).with_for_update())
