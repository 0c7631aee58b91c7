"""Who is told how far an order is (C3). The hub owns that one state; every other system hears of it what it has not
heard, so what comes back as an echo of our own words is no news."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from models.lifecycle import OrderKind, Status
from models.messages import ErpNews, Progress, Stage
from models.reasons import Reason
from policies.shipping import judge_code

_TOLD_AS = {
    Status.RELEASED: Progress.RELEASED,
    Status.PICKED: Progress.PICKED,
    Status.SHIPPED: Progress.SHIPPED,
    Status.DELIVERED: Progress.DELIVERED,
    Status.COMPLETED: Progress.COMPLETED,
    Status.RETURNED: Progress.RETURNED,
}
_TROUBLE = frozenset({"exception", "held_by_customs"})
HAS_LEFT = (Status.SHIPPED, Status.DELIVERED, Status.COMPLETED, Status.RETURNED)


class Listener(StrEnum):
    """Who may be told. Warehouses are told by the outbound and its cancellation: Qimen has no message for more. What
    customers hear stands in ``policies.customers``."""

    ERP = "erp"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Standing:
    """An order with a warehouse: ``now`` is what the ERP would be told (``None``: it does not have the order), ``said``
    what it was told last; ``waiting``: a message is due that will say what is true when it is sent."""

    kind: OrderKind
    now: Mapping[str, Any] | None
    said: Mapping[str, Any] | None = None
    waiting: bool = False
    just_shipped: bool = False


def progress_of(status: Status, scans: Sequence[str]) -> Progress | None:
    """How far an order is for others to hear; ``None`` while, or once, no warehouse has it. ``scans`` are the newest
    states of its parcels: until all have arrived, one in trouble is what counts."""
    if status is Status.SHIPPED and "returned" in scans:
        return Progress.RETURNED
    if status is Status.SHIPPED and not _TROUBLE.isdisjoint(scans):
        return Progress.IN_TROUBLE
    return _TOLD_AS.get(status)


def who_hears(standing: Standing) -> frozenset[Listener]:
    """Who is owed a message now."""
    hearing = set()
    if standing.now is not None and standing.now != standing.said and not standing.waiting:
        hearing.add(Listener.ERP)
    # The channel has written off what it sold; the piece that replaces it is not its business.
    if standing.just_shipped and standing.kind not in {OrderKind.TRANSFER, OrderKind.EXCHANGE}:
        hearing.add(Listener.CHANNEL)
    return frozenset(hearing)


def judge_erp_news(news: ErpNews, status: Status, code: str, *, we_took_it_back: bool) -> Reason | None:
    """Why a person must look at what changed in the ERP; ``None`` for our own echo, and for what changes nothing here.

    An order that has left is closed there in the ordinary course of things.
    """
    if foreign := judge_code(news.order_no, code, news.check_code):
        return foreign
    if news.open or we_took_it_back or status is Status.CANCELLED or status in HAS_LEFT:
        return None
    return Reason("closed-in-the-erp", {"number": news.order_no})


def judge_progress(stage: Stage, word: str, outbound_no: str, *, we_stopped_it: bool) -> Reason | None:
    """Why a person must look at how far a warehouse says that it is; ``None`` for our own cancellation coming back."""
    if stage is Stage.IN_TROUBLE:
        return Reason("warehouse-in-trouble", {"outbound": outbound_no, "word": word})
    if stage is Stage.STOPPED and not we_stopped_it:
        return Reason("stopped-by-warehouse", {"outbound": outbound_no, "word": word})
    return None
