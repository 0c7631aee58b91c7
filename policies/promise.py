"""When an order will arrive: days per lane, from the table in ``[promise]`` (B7)."""

from datetime import date, timedelta

from models.reasons import Fact, Reason
from policies.rules import Promise


class Lanes:
    """The table of lanes, ready to be asked often."""

    def __init__(self, rules: Promise) -> None:
        self._days = {(lane.origin, lane.to): lane.days for lane in rules.lanes}
        self._usual = rules.days

    def days(self, origin: str, region: str, country: str) -> int:
        """Days from a warehouse's region to a receiver: the lane to their region, else to their country, else the
        usual."""
        to_region = self._days.get((origin, region))
        return to_region if to_region is not None else self._days.get((origin, country), self._usual)


def promise(placed_on: date, days: int, origin: str, destination: str) -> tuple[date, Reason]:
    """The promised date, counted from the day of the order in the company's zone, and how it came about."""
    promised_on = placed_on + timedelta(days=days)
    facts: dict[str, Fact] = {"date": promised_on.isoformat(), "days": days, "from": origin, "to": destination}
    return promised_on, Reason("promised", facts)
