"""The story of the demo: what the world does on two days, hour by hour, and what the hub catches of it."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from prefect.client.schemas.objects import State, StateType
from prefect.deployments import arun_deployment
from prefect.states import Pending
from sqlalchemy import Select, func, select

from cli.screen import console, t, table
from models.base import table_of
from models.gate import Gate
from models.messages import CatalogueItem
from models.order_book import HOLD
from models.order_number import order_number
from models.outbox import OUTBOX
from models.shipment import Parcel
from sandbox.catalogue import make_catalogue
from settings import set_clock
from tasks.connections import connections
from tasks.hub import unit_of_work
from tasks.masters import add_products, open_stock, prepare_database, warehouse_id_of
from tasks.reading import reading
from tasks.receive_stock import receive_stock
from tasks.report import orders_by_status, quarantine_by_reason, reconciliation

FIRST_DAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
"""Tomorrow at 8 o'clock in Beijing: clients that look at the real clock must not take the demo's alerts for expired."""

PLENTY, SCARCE = 400, 1
SCARCE_SKUS = 20
STEP_SECONDS = 180
GATE, PARCEL = table_of(Gate), table_of(Parcel)


def open_company(home: Path) -> None:
    """An empty company: its database, its products, and stock that is short of a few SKUs."""
    set_clock(home / "now", FIRST_DAY)
    prepare_database(connections())
    with unit_of_work("demo") as work:
        ids = add_products(work, [CatalogueItem(p.sku, p.title, p.weight_grams) for p in make_catalogue(seed=1)])
        units = {product: SCARCE if place < SCARCE_SKUS else PLENTY for place, product in enumerate(ids.values())}
        for warehouse in connections().warehouse:
            open_stock(work, warehouse_id_of(work, warehouse.code), units, "opening:demo")


class Days:
    """The world as the demo moves it."""

    def __init__(self, world: httpx.AsyncClient, home: Path) -> None:
        self.world, self.home = world, home
        self.failed: list[str] = []
        """Steps that did not complete, each with the state in which it ended."""

    async def at(self, now: datetime, beat: str, **facts: str | int) -> None:
        """It is ``now``, here and at the partners."""
        set_clock(self.home / "now", now)
        await self.do("POST", "/clock", now=now.isoformat())
        shown = now.astimezone(ZoneInfo(connections().company.zone))
        day = t("cli-demo-day", day=1 + (now - FIRST_DAY).days)
        console.print(f"{day} {shown:%H:%M}  {t(beat, **facts)}", markup=False)

    async def stock_partners(self, scarce: int) -> None:
        """The partners' shelves, as the hub's own."""
        counts = [
            {"warehouse": warehouse.code, "sku": product.sku, "quantity": scarce if place < SCARCE_SKUS else PLENTY}
            for warehouse in connections().warehouse
            for place, product in enumerate(make_catalogue(seed=1))
        ]
        for system in ("wms", "erp"):
            answer = await self.world.put("/_sandbox/stock", json=[{**count, "system": system} for count in counts])
            answer.raise_for_status()

    async def do(self, verb: str, path: str, **body: Any) -> Any:
        """Do something to the world."""
        answer = await self.world.request(verb, f"/_sandbox{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    async def run(self, *steps: str, **parameters: Any) -> None:
        """Let the worker run these steps, one after the other."""
        for step in steps:
            started = time.monotonic()
            with console.status(f"  {step}"):
                state = await run_step(step, parameters)
            done = state.type == StateType.COMPLETED
            mark, took = "✓" if done else "✗", f"{time.monotonic() - started:4.1f} s"
            console.print(f"             {step:<20} {mark} {took}", markup=False, style="" if done else "red")
            self.failed += [] if done else [f"{step} ({state.name})"]


async def run_step(step: str, parameters: dict[str, Any]) -> State:
    """Run a deployment until it is over; how it ended. Prefect cancels it while others of its kind run
    (``prefect.yaml``): then wait and run it again, since what they leave is ours."""
    state: State = Pending()
    deadline = time.monotonic() + STEP_SECONDS
    while time.monotonic() < deadline:
        run = await arun_deployment(f"{step}/{step}", parameters=parameters, timeout=STEP_SECONDS, poll_interval=0.3)
        state = run.state or state
        if state.type != StateType.CANCELLED:
            break
        await asyncio.sleep(1)
    return state


async def live_two_days(sandbox_url: str, home: Path, orders: int) -> list[str]:
    """Everything that happens; the steps that did not complete."""
    async with httpx.AsyncClient(base_url=sandbox_url, timeout=60) as world:
        days = Days(world, home)
        await _morning(days, orders)
        await _storm(days, orders)
        await _afternoon(days)
        await _second_day(days)
        await _evening(days)
        return days.failed


async def _morning(days: Days, orders: int) -> None:
    """Orders of the night come in by poll; some are bad, some want what is short; the WMS's first reply is lost."""
    now = FIRST_DAY
    await days.stock_partners(SCARCE)
    await days.at(now, "cli-demo-night", orders=orders // 2)
    for channel in ("shop", "taobao"):
        since = (now - timedelta(hours=10)).isoformat()
        await days.do(
            "POST", "/orders", channel=channel, count=orders // 4, since=since, until=now.isoformat(), dirty_share=0.08
        )
    await days.do("POST", "/faults", partner="qimen", operation="deliveryorder.create", kind="drop_reply", times=1)
    await days.run("ingest-channels", "fulfil-orders", "relay-outbox")
    await days.at(now + timedelta(minutes=10), "cli-demo-lost-reply")
    await days.run("relay-outbox")


async def _storm(days: Days, orders: int) -> None:
    """A red alert over Shanghai: its parcels wait, everybody else's go."""
    now = FIRST_DAY + timedelta(hours=2)
    await days.at(now, "cli-demo-storm")
    until = (now + timedelta(hours=20)).isoformat()
    await days.do("POST", "/alerts", province="上海市", lat=31.23, lon=121.47, level="red", type="台风", until=until)
    await days.run("check-gates")
    made = await days.do(
        "POST", "/orders", channel="shop", count=orders // 2, since=now.isoformat(),
        until=(now + timedelta(minutes=30)).isoformat(), dirty_share=0.05,
    )  # fmt: skip
    await days.at(now + timedelta(minutes=40), "cli-demo-more", orders=orders // 2)
    await days.do("POST", "/orders/shop/push", order_nos=made["order_nos"][:5], repeat=2)
    await days.run("ingest-channels", "fulfil-orders", "relay-outbox")


async def _afternoon(days: Days) -> None:
    """The warehouses work, and the confirmations come back as webhooks."""
    await days.at(FIRST_DAY + timedelta(hours=6), "cli-demo-warehouse")
    await days.do("POST", "/warehouse/work")
    await days.run("track-shipments", "relay-outbox")


async def _second_day(days: Days) -> None:
    """What was short is delivered; the storm is over and the gate opens."""
    now = FIRST_DAY + timedelta(days=1)
    set_clock(days.home / "now", now)
    freed = sum(
        receive_stock(product.sku, warehouse.code, PLENTY, "DN-0001", "demo").orders_freed
        for product in make_catalogue(seed=1)[:SCARCE_SKUS]
        for warehouse in connections().warehouse
    )
    await days.stock_partners(PLENTY)
    await days.at(now, "cli-demo-delivery", orders=freed)
    await days.run("fulfil-orders")
    await days.at(now + timedelta(hours=1), "cli-demo-clear")
    await days.run("check-gates", "relay-outbox")
    await days.do("POST", "/warehouse/work")
    await days.run("track-shipments", "relay-outbox")


async def _evening(days: Days) -> None:
    """Parcels arrive, one does not; yesterday's statement comes, and one payment does not fit."""
    now = FIRST_DAY + timedelta(days=1, hours=13)
    await days.at(now, "cli-demo-evening")
    await days.do("POST", "/carrier/work", now=now.isoformat(), **{"late": [first_waybill()]})
    day = FIRST_DAY.date().isoformat()
    await days.do("POST", "/bill", date=day, from_orders=True, distort=["wrong_amount"])
    await days.run("track-shipments", "relay-outbox")
    await days.run("reconcile-payments", day=day)


def first_waybill() -> str:
    """The waybill that the carrier will forget."""
    with reading() as work:
        return str(work.session.execute(select(PARCEL.c.waybill_no).order_by(PARCEL.c.id).limit(1)).scalar_one())


def interesting_order() -> str:
    """The number of the order whose parcel is late: it has a story."""
    with reading() as work:
        late = select(PARCEL.c.order_id).order_by(PARCEL.c.late_noticed_at.is_(None), PARCEL.c.id).limit(1)
        return order_number(work.session.execute(late).scalar_one())


def summarise(sandbox_url: str) -> None:
    """What was caught, and how; every figure is read from the database or the partners' own ledger."""
    ledger = httpx.get(f"{sandbox_url}/_sandbox/ledger", timeout=30).json()
    effects = [(entry["partner"], entry["effect"], entry["key"]) for entry in ledger]
    outbounds = [key for partner, effect, key in effects if (partner, effect) == ("qimen", "outbound-created")]
    twice = len(outbounds) - len(set(outbounds))
    bad = sum(quarantine_by_reason().values())
    off = sum(o.orders for o in reconciliation().outcomes if o.outcome == "off")
    with reading() as work:

        def count(query: Select[Any]) -> int:
            return int(work.session.execute(query).scalar_one())

        short = select(func.count()).select_from(HOLD).where(HOLD.c.kind == "stock")
        unpaid = select(func.count()).select_from(HOLD).where(HOLD.c.kind == "payment")
        gates = select(func.count()).select_from(GATE)
        opened = select(func.count()).select_from(GATE).where(GATE.c.opened_at.is_not(None))
        late = select(func.count()).select_from(PARCEL).where(PARCEL.c.late_noticed_at.is_not(None))
        doubted = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.outcome_unknown, OUTBOX.c.state == "sent")
        person = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.state == "person")
        caught = [
            (t("cli-demo-caught-bad"), bad, t("cli-demo-how-bad")),
            (t("cli-demo-caught-short"), count(short), t("cli-demo-how-short")),
            (t("cli-demo-caught-unpaid"), count(unpaid), t("cli-demo-how-unpaid")),
            (t("cli-demo-caught-storm"), count(gates), t("cli-demo-how-storm", opened=count(opened))),
            (
                t("cli-demo-caught-lost"),
                count(doubted),
                t("cli-demo-how-lost", twice=twice),
            ),
            (t("cli-demo-caught-late"), count(late), t("cli-demo-how-late")),
            (t("cli-demo-caught-money"), off, t("cli-demo-how-money")),
            (t("cli-demo-caught-person"), count(person), t("cli-demo-how-person")),
        ]
    console.print()
    table(("cli-demo-col-caught", "cli-col-count", "cli-demo-col-how"), caught, right=(1,))
    console.print()
    rows = [(t(f"status-{status}"), f"{number:,}") for status, number in orders_by_status().items()]
    table(("cli-col-status", "cli-col-orders"), rows, right=(1,))
