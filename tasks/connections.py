"""Which partners this installation is connected to (``connections.toml``), and how to reach them.

A connection names a partner of ``integrations.registry``, its settings, and the credential that completes them
(``tasks.partners.credentials``).
"""

import asyncio
import ssl
import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, Self, cast
from zoneinfo import ZoneInfo

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from integrations.errors import Misconfigured
from integrations.ports import MessagesCustomers, PrintsLabels, TracksParcels
from integrations.rate import Rate
from integrations.registry import PARTNERS, build
from settings import get_settings
from tasks.partners.account import PATIENCE, Account, mark_of
from tasks.partners.credentials import read_credential, secret_fields
from tasks.partners.standing import is_refused, resting_accounts
from tasks.partners.tokens import SharedToken


class BadConnections(ValueError):
    """The connections file cannot be used; the message names the place and the cure."""


class Connection(BaseModel):
    """A partner that is connected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(description="What we call it; unique in the file")
    partner: str = Field(description="Which integration speaks to it")
    settings: dict[str, Any] = {}
    secret: str = Field(default="", description="Name of the credential that completes the settings")
    rate: Rate | None = Field(default=None, description="How often it may be called; else what the partner documents")

    @property
    def account(self) -> str:
        """Partner and credential: connections that share both are one account there."""
        return f"{self.partner}/{self.secret or self.code}"


class ChannelConnection(Connection):
    """A sales channel."""

    fulfilment: Literal["hub", "reported"] = "hub"
    erp: str = Field(default="", description="Code of the ERP that keeps its orders, if not the first")


class WarehouseConnection(Connection):
    """A warehouse: where it stands, and how its WMS is reached."""

    name: str = ""
    region: str = ""
    city: str = ""
    street: str = ""
    phone: str = ""
    orders_a_day: int | None = Field(default=None, ge=0, description="How many orders it can ship in a day")
    prints_labels: bool = Field(default=True, description="It prints the carriers' labels itself")


class CarrierConnection(Connection):
    """A carrier."""

    tracked_by: str = Field(default="", description="Code of the tracker that follows its parcels, if not it itself")
    carried_by: str = Field(default="", description="Who carries, if the partner only issues waybills: yto, zto, sto")

    @property
    def name(self) -> str:
        """What warehouses and trackers know the carrier as."""
        return self.carried_by or self.partner

    @model_validator(mode="after")
    def _is_followed(self) -> Self:
        entry = PARTNERS.get(self.partner)
        if entry and not self.tracked_by and not issubclass(cast(type, entry.maker), TracksParcels):
            raise ValueError(f"{self.partner} does not tell where its parcels are: name a [[tracker]] as tracked_by")
        return self


class TrackerConnection(Connection):
    """Who follows the parcels of carriers."""

    @property
    def tells(self) -> bool:
        """Whether it tells us by itself of parcels that we name: its settings say where to (``callback``)."""
        return bool(self.settings.get("callback"))


class ErpConnection(Connection):
    """An ERP."""

    receivables: bool = Field(
        default=True, description="Whether it is told what customers owe; not where its own invoices say so"
    )


class DocumentsConnection(Connection):
    """A place in which files for us lie."""

    preset: str = Field(default="", description="How its files are read; empty: by the columns that a person confirmed")
    told: str = Field(default="", description="Notifier that is told of a file that waits for a person")


class CompanySettings(BaseModel):
    """Who we are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = "main"
    name: str = ""
    zone: str = "Asia/Shanghai"

    def day_of(self, at: datetime) -> date:
        """The day that it is here then."""
        return at.astimezone(ZoneInfo(self.zone)).date()


class Connections(BaseModel):
    """Everything that is connected. Carriers are asked in the order in which they stand here: the next one when one
    will not do it. The first ERP keeps the orders of channels that name none; the first of ``books`` is read for stock
    in place of the ERP; the first invoicer is the one used; the first tracker follows the parcels of carriers that are
    not connected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    company: CompanySettings = CompanySettings()
    channel: list[ChannelConnection] = []
    warehouse: list[WarehouseConnection] = []
    carrier: list[CarrierConnection] = []
    tracker: list[TrackerConnection] = []
    erp: list[ErpConnection] = []
    books: list[Connection] = []
    payments: list[Connection] = []
    invoices: list[Connection] = []
    alerts: list[Connection] = []
    notifier: list[Connection] = []
    documents: list[DocumentsConnection] = []

    def all(self) -> list[Connection]:
        """Every connection."""
        return [
            *self.channel, *self.warehouse, *self.carrier, *self.tracker, *self.erp, *self.books, *self.payments,
            *self.invoices,
            *self.alerts, *self.notifier, *self.documents,
        ]  # fmt: skip

    def named(self, code: str) -> Connection:
        """The connection of that code. Raises ``BadConnections``."""
        for connection in self.all():
            if connection.code == code:
                return connection
        raise BadConnections(f"Nothing is connected under the name {code!r}. Add it to {get_settings().connections}.")

    @model_validator(mode="after")
    def _erps_are_there(self) -> Self:
        known = {erp.code for erp in self.erp}
        for channel in self.channel:
            if channel.erp and channel.erp not in known:
                raise ValueError(f"the channel {channel.code} names the ERP {channel.erp!r}; there is no such [[erp]]")
        return self

    def erp_for(self, channel: str) -> str:
        """Code of the ERP that keeps the orders of a channel; empty if none is connected."""
        named = next((c.erp for c in self.channel if c.code == channel), "")
        return named or next((erp.code for erp in self.erp), "")

    @property
    def stock_book(self) -> str | None:
        """Whom the ERP's stock is read from."""
        return next((connection.code for connection in (*self.books, *self.erp)), None)

    def reaches_customers(self, channel: str) -> bool:
        """Whether a channel passes on to customers what we tell them."""
        own = next((connection for connection in self.channel if connection.code == channel), None)
        entry = PARTNERS.get(own.partner) if own else None
        return entry is not None and issubclass(cast(type, entry.maker), MessagesCustomers)

    def carrier_after(self, code: str) -> str:
        """Code of the carrier that is asked when that one will not do it; empty after the last. One that is connected
        no more is followed by the first."""
        codes = [carrier.code for carrier in self.carrier]
        later = codes[codes.index(code) + 1 :] if code in codes else codes
        return next(iter(later), "")

    def offers_label(self, warehouse: str, carrier: str) -> bool:
        """Whether we are to give the carrier's label to those who pack in a warehouse, and can."""
        packs = next((connection for connection in self.warehouse if connection.code == warehouse), None)
        carries = next((connection for connection in self.carrier if connection.code == carrier), None)
        return bool(packs and carries and not packs.prints_labels and can_print(carries))

    def carried_by(self, code: str) -> str:
        """What warehouses know a connected carrier as. Raises ``BadConnections``."""
        own = next((connection for connection in self.carrier if connection.code == code), None)
        return own.name if own else self.named(code).partner

    def carrier_of(self, planned: str, told: str) -> str:
        """Whose a parcel is, when the warehouse tells by whom it sent it: the planned carrier's connection, another
        one's, or, if a tracker can follow it, a carrier's that is not connected."""
        codes = {connection.name: connection.code for connection in reversed(self.carrier)}
        if told in {"", "other"} or any(c.code == planned and c.name == told for c in self.carrier):
            return planned
        return codes.get(told) or (told if self.tracker else planned)

    def tracker_of(self, carrier: str) -> tuple[Connection, str]:
        """Whom to ask about a carrier's parcels, and what the carrier is called there. Raises ``BadConnections``."""
        own = next((connection for connection in self.carrier if connection.code == carrier), None)
        if own is not None:
            return self.named(own.tracked_by) if own.tracked_by else own, own.name
        return self.tracker[0] if self.tracker else self.named(carrier), carrier

    def teller_of(self, carrier: str) -> str:
        """Code of the tracker that tells by itself of a carrier's parcels; empty if none does."""
        own = next((connection for connection in self.carrier if connection.code == carrier), None)
        followers = [t for t in self.tracker if own is None or t.code == own.tracked_by]
        return next((t.code for t in followers[:1] if t.tells), "")


def can_print(carrier: Connection) -> bool:
    """Whether a carrier gives the labels of its waybills."""
    entry = PARTNERS.get(carrier.partner)
    return entry is not None and issubclass(cast(type, entry.maker), PrintsLabels)


def connections() -> Connections:
    """What is connected; nothing, when there is no file. Raises ``BadConnections``."""
    path = get_settings().connections
    return _read(str(path), path.stat().st_mtime_ns) if path.is_file() else Connections()


@lru_cache(maxsize=4)
def _read(path: str, _changed_at: int) -> Connections:
    try:
        return Connections.model_validate(tomllib.loads(Path(path).read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise BadConnections(f"{path} is not valid TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise BadConnections(f"{path}: {place}: {first['msg'].lower()}") from error


@dataclass(frozen=True, slots=True)
class Line:
    """An open line: the partner's client, and our account there."""

    client: Any
    account: Account


@asynccontextmanager
async def open_line(code: str, patience: timedelta = PATIENCE) -> AsyncIterator[Line]:
    """A line to the partner of a connection, open for the length of the block. What calls meet is to be ``heeded``.

    A call waits for its turn as long as ``patience``. Raises ``Misconfigured`` or ``BadConnections``.
    """
    connection = connections().named(code)
    entry = PARTNERS.get(connection.partner)
    name, rate = connection.account, connection.rate or (entry.settings.rate if entry else None)
    try:
        complete = {**connection.settings, **await read_credential(connection.secret, connection.partner)}
    except Misconfigured as error:
        await Account(name, connection.partner, code, mark="").refused(error)
        raise
    was_refused = await asyncio.to_thread(is_refused, name)
    account = Account(name, connection.partner, code, mark_of(complete), rate, patience, was_refused)
    token = SharedToken(account, [str(complete.get(field, "")) for field in secret_fields(connection.partner)])
    async with httpx.AsyncClient(verify=_authorities(), event_hooks=account.hooks()) as http:
        try:
            client = build(connection.partner, complete, http, _real_time, token)
        except Misconfigured as error:
            await account.refused(error)
            raise
        yield Line(client, account)


@asynccontextmanager
async def partner(code: str) -> AsyncIterator[Any]:
    """The client of a connection, open for the length of the block. Raises ``Misconfigured`` or ``BadConnections``."""
    async with open_line(code) as line, line.account.heeded():
        yield line.client


async def resting(patience: timedelta = PATIENCE) -> frozenset[str]:
    """Codes of the connections that are not to be called now: their partner asked for patience, or refused the very
    credential that they have."""
    accounts = await asyncio.to_thread(resting_accounts, patience)
    return frozenset([c.code for c in connections().all() if c.account in accounts and await _rests(c, accounts)])


async def _rests(connection: Connection, accounts: Mapping[str, str | None]) -> bool:
    mark = accounts[connection.account]
    if mark is None:
        return True
    try:
        credential = await read_credential(connection.secret, connection.partner)
    except Misconfigured:
        return mark == ""
    return mark == mark_of({**connection.settings, **credential})


@cache
def _authorities() -> ssl.SSLContext:
    """Whom we trust with TLS, read once: that takes 30 ms, for each client anew if nobody keeps it."""
    return httpx.create_ssl_context()


def _real_time() -> datetime:
    """Partners check our clock, so signatures always carry the real time."""
    return datetime.now(UTC)
