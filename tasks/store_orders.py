"""Statements of channels as rows: orders that are new, orders that changed, and what of them is refused (A4-A6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, select, update

from models.base import table_of
from models.bulk import insert_missing
from models.company import Customer
from models.content import content_stated
from models.event import Happened
from models.lifecycle import HoldKind, Status
from models.many import among
from models.messages import ChannelOrder
from models.order_book import ORDER, Stop
from models.reasons import Reason
from models.work import Work
from policies.acceptance import Acceptance, Action, Known
from policies.rules import Rules
from tasks.changes import ask_for_channel, withdraw_of_channel
from tasks.check import Findings
from tasks.order_content import keep_version, line_row, write_lines
from tasks.order_terms import terms_of
from tasks.payments import note_payments
from tasks.quarantine import Refusal, refuse
from tasks.statements import Statement, identity_of
from tasks.waiting import money_came

CUSTOMER = table_of(Customer)


def known_orders(work: Work, statements: Sequence[Statement]) -> dict[tuple[int, str], Known]:
    """Those orders that are here already, locked."""
    found: dict[tuple[int, str], Known] = {}
    for channel_id in {int(s.channel.id or 0) for s in statements}:
        numbers = [s.order.order_no for s in statements if s.channel.id == channel_id]
        columns = (
            ORDER.c.id, ORDER.c.channel_order_no, ORDER.c.status, ORDER.c.version, ORDER.c.stated_at, ORDER.c.paid,
            ORDER.c.content_hash,
        )  # fmt: skip
        query = select(*columns).where(ORDER.c.channel_id == channel_id, among(ORDER.c.channel_order_no, numbers))
        for row in work.rows(query.with_for_update()):
            known = Known(row.id, Status(row.status), row.version, row.stated_at, row.paid, row.content_hash)
            found[channel_id, row.channel_order_no] = known
    return found


def create(
    work: Work,
    statements: Sequence[Statement],
    judged: Sequence[Acceptance],
    findings: Findings,
    products: Mapping[str, int],
    stores: Mapping[str, int],
) -> int:
    """Store the orders that nobody knew, each with its first version; how many."""
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


def follow(
    work: Work,
    statements: Sequence[Statement],
    judged: Sequence[Acceptance],
    findings: Findings,
    products: Mapping[str, int],
    known: Mapping[tuple[int, str], Known],
    stores: Mapping[str, int],
) -> int:
    """Bring known orders to what their channel says now, with a new version where the content is new; how many."""
    followed: dict[int, ChannelOrder] = {}
    paid_now: dict[str, list[int]] = {}
    for place, (s, judgement) in enumerate(zip(statements, judged, strict=True)):
        if judgement.action is not Action.UPDATE:
            continue
        stored = known[identity_of(s)]
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
            paid_now.setdefault(s.channel.code, []).append(stored.order_id)
    for channel, order_ids in paid_now.items():
        money_came(work, order_ids, channel)
    note_payments(work, followed)
    return len(followed)


def ask_for_late_changes(
    work: Work,
    statements: Sequence[Statement],
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
        order_id = known[identity_of(s)].order_id
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
    s: Statement,
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
    for kind in (HoldKind.DATA, HoldKind.PAYMENT, HoldKind.STOCK):
        work.orders.unhold([order_id], kind, s.channel.code)
    _refuse_bad(work, {place: order_id}, {place: s}, findings)  # type: ignore[arg-type]  # indexed by place only


def _customers(work: Work, statements: Sequence[Statement]) -> dict[str, int]:
    parties = {_customer_code(s): s.order.customer for s in statements}
    rows = [
        {"company_id": work.company_id, "code": code, "name": party.name, "grade": party.grade, "risk": "normal"}
        for code, party in sorted(parties.items())
    ]
    insert_missing(work.session, CUSTOMER, rows, ("company_id", "code"))
    query = select(CUSTOMER.c.code, CUSTOMER.c.id).where(CUSTOMER.c.company_id == work.company_id)
    return dict(work.rows(query.where(among(CUSTOMER.c.code, parties))))


def _customer_code(statement: Statement) -> str:
    return f"{statement.channel.code}:{statement.order.customer.code}"


def _order_row(work: Work, s: Statement, customers: Mapping[str, int], stores: Mapping[str, int]) -> dict[str, Any]:
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


def _content(s: Statement) -> dict[str, Any]:
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
        "region": order.receiver.region,
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


def _refuse_bad(work: Work, ids: Mapping[int, int], statements: Sequence[Statement], findings: Findings) -> None:
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
