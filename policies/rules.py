"""The rules that a business user edits in ``orderspine.toml``: read strictly, versioned by content (I3)."""

import hashlib
import tomllib
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class BadRules(ValueError):
    """The rules file cannot be used; the message names the place and the cure."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Credit(_Section):
    """Who may order on account (B1)."""

    hold_high_risk: bool = Field(default=True, description="Hold every order of a customer marked high-risk")
    default_limit: dict[str, int] = Field(
        default_factory=dict, description="Credit limit in minor units for a customer grade, when the customer has none"
    )


class Reservation(_Section):
    """How stock is promised (B2, B5)."""

    fairness: Literal["first-come", "promised-date"] = Field(
        default="first-come", description="Who gets scarce stock first; urgent orders go before in either case"
    )
    prefer: dict[str, list[str]] = Field(
        default_factory=dict, description="Warehouse codes to try first for a receiver's province"
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
    """How parcels are watched (C5, C7)."""

    look_again_minutes: int = Field(default=120, ge=1)
    late_after_hours: int = Field(default=48, ge=1, description="No news from the carrier for this long is late")
    told: str = Field(default="", description="Connection that is told of a late parcel")


class Relay(_Section):
    """How messages to partners are repeated."""

    tries: int = Field(default=8, ge=1)
    first_wait_seconds: int = Field(default=30, ge=1)
    longest_wait_seconds: int = Field(default=3600, ge=1)


class Failures(_Section):
    """Who is told when a step fails (I1)."""

    told: str = Field(default="", description="Connection that is told when a flow run fails or crashes")


class Settlement(_Section):
    """How money is compared with orders (F1, F2)."""

    rounding_minor: int = Field(default=1, ge=0, description="A difference up to this is rounding, and tolerated")


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


class Rules(_Section):
    """All rules. ``version`` is a fingerprint of the content: the same rules have the same version anywhere."""

    credit: Credit = Credit()
    reservation: Reservation = Reservation()
    quality: Quality = Quality()
    weather: Weather = Weather()
    tracking: Tracking = Tracking()
    relay: Relay = Relay()
    settlement: Settlement = Settlement()
    failures: Failures = Failures()
    stock_comparison: StockComparison = StockComparison()

    @property
    def version(self) -> str:
        """Twelve hex digits of the SHA-256 of the content."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]


def parse_rules(text: str) -> Rules:
    """Read rules from TOML. Raises ``BadRules`` that names the key, or the line of broken TOML, and the cure."""
    try:
        return Rules.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"The rules are not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        cure = "remove it or correct its name" if first["type"] == "extra_forbidden" else first["msg"].lower()
        raise BadRules(f"The rule {place} cannot be used: {cure}") from error
