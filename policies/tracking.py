"""When a parcel is late (C5), and when its carrier is asked again (C7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.reasons import Reason
from policies.rules import Tracking

MOST_SUBSCRIPTIONS: Final = 4
"""How often a tracker is asked to tell of one parcel, if it gives up on it again and again."""


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """A parcel on its way: when it left and when its carrier last said something."""

    parcel_id: int
    waybill_no: str
    shipped_at: datetime
    last_news_at: datetime | None
    noticed: bool
    told: bool = False
    """Whether its tracker tells us of it by itself."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What to do about a parcel: ``late`` holds the reason if it must be noticed now."""

    parcel_id: int
    next_look_at: datetime
    late: Reason | None


def watch_parcel(parcel: ParcelFacts, rules: Tracking, now: datetime) -> Watch:
    """Judge one parcel. It is noticed once, when nothing was heard for longer than the rules allow."""
    heard_at = parcel.last_news_at or parcel.shipped_at
    late_at = heard_at + timedelta(hours=rules.late_after_hours)
    late = None
    if now >= late_at and not parcel.noticed:
        hours = int((now - heard_at).total_seconds() // 3600)
        late = Reason("parcel-late", {"waybill": parcel.waybill_no, "hours": hours})
    look_at = now + timedelta(minutes=rules.look_again_minutes)
    if parcel.told:
        net_at = now + timedelta(minutes=rules.look_when_told_minutes)
        # However seldom it is asked for: that it is late is noticed in time.
        look_at = max(look_at, net_at if parcel.noticed or late else min(net_at, late_at))
    return Watch(parcel.parcel_id, look_at, late)


def may_subscribe(times: int) -> bool:
    """Whether a tracker that was asked to tell of a parcel so often is asked again: a number of which nobody ever knows
    anything would be asked about for ever."""
    return times < MOST_SUBSCRIPTIONS
