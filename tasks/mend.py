"""Mending what is in quarantine: a corrected line or order is checked by the same suites and goes on (A6, E7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pandas import DataFrame
from sqlalchemy import insert, select, update

from expectations.apply import find_failures
from expectations.orders import order_lines, orders
from models.base import table_of
from models.company import SalesChannel
from models.event import Happened
from models.inbox import INBOX
from models.lifecycle import HoldKind, OrderKind, Route, Status
from models.messages import Address
from models.order_book import LINE, ORDER
from models.quarantine import Quarantine
from models.reasons import Reason
from models.work import Work
from tasks.hub import current_rules, unit_of_work
from tasks.order_content import known_products
from tasks.order_terms import units_of
from tasks.refused_stock import SUBJECT as STOCK
from tasks.supplements import add_supplement

QUARANTINE = table_of(Quarantine)
CHANNEL = table_of(SalesChannel)
LINE_FIELDS = ("sku", "title", "unit", "quantity", "price_minor", "amount_minor", "kind")
ORDER_FIELDS = ("currency", "amount_minor", "freight_minor", "promised_on")
RECEIVER_FIELDS = ("name", "phone", "country", "province", "city", "district", "street")
_NUMBERS = {"quantity", "price_minor", "amount_minor", "freight_minor"}


class CannotMend(ValueError):
    """The change does not mend it; the message says what is still wrong or what can be changed."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What became of it: ``still`` are the reasons left (then it stays in quarantine), ``order_id`` is what goes on."""

    still: tuple[Reason, ...]
    order_id: int | None


def mend(quarantine_id: int, changes: Mapping[str, str], by: str) -> Mended:
    """Correct a refused line, order or message and let it go on if it is good now.

    ``changes`` are field → new value as text; for a message or row the only field is ``body``. Raises ``CannotMend``
    for an unknown number or field, or for something that is mended or dismissed already.
    """
    with unit_of_work(by) as work:
        refused = _open(work, quarantine_id)
        if refused.subject == "line":
            return _mend_line(work, refused, changes, by)
        if refused.subject == "order":
            return _mend_order(work, refused, changes, by)
        if refused.subject in ("message", "row") and refused.inbox_id is not None:
            return _send_again(work, refused, changes, by)
        if refused.subject == STOCK:
            raise CannotMend(
                f"Stock is corrected at {refused.source}; the next compare-stock reads it and closes this. "
                f"Or dismiss it: orderspine quarantine dismiss {quarantine_id} --why …"
            )
        raise CannotMend(
            f"A refused {refused.subject} is mended at its source: correct it there and import it again, "
            f"or dismiss it: orderspine quarantine dismiss {quarantine_id} --why …"
        )


def dismiss(quarantine_id: int, why: str, by: str) -> None:
    """Decide that something refused is not wanted. It stays readable. Raises ``CannotMend``."""
    with unit_of_work(by) as work:
        refused = _open(work, quarantine_id)
        _close(work, refused, "dismissed", {"why": why}, by)
        if refused.subject == "line":
            dropped = update(LINE).where(LINE.c.order_id == refused.order_id, _is_line(refused))
            work.session.execute(dropped.values(state="dropped"))


def _open(work: Work, quarantine_id: int) -> Any:
    query = select(QUARANTINE).where(QUARANTINE.c.id == quarantine_id, QUARANTINE.c.company_id == work.company_id)
    found = next(iter(work.rows(query.with_for_update())), None)
    if found is None:
        raise CannotMend(f"There is no number {quarantine_id} in quarantine. List them: orderspine quarantine list")
    if found.state != "open":
        raise CannotMend(f"Number {quarantine_id} is {found.state} already.")
    return found


def _close(work: Work, refused: Any, state: str, content: Mapping[str, Any], by: str) -> None:
    change = {"state": state, "mended_at": work.now, "mended_by": by, "mended_content": dict(content)}
    work.session.execute(update(QUARANTINE).where(QUARANTINE.c.id == refused.id).values(**change))


def _changed(content: Mapping[str, Any], changes: Mapping[str, str], allowed: tuple[str, ...]) -> dict[str, Any]:
    for field, value in changes.items():
        if field not in allowed:
            raise CannotMend(f"{field!r} cannot be changed here; these can: {', '.join(allowed)}.")
        if field in _NUMBERS and not value.lstrip("-").isdecimal():
            raise CannotMend(f"{field} must be a whole number (amounts in cents), not {value!r}.")
    return {**content, **{field: int(value) if field in _NUMBERS else value for field, value in changes.items()}}


def _mend_line(work: Work, refused: Any, changes: Mapping[str, str], by: str) -> Mended:
    line = _changed(refused.content, changes, LINE_FIELDS)
    if {"quantity", "price_minor"} & changes.keys() and "amount_minor" not in changes:
        line["amount_minor"] = line["quantity"] * line["price_minor"]
    products = known_products(work, {line["sku"]})
    units = units_of(work, {line["sku"]})
    order = work.rows(select(ORDER).where(ORDER.c.id == refused.order_id).with_for_update())[0]
    row = {
        **{field: line[field] for field in ("line_no", "sku", "kind", "quantity", "price_minor", "amount_minor")},
        "sku_known": line["sku"] in products, "unit": line["unit"],
        "unit_known": not line["unit"] or (line["sku"], line["unit"]) in units,
        "duplicated": False, "currency": order.currency,
    }  # fmt: skip
    still = tuple(find_failures(DataFrame([row]), order_lines()).get(0, ()))
    if still:
        return Mended(still, order.id)
    good = {field: line[field] for field in LINE_FIELDS}
    fixed = update(LINE).where(LINE.c.order_id == order.id, _is_line(refused))
    work.session.execute(fixed.values(**good, product_id=products.get(line["sku"]), state="good"))
    _close(work, refused, "mended", good, by)
    detail = {"line": line["line_no"]}
    reasons = (Reason("mended-by", {"person": by}),)
    work.events.add([Happened(order.id, "line-mended", work.now, reasons=reasons, detail=detail)])
    if order.status in (Status.RECEIVED, Status.CONFIRMED):
        work.orders.unhold([order.id], HoldKind.DATA, by, reasons)
        return Mended((), order.id)
    return Mended((), _supplement(work, order, line["line_no"]))


def _supplement(work: Work, order: Any, line_no: str) -> int:
    """The other lines are promised or gone: the mended one goes out as an order of its own."""
    new_id = add_supplement(work, order, line_no)
    moved = update(LINE).where(LINE.c.order_id == order.id, LINE.c.line_no == line_no)
    work.session.execute(moved.values(order_id=new_id))
    return new_id


def _mend_order(work: Work, refused: Any, changes: Mapping[str, str], by: str) -> Mended:
    receiver_changes = {f: v for f, v in changes.items() if f in RECEIVER_FIELDS}
    own = {f: v for f, v in changes.items() if f not in RECEIVER_FIELDS}
    order = work.rows(select(ORDER).where(ORDER.c.id == refused.order_id).with_for_update())[0]
    content = _changed(refused.content, own, ORDER_FIELDS)
    receiver = {**order.receiver, **receiver_changes}
    lines = work.rows(select(LINE).where(LINE.c.order_id == order.id, LINE.c.state != "dropped"))
    fulfilment = work.session.execute(select(CHANNEL.c.fulfilment).where(CHANNEL.c.id == order.channel_id)).scalar_one()
    row = {
        "order_no": order.channel_order_no,
        **{field: content[field] for field in ("currency", "amount_minor", "freight_minor")},
        "lines": len(lines), "lines_minor": sum(line.amount_minor for line in lines), "customer": order.customer_id,
        "receiver_name": receiver["name"], "receiver_phone": receiver["phone"] or receiver["token"],
        "receiver_province": receiver["province"], "placed_at": order.placed_at,
        "ships": fulfilment == "hub" and order.kind != OrderKind.CREDIT,
    }  # fmt: skip
    suite = orders(current_rules().quality.currencies, now=work.now)
    still = tuple(find_failures(DataFrame([{**row, "customer": str(row["customer"])}]), suite).get(0, ()))
    if still:
        return Mended(still, order.id)
    fixed = {field: content[field] for field in ("currency", "amount_minor", "freight_minor")}
    change = {**fixed, "receiver": receiver, "region": Address(**receiver).region}
    if content.get("promised_on"):
        change["promised_on"] = datetime.fromisoformat(content["promised_on"]).date()
    work.session.execute(update(ORDER).where(ORDER.c.id == order.id).values(**change))
    _close(work, refused, "mended", {**fixed, "receiver": receiver}, by)
    work.orders.unhold([order.id], HoldKind.DATA, by, (Reason("mended-by", {"person": by}),))
    return Mended((), order.id)


def _send_again(work: Work, refused: Any, changes: Mapping[str, str], by: str) -> Mended:
    """A corrected message goes through the inbox again, under a key of its own."""
    if set(changes) != {"body"}:
        raise CannotMend("A message is mended by its whole text: --set body='…'")
    message = work.rows(select(INBOX).where(INBOX.c.id == refused.inbox_id))[0]
    work.session.execute(
        insert(INBOX),
        {
            "company_id": work.company_id, "kind": message.kind, "source": message.source,
            "message_key": f"{message.message_key}:mended:{refused.id}", "route": Route.HAND,
            "body": changes["body"], "state": "waiting", "occurred_at": message.occurred_at, "received_at": work.now,
        },
    )  # fmt: skip
    _close(work, refused, "mended", changes, by)
    return Mended((), None)


def _is_line(refused: Any) -> Any:
    return LINE.c.line_no == refused.content["line_no"]
