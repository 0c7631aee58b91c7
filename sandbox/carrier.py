"""A carrier's state: waybills and the scans a parcel gets on a fixed timetable."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Scan:
    """One route event. `op_code` is SF's, also at other carriers: 50 picked up, 36 left, 31 arrived, 44 out for
    delivery, 80 signed. Of customs no code of SF's is documented: 10 waiting, 11 in clearance, 12 cleared are
    Kuaidi100's."""

    at: datetime
    city: str
    op_code: str
    status: str
    remark: str


@dataclass(frozen=True)
class _Stop:
    after: timedelta
    at_destination: bool
    op_code: str
    status: str
    remark: str


_TIMETABLE = (
    _Stop(timedelta(hours=1), False, "50", "已揽收", "{carrier} 已收取快件"),
    _Stop(timedelta(hours=4), False, "36", "运送中", "快件在【{city}中转场】完成分拣，准备发往下一站"),
    _Stop(timedelta(hours=18), True, "31", "运送中", "快件到达【{city}中转场】"),
    _Stop(timedelta(hours=24), True, "44", "派送中", "正在派送途中，请您准备签收"),
    _Stop(timedelta(hours=30), True, "80", "已签收", "您的快件已签收，如有疑问请电联快递员"),
)
_CUSTOMS = (
    _Stop(timedelta(hours=6), False, "10", "待清关", "快件到达海关，等待清关"),
    _Stop(timedelta(hours=8), False, "11", "清关中", "快件正在清关"),
    _Stop(timedelta(hours=12), False, "12", "已清关", "快件已清关放行"),
)
_UP_TO_LEAVING, _UP_TO_CLEARANCE = 2, 4
_TIMETABLE_ABROAD = _TIMETABLE[:_UP_TO_LEAVING] + _CUSTOMS + _TIMETABLE[_UP_TO_LEAVING:]


@dataclass
class Waybill:
    """A parcel. The timetable runs from the hand-over, or from the booking while nobody told the carrier."""

    number: str
    carrier: str
    order_id: str
    origin: str
    destination: str
    phones: Collection[str]
    booked_at: datetime
    handed_over_at: datetime | None = None
    cancelled: bool = False
    late: bool = False
    abroad: bool = False
    reference: str = ""
    """What the sender wrote into the free field."""
    scans: list[Scan] = field(default_factory=list)

    def advance(self, now: datetime) -> list[Scan]:
        """Add the scans due up to `now`; a late parcel gets no further than leaving its origin, abroad than customs."""
        started = self.handed_over_at or self.booked_at
        way, last = (_TIMETABLE_ABROAD, _UP_TO_CLEARANCE) if self.abroad else (_TIMETABLE, _UP_TO_LEAVING)
        reachable = way[:last] if self.late else way
        fresh = []
        for stop in reachable[len(self.scans) :]:
            if started + stop.after > now:
                break
            city = self.destination if stop.at_destination else self.origin
            remark = stop.remark.format(city=city, carrier=self.carrier)
            fresh.append(Scan(started + stop.after, city, stop.op_code, stop.status, remark))
        self.scans.extend(fresh)
        return fresh


@dataclass
class Carrier:
    """All waybills of one carrier, by number and by the customer's order id. `prefix` begins its numbers."""

    name: str
    prefix: str
    waybills: dict[str, Waybill] = field(default_factory=dict)
    by_order: dict[str, Waybill] = field(default_factory=dict)

    def book(
        self,
        order_id: str,
        *,
        origin: str,
        destination: str,
        phones: Collection[str],
        at: datetime,
        reference: str = "",
    ) -> Waybill:
        """Issue a waybill for an order id that has none."""
        number = f"{self.prefix}{1_300_000_000_000 + 7 * (len(self.waybills) + 1)}"
        waybill = Waybill(number, self.name, order_id, origin, destination, phones, at, reference=reference)
        self.waybills[number] = waybill
        self.by_order[order_id] = waybill
        return waybill

    def work(self, now: datetime, *, skip: Collection[str] = ()) -> int:
        """Scan every parcel up to `now`, but not those in `skip`. Returns how many scans were added."""
        moving = (w for w in self.waybills.values() if not w.cancelled and w.number not in skip)
        return sum(len(waybill.advance(now)) for waybill in moving)
