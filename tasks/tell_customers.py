"""Telling customers how far their orders are: through the channel, or whom the company chose in its place (C7)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from messages import say
from models.base import table_of
from models.company import SalesChannel
from models.lifecycle import OrderKind
from models.many import among
from models.order_book import ORDER
from models.order_number import order_number
from models.outbox import Owed
from models.work import Work
from policies.customers import Word, is_told
from policies.rules import CustomerStep, Rules
from settings import get_settings
from tasks.connections import connections
from tasks.supplements import original_number

CHANNEL = table_of(SalesChannel)
_SAID: Mapping[CustomerStep, str] = {
    "shipped": "customer-shipped",
    "out-for-delivery": "customer-out-for-delivery",
    "delivered": "customer-delivered",
    "in-trouble": "customer-in-trouble",
    "delayed": "customer-delayed",
}


def tell_customers(work: Work, words: Sequence[Word], rules: Rules) -> None:
    """Owe customers these words, where the rules say that they hear them; each once."""
    if not words:
        return
    query = (
        select(ORDER.c.id, ORDER.c.kind, ORDER.c.channel_order_no, CHANNEL.c.code)
        .join(CHANNEL, CHANNEL.c.id == ORDER.c.channel_id)
        .where(among(ORDER.c.id, {word.order_id for word in words}))
    )
    orders = {row.id: row for row in work.rows(query)}
    told = [word for word in words if is_told(word, OrderKind(orders[word.order_id].kind), rules.customers, work.now)]
    owed = (_owed(word, orders[word.order_id], rules) for word in told)
    work.outbox.add([row for row in owed if row])


def _owed(word: Word, order: Any, rules: Rules) -> dict[str, Any] | None:
    connected = connections()
    theirs = order.channel_order_no
    number = original_number(theirs) if order.kind == OrderKind.EXCHANGE else theirs
    language = "zh" if connected.company.zone == "Asia/Shanghai" else get_settings().locale
    text = say(_SAID[word.step], language, number=number, waybill=word.waybill_no)
    tail = f":{word.event}" if word.event else ""
    row = {"order_id": order.id, "idempotency_key": f"customer-{word.step}:{order_number(order.id)}{tail}"}
    if connected.reaches_customers(order.code):
        payload = {"order_no": number, "text": text}
        return {**row, "kind": Owed.CUSTOMER_MESSAGE, "connection": order.code, "payload": payload}
    in_its_place = rules.told.get("customers", "")
    if any(notifier.code == in_its_place for notifier in connected.notifier):
        payload = {"title": say("customer-title", language, number=number, channel=order.code), "text": text}
        return {**row, "kind": Owed.NOTICE, "connection": in_its_place, "payload": payload}
    return None
