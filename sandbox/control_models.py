"""The bodies of the control API."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from sandbox.bills import Distortion
from sandbox.faults import FaultKind
from sandbox.weather import Level

ChannelName = Literal[
    "shop",
    "taobao",
    "jd",
    "wechat_shop",
    "alibaba_1688",
    "alibaba_com",
    "shopify",
    "woocommerce",
    "dingtalk_approval",
    "feishu_approval",
]


class Body(BaseModel):
    """A misspelt field is refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class PlaceOrders(Body):
    channel: ChannelName
    count: int = Field(ge=0)
    since: AwareDatetime
    until: AwareDatetime
    dirty_share: float = Field(default=0.0, ge=0, le=1)
    seed: int | None = None


class PlaceOrder(Body):
    channel: ChannelName
    order: dict[str, Any]


class UpdateOrder(Body):
    changes: dict[str, Any]


class PushOrder(Body):
    repeat: int = Field(default=1, ge=1)
    all_versions: bool = False
    reverse: bool = False


class PushOrders(PushOrder):
    order_nos: list[str]


class StockCount(Body):
    warehouse: str
    sku: str
    quantity: int
    system: Literal["wms", "erp"] = "wms"


class SetClock(Body):
    now: AwareDatetime | None


class SetHub(Body):
    url: str


class WorkInWarehouse(Body):
    limit: int | None = Field(default=None, ge=0)
    codes: list[str] | None = None


class ChangeStock(Body):
    """Pieces come or go in the WMS by a document; with a minus they go."""

    warehouse: str
    sku: str
    quantity: int
    document: str
    order_type: str = "QTRK"
    inventory_type: str = "ZP"
    counted: bool = False


class SendBack(Body):
    """What of a return reaches the warehouse: SKU, inventory type, pieces."""

    code: str
    pieces: list[tuple[str, str, int]]


class WorkAtCarrier(Body):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    now: AwareDatetime | None = None
    skip: list[str] = Field(default=[], alias="except")
    late: list[str] = []
    at_customs: list[str] = []


class TellOfParcels(Body):
    waybill_nos: list[str]


class Payment(Body):
    """A line of a bill given in full; the amount in fen, negative for a refund."""

    trade_no: str
    merchant_order_no: str
    title: str = "商品"
    paid_at: AwareDatetime
    amount_fen: int
    refund_no: str = ""


class MakeBill(Body):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    day: date = Field(alias="date")
    rows: list[Payment] = []
    from_orders: bool = True
    distort: list[Distortion] = []


class DecideInvoice(Body):
    """Why it is not issued; empty if it is."""

    refused: str = ""


class RaiseAlert(Body):
    province: str | None = None
    city: str | None = None
    lat: float | None = None
    lon: float | None = None
    level: Level
    type: str
    until: AwareDatetime
    supersedes: list[str] = []


class LayFault(Body):
    partner: str
    operation: str = "*"
    kind: FaultKind
    times: int | None = 1
    after: int = 0
    seconds: float = 0.0
    factor: float = 0.9
    sku: str = ""


class SetQuota(Body):
    calls: int = Field(ge=1)
    seconds: float = Field(gt=0)
