"""From messages to orders: read, check, quarantine what is bad, store the rest (A4-A6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import case, select, update

from integrations.errors import Rejected
from models.base import chunks, table_of
from models.bulk import insert_missing
from models.company import Customer, SalesChannel
from models.content import content_stated
from models.event import Happened, hash_inputs
from models.inbox import Inbox
from models.lifecycle import HoldKind, OrderKind, Status
from models.messages import ChannelOrder, RawMessage
from models.order_book import ORDER, Stop
from models.reasons import Reason
from models.work import Work
from policies.acceptance import Acceptance, Action, Known, judge_statement
from policies.rules import Rules
from tasks.changes import ask_for_channel, withdraw_of_channel
from tasks.check import Findings, check_statements
from tasks.hub import Batch, hub_task, tell, unit_of_work
from tasks.order_content import keep_version, known_products, line_row, write_lines
from tasks.order_terms import known_stores, known_units, terms_of, with_known_store
from tasks.payments import note_payments
from tasks.presale import bind_balances
from tasks.quarantine import Refusal, refuse
from tasks.readers import Read, order_readers

INBOX = table_of(Inbox)
CUSTOMER = table_of(Customer)
CHANNEL = table_of(SalesChannel)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a batch of messages."""

    messages: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused_lines: int = 0
    refused_orders: int = 0
    refused_messages: int = 0


@dataclass(frozen=True, slots=True)
class _Statement:
    """A message that was understood."""

    inbox_id: int
    channel: SalesChannel
    route: str
    order: ChannelOrder
    content_hash: str


@hub_task
async def accept_orders(batch: Batch, rules: Rules) -> Accepted:
    """Turn a claimed batch of order messages into orders; running it again changes nothing.

    A bad line is refused alone, a bad order is stored and held, an unreadable message is kept: nothing is lost and
    nothing stops the others (invariant 5).
    """
    with unit_of_work() as work:
        messages = work.rows(
            select(INBOX).where(INBOX.c.id.in_(batch.ids), INBOX.c.state == "waiting").order_by(INBOX.c.id)
        )
        channels = _channels(work, {message.source for message in messages})
    async with order_readers(channels.values()) as read:
        statements, unreadable = _read(messages, channels, read)
    newest, superseded = _newest_of_each(statements)
    with unit_of_work() as work:
        products = known_products(work, {line.sku for s in newest for line in s.order.lines})
        units = known_units(work, [line for s in newest for line in s.order.lines])
        stores = known_stores(work, [s.order for s in newest])
    newest = [replace(s, order=with_known_store(s.order, stores)) for s in newest]
    findings = check_statements(
        [s.order for s in newest], [_hub_ships(s) for s in newest], products, rules, batch.claimed_at, units
    )
    with unit_of_work() as work:
        _lock(work, batch)
        refuse(work, unreadable)
        known = _known_orders(work, newest)
        judged = [judge_statement(s.order, s.content_hash, known.get(_identity(s))) for s in newest]
        created = _create(work, newest, judged, findings, products, stores)
        updated = _update(work, newest, judged, findings, products, known, stores)
        _ask_for_late_changes(work, newest, judged, findings, known, rules)
        bind_balances(work)
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
    )
    tell(
        "%d messages: %d new orders, %d changed, %d lines refused", done.messages, created, updated, done.refused_lines
    )
    return done


def fingerprint(order: ChannelOrder) -> str:
    """A fingerprint of what the customer ordered, whatever has become of it since."""
    return hash_inputs(
        [
            order.currency, order.amount_minor, order.freight_minor, order.promised_on, order.urgent, order.remark,
            order.receiver.to_json(), [(n.line_no, n.sku, n.quantity, n.unit, n.amount_minor) for n in order.lines],
            order.deposit_no, order.pickup_store, order.appointment_at,
        ]
    )  # fmt: skip


def _channels(work: Work, codes: set[str]) -> dict[str, SalesChannel]:
    query = select(CHANNEL).where(CHANNEL.c.company_id == work.company_id, CHANNEL.c.code.in_(sorted(codes)))
    return {row.code: SalesChannel(**row._mapping) for row in work.rows(query)}


def _read(
    messages: Sequence[Any], channels: Mapping[str, SalesChannel], read: Read
) -> tuple[list[_Statement], list[Refusal]]:
    statements, unreadable = [], []
    for row in messages:
        try:
            order = read(row.source, row.route, RawMessage(row.message_key, row.body, row.occurred_at))
        except Rejected as error:
            reason = Reason("message-unreadable", {"why": error.message})
            unreadable.append(Refusal(row.source, "message", row.message_key, {}, (reason,), inbox_id=row.id))
            continue
        statements.append(_Statement(row.id, channels[row.source], row.route, order, fingerprint(order)))
    return statements, unreadable


def _identity(statement: _Statement) -> tuple[int, str]:
    return int(statement.channel.id or 0), statement.order.order_no


def _newest_of_each(statements: Sequence[_Statement]) -> tuple[list[_Statement], list[_Statement]]:
    """Of several statements about one order the newest counts; the others are older news."""
    newest: dict[tuple[int, str], _Statement] = {}
    older = []
    for statement in statements:
        other = newest.get(_identity(statement))
        if other and other.order.updated_at > statement.order.updated_at:
            older.append(statement)
            continue
        if other:
            older.append(other)
        newest[_identity(statement)] = statement
    return list(newest.values()), older


def _hub_ships(statement: _Statement) -> bool:
    """Whether a parcel will need its receiver: not for what is only recorded, only paid in advance, or fetched."""
    order = statement.order
    sent = order.kind not in (OrderKind.CREDIT, OrderKind.DEPOSIT) and not order.pickup_store
    return statement.channel.fulfilment == "hub" and sent


def _lock(work: Work, batch: Batch) -> None:
    """Hold the messages, so that a worker that claimed them after our lease ran out waits and then finds them done."""
    work.rows(select(INBOX.c.id).where(INBOX.c.id.in_(batch.ids)).order_by(INBOX.c.id).with_for_update())


def _known_orders(work: Work, statements: Sequence[_Statement]) -> dict[tuple[int, str], Known]:
    found: dict[tuple[int, str], Known] = {}
    for channel_id in {int(s.channel.id or 0) for s in statements}:
        numbers = [s.order.order_no for s in statements if s.channel.id == channel_id]
        for chunk in chunks(numbers):
            columns = (
                ORDER.c.id, ORDER.c.channel_order_no, ORDER.c.status, ORDER.c.version, ORDER.c.stated_at, ORDER.c.paid,
                ORDER.c.content_hash,
            )  # fmt: skip
            query = select(*columns).where(ORDER.c.channel_id == channel_id, ORDER.c.channel_order_no.in_(chunk))
            for row in work.rows(query.with_for_update()):
                known = Known(row.id, Status(row.status), row.version, row.stated_at, row.paid, row.content_hash)
                found[channel_id, row.channel_order_no] = known
    return found


def _customers(work: Work, statements: Sequence[_Statement]) -> dict[str, int]:
    parties = {_customer_code(s): s.order.customer for s in statements}
    rows = [
        {"company_id": work.company_id, "code": code, "name": party.name, "grade": party.grade, "risk": "normal"}
        for code, party in sorted(parties.items())
    ]
    insert_missing(work.session, CUSTOMER, rows, ("company_id", "code"))
    found: dict[str, int] = {}
    for chunk in chunks(sorted(parties)):
        query = select(CUSTOMER.c.code, CUSTOMER.c.id).where(CUSTOMER.c.company_id == work.company_id)
        found.update(dict(work.rows(query.where(CUSTOMER.c.code.in_(chunk)))))
    return found


def _customer_code(statement: _Statement) -> str:
    return f"{statement.channel.code}:{statement.order.customer.code}"


def _create(
    work: Work,
    statements: Sequence[_Statement],
    judged: Sequence[Acceptance],
    findings: Findings,
    products: Mapping[str, int],
    stores: Mapping[str, int],
) -> int:
    new = [(place, s) for place, (s, j) in enumerate(zip(statements, judged, strict=True)) if j.action is Action.CREATE]
    customers = _customers(work, [s for _, s in new])
    ids = work.orders.add([_order_row(work, s, customers, stores) for _, s in new])
    lines, versions, events = [], [], []
    for order_id, (place, s) in zip(ids, new, strict=True):
        lines += [
            line_row(line, order_id, products, (place, n) in findings.lines) for n, line in enumerate(s.order.lines)
        ]
        versions.append({"order_id": order_id, "version": 1, "inbox_id": s.inbox_id, "stated_at": s.order.updated_at})
        detail = {"channel": s.channel.code, "number": s.order.order_no, "route": s.route, "message": s.inbox_id}
        events.append(Happened(order_id, "received", s.order.placed_at, detail=detail, inputs_hash=s.content_hash))
    work.orders.add_lines(lines)
    work.orders.add_versions(versions)
    work.events.add(events, new_orders=True)
    note_payments(work, {order_id: s.order for order_id, (_, s) in zip(ids, new, strict=True)})
    _refuse_bad(work, dict(zip([place for place, _ in new], ids, strict=True)), statements, findings)
    return len(new)


def _order_row(work: Work, s: _Statement, customers: Mapping[str, int], stores: Mapping[str, int]) -> dict[str, Any]:
    return {
        "company_id": work.company_id,
        "channel_id": s.channel.id,
        "channel_order_no": s.order.order_no,
        "kind": s.order.kind,
        "status": Status.RECEIVED,
        "version": 1,
        "customer_id": customers[_customer_code(s)],
        **_content(s),
        **terms_of(s.order, stores),
        "paid": s.order.paid,
        **_reported(s.order),
    }


def _content(s: _Statement) -> dict[str, Any]:
    order = s.order
    return {
        "currency": order.currency,
        "amount_minor": order.amount_minor or 0,
        "freight_minor": order.freight_minor,
        "urgent": order.urgent,
        "placed_at": order.placed_at,
        "stated_at": order.updated_at,
        "content_hash": s.content_hash,
        "promised_on": order.promised_on,
        "region": order.receiver.province,
        "receiver": order.receiver.to_json(),
        "remark": order.remark,
    }


def _reported(order: ChannelOrder) -> dict[str, Any]:
    """What the channel says of the order's progress, to be followed by ``follow_channel``."""
    report = order.reported
    if order.cancelled:
        return {"reported_status": Status.CANCELLED, "reported": None}
    if report is None:
        return {"reported_status": None, "reported": None}
    times = {"paid_at": report.paid_at, "shipped_at": report.shipped_at, "delivered_at": report.delivered_at}
    told = {name: at.isoformat() for name, at in times.items() if at}
    return {"reported_status": report.status, "reported": {**told, "hold": report.hold}}


def _refuse_bad(work: Work, ids: Mapping[int, int], statements: Sequence[_Statement], findings: Findings) -> None:
    """Put what failed into quarantine, and hold the orders that cannot go on."""
    refusals, stops, events = [], [], []
    for place, order_id in ids.items():
        s = statements[place]
        bad = [(n, findings.lines[place, n]) for n in range(len(s.order.lines)) if (place, n) in findings.lines]
        for n, reasons in bad:
            line = s.order.lines[n]
            key = f"{s.order.order_no}:{line.line_no}"
            content = {**line_row(line, order_id, {}, True), "raw": dict(line.raw)}
            refusals.append(Refusal(s.channel.code, "line", key, content, reasons, order_id, s.inbox_id))
            events.append(Happened(order_id, "line-refused", work.now, reasons=reasons, detail={"line": line.line_no}))
        if place in findings.orders:
            reasons = findings.orders[place]
            content = {"order_no": s.order.order_no, **_plain(_content(s))}
            refusals.append(Refusal(s.channel.code, "order", s.order.order_no, content, reasons, order_id, s.inbox_id))
            stops.append(Stop(order_id, HoldKind.DATA, reasons))
        elif bad and len(bad) == len(s.order.lines):
            stops.append(Stop(order_id, HoldKind.DATA, (Reason("no-good-line"),)))
    work.events.add(events)
    refuse(work, refusals)
    work.orders.hold(stops)


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in content.items()}


def _update(
    work: Work,
    statements: Sequence[_Statement],
    judged: Sequence[Acceptance],
    findings: Findings,
    products: Mapping[str, int],
    known: Mapping[tuple[int, str], Known],
    stores: Mapping[str, int],
) -> int:
    followed: dict[int, ChannelOrder] = {}
    for place, (s, judgement) in enumerate(zip(statements, judged, strict=True)):
        if judgement.action is not Action.UPDATE:
            continue
        stored = known[_identity(s)]
        followed[stored.order_id] = s.order
        change: dict[str, Any] = {
            "stated_at": s.order.updated_at,
            "paid": s.order.paid or stored.paid,
            **_reported(s.order),
        }
        if judgement.new_content:
            promised = case((ORDER.c.promised_by.is_not(None), ORDER.c.promised_on), else_=s.order.promised_on)
            terms = terms_of(s.order, stores)
            change |= {**_content(s), **terms, "version": stored.version + 1, "promised_on": promised}
            _replace_lines(work, s, place, stored, findings, products)
        work.session.execute(update(ORDER).where(ORDER.c.id == stored.order_id).values(**change))
        if judgement.paid_now:
            work.orders.unhold([stored.order_id], HoldKind.PAYMENT, s.channel.code)
    note_payments(work, followed)
    return len(followed)


def _ask_for_late_changes(
    work: Work,
    statements: Sequence[_Statement],
    judged: Sequence[Acceptance],
    findings: Findings,
    known: Mapping[tuple[int, str], Known],
    rules: Rules,
) -> None:
    """New content of an order whose stock is promised becomes a request for a change; a bad one goes to a person."""
    as_before = []
    for place, (s, judgement) in enumerate(zip(statements, judged, strict=True)):
        if not (judgement.late_change or judgement.as_before):
            continue
        order_id = known[_identity(s)].order_id
        of_lines = (findings.lines.get((place, n), ()) for n in range(len(s.order.lines)))
        bad = (*findings.orders.get(place, ()), *(reason for reasons in of_lines for reason in reasons))
        if judgement.as_before:
            as_before.append(order_id)
        elif bad:
            work.orders.hold([Stop(order_id, HoldKind.DATA, (Reason("changed-after-reservation"), *bad))])
        else:
            content = content_stated(s.order)
            ask_for_channel(work, order_id, content, s.inbox_id, s.content_hash, s.channel.code, rules)
    withdraw_of_channel(work, as_before)


def _replace_lines(
    work: Work,
    s: _Statement,
    place: int,
    stored: Known,
    findings: Findings,
    products: Mapping[str, int],
) -> None:
    """The order has new content and no stock yet: its lines are written anew, the version says from which message."""
    order_id, version = stored.order_id, stored.version + 1
    rows = [line_row(line, order_id, products, (place, n) in findings.lines) for n, line in enumerate(s.order.lines)]
    keep_version(work, order_id)
    write_lines(work, order_id, rows)
    work.orders.add_versions(
        [{"order_id": order_id, "version": version, "inbox_id": s.inbox_id, "stated_at": s.order.updated_at}]
    )
    detail = {"version": version, "message": s.inbox_id}
    work.events.add([Happened(order_id, "changed", s.order.updated_at, detail=detail, inputs_hash=s.content_hash)])
    work.orders.unhold([order_id], HoldKind.DATA, s.channel.code)
    work.orders.unhold([order_id], HoldKind.STOCK, s.channel.code)
    _refuse_bad(work, {place: order_id}, {place: s}, findings)  # type: ignore[arg-type]  # indexed by place only
