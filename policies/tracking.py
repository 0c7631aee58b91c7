"""When a parcel is late (C5), and when its carrier is asked again (C7)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models.reasons import Reason
from policies.rules import Tracking


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """A parcel on its way: when it left and when its carrier last said something."""

    parcel_id: int
    waybill_no: str
    shipped_at: datetime
    last_news_at: datetime | None
    noticed: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """What to do about a parcel: ``late`` holds the reason if it must be noticed now."""

    parcel_id: int
    next_look_at: datetime
    late: Reason | None


def watch_parcel(parcel: ParcelFacts, rules: Tracking, now: datetime) -> Watch:
    """Judge one parcel. It is noticed once, when nothing was heard for longer than the rules allow."""
    silent = now - (parcel.last_news_at or parcel.shipped_at)
    late = None
    if silent >= timedelta(hours=rules.late_after_hours) and not parcel.noticed:
        late = Reason("parcel-late", {"waybill": parcel.waybill_no, "hours": int(silent.total_seconds() // 3600)})
    return Watch(parcel.parcel_id, now + timedelta(minutes=rules.look_again_minutes), late)
