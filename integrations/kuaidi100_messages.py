"""Kuaidi100's histories: which carriers it knows by which code, and what its states mean. No I/O."""

from typing import Final

from integrations.answers import Reply
from integrations.beijing import from_beijing
from integrations.scans import scan_id
from models.messages import TrackPoint

COMPANIES: Final = {
    "sf_express": "shunfeng",
    "sf": "shunfeng",
    "jtexpress": "jtexpress",
    "zto": "zhongtong",
    "yto": "yuantong",
    "sto": "shentong",
    "yunda": "yunda",
    "ems": "ems",
    "postb": "youzhengguonei",
    "jd": "jd",
    "dbkd": "debangkuaidi",
}
"""Our names of carriers, and the codes that warehouses write (in lower case) → Kuaidi100's company codes."""

_STATES: Final = {
    "0": "in_transit",
    "1": "picked_up",
    "2": "exception",
    "3": "delivered",
    "4": "returned",
    "5": "out_for_delivery",
    "6": "exception",  # on its way back: a person looks
    "7": "exception",  # forwarded
    "8": "at_customs",
    "10": "at_customs",
    "11": "at_customs",
    "12": "in_transit",  # cleared
    "13": "held_by_customs",
    "14": "exception",
    # Finer steps of the above, which `resultv2` brings (general knowledge; 1002 is in a recorded push).
    "103": "picked_up",
    "1001": "in_transit",
    "1002": "in_transit",
    "1003": "in_transit",
    "501": "out_for_delivery",
    "301": "delivered",
    "302": "delivered",
    "303": "delivered",
    "304": "delivered",
}


class _Scan(Reply):
    time: str = ""
    ftime: str = ""
    context: str | None = ""
    statusCode: str | None = None  # noqa: N815  (the partner's name)
    areaName: str | None = ""  # noqa: N815
    location: str | None = ""


class History(Reply):
    """All that is known of one parcel."""

    nu: str
    state: str | int = ""
    data: tuple[_Scan, ...]


class Push(Reply):
    """What a subscription brings; ``abort`` comes without scans, and may come without a history."""

    status: str
    lastResult: History | None = None  # noqa: N815


def track_points(history: History) -> list[TrackPoint]:
    """The scans as track points. Raises ``ValueError`` for a time that cannot be read.

    Where scans have no code of their own, only the newest has a state, which is the parcel's.
    """
    points = []
    newest = max((scan.ftime or scan.time for scan in history.data), default="")
    told = False
    for scan in history.data:
        time, text, place = scan.ftime or scan.time, scan.context or "", scan.areaName or scan.location or ""
        code = scan.statusCode or ""
        if not code and time == newest and not told:
            code, told = str(history.state), True
        points.append(
            TrackPoint(
                waybill_no=history.nu,
                # Without the code: the newest scan loses it once a newer one comes.
                point_id=scan_id(history.nu, time, text, place),
                happened_at=from_beijing(time),
                state=_STATES.get(code, "unknown"),
                code=code,
                text=text,
                place=place,
            )
        )
    return points
