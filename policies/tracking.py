"""When a parcel is late (C5) or stuck at customs (C6), and when its carrier is asked again (C7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from models.reasons import Reason
from policies.rules import Tracking

MOST_SUBSCRIPTIONS: Final = 4
"""How often a tracker is asked to tell of one parcel, if it gives up on it again and again."""
_AT_CUSTOMS: Final = frozenset({"at_customs", "held_by_customs"})


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a carrier said of a parcel, as in ``TrackPoint``, and when that was."""

    state: str
    at: datetime
    point_id: str = ""


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """A parcel on its way: when it left, what its carrier said of it since, oldest first, and when people were told
    that it is late or stuck at customs."""

    parcel_id: int
    waybill_no: str
    shipped_at: datetime
    scans: Sequence[Scanned] = ()
    late_noticed_at: datetime | None = None
    customs_noticed_at: datetime | None = None
    told: bool = False
    """Whether its tracker tells us of it by itself."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What to do about a parcel: ``late`` or ``stuck`` holds the reason if people must be told of it now."""

    parcel_id: int
    next_look_at: datetime
    late: Reason | None = None
    stuck: Reason | None = None


def watch_parcel(parcel: ParcelFacts, rules: Tracking, now: datetime) -> Watch:
    """Judge one parcel. It is late once, when nothing was heard for longer than the rules allow; at customs, where
    silence is usual, it is stuck once in each stay that is longer than they allow."""
    late = stuck = None
    due_at: datetime | None
    if since := at_customs_since(parcel.scans):
        due_at = _unless_noticed(since + timedelta(hours=rules.customs_hours), parcel.customs_noticed_at, since)
        if due_at and now >= due_at:
            stuck = Reason("parcel-at-customs", {"waybill": parcel.waybill_no, "hours": _hours(now - since)})
    else:
        heard_at = max((scan.at for scan in parcel.scans), default=parcel.shipped_at)
        due_at = _unless_noticed(heard_at + timedelta(hours=rules.late_after_hours), parcel.late_noticed_at)
        if due_at and now >= due_at:
            late = Reason("parcel-late", {"waybill": parcel.waybill_no, "hours": _hours(now - heard_at)})
    look_at = now + timedelta(minutes=rules.look_again_minutes)
    if parcel.told:
        net_at = now + timedelta(minutes=rules.look_when_told_minutes)
        # However seldom it is asked for: that it is late or stuck is noticed in time.
        look_at = max(look_at, min(net_at, due_at) if due_at and now < due_at else net_at)
    return Watch(parcel.parcel_id, look_at, late, stuck)


def at_customs_since(scans: Sequence[Scanned]) -> datetime | None:
    """Since when a parcel has been at customs, ``None`` if it is not. A scan whose code nobody knows says neither that
    it came there nor that it left."""
    since = None
    for scan in scans:
        if scan.state in _AT_CUSTOMS:
            since = since or scan.at
        elif scan.state != "unknown":
            since = None
    return since


def may_subscribe(times: int) -> bool:
    """Whether a tracker that was asked to tell of a parcel so often is asked again: a number of which nobody ever knows
    anything would be asked about for ever."""
    return times < MOST_SUBSCRIPTIONS


def _unless_noticed(due_at: datetime, noticed_at: datetime | None, since: datetime | None = None) -> datetime | None:
    return None if noticed_at and (since is None or noticed_at >= since) else due_at


def _hours(passed: timedelta) -> int:
    return int(passed.total_seconds() // 3600)
