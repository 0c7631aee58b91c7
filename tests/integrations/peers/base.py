"""What the suite must know of a partner's peer, and can ask nobody else.

Most peers need no more than ``settings``. Of the rest each says what its port makes necessary, in the words and under
the signature of its own protocol, by an implementation that is not our client's: the sandbox's, or a published one.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import httpx
from erp_tables import ErpTables

from sandbox.bills import BillRow
from sandbox.carrier import Waybill
from sandbox.erp import Document
from sandbox.hub import Message
from sandbox.warehouse import Arrived, GoodsBack, Outbound, StockNotice

if TYPE_CHECKING:
    from bench import Bench

Judge = Callable[[httpx.Request], httpx.Response]
"""Answers for a peer."""

Place = tuple[dict[str, Any], Callable[[str, bytes], None]]
"""An empty place: the settings with which it is read, and how a file is laid into it under a name."""


class OrderThere(NamedTuple):
    """What an order in an ERP's own words says; of each line SKU, quantity and price."""

    customer: str
    note: str
    lines: list[tuple[str, int, str]]


class ReceivableThere(NamedTuple):
    """What a receivable in an ERP's own words says; of each line SKU and what is owed for it."""

    customer: str
    owed: list[tuple[str, Decimal]]


class Peer:
    """The peer of the partner after which its file is named."""

    known_as: ClassVar[str]
    """What the sandbox calls it."""

    work: ClassVar[Mapping[str, str]] = {}
    """The operations on which faults are laid, by method of the port or for all (``*``), where it is asked something
    before it is told anything, a token or what it has already: for nothing is done yet before them. What becomes of a
    call whose token is not had is asked in the partner's own tests."""

    obeys: ClassVar[bool] = True
    """Whether it can be told to fail in the ways that all are asked about: a disk cannot, nor a server that others
    wrote. What becomes of outages, wrong passwords and lost connections is asked in such partners' own tests."""

    server: ClassVar[str] = ""
    """The real thing, written by others, that stands for it where no protocol has to be played; its page says so."""

    dated: ClassVar[bool] = True
    """Whether the signature of what it sends covers a time. Where it does not, an old message is harmless, for it is
    here already."""

    signature: ClassVar[str] = "sign"
    """The parameter of a warehouse's call, in its query or in its body, that is its signature."""

    tables: ClassVar[type[ErpTables]]
    """The database that is read."""

    def __init_subclass__(cls) -> None:
        name = cls.__module__.rpartition(".")[2]
        cls.known_as = cls.__dict__.get("known_as", name)
        PEERS[name] = cls()

    def settings(self, base: str) -> dict[str, Any]:
        """How its client is configured to reach it at an address."""
        raise _silent("how it is reached")

    def address(self, bench: Bench) -> str:
        """Where it is."""
        return bench.address

    def judged(self, servers: ExitStack, judge: Judge) -> str | None:
        """The address of a server for which ``judge`` answers; ``None`` of one that speaks HTTP."""
        return None

    def webhook(self, order: Mapping[str, Any], at: datetime) -> tuple[dict[str, str], bytes]:
        """Headers and body of a channel's webhook of an order; the headers are those that are verified."""
        raise _silent("how a webhook is signed")

    def call(self, number: str, at: datetime) -> Message:
        """How a channel says that an order changed."""
        raise _silent("how it says that an order changed")

    def confirmation(self, shipped: Outbound, at: datetime) -> Message:
        """How a warehouse says that an outbound has left, in one parcel of 1,250 g."""
        raise _silent("how it confirms an outbound")

    def stock_notice(self, notice: StockNotice, at: datetime) -> Message:
        """How a warehouse says that its stock changed."""
        raise _silent("how it tells of a change of stock")

    def arrival(self, goods: GoodsBack, arrived: Arrived, at: datetime) -> Message:
        """How a warehouse says what came back."""
        raise _silent("how it tells of a return")

    def batch_answer(self, outbounds: Sequence[Outbound], refused: Mapping[str, str], at: datetime) -> Message:
        """How a warehouse says later what became of outbounds that were pushed together, with why it refused some."""
        raise _silent("how it answers for outbounds pushed together")

    def push(self, waybill: Waybill) -> Message:
        """What a tracker tells of a parcel of ZTO's."""
        raise _silent("how it tells of a parcel")

    def notification(self, row: BillRow, at: datetime) -> Message:
        """How a payment provider tells of a payment or a refund."""
        raise _silent("how it tells of a payment")

    def order(self, model: Mapping[str, Any]) -> OrderThere:
        """An ERP's order, understood."""
        raise _silent("what an order of it says")

    def receivable(self, model: Mapping[str, Any]) -> ReceivableThere:
        """An ERP's voucher, understood."""
        raise _silent("what a receivable of it says")

    def told(self, before: Mapping[str, Any], order: Document, *others: Document) -> set[str]:
        """What an ERP keeps of progress, outbound and waybills: what stands in the order since ``before``."""
        return {value for field, value in order.model.items() if field not in before}

    def place(self) -> AbstractContextManager[Place]:
        """An empty place for documents."""
        raise _silent("where documents are put")


PEERS: dict[str, Peer] = {}


def _silent(about: str) -> NotImplementedError:
    return NotImplementedError(f"its peer (tests/integrations/peers) does not say {about}")


def hmac_in_base64(secret: str, body: bytes) -> str:
    """The signature that Shopify and WooCommerce put into a header."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def laid_into(folder: Path) -> Callable[[str, bytes], None]:
    """How a file appears in a folder."""

    def lay(name: str, content: bytes) -> None:
        (folder / name).write_bytes(content)

    return lay


FORM: Mapping[str, str] = {
    "lines": "明细",
    "sku": "货号",
    "title": "品名",
    "quantity": "数量",
    "price": "单价",
    "freight": "运费",
    "total": "合计",
    "customer": "客户",
    "receiver": "收货人",
    "phone": "联系电话",
    "province": "省",
    "city": "市",
    "district": "区",
    "street": "地址",
    "promised_on": "期望日期",
    "remark": "备注",
}
"""The approval form of the sandbox's company, in DingTalk and in Feishu."""
