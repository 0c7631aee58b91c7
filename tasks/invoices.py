"""E-invoices of orders: people ask for them, the outbox does, and their files are kept here (F4)."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select

from messages import say
from models.base import table_of
from models.company import Product
from models.event import Happened
from models.invoice import Invoice
from models.lifecycle import OrderKind, Status
from models.many import among
from models.messages import InvoiceLine
from models.order_book import ORDER
from models.order_number import order_id_of, order_number
from models.outbox import Owed
from models.reasons import Reason
from models.work import Work
from policies.invoicing import Sold, plan_invoice
from policies.rules import Invoices
from settings import get_settings
from tasks.connections import connections
from tasks.hub import current_rules, unit_of_work
from tasks.notices import notice
from tasks.reading import reading
from tasks.story.find import LARGEST_ID

INVOICE = table_of(Invoice)
PRODUCT = table_of(Product)
_NOT_SOLD = (OrderKind.CREDIT, OrderKind.TRANSFER, OrderKind.EXCHANGE, OrderKind.DEPOSIT)


class CannotInvoice(ValueError):
    """There is no such order, or no invoice can be asked for; the message says why."""


def request_invoice(number: str, buyer: str, tax_no: str, by: str) -> str:
    """Ask for an invoice of an order in the name of ``buyer``; our number of it. Raises ``CannotInvoice``."""
    connected = connections().invoices
    if not connected:
        raise CannotInvoice("Nobody is connected who issues invoices. Add [[invoices]] to the connections.")
    if not buyer.strip():
        raise CannotInvoice("An invoice needs a title: the name of the buyer.")
    rules = current_rules().invoices
    with unit_of_work(by) as work:
        order = _order_to_invoice(work, number)
        lines = _lines_of(work, order, rules)
        request_no = f"{order_number(order.id)}-{_asked_before(work, order.id) + 1}"
        row = {
            "company_id": work.company_id, "order_id": order.id, "request_no": request_no,
            "connection": connected[0].code, "state": "asked", "buyer": buyer.strip(), "tax_no": tax_no.strip(),
            "lines": [{**asdict(line), "tax_percent": str(line.tax_percent)} for line in lines],
            "currency": order.currency, "amount_minor": order.amount_minor,
            "tax_minor": sum(line.tax_minor for line in lines), "asked_at": work.now, "asked_by": by, "serial": "",
            "invoice_no": "", "sha256": "", "reasons": [],
        }  # fmt: skip
        work.session.execute(INVOICE.insert(), [row])
        message = {
            "kind": Owed.INVOICE, "order_id": order.id, "connection": connected[0].code,
            "idempotency_key": message_key(request_no), "payload": {"request_no": request_no},
        }  # fmt: skip
        work.outbox.add([message])
        asked = Reason("invoice-asked", {"number": request_no, "buyer": buyer.strip()})
        work.events.add([Happened(order.id, "noticed", work.now, reasons=(asked,))])
    return request_no


def message_key(request_no: str) -> str:
    """Under which key an invoice is asked for in the outbox."""
    return f"invoice:{request_no}"


def _order_to_invoice(work: Work, number: str) -> Any:
    of_number = (ORDER.c.id == _id_of(number), ORDER.c.company_id == work.company_id)
    order = next(iter(work.rows(select(ORDER).where(*of_number).with_for_update())), None)
    if order is None:
        raise CannotInvoice(f"There is no order {number}.")
    if order.kind in _NOT_SOLD or order.status == Status.CANCELLED:
        raise CannotInvoice(f"{number} is no sale that an invoice can be issued for.")
    standing = select(INVOICE.c.request_no, INVOICE.c.state).where(
        INVOICE.c.order_id == order.id, INVOICE.c.state != "failed"
    )
    for request_no, state in work.rows(standing):
        raise CannotInvoice(f"{number} has an invoice already: {request_no} is {state}.")
    return order


def _id_of(number: str) -> int | None:
    """The id behind our order number, if a database can hold it."""
    order_id = order_id_of(number)
    return order_id if order_id is not None and order_id <= LARGEST_ID else None


def _lines_of(work: Work, order: Any, rules: Invoices) -> list[InvoiceLine]:
    lines = work.orders.lines_of([order.id])[order.id]
    if sum(line.amount_minor for line in lines) + order.freight_minor != order.amount_minor:
        raise CannotInvoice(f"The lines of {order_number(order.id)} do not add up to its amount.")
    products = select(PRODUCT.c.id, PRODUCT.c.category).where(among(PRODUCT.c.id, [line.product_id for line in lines]))
    categories = dict(map(tuple, work.rows(products)))
    sold = [
        Sold(line.sku, line.title, categories.get(line.product_id, ""), line.quantity, line.amount_minor)
        for line in lines
    ]
    planned = plan_invoice(sold, order.freight_minor, say("invoice-freight", get_settings().locale), rules)
    if not planned or any(line.amount_minor < 0 for line in planned):
        raise CannotInvoice(f"{order_number(order.id)} has nothing that an invoice can be issued for.")
    return planned


def _asked_before(work: Work, order_id: int) -> int:
    count = select(func.count()).select_from(INVOICE).where(INVOICE.c.order_id == order_id)
    return int(work.session.execute(count).scalar_one())


def fail(work: Work, invoice: Any, reason: Reason, told: str) -> None:
    """Write that there will be no such invoice, and have a person told."""
    failed = INVOICE.update().where(INVOICE.c.id == invoice.id, INVOICE.c.state.in_(("asked", "issuing")))
    written = failed.values(state="failed", reasons=[reason.to_json()]).returning(INVOICE.c.id)
    if work.session.execute(written).first():
        note(work, invoice, reason, told)


def note(work: Work, invoice: Any, reason: Reason, told: str = "") -> None:
    """Write into the order's trail what became of its invoice, and tell the connection ``told``, if it is named."""
    work.events.add([Happened(invoice.order_id, "noticed", work.now, reasons=(reason,))])
    if told:
        order = order_number(invoice.order_id)
        work.outbox.add([notice(told, f"invoice:{invoice.request_no}", "notice-invoice", (reason,), order=order)])


def invoice_file(number: str) -> tuple[str, bytes] | None:
    """Name and content of the PDF of an order's invoice; ``None`` if none is here. ``number`` is the order's."""
    with reading() as work:
        mine = (INVOICE.c.company_id == work.company_id, INVOICE.c.order_id == _id_of(number))
        query = select(INVOICE.c.invoice_no, INVOICE.c.file).where(*mine, INVOICE.c.state == "issued")
        found = next(iter(work.rows(query)), None)
        return None if found is None else (f"{found.invoice_no}.pdf", found.file)
