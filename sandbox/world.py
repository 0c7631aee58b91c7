"""The simulated world: every partner's state behind one door, deterministic from its seed.

Each method is also a call of the control API (``sandbox.control``); tests use either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sandbox.app_token import AppToken
from sandbox.bills import BillRow, Bills, Distortion, distort, payments_of
from sandbox.carrier import Carrier, Waybill
from sandbox.catalogue import make_catalogue
from sandbox.channel import Channel
from sandbox.chat import ChatRoom
from sandbox.clock import Clock
from sandbox.deliveries import Deliveries, Delivery, Pushed
from sandbox.erp import Erp
from sandbox.faults import Fault, Faults, Repertoire
from sandbox.hub import HubLine
from sandbox.ledger import Ledger, RequestLog
from sandbox.official_account import OfficialAccount
from sandbox.order_book import Order
from sandbox.orders import CHANNELS, Generated, make_orders
from sandbox.quotas import Quota
from sandbox.taobao_queue import TaobaoQueue
from sandbox.tax_office import TaxOffice
from sandbox.u8_desk import U8Desk
from sandbox.warehouse import Arrived, Outbound, StockNotice, Warehouse
from sandbox.warehouse_work import WarehouseWork, work_in_warehouse
from sandbox.weather import Alert, Weather


class World:
    """State of all partners, the clock, the ledger, the request log and the faults laid."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.hub = HubLine()
        self.players: dict[str, Repertoire] = {}
        self.reset()

    def reset(self) -> None:
        """Forget everything but the seed, the address of the hub and who plays which faults."""
        self.clock = Clock()
        self.ledger = Ledger(self.clock)
        self.requests = RequestLog()
        self.faults = Faults(self.players)
        self.quotas: dict[str, Quota] = {}
        self.deliveries = Deliveries(self.hub, self.faults, self.requests)
        self.catalogue = make_catalogue(seed=self.seed)
        self._weights = {product.sku: product.weight_grams for product in self.catalogue}
        self.channels = {name: Channel(name) for name in CHANNELS}
        self.warehouse = Warehouse()
        self.carriers = {
            "sf": Carrier("顺丰速运", "SF"),
            "jt": Carrier("极兔速递", "JT"),
            "cainiao": Carrier("圆通速递", "YT"),
            "zto": Carrier("中通快递", "ZT"),
        }
        self.subscriptions: dict[str, tuple[str, str]] = {}
        self.erp = Erp()
        self.u8 = U8Desk()
        self.bills = Bills()
        self.tax_office = TaxOffice()
        self.weather = Weather()
        self.dingtalk = ChatRoom()
        self.slack = ChatRoom()
        self.wecom = ChatRoom()
        self.feishu = ChatRoom()
        self.wechat_account = OfficialAccount()
        self.wechat_shop = AppToken()
        self.taobao_queue = TaobaoQueue()

    def set_now(self, moment: datetime | None) -> None:
        """Fix the world's clock, or let it run with ``None``."""
        self.clock.set_now(moment)

    def place_orders(
        self,
        channel: str,
        count: int,
        *,
        since: datetime,
        until: datetime,
        dirty_share: float = 0.0,
        seed: int | None = None,
    ) -> Generated:
        """Generate `count` orders in [since, until), aware, in one of the ``CHANNELS``."""
        target = self.channels[channel]
        made = make_orders(
            channel,
            count,
            catalogue=self.catalogue,
            since=since,
            until=until,
            dirty_share=dirty_share,
            seed=self.seed if seed is None else seed,
            first_serial=len(target.book) + 1,
        )
        target.book.add(made.orders)
        target.book.defects.update(made.defects)
        return made

    def place_order(self, channel: str, order: Order) -> None:
        """Place exactly this order, the shop's JSON object. Raises ``ValueError`` if it exists."""
        self.channels[channel].book.add([order])

    def update_order(self, channel: str, number: str, changes: Mapping[str, Any]) -> Order:
        """Merge `changes` into an order, as its buyer or the shop would. Raises ``KeyError`` if unknown."""
        return self.channels[channel].book.change(number, changes, self.clock.now())

    def cancel_order(self, channel: str, number: str) -> Order:
        """The buyer cancels. Raises ``KeyError`` if unknown."""
        return self.update_order(channel, number, {"status": "cancelled"})

    def defects(self) -> dict[str, dict[str, str]]:
        """Channel → order number → defect, for every order made bad on purpose."""
        return {name: dict(channel.book.defects) for name, channel in self.channels.items()}

    async def push_orders(
        self, numbers: Sequence[str], *, repeat: int = 1, all_versions: bool = False, reverse: bool = False
    ) -> Pushed:
        """Send the shop's webhook for each order, `repeat` times, one after the other.

        With `all_versions` every state that an order was ever in, oldest first; with `reverse` the whole sequence
        backwards. Raises ``KeyError`` if an order is unknown.
        """
        book = self.channels["shop"].book
        versions = [v for number in numbers for v in book.versions(number)[0 if all_versions else -1 :]]
        ordered = versions[::-1] if reverse else versions
        return await self.deliveries.send([Delivery.of_order(version) for version in ordered for _ in range(repeat)])

    def set_stock(self, system: str, warehouse: str, sku: str, quantity: int) -> None:
        """Count pieces in the books of `wms` or `erp`; in the WMS those locked for outbounds are included."""
        if system == "erp":
            self.erp.stock[warehouse, sku] = quantity
        else:
            self.warehouse.set_stock(warehouse, sku, quantity)

    def change_stock(self, warehouse: str, sku: str, quantity: int, document: str, **kind: Any) -> StockNotice:
        """Pieces come or go in the WMS by a document; the next shift tells the hub. ``kind``: `order_type`,
        `inventory_type` and `counted` of the notice. Raises ``ValueError`` if they do not lie there."""
        notice_id = f"SC{len(self.warehouse.notices) + 1:08d}"
        notice = StockNotice(notice_id, warehouse, sku, quantity, document, self.clock.now(), **kind)
        self.warehouse.change(notice)
        if notice.inventory_type == "ZP":
            self.erp.move_stock(warehouse, sku, quantity)
        self.ledger.record("qimen", "stock-changed", notice_id, warehouse=warehouse, sku=sku, quantity=quantity)
        return notice

    def send_back(self, code: str, pieces: Sequence[tuple[str, str, int]]) -> Arrived:
        """Pieces of a return reach the warehouse: SKU, inventory type, how many; the next shift tells the hub. Raises
        ``KeyError`` for an unknown return."""
        notice_id = f"RC{len(self.warehouse.arrived) + 1:08d}"
        arrived = Arrived(notice_id, code, self.clock.now(), pieces)
        self.warehouse.take_back(arrived)
        for sku, inventory_type, quantity in pieces:
            if inventory_type == "ZP":
                self.erp.move_stock(self.warehouse.returns[code].warehouse, sku, quantity)
        self.ledger.record("qimen", "return-arrived", notice_id, code=code, pieces=list(pieces))
        return arrived

    def issue_goods(self, number: str) -> None:
        """Somebody in the ERP issues the goods of a sales order: from then on it cannot be undone."""
        self.erp.issue(number)

    async def work_in_warehouse(self, limit: int | None = None, codes: Sequence[str] | None = None) -> WarehouseWork:
        """Pick and ship open outbounds, oldest first, then send every confirmation that is owed."""
        return await work_in_warehouse(self, limit, codes)

    def weight_of(self, outbound: Outbound) -> int:
        """Grams of an outbound; 500 for each piece that is not in the catalogue."""
        return sum(self._weights.get(line.sku, 500) * line.quantity for line in outbound.lines)

    @property
    def carrier(self) -> Carrier:
        """SF Express, which warehouses use unless told otherwise."""
        return self.carriers["sf"]

    def waybill(self, number: str) -> Waybill | None:
        """The waybill of that number, of whichever carrier."""
        found = (carrier.waybills.get(number) for carrier in self.carriers.values())
        return next((waybill for waybill in found if waybill), None)

    def booking(self, order_id: str) -> Waybill | None:
        """The waybill booked for that order, at whichever carrier."""
        found = (carrier.by_order.get(order_id) for carrier in self.carriers.values())
        return next((waybill for waybill in found if waybill), None)

    def work_at_carrier(
        self,
        now: datetime | None = None,
        *,
        skip: Collection[str] = (),
        late: Collection[str] = (),
        at_customs: Collection[str] = (),
    ) -> int:
        """Scan every parcel up to `now`, but not those in `skip`; those in `late` stay behind from now on, and those in
        `at_customs`, which go abroad, stay there.

        Returns how many scans were added. Raises ``KeyError`` for an unknown parcel.
        """
        for number in (*late, *at_customs):
            waybill = self.waybill(number)
            if waybill is None:
                raise KeyError(number)
            waybill.late, waybill.abroad = True, number in at_customs
        moment = now or self.clock.now()
        return sum(carrier.work(moment, skip=skip) for carrier in self.carriers.values())

    async def tell_of_parcels(self, numbers: Sequence[str]) -> Pushed:
        """Have Kuaidi100 send all that it knows of these parcels. Raises ``KeyError`` for one not subscribed."""
        known = {waybill.number: waybill for carrier in self.carriers.values() for waybill in carrier.waybills.values()}
        return await self.deliveries.send(
            [Delivery.of_track(known[number], *self.subscriptions[number]) for number in numbers]
        )

    def make_bill(
        self,
        day: date,
        *,
        rows: Sequence[BillRow] = (),
        from_orders: bool = True,
        distortions: Sequence[Distortion] = (),
    ) -> dict[str, str]:
        """Make the payment provider's statement of a day (Beijing), replacing any earlier one.

        Returns which merchant order number each distortion struck. Raises ``ValueError`` if there is none.
        """
        paid = [
            row
            for channel in self.channels.values()
            if from_orders
            for row in payments_of(channel.name, channel.book, day)
        ]
        self.bills.days[day], struck = distort([*paid, *rows], distortions)
        return struck

    def issue_invoice(self, order_no: str) -> None:
        """The tax office issues what the seller asked for under that number. Raises ``KeyError`` if unknown."""
        self.tax_office.issue(order_no)

    def refuse_invoice(self, order_no: str, why: str) -> None:
        """The tax office does not issue it, and says why. Raises ``KeyError`` if unknown."""
        self.tax_office.refuse(order_no, why)

    def raise_alert(self, alert: Alert) -> None:
        """Issue a weather warning. Raises ``KeyError`` if it supersedes one that is not in force."""
        self.weather.issue(alert)

    def cancel_alert(self, alert_id: str) -> Alert:
        """Call a warning off. Raises ``KeyError`` if it is not in force."""
        return self.weather.cancel(alert_id, self.clock.now())

    def add_fault(self, fault: Fault) -> None:
        """Lay a fault. Raises ``ValueError`` for one that nobody there plays."""
        self.faults.add(fault)

    def clear_faults(self) -> None:
        self.faults.clear()
