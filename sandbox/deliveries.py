"""Sends webhooks and callbacks to the hub, repeated or out of order where a fault says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from sandbox import cainiao_link_report, kuaidi100
from sandbox.carrier import Waybill
from sandbox.faults import FaultKind, Faults
from sandbox.hub import HubAnswer, HubLine, Message
from sandbox.ledger import Request, RequestLog
from sandbox.order_book import Order
from sandbox.qimen_confirm import OPERATION as CONFIRM
from sandbox.qimen_confirm import confirmation
from sandbox.qimen_return import CONFIRM as RETURNED
from sandbox.qimen_return import arrival_message
from sandbox.qimen_sign import accepted
from sandbox.qimen_stock import operation_of, stock_message
from sandbox.shop import WEBHOOK, webhook
from sandbox.warehouse import Arrived, GoodsBack, Outbound, StockNotice


@dataclass(frozen=True)
class Delivery:
    """A message for the hub, which is signed with the real time only when it goes out."""

    partner: str
    operation: str
    key: str
    build: Callable[[datetime], Message]
    accepted: Callable[[HubAnswer], bool]

    @staticmethod
    def of_order(order: Order) -> Delivery:
        """The shop's webhook; its id names the order's state, so a repeat has the same id."""
        number, updated_at = order["order_no"], order["updated_at"]
        message_id = "msg_" + sha256(f"{number} {updated_at}".encode()).hexdigest()[:24]
        return Delivery(
            "shop",
            WEBHOOK,
            number,
            lambda now: webhook(order, message_id, now),
            lambda answer: 200 <= answer.status < 300,
        )

    @staticmethod
    def of_shipment(outbound: Outbound, weight_grams: int) -> Delivery:
        """The warehouse's confirmation, through the door by which the outbound came."""
        if outbound.system == "cainiao_link":
            return Delivery(
                outbound.system,
                cainiao_link_report.OPERATION,
                outbound.code,
                lambda _: cainiao_link_report.confirmation(outbound, weight_grams),
                cainiao_link_report.accepted,
            )
        return Delivery(
            "qimen", CONFIRM, outbound.code, lambda now: confirmation(outbound, weight_grams, now), accepted
        )

    @staticmethod
    def of_stock(notice: StockNotice) -> Delivery:
        """The warehouse's word of a change of its stock."""
        return Delivery(
            "qimen", operation_of(notice), notice.notice_id, lambda now: stock_message(notice, now), accepted
        )

    @staticmethod
    def of_return(back: GoodsBack, arrived: Arrived) -> Delivery:
        """The warehouse's word of what came back."""
        return Delivery("qimen", RETURNED, arrived.notice_id, lambda now: arrival_message(back, arrived, now), accepted)

    @staticmethod
    def of_track(waybill: Waybill, company: str, salt: str) -> Delivery:
        """Kuaidi100's push of a parcel's whole history."""
        return Delivery(
            "kuaidi100", "push", waybill.number, lambda _: kuaidi100.push(waybill, company, salt), kuaidi100.taken
        )


@dataclass
class Pushed:
    """What the hub said to each message, in the order of sending."""

    answers: list[tuple[str, HubAnswer]] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)
    """The keys (order number, outbound code) of the messages that the hub took at least once."""


class Deliveries:
    def __init__(self, hub: HubLine, faults: Faults, requests: RequestLog) -> None:
        self._hub = hub
        self._faults = faults
        self._requests = requests

    async def send(self, wanted: Sequence[Delivery]) -> Pushed:
        """Send all, one after the other; a failure never stops the rest."""
        pushed = Pushed()
        for delivery, fault in self._with_faults(wanted):
            answer = await self._hub.post(delivery.build(datetime.now(UTC)))
            taken = delivery.accepted(answer)
            if taken:
                pushed.accepted.add(delivery.key)
            pushed.answers.append((delivery.key, answer))
            outcome = "ok" if taken else str(answer.status)
            self._requests.count(Request(delivery.partner, delivery.operation, outcome, fault))
        return pushed

    def _with_faults(self, wanted: Sequence[Delivery]) -> list[tuple[Delivery, FaultKind | None]]:
        queue: list[tuple[Delivery, FaultKind | None]] = []
        postponed: list[tuple[Delivery, FaultKind | None]] = []
        for delivery in wanted:
            fault = self._faults.on_callback(delivery.partner, delivery.operation)
            kind = fault.kind if fault else None
            if kind is FaultKind.REORDER:
                postponed.insert(0, (delivery, kind))
            else:
                queue.extend([(delivery, kind)] * (2 if kind is FaultKind.REPEAT else 1))
        return queue + postponed
