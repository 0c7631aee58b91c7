"""Trouble at every partner: a random mix of the sandbox's faults, laid anew every few seconds."""

import threading
from collections import Counter
from random import Random
from types import TracebackType

from benchmarks.control import World
from sandbox.faults import FaultKind

EVERY = 2.0
"""Seconds that a mix stays."""
AT_ONCE = 12
"""Faults of a mix."""
PARTNERS = ("shop", "taobao", "wechat_shop", "qimen", "sf", "jt", "cainiao", "kuaidi100", "kingdee", "sap")
OPERATIONS = {
    "shop": ("orders", "ship"),
    "taobao": ("trades.*", "logistics.*"),
    "wechat_shop": ("order/list/get", "order/get", "order/delivery/send", "token"),
    "qimen": ("*create", "*"),
    "sf": ("EXP_RECE_CREATE_ORDER", "EXP_RECE_SEARCH_*"),
    "jt": ("order/*", "logistics/trace"),
    "cainiao": ("cainiao.waybill.ii.get", "cainiao.waybill.ii.query.*"),
    "kuaidi100": ("query",),
    "kingdee": ("*", "ExecuteBillQuery", "Save", "Audit"),
    "sap": ("*.read", "*.create", "*.change"),
}
LIKELY = {
    FaultKind.DELAY: 4,
    FaultKind.DROP_REPLY: 6,
    FaultKind.REFUSE: 3,
    FaultKind.STATUS_500: 3,
    FaultKind.HTML_200: 3,
    FaultKind.EMPTY_JSON: 2,
    FaultKind.MALFORMED: 3,
    FaultKind.RATE_LIMIT: 3,
    FaultKind.EXPIRED_SESSION: 1,
    FaultKind.REPEAT: 3,
    FaultKind.REORDER: 3,
}
"""How often each kind is drawn. Repeated and reordered are the warehouse's confirmations and the shop's webhooks."""
REFUSALS = {("sf", "EXP_RECE_CREATE_ORDER"): 3, ("jt", "order/addOrder"): 1}
"""Who rejects bookings, and up to how many in a mix, from the first one on: what SF rejects goes to J&T, and what J&T
rejects to Cainiao. Every mix has both, so that all carriers get parcels, however few the orders are. Nobody else
rejects, for then a person is asked."""
WRITES = (
    ("shop", "ship"), ("taobao", "logistics.*"), ("wechat_shop", "order/delivery/send"), ("qimen", "*create"),
    ("sf", "EXP_RECE_CREATE_ORDER"), ("jt", "order/*"), ("cainiao", "*.get"), ("kingdee", "Save"), ("sap", "*.change"),
)  # fmt: skip
CALLBACKS = (("qimen", "*"), ("shop", "*"))
ONLY_AT = {
    FaultKind.RATE_LIMIT: WRITES,
    FaultKind.REPEAT: CALLBACKS,
    FaultKind.REORDER: CALLBACKS,
}
"""Whoever reads waits out a partner's pause of half a minute, so only what writes is told to slow down."""


class Trouble:
    """Lays faults from a thread for the length of a ``with`` block; afterwards none is left."""

    def __init__(self, world: World, rng: Random) -> None:
        self.laid: Counter[str] = Counter()
        self._world, self._rng = world, rng
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Trouble":
        self._thread.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._over.set()
        self._thread.join()
        self._world.end_faults()

    def _work(self) -> None:
        while not self._over.is_set():
            self._world.end_faults()
            for (partner, operation), most in REFUSALS.items():
                self._lay(FaultKind.REJECT, partner, operation, times=self._rng.randint(1, most), after=0)
            for kind in self._rng.choices(list(LIKELY), list(LIKELY.values()), k=AT_ONCE - len(REFUSALS)):
                self._lay_somewhere(kind)
            self._over.wait(EVERY)

    def _lay_somewhere(self, kind: FaultKind) -> None:
        rng = self._rng
        partner = rng.choice(PARTNERS)
        partner, operation = rng.choice(ONLY_AT.get(kind) or [(partner, name) for name in OPERATIONS[partner]])
        times = 1 if kind is FaultKind.EXPIRED_SESSION else rng.randint(1, 6)
        self._lay(kind, partner, operation, times=times, after=rng.randint(0, 10), seconds=rng.choice((0.2, 0.5, 2.0)))

    def _lay(self, kind: FaultKind, partner: str, operation: str, **more: float) -> None:
        self._world.do("/faults", partner=partner, operation=operation, kind=kind, **more)
        self.laid[kind] += 1
