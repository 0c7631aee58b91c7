"""What stands where: the figures of the console's first page, and its list of orders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, func, literal, select, type_coerce

from models.base import table_of
from models.company import Company, Customer, SalesChannel
from models.gate import Gate
from models.lifecycle import HoldKind, Status
from models.many import among
from models.money import Money
from models.order_book import HOLD, ORDER
from models.order_number import order_number
from models.outbox import OUTBOX
from models.quarantine import Quarantine
from models.reasons import Reason
from models.work import Work
from tasks.partners.standing import Stopped, stopped_accounts
from tasks.reading import reading
from tasks.story.find import find_orders
from tasks.story.order import reasons_of
from tasks.story.trail import ClosedGate

CHANNEL = table_of(SalesChannel)
COMPANY = table_of(Company)
CUSTOMER = table_of(Customer)
GATE = table_of(Gate)
QUARANTINE = table_of(Quarantine)

PAGE = 50
"""Orders on one page of the list."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order in a list; ``holds`` are the kinds that are open, ``tags`` as the rules write them."""

    order_id: int
    number: str
    channel: str
    channel_order_no: str
    customer: str
    status: str
    holds: tuple[str, ...]
    tags: tuple[str, ...]
    amount: Money
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class RefusedFor:
    """How many things in quarantine have a reason, with one of them as the example."""

    example: Reason
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The state of the hub. Statuses and kinds of hold come in the order of the life."""

    company: str
    zone: str
    statuses: Mapping[str, int]
    holds: Mapping[str, int]
    quarantine: tuple[RefusedFor, ...]
    gates: tuple[ClosedGate, ...]
    stopped: tuple[Stopped, ...]
    messages_due: int
    messages_behind_gates: int
    messages_for_person: int
    newest: tuple[OrderRow, ...]


def overview() -> Overview:
    """The figures of now. Raises ``DatabaseNotReady``."""
    with reading() as work:
        [company] = work.rows(select(COMPANY.c.name, COMPANY.c.zone).where(COMPANY.c.id == work.company_id))
        gates = _closed_gates(work)
        due, behind, person = _messages(work, [gate.region for gate in gates])
        return Overview(
            company=company.name,
            zone=company.zone,
            statuses=_statuses(work),
            holds=_holds(work),
            quarantine=_quarantine(work),
            gates=gates,
            stopped=stopped_accounts(work),
            messages_due=due,
            messages_behind_gates=behind,
            messages_for_person=person,
            newest=tuple(_orders(work, limit=10)),
        )


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of the list, newest first; ``before`` asks for the next one, ``None`` on the last."""

    zone: str
    orders: tuple[OrderRow, ...]
    before: int | None


def list_orders(
    status: str = "", hold: str = "", tag: str = "", words: str = "", before: int | None = None
) -> OrderPage:
    """Orders with that status, an open hold of that kind, that tag, and found by ``words``: a number, or a customer.

    Empty means any. Raises ``DatabaseNotReady``, and ``Mistyped`` for words like a check code that is none.
    """
    with reading() as work:
        wanted = []
        if status:
            wanted.append(ORDER.c.status == status)
        if hold:
            held = select(HOLD.c.order_id).where(HOLD.c.kind == hold, HOLD.c.closed_at.is_(None))
            wanted.append(ORDER.c.id.in_(held))
        if tag:
            wanted.append(_tagged(work, tag))
        if words.strip():
            wanted.append(_found_by(work, words.strip()))
        if before is not None:
            wanted.append(ORDER.c.id < before)
        zone = work.session.execute(select(COMPANY.c.zone).where(COMPANY.c.id == work.company_id)).scalar_one()
        rows = _orders(work, *wanted, limit=PAGE + 1)
        more = rows[PAGE - 1].order_id if len(rows) > PAGE else None
        return OrderPage(zone, tuple(rows[:PAGE]), more)


def _tagged(work: Work, tag: str) -> Any:
    if work.session.get_bind().dialect.name == "postgresql":
        return func.jsonb_exists(ORDER.c.tags, tag)
    return literal(tag).in_(select(func.json_each(ORDER.c.tags).table_valued("value").c.value))


def _found_by(work: Work, words: str) -> Any:
    if found := find_orders(work, words):
        return among(ORDER.c.id, found)
    named = (CUSTOMER.c.code == words) | CUSTOMER.c.name.startswith(words, autoescape=True)
    return ORDER.c.customer_id.in_(select(CUSTOMER.c.id).where(CUSTOMER.c.company_id == work.company_id, named))


def _orders(work: Work, *wanted: Any, limit: int) -> list[OrderRow]:
    columns = (
        ORDER.c.id, ORDER.c.channel_order_no, ORDER.c.status, ORDER.c.amount_minor, ORDER.c.currency,
        ORDER.c.placed_at, ORDER.c.tags, CHANNEL.c.code.label("channel"), CUSTOMER.c.name,
        CUSTOMER.c.code.label("customer"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        .where(ORDER.c.company_id == work.company_id, *wanted)
        .order_by(ORDER.c.id.desc())
        .limit(limit)
    )
    rows = work.rows(query)
    holds = work.orders.open_holds([row.id for row in rows])
    return [
        OrderRow(
            row.id, order_number(row.id), row.channel, row.channel_order_no, row.name or row.customer, row.status,
            tuple(sorted(holds.get(row.id, ()))), tuple(row.tags), Money(row.amount_minor, row.currency), row.placed_at,
        )
        for row in rows
    ]  # fmt: skip


def _statuses(work: Work) -> dict[str, int]:
    query = select(ORDER.c.status, func.count()).where(ORDER.c.company_id == work.company_id).group_by(ORDER.c.status)
    return _in_order(dict(map(tuple, work.rows(query))), [str(status) for status in Status])


def _holds(work: Work) -> dict[str, int]:
    query = (
        select(HOLD.c.kind, func.count())
        .join(ORDER, ORDER.c.id == HOLD.c.order_id)
        .where(ORDER.c.company_id == work.company_id, HOLD.c.closed_at.is_(None))
        .group_by(HOLD.c.kind)
    )
    return _in_order(dict(map(tuple, work.rows(query))), [str(kind) for kind in HoldKind])


def _in_order(counts: Mapping[str, int], words: Sequence[str]) -> dict[str, int]:
    return {word: counts[word] for word in words if word in counts}


def _quarantine(work: Work) -> tuple[RefusedFor, ...]:
    """Open quarantine by reason code, most frequent first; a thing with two reasons counts in both."""
    if work.session.get_bind().dialect.name == "postgresql":
        each = func.jsonb_array_elements(QUARANTINE.c.reasons).table_valued("value").lateral()
        code = type_coerce(func.jsonb_extract_path_text(each.c.value, "code"), String)
    else:
        each = func.json_each(QUARANTINE.c.reasons).table_valued("value")
        code = type_coerce(func.json_extract(each.c.value, "$.code"), String)
    is_open = (QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.state == "open")
    counted = (
        select(code.label("code"), func.count().label("count"), func.min(QUARANTINE.c.id).label("example"))
        .select_from(QUARANTINE)
        .join(each, onclause=QUARANTINE.c.id.is_not(None))
        .where(*is_open)
        .group_by(code)
        .order_by(func.count().desc(), code)
    )
    rows = work.rows(counted)
    ids = {row.example for row in rows}
    examples = dict(
        map(tuple, work.rows(select(QUARANTINE.c.id, QUARANTINE.c.reasons).where(among(QUARANTINE.c.id, ids))))
    )
    return tuple(
        RefusedFor(next(reason for reason in reasons_of(examples[row.example]) if reason.code == row.code), row.count)
        for row in rows
    )


def _closed_gates(work: Work) -> tuple[ClosedGate, ...]:
    query = select(GATE).where(GATE.c.company_id == work.company_id, GATE.c.opened_at.is_(None)).order_by(GATE.c.id)
    return tuple(ClosedGate(row.kind, row.region, reasons_of(row.reasons), row.closed_at) for row in work.rows(query))


def _messages(work: Work, closed_regions: Sequence[str]) -> tuple[int, int, int]:
    """Messages that are due, those of them that a closed gate covers, and those that wait for a person."""
    covered = among(OUTBOX.c.region, closed_regions)
    query = (
        select(OUTBOX.c.state, covered, func.count())
        .where(OUTBOX.c.company_id == work.company_id, OUTBOX.c.state.in_(("due", "person")))
        .group_by(OUTBOX.c.state, covered)
    )
    counts = [tuple(row) for row in work.rows(query)]
    due = sum(count for state, _, count in counts if state == "due")
    behind = sum(count for state, shut, count in counts if state == "due" and shut)
    return due, behind, sum(count for state, _, count in counts if state == "person")
