"""Changes that begin at one system, one after the other, and how long it takes until the others know.

A moment of change is taken before the system is told to change; that others know is read of the sandbox's own ledger.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from benchmarks.control import World
from benchmarks.one_status.whole_hub import wait_for

Moments = Mapping[str, datetime]
ON_THE_ROAD = timedelta(hours=31)
"""How long the sandbox's carriers take to the door."""


class Orders:
    """Orders that are with the warehouse: their outbounds, oldest first, and what other systems call them."""

    def __init__(self, world: World, count: int) -> None:
        self._world = world
        before = self._told("released").keys()
        now = datetime.now(UTC)
        since = (now - timedelta(minutes=30)).isoformat()
        placed = world.do("/orders", channel="shop", count=2 * count, since=since, until=now.isoformat())["order_nos"]
        world.do("/orders/shop/push", order_nos=placed)
        wait_for("orders at the warehouse", lambda: len(self._told("released").keys() - before) >= count)
        self.outbounds = sorted(self._told("released").keys() - before)[:count]
        self.channel = {code: _channel_number(code) for code in self.outbounds}
        self.erp = {outbound: number for (number, _, outbound), _ in self._filled_in()}
        self.waybill = {it["key"]: it["content"]["waybill_no"] for it in world.ledger("waybill-issued")}

    def leave(self, pause: float) -> list[float]:
        """The warehouse ships: the ERP has the order as shipped, the channel its waybill."""

        def ship(code: str) -> None:
            self._world.do("/warehouse/work", codes=[code])

        return _seconds(
            self._each(self.outbounds, ship, pause),
            lambda: [self._told("shipped"), _of(self.channel, self._world.moments("shipped"))],
        )

    def arrive(self, pause: float) -> list[float]:
        """The carrier delivers and Kuaidi100 tells of it: the ERP has the order as delivered."""
        numbers = [self.waybill[code] for code in self.outbounds]
        wait_for("subscriptions", lambda: {*numbers} <= self._world.moments("subscribed").keys())
        at = (datetime.now(UTC) + ON_THE_ROAD).isoformat()
        others = [number for code, number in self.waybill.items() if code not in self.outbounds]
        self._world.do("/carrier/work", now=at, **{"except": others})

        def tell(code: str) -> None:
            self._world.do("/tracker/tell", waybill_nos=[self.waybill[code]])

        return _seconds(self._each(self.outbounds, tell, pause), lambda: [self._told("delivered")])

    def are_cancelled(self, pause: float) -> list[float]:
        """The customer cancels in the shop: the warehouse stopped, the ERP's order is void, the waybill given back."""

        def cancel(code: str) -> None:
            self._world.do(f"/orders/shop/{self.channel[code]}/cancel")
            self._world.do("/orders/shop/push", order_nos=[self.channel[code]])

        def known() -> list[Moments]:
            stopped, given_back = (self._world.moments(f"{what}-cancelled") for what in ("outbound", "waybill"))
            return [stopped, given_back, _of(self.erp, self._world.moments("order-cancelled"))]

        return _seconds(self._each(self.outbounds, cancel, pause), known)

    def _told(self, progress: str) -> dict[str, datetime]:
        """When the ERP heard that an outbound is so far."""
        return {outbound: at for (_, said, outbound), at in self._filled_in() if said == progress}

    def _filled_in(self) -> list[tuple[tuple[str, str, str], datetime]]:
        """Everything that the ERP was told: its number of an order, the progress and the outbound; and when."""
        told = ((key.split(), at) for key, at in self._world.moments("order-filled-in").items())
        return [((words[0], words[1], words[2]), at) for words, at in told if len(words) > 2]

    def _each(self, codes: Iterable[str], change: Callable[[str], None], pause: float) -> Moments:
        """When each change happened."""
        changed = {}
        for code in codes:
            changed[code] = datetime.now(UTC)
            change(code)
            time.sleep(pause)
        return changed


def _seconds(changed: Moments, known: Callable[[], Sequence[Moments]]) -> list[float]:
    """Seconds from each change to the moment at which the last of the others knew."""
    wait_for("everybody to know", lambda: all(changed.keys() <= moments.keys() for moments in known()))
    heard = known()
    return sorted((max(moments[code] for moments in heard) - at).total_seconds() for code, at in changed.items())


def _of(numbers: Mapping[str, str], moments: Moments) -> Moments:
    """The moments under our outbounds instead of under the system's own numbers."""
    return {code: moments[number] for code, number in numbers.items() if number in moments}


def _channel_number(outbound: str) -> str:
    from tasks.story import order_story  # noqa: PLC0415 - imports Prefect, whose settings the hub makes first

    story = order_story(outbound)
    assert story is not None
    return str(story.order.channel_order_no)
