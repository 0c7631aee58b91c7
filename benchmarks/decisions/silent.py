"""Decisions without their reasons, to see what the reasons cost: the same choices, and not a word said."""

from collections.abc import Sequence

from models.reasons import Reason
from policies.allocation import Needs, Shelves
from policies.facts import OrderFacts, WarehouseFacts
from policies.routing import Ranked

_NO_WORD = Reason("no-warehouse")


class SilentShelves(Shelves):
    """Chooses like ``Shelves``."""

    def _refusal(self, order: OrderFacts, warehouse: WarehouseFacts, wanted: Needs) -> Reason | None:
        if self._router.is_full(warehouse, order):
            return _NO_WORD
        for product, units in wanted:
            if self._available(product, warehouse.warehouse_id) < units:
                return _NO_WORD
        return None

    def _why(self, ranked: Sequence[Ranked], passed_over: Sequence[Reason]) -> tuple[Reason, ...]:  # noqa: ARG002 - as in what it replaces
        return ()
