"""The rules that a business user edits in ``orderspine.toml``: what there is, what it means, what it may be (I3)."""

import hashlib
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from models.divisions import region_of
from policies.phrases import as_compared

Region = Annotated[str, AfterValidator(region_of)]
"""A province by its one name, however the file writes it."""


def _phrase(written: str) -> str:
    if not as_compared(written):
        raise ValueError("write the phrase that it stands for")
    return written


def _told_apart(phrases: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    known: dict[str, str] = {}
    for phrase in phrases:
        other = known.setdefault(as_compared(phrase), phrase)
        if other is not phrase:
            raise ValueError(f"“{other}” and “{phrase}” differ in width or case only; keep one of them")
    return phrases


Tag = Annotated[str, Field(min_length=1)]
Phrases = Annotated[
    dict[Annotated[str, AfterValidator(_phrase)], Annotated[tuple[Tag, ...], Field(min_length=1)]],
    AfterValidator(_told_apart),
]
"""Phrases as people write them, with their tags."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credit(_Section):
    """Who may order on account (B1)."""

    hold_high_risk: bool = Field(default=True, description="Hold every order of a customer marked high-risk")
    hold_overdue: bool = Field(default=True, description="No further credit while a payment of the customer is late")
    due_days: int = Field(default=30, ge=0, description="Days after it was placed until an unpaid order is overdue")
    default_limit: dict[str, int] = Field(
        default_factory=dict, description="Credit limit in minor units for a customer grade, when the customer has none"
    )


class ReviewRule(_Section):
    """One rule of who has to look at which orders: all conditions that are given must hold (B6, B10)."""

    name: str = Field(min_length=1, description="What the rule is called in reasons")
    amount_over_minor: int | None = Field(default=None, ge=0, description="The order is worth more than this")
    lead_time_under_days: int | None = Field(
        default=None, ge=1, description="Fewer days than this from the order to its promised date"
    )
    orders_over: int | None = Field(
        default=None, ge=1, description="The customer placed more than this many orders within within_hours"
    )
    within_hours: int = Field(default=72, ge=1, le=24 * 31)
    grades: tuple[str, ...] = Field(default=(), description="Only customers of these grades; empty means all")
    approver: str = Field(default="", description="Role that must say yes before the order goes on")
    alert_after_minutes: int | None = Field(
        default=None, ge=1, description="Tell again if nobody has answered for this long"
    )
    tag: str = Field(default="", description="Tag that the order gets, e.g. red")
    tell: str = Field(default="", description="Role of [told] that hears of it")

    @model_validator(mode="after")
    def _asks_and_does(self) -> Self:
        if not (self.amount_over_minor is not None or self.lead_time_under_days or self.orders_over or self.grades):
            raise ValueError("give it a condition: amount_over_minor, lead_time_under_days, orders_over or grades")
        if not (self.approver or self.tag or self.tell):
            raise ValueError("say what it does: approver, tag or tell")
        return self


class Reservation(_Section):
    """How stock is promised (B2)."""

    fairness: Literal["first-come", "promised-date", "customer-grade"] = Field(
        default="first-come", description="Who gets scarce stock first; urgent orders go before in every case"
    )
    grades: tuple[str, ...] = Field(default=("A", "B", "C"), description="Customer grades, the first served first")
    unpaid_minutes: int = Field(
        default=0, ge=0, description="Keep stock for an unpaid order for this long after it was placed; 0: not at all"
    )
    pickup_grace_minutes: int = Field(
        default=120, ge=0, description="Keep stock for a pick-up until this long after the appointment"
    )
    customer_cap: int = Field(
        default=0, ge=0, description="Most units of one SKU that wait for one customer unpaid or unfetched; 0: no cap"
    )


class Weights(_Section):
    """How much each mark of a warehouse counts."""

    region: int = Field(default=60, ge=0)
    days: int = Field(default=20, ge=0)
    capacity: int = Field(default=20, ge=0)
    cost: int = Field(default=0, ge=0)


class FreightRate(_Section):
    """What a parcel costs from the warehouses of a region to a receiver's country or province."""

    origin: Region
    to: Region
    parcel_minor: int = Field(ge=0, description="For the parcel, in minor units")
    kilogram_minor: int = Field(default=0, ge=0, description="And for each kilogram that is begun")


class Routing(_Section):
    """Which warehouse serves whom (B5)."""

    weights: Weights = Weights()
    freight: tuple[FreightRate, ...] = Field(
        default=(), description="What the ways cost that weights.cost compares; a way that is not listed is the dearest"
    )
    prefer: dict[Region, tuple[str, ...]] = Field(
        default_factory=dict, description="Warehouse codes to try first for a receiver's province"
    )


class Splitting(_Section):
    """Whether an order may go in parts (B4)."""

    mode: Literal["never", "main-first"] = Field(
        default="never", description="main-first: when the line worth most is there, it goes and the rest follows"
    )


class Lane(_Section):
    """Days from the warehouses of a region to a receiver's country or province."""

    origin: Region
    to: Region
    days: int = Field(ge=0, le=365)


class Promise(_Section):
    """What is promised to whom (B7)."""

    days: int = Field(default=8, ge=0, le=365, description="Days of a lane that is not listed")
    lanes: tuple[Lane, ...] = ()


class Products(_Section):
    """What goods of a category ask for (B9)."""

    home_country: str = "CN"
    customs: dict[str, str] = Field(default_factory=dict, description="Customs grade of a category; A is the lightest")
    papers_from_grade: str = Field(default="B", description="From this grade on customs papers are owed")
    hold_for_papers: bool = Field(default=True, description="Hold an order abroad until somebody has the papers")
    batteries: tuple[str, ...] = Field(default=(), description="Categories that need a UN3481 box")
    sensitive: tuple[str, ...] = Field(default=(), description="Categories that need a customs label")

    def any(self) -> bool:
        """Whether anything is asked of any category."""
        return bool(self.customs or self.batteries or self.sensitive)


class Changes(_Section):
    """Which changes of an order are small, and who must agree to which (B8)."""

    minor_fields: tuple[
        Literal[
            "receiver.name", "receiver.phone", "receiver.street", "receiver.district", "receiver.city",
            "receiver.province", "remark", "promised_on", "urgent",
        ],
        ...,
    ] = Field(
        default=("receiver.name", "receiver.phone", "remark"), description="A change of nothing but these is minor"
    )  # fmt: skip
    minor_amount_minor: int = Field(
        default=0, ge=0, description="A difference of the amount up to this, beyond what the lines explain, is minor"
    )
    fewer_is_minor: bool = Field(default=True, description="Fewer pieces, or a line less, is minor")
    minor_approvers: tuple[str, ...] = Field(
        default=("customer-service",), description="Roles that must all agree to a minor change; none: at once"
    )
    major_approvers: tuple[str, ...] = Field(
        default=("customer-service", "operations"), description="Roles that must all agree to a major change"
    )


class Quality(_Section):
    """What an order must satisfy before it is decided (A5, A6)."""

    currencies: list[str] = Field(default=["CNY", "USD", "EUR", "GBP", "BRL", "HKD", "JPY"])


class WatchedPlace(_Section):
    """A point whose weather stands for a region."""

    region: str
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Weather(_Section):
    """When the weather gate of a region closes (D1)."""

    closing_levels: list[Literal["blue", "yellow", "orange", "red"]] = ["red"]
    places: list[WatchedPlace] = []
    told: str = Field(default="", description="Connection that is told when a gate closes or opens")


class Tracking(_Section):
    """How parcels are watched (C5, C6, C7)."""

    look_again_minutes: int = Field(default=120, ge=1)
    look_when_told_minutes: int = Field(
        default=720, ge=1, description="The same for a parcel of which the tracker tells by itself, since it last did"
    )
    late_after_hours: int = Field(default=48, ge=1, description="No news from the carrier for this long is late")
    customs_hours: int = Field(default=48, ge=1, description="At customs for longer than this is stuck (C6)")
    told: str = Field(default="", description="Connection that is told of a late parcel")


CustomerStep = Literal["shipped", "out-for-delivery", "delivered", "in-trouble", "delayed"]
"""What a customer can be told of: ``in-trouble`` as the carrier says, ``delayed`` as we noticed."""


class Customers(_Section):
    """What customers hear of their orders on the way (C7)."""

    told: tuple[CustomerStep, ...] = Field(
        default=("shipped", "out-for-delivery", "delivered", "in-trouble", "delayed"),
        description="Of which steps a customer is told, by the order's channel or by the notifier of [told] customers",
    )
    old_after_hours: int = Field(default=24, ge=1, description="What happened longer ago is told to nobody")


class Relay(_Section):
    """How messages to partners are repeated."""

    tries: int = Field(default=8, ge=1)
    carrier_tries: int = Field(default=3, ge=1, description="After so many, the next carrier is asked, if there is one")
    first_wait_seconds: int = Field(default=30, ge=1)
    longest_wait_seconds: int = Field(default=3600, ge=1)


class Failures(_Section):
    """Who is told when a step fails (I1), or a partner refuses our credential."""

    told: str = Field(
        default="", description="Connection that is told when a flow run fails, or a partner refuses our credential"
    )


class Settlement(_Section):
    """How money is compared with orders (F1, F2)."""

    rounding_minor: int = Field(default=1, ge=0, description="A difference up to this is rounding, and tolerated")


class Invoices(_Section):
    """What stands on e-invoices (F4)."""

    tax_percent: Decimal = Field(
        default=Decimal(13), ge=0, le=100, description="Tax on the amount without tax, for goods and freight"
    )
    category_percent: dict[str, Decimal] = Field(
        default_factory=dict, description="The tax for goods of a category, where it is another"
    )
    told: str = Field(default="", description="Connection that is told of an invoice that a person must look at")


class StockComparison(_Section):
    """How far ERP and warehouse may be apart (D2)."""

    tolerance_share: Decimal = Field(
        default=Decimal("0.05"),
        ge=0,
        le=1,
        description="Share of the ERP's stock up to which a difference is tolerated",
    )
    told: str = Field(
        default="", description="Connection that is told when they are further apart in all, and when not"
    )


class Retention(_Section):
    """How long what only machines read is kept; orders, events and decisions stay."""

    facts_days: int = Field(default=90, ge=1, description="Days for which a run can be replayed")


class Rules(_Section):
    """All rules. ``version`` is a fingerprint of the content: the same rules have the same version anywhere."""

    credit: Credit = Credit()
    review: tuple[ReviewRule, ...] = ()
    reservation: Reservation = Reservation()
    routing: Routing = Routing()
    splitting: Splitting = Splitting()
    substitutes: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="SKUs to offer instead of one that is short"
    )
    promise: Promise = Promise()
    phrases: Phrases = Field(
        default_factory=dict, description="What people write in a remark, and the tags that the order gets for it"
    )
    products: Products = Products()
    told: dict[str, str] = Field(
        default_factory=dict,
        description="Role to connection: who hears what is meant for purchasing, sales, sales-director …",
    )
    changes: Changes = Changes()
    quality: Quality = Quality()
    weather: Weather = Weather()
    tracking: Tracking = Tracking()
    customers: Customers = Customers()
    relay: Relay = Relay()
    settlement: Settlement = Settlement()
    invoices: Invoices = Invoices()
    failures: Failures = Failures()
    stock_comparison: StockComparison = StockComparison()
    retention: Retention = Retention()

    def roles(self) -> frozenset[str]:
        """Everybody whom these rules tell something or ask for a yes, and who needs a place in ``told`` for it."""
        reviewers = (role for rule in self.review for role in (rule.approver, rule.tell) if role)
        sales = ("sales",) if self.substitutes else ()
        return frozenset(
            {"purchasing", "customs", *sales, *reviewers, *self.changes.minor_approvers, *self.changes.major_approvers}
        )

    @property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]
