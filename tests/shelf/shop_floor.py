"""Little hands for tests of stock: orders that the shop states, decided by the tasks' own functions, and what the
shelves then say. Partners are not called: what they answer is put where their answers go."""

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect.logging import disable_run_logger
from sqlalchemy import select, text

from integrations.errors import Rejected
from integrations.reading import order_message
from models.lifecycle import Route
from models.messages import OutboundAccepted, OutboundRequest, RawMessage
from models.order_number import order_id_of, order_number
from models.outbox import OUTBOX, Owed
from sandbox.hub import Message
from sandbox.qimen_confirm import confirmation
from sandbox.warehouse import Outbound, OutboundLine, OutboundStatus
from tasks.accept_orders import accept_orders
from tasks.book_confirmations import book_confirmations
from tasks.connections import partner
from tasks.expire_reservations import expire_reservations
from tasks.follow_channel import follow_channel
from tasks.hub import current_rules, unit_of_work
from tasks.outcomes import answered, refused
from tasks.reading import reading
from tasks.ready import arrived_confirmations, arrived_orders, reported_orders, undecided_orders
from tasks.reserve_orders import reserve_orders
from tasks.senders.letter import Letter
from tasks.senders.warehouse import CancelOutbound, PushOutbound
from tasks.shelf.counting import count
from tasks.shelf.look import Place, stock_of

ONE = "SKU-0001"
RECEIVER = {
    "name": "李雷", "phone": "13800000000", "country": "CN", "province": "广东省", "city": "深圳市",
    "district": "福田区", "address": "深南大道 1 号",
}  # fmt: skip


@dataclass
class Floor:
    """The hub, its clock, and the orders that the shop has stated; they are known by the shop's numbers."""

    clock_file: Path
    now: datetime = datetime(2026, 3, 2, 4, tzinfo=UTC)
    stated: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.pass_time()

    def pass_time(self, **time: float) -> None:
        """Let time pass, in the words of ``timedelta``."""
        self.now += timedelta(**time)
        self.clock_file.write_text(self.now.isoformat())

    def state(
        self, goods: Mapping[str, int], number: str = "", units: Mapping[str, str] | None = None, **terms: Any
    ) -> str:
        """The shop states an order, anew if the number is known; its number. Paid, and each unit for 1.00."""
        self.pass_time(seconds=1)
        number = number or f"N{len(self.stated) + 1}"
        before = self.stated.get(number, {})
        lines = [
            {"line_no": n, "sku": sku, "title": sku, "quantity": pieces, "price": "1.00", "amount": f"{pieces}.00"}
            for n, (sku, pieces) in enumerate(goods.items(), start=1)
        ]
        for line in lines:
            line["unit"] = (units or {}).get(str(line["sku"]), "")
        order = {
            "order_no": number, "created_at": self.now.isoformat(), "status": "paid", "paid_at": self.now.isoformat(),
            "currency": "CNY", "freight": "0.00", "customer": {"id": f"C-{number}", "name": "李雷"},
            "receiver": RECEIVER, **before, "lines": lines, "amount": f"{sum(goods.values())}.00",
            "updated_at": self.now.isoformat(), **terms,
        }  # fmt: skip
        self.stated[number] = order
        self._put(order_message(number, order, self.now), "shop", "order")
        return number

    def say_again(self, number: str, **terms: Any) -> None:
        """The shop states an order with the same goods, and something else changed."""
        goods = {line["sku"]: line["quantity"] for line in self.stated[number]["lines"]}
        self.state(goods, number, **terms)

    def fulfil(self) -> None:
        """What the flow ``fulfil-orders`` does, without Prefect."""
        rules = current_rules()
        run(expire_reservations.fn())
        for batch in arrived_orders():
            run(accept_orders.fn(batch, rules))
        for batch in undecided_orders(rules):
            run(reserve_orders.fn(batch, rules))
        for batch in reported_orders():
            run(follow_channel.fn(batch))

    def order(self, goods: Mapping[str, int], **terms: Any) -> str:
        """State an order and fulfil it; our own number."""
        number = self.state(goods, **terms)
        self.fulfil()
        return self.number_of(number)

    def number_of(self, theirs: str) -> str:
        """Our number of an order."""
        query = "SELECT id FROM sales_order WHERE channel_order_no = :number"
        return order_number(rows(query, number=theirs)[0].id)

    def release(self, number: str) -> None:
        """The warehouse has the order on its list: what the relay writes when it has been told so."""
        with unit_of_work("test") as work:
            query = text("SELECT id, outbound_no FROM outbound WHERE order_id = :id AND state = 'planned'")
            outbound = work.session.execute(query, {"id": order_id_of(number)}).one()
            letter = Letter(
                0, Owed.OUTBOUND, "SZ-01", "", order_id_of(number), "", {"outbound_id": outbound.id}, 0, False
            )
            answer = OutboundAccepted(outbound.outbound_no, f"WMS-{outbound.outbound_no}")
            PushOutbound().record(work, letter, _request(outbound.outbound_no), answer)

    def answer_stop(self, message_id: int, *, agrees: bool) -> None:
        """The warehouse agrees to stop an outbound, or has picked it: what the relay writes of its answer."""
        query = select(OUTBOX.c.order_id, OUTBOX.c.connection, OUTBOX.c.payload).where(OUTBOX.c.id == message_id)
        with unit_of_work("test") as work:
            owed = work.rows(query)[0]
            letter = Letter(
                message_id, Owed.CANCEL_OUTBOUND, owed.connection, "", owed.order_id, "", owed.payload, 0, False
            )
            request = CancelOutbound().prepare(work, letter)
            if request is None:
                work.outbox.settle(message_id, state="withdrawn")
                return
        if agrees:
            answered(letter, request, None)
        else:
            refused(letter, Rejected(owed.connection, "the goods are picked"))

    def ship(self, number: str) -> None:
        """The warehouse's confirmation arrives, and is booked."""
        query = (
            "SELECT b.id, b.outbound_no, w.code FROM outbound b JOIN warehouse w ON w.id = b.warehouse_id"
            " WHERE b.order_id = :id AND b.state IN ('planned', 'accepted')"
        )
        outbound = rows(query, id=order_id_of(number))[0]
        lines = rows(
            "SELECT p.sku, sum(l.quantity) AS pieces FROM outbound_line l JOIN product p ON p.id = l.product_id"
            " WHERE l.outbound_id = :id GROUP BY p.sku ORDER BY p.sku",
            id=outbound.id,
        )
        packed = [OutboundLine(str(n), line.sku, int(line.pieces)) for n, line in enumerate(lines, start=1)]
        shipped = Outbound(
            outbound.outbound_no, f"W{outbound.id}", outbound.code, "JYCK", packed, "SF", f"SF{outbound.id:012d}",
            "", "", "", "", self.now, status=OutboundStatus.DELIVERED, shipped_at=self.now,
        )  # fmt: skip
        body = confirmation(shipped, 500, self.now).body.decode()
        self._put(RawMessage(f"confirm:{outbound.id}", body, self.now), outbound.code, "outbound-confirmation")
        for batch in arrived_confirmations():
            run(book_confirmations.fn(batch, current_rules()))

    def hear(self, call: Message) -> None:
        """A warehouse's signed call arrives, and is booked."""
        message = run(_received(call, self.now))
        self._put(message, "SZ-01", "outbound-confirmation")
        for batch in arrived_confirmations():
            run(book_confirmations.fn(batch, current_rules()))

    def _put(self, message: RawMessage, source: str, kind: str) -> None:
        with unit_of_work("webhook") as work:
            row = {
                "kind": kind, "source": source, "message_key": message.key, "route": Route.WEBHOOK,
                "body": message.body, "occurred_at": message.occurred_at,
            }  # fmt: skip
            work.inbox.put([row])


async def _received(call: Message, now: datetime) -> RawMessage:
    async with partner("SZ-01") as wms:
        verified: RawMessage = wms.receive_callback(dict(call.params), dict(call.headers), call.body, now)
    return verified


def run(step: Coroutine[Any, Any, Any]) -> Any:
    """Run one step of a flow outside of Prefect."""
    with disable_run_logger():
        return asyncio.run(step)


def lies(pieces: int, *skus: str, warehouse: str = "SZ-01") -> None:
    """So many pieces of each SKU lie in that warehouse, and none elsewhere."""
    for sku in skus or (ONE,):
        for code in ("SZ-01", "SH-01"):
            count(sku, code, pieces if code == warehouse else 0, "setting", "test")


def place(sku: str, warehouse: str = "SZ-01") -> Place:
    """What ``orderspine stock show`` says of a SKU in a warehouse."""
    return next(place for place in stock_of(sku).places if place.warehouse == warehouse)


def rows(query: str, **values: Any) -> list[Any]:
    """The rows of a plain SQL query."""
    with reading() as work:
        return list(work.session.execute(text(query), values).all())


def status(number: str) -> str:
    """Where an order stands, by our number."""
    return str(rows("SELECT status FROM sales_order WHERE id = :id", id=order_id_of(number))[0].status)


def holds(number: str) -> list[str]:
    """The open holds of an order, by our number."""
    query = "SELECT kind FROM hold WHERE order_id = :id AND closed_at IS NULL ORDER BY id"
    return [row.kind for row in rows(query, id=order_id_of(number))]


def _request(outbound_no: str) -> OutboundRequest:
    """Only its number is written down."""
    told: dict[str, Any] = dict.fromkeys(OutboundRequest.__dataclass_fields__)
    return OutboundRequest(**{**told, "outbound_no": outbound_no})
