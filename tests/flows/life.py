"""How tests let orders live: partners do their part, the hub's flows theirs; rows and the ledger tell what happened."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from played import Sandbox
from sqlalchemy import text

from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from models.event import broken_links
from models.lifecycle import Route
from models.messages import RawMessage
from sandbox.qimen_confirm import confirmation, progress
from sandbox.warehouse import Outbound
from sandbox.weather import Alert
from settings import get_settings, set_clock
from tasks.connections import partner
from tasks.hub import unit_of_work


class Clock:
    """The time that counts as now, for the hub and for the world; it stands still until it is moved."""

    def __init__(self, file: Path, hub: Sandbox) -> None:
        self._file = file
        self._world = hub.world
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.advance()

    def advance(self, **time: float) -> datetime:
        """Let time pass, in the words of ``timedelta``."""
        self.now += timedelta(**time)
        set_clock(self._file, self.now)
        self._world.set_now(self.now)
        return self.now


def rows(query: str, **values: Any) -> list[Any]:
    """The rows of a plain SQL query."""
    with unit_of_work("test") as work:
        return list(work.session.execute(text(query), values).all())


def column(query: str, **values: Any) -> list[Any]:
    """The first column of a plain SQL query."""
    return [row[0] for row in rows(query, **values)]


def keeps_the_orders(partner: str, settings: str) -> None:
    """An ERP stands in place of Kingdee K/3 Cloud, with the secret ``erp``."""
    file = get_settings().connections
    erp = f'[[erp]]\ncode = "erp"\npartner = "{partner}"\nsettings = {{ {settings} }}\nsecret = "erp"\n\n'
    before, _, after = file.read_text(encoding="utf-8").partition("[[erp]]")
    file.write_text(before + erp + after[after.index("[[") :], encoding="utf-8")


def codes(stored: Any) -> list[str]:
    """The codes of stored reasons; plain SQL gives JSON as text on SQLite."""
    return [reason["code"] for reason in (json.loads(stored) if isinstance(stored, str) else stored)]


def change(statement: str, **values: Any) -> None:
    """Alter rows behind the hub's back."""
    with unit_of_work("test") as work:
        work.session.execute(text(statement), values)


def status_of(number: str) -> str:
    """Where the order with that channel number stands."""
    return str(column("SELECT status FROM sales_order WHERE channel_order_no = :number", number=number)[0])


def place(hub: Sandbox, channel: str, count: int, *, dirty_share: float = 0.0) -> list[dict[str, Any]]:
    """Orders of the last hours, as the channel's generator makes them."""
    until = get_settings().now() - timedelta(minutes=1)
    made = hub.world.place_orders(
        channel, count, since=until - timedelta(hours=5), until=until, dirty_share=dirty_share
    )
    return made.orders


def place_good(hub: Sandbox, count: int, **changes: Any) -> list[str]:
    """Paid and faultless orders in the shop; their numbers."""
    orders = place(hub, "shop", count)
    at = orders[0]["updated_at"]
    for order in orders:
        order.update({"status": "paid", "paid_at": order["paid_at"] or at, **changes})
    return [order["order_no"] for order in orders]


def warn(hub: Sandbox, clock: Clock, alert_id: str, level: str, *supersedes: str, hours: int = 6) -> None:
    """The weather authority warns Guangdong of a typhoon."""
    alert = Alert(
        id=alert_id,
        event_type="台风",
        level=level,  # type: ignore[arg-type]  # one of the levels
        issued_at=clock.now,
        expires_at=clock.now + timedelta(hours=hours),
        province="广东省",
        message="update" if supersedes else "alert",
        supersedes=supersedes,
    )
    hub.world.raise_alert(alert)


async def up_to_released() -> None:
    """From the channels to the warehouses' lists."""
    await ingest_channels()
    await fulfil_orders()
    await relay_outbox()


async def ship(hub: Sandbox, codes: Sequence[str] | None = None) -> list[str]:
    """The warehouses ship, and their confirmations arrive; the codes of the outbounds that left."""
    done = await hub.world.work_in_warehouse(codes=codes)
    for outbound in hub.world.warehouse.undelivered:
        message = confirmation(outbound, hub.world.weight_of(outbound), datetime.now(UTC))
        async with partner(outbound.warehouse) as wms:
            raw = wms.receive_callback(dict(message.params), dict(message.headers), message.body, datetime.now(UTC))
        put(raw, outbound.warehouse, "outbound-confirmation", Route.WEBHOOK)
    hub.world.warehouse.undelivered.clear()
    return done.shipped


async def report(hub: Sandbox, outbound: Outbound, step: str) -> None:
    """The warehouse reports a step of its work on an outbound."""
    now = datetime.now(UTC)
    message = progress(outbound, step, now)
    async with partner(outbound.warehouse) as wms:
        raw = wms.receive_callback(dict(message.params), dict(message.headers), message.body, now)
    put(raw, outbound.warehouse, "outbound-confirmation", Route.WEBHOOK)


def put(message: RawMessage, source: str, kind: str, route: Route) -> int:
    """Put a verified message into the inbox, as the webhooks do; how many are new."""
    with unit_of_work("webhook") as work:
        row = {
            "kind": kind, "source": source, "message_key": message.key, "route": route, "body": message.body,
            "occurred_at": message.occurred_at,
        }  # fmt: skip
        return work.inbox.put([row])


_WORDS = {"message": "message", "customer-told": "text"}


def effects(hub: Sandbox) -> Counter[tuple[str, str, str]]:
    """How often each effect was really performed, by partner, effect and key; of what people were told, the words are
    the key: robots number their messages, and a customer hears of several steps."""
    return Counter(
        (done.partner, done.effect, str(done.content[_WORDS[done.effect]]) if done.effect in _WORDS else done.key)
        for done in hub.world.ledger.effects()
    )


def assert_books_are_sound() -> None:
    """The chains hold, the stock adds up, and nothing is left in anybody's hand."""
    with unit_of_work("test") as work:
        assert list(broken_links(work.session)) == []
        assert work.stock.balances_broken() == []
    for table in ("inbox", "sales_order", "outbox"):
        assert column(f"SELECT count(*) FROM {table} WHERE leased_by IS NOT NULL") == [0], table  # noqa: S608
