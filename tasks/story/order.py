"""The order itself: what was ordered, by whom, and why it stands still."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from models.base import table_of
from models.company import Company, SalesChannel
from models.company import Customer as CustomerRow
from models.content import OrderContent
from models.inbox import INBOX
from models.money import Money
from models.order_book import HOLD, LINE, ORDER, VERSION
from models.order_number import order_number
from models.reasons import Reason
from models.work import Work

CHANNEL = table_of(SalesChannel)
CUSTOMER = table_of(CustomerRow)
COMPANY = table_of(Company)


@dataclass(frozen=True, slots=True)
class Header:
    """The order as it stands. ``receiver`` has the fields of ``models.messages.Address``."""

    number: str
    channel: str
    channel_order_no: str
    kind: str
    status: str
    version: int
    amount: Money
    freight: Money
    paid: bool
    urgent: bool
    fulfilment: str
    placed_at: datetime
    stated_at: datetime
    promised_on: date | None
    region: str
    receiver: Mapping[str, str]
    remark: str
    tags: tuple[str, ...]
    reported_status: str | None
    zone: str

    @property
    def currency(self) -> str:
        """The currency of every amount of the order."""
        return self.amount.currency


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys."""

    code: str
    name: str
    grade: str
    risk: str
    credit_limit: Money | None


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``state`` is good, refused or dropped."""

    line_no: str
    kind: str
    state: str
    sku: str
    title: str
    quantity: int
    price: Money
    amount: Money
    freight: Money


@dataclass(frozen=True, slots=True)
class Version:
    """What made a version: a message, by which way it came, or a change. ``content`` is what the order was in it; of
    the version that stands that is the order itself."""

    version: int
    inbox_id: int | None
    message_key: str | None
    route: str | None
    stated_at: datetime
    received_at: datetime | None
    change_id: int | None = None
    content: OrderContent | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the order may not move, or might not until ``closed_at``."""

    kind: str
    reasons: tuple[Reason, ...]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None


def reasons_of(stored: list[dict[str, Any]] | None) -> tuple[Reason, ...]:
    """Reasons as they were stored."""
    return tuple(map(Reason.from_json, stored or ()))


def header_of(work: Work, order_id: int) -> tuple[Header, Customer]:
    """The order and its customer."""
    columns = (
        *ORDER.c, CHANNEL.c.code.label("channel"), CHANNEL.c.fulfilment, COMPANY.c.zone, CUSTOMER.c.code,
        CUSTOMER.c.name, CUSTOMER.c.grade, CUSTOMER.c.risk, CUSTOMER.c.credit_limit_minor,
    )  # fmt: skip
    query = (
        select(*columns)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .join(CUSTOMER, CUSTOMER.c.id == ORDER.c.customer_id)
        .join(COMPANY, COMPANY.c.id == ORDER.c.company_id)
        .where(ORDER.c.id == order_id)
    )
    [row] = work.rows(query)
    limit = None if row.credit_limit_minor is None else Money(row.credit_limit_minor, row.currency)
    header = Header(
        number=order_number(row.id),
        channel=row.channel,
        channel_order_no=row.channel_order_no,
        kind=row.kind,
        status=row.status,
        version=row.version,
        amount=Money(row.amount_minor, row.currency),
        freight=Money(row.freight_minor, row.currency),
        paid=row.paid,
        urgent=row.urgent,
        fulfilment=row.fulfilment,
        placed_at=row.placed_at,
        stated_at=row.stated_at,
        promised_on=row.promised_on,
        region=row.region,
        receiver=row.receiver,
        remark=row.remark,
        tags=tuple(row.tags),
        reported_status=row.reported_status,
        zone=row.zone,
    )
    return header, Customer(row.code, row.name, row.grade, row.risk, limit)


def lines_of(work: Work, order_id: int, currency: str) -> tuple[Line, ...]:
    """Every line, refused and dropped ones too."""
    return tuple(
        Line(
            row.line_no, row.kind, row.state, row.sku, row.title, row.quantity, Money(row.price_minor, currency),
            Money(row.amount_minor, currency), Money(row.freight_minor, currency),
        )
        for row in work.rows(select(LINE).where(LINE.c.order_id == order_id).order_by(LINE.c.id))
    )  # fmt: skip


def versions_of(work: Work, order_id: int) -> tuple[Version, ...]:
    """Every version with what made it."""
    query = (
        select(
            VERSION.c.version, VERSION.c.inbox_id, INBOX.c.message_key, INBOX.c.route, VERSION.c.stated_at,
            INBOX.c.received_at, VERSION.c.change_id, VERSION.c.content,
        )
        .join(INBOX, INBOX.c.id == VERSION.c.inbox_id, isouter=True)
        .where(VERSION.c.order_id == order_id)
        .order_by(VERSION.c.version)
    )  # fmt: skip
    return tuple(
        Version(
            row.version, row.inbox_id, row.message_key, row.route, row.stated_at, row.received_at, row.change_id,
            OrderContent.from_json(row.content) if row.content else None,
        )
        for row in work.rows(query)
    )  # fmt: skip


def holds_of(work: Work, order_id: int) -> tuple[Hold, ...]:
    """Open and past holds."""
    query = select(HOLD).where(HOLD.c.order_id == order_id).order_by(HOLD.c.id)
    return tuple(
        Hold(row.kind, reasons_of(row.reasons), row.opened_at, row.closed_at, row.closed_by) for row in work.rows(query)
    )
