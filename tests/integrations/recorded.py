"""Recorded payloads, read as they would be if they came in today: what they say, or the words of the refusal."""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from bench import Bench

from integrations import alipay_bill, cap, cap_alerts, wechat_pay_bill
from integrations.errors import PartnerError
from integrations.files.payments import read_statement
from integrations.files.preset import find_preset, load_preset
from integrations.files.records import UnreadableFile
from integrations.files.tables import sample_table
from integrations.markup import read_xml
from integrations.qweather_alerts import Legacy, legacy_alerts
from models.messages import OutboundConfirmed, Place, RawMessage, RefusedRow, StatementLine
from policies.mapping import propose_mapping
from sandbox.clock import beijing_text
from sandbox.credentials import QIMEN_APP_SECRET
from sandbox.qimen_sign import sign

NOW = datetime(2026, 5, 4, tzinfo=UTC)
PRESETS = Path(__file__).resolve().parents[2] / "presets"
_REFUSALS = (
    PartnerError, UnreadableFile, cap_alerts.CannotRead, alipay_bill.CannotOpen, alipay_bill.Contradiction,
    wechat_pay_bill.CannotOpen, wechat_pay_bill.Contradiction,
)  # fmt: skip


class Refused(str):
    """The words with which a payload is refused."""


async def said(file: Path, read: Callable[..., Awaitable[Any]], *how: Any) -> Any:
    """What a file says by that reader, or how it is refused."""
    try:
        return await read(file, *how)
    except _REFUSALS as error:
        return Refused(error)


def partner(name: str, reply: bytes = b"") -> Any:
    """A client of the registry; its peer answers everything with ``reply``."""
    bench = Bench("http://127.0.0.1:1", None, httpx.AsyncClient(), str)  # type: ignore[arg-type]  # no other peer is asked
    return bench.replying(name, lambda _: httpx.Response(200, content=reply))


async def called(file: Path, method: str) -> Any:
    """A warehouse's signed callback by Qimen with exactly these bytes."""
    body = file.read_bytes()
    query = {"method": method, "timestamp": beijing_text(NOW), "sign_method": "md5"}
    query["sign"] = sign(query, body.decode(), QIMEN_APP_SECRET)
    qimen = partner("qimen")
    message = qimen.receive_callback(query, {"content-type": "text/xml"}, body, NOW)
    if report := qimen.read_stock_report(message):
        return report
    read = qimen.read_confirmation(message)
    if not isinstance(read, OutboundConfirmed):
        return read
    parcels = [(each.waybill_no, each.carrier, dict(each.contents), each.weight_grams) for each in read.parcels]
    return read.message_id, read.confirmed_at, read.final, parcels


async def tracked(file: Path, number: str) -> Any:
    """Kuaidi100's answer to the question for a parcel."""
    points = await partner("kuaidi100", file.read_bytes()).track_for("EMS", [number])
    return [(point.state, f"{point.happened_at:%Y-%m-%d %H:%M:%S}") for point in points]


async def pushed(file: Path) -> Any:
    """What Kuaidi100 tells of a parcel by itself."""
    points = partner("kuaidi100").read_tracking(RawMessage("key", file.read_text(encoding="utf-8"), NOW))
    return {point.waybill_no for point in points}, [(point.state, point.code) for point in points]


async def merchant_bill(file: Path) -> Any:
    """The day of a merchant at Alipay: each line's id, number, amount and moment."""
    lines = alipay_bill.read_bill(file.read_bytes())
    return [
        (line.line_id, line.order_no, line.kind, line.amount.minor, f"{line.happened_at:%H:%M:%S}") for line in lines
    ]


async def wechat_bill(file: Path) -> Any:
    """The day of a merchant at WeChat Pay."""
    return wechat_pay_bill.read_bill(file.read_bytes())


async def statement(file: Path, preset: str, *shown: int) -> Any:
    """A bill of a provider that is no partner, whose preset is found by its columns: how many payments of how much went
    out and came in, what was refused why, and some of its lines."""
    rows = list(read_statement(load_preset(PRESETS / f"{preset}.toml"), file))
    found = find_preset(PRESETS, file)
    lines = [row for row in rows if isinstance(row, StatementLine)]
    reasons = [reason for row in rows if isinstance(row, RefusedRow) for reason in row.reasons]
    assert found is not None
    assert found.name == preset
    out, back = ([line.amount.minor for line in lines if (line.amount.minor < 0) is gone] for gone in (True, False))
    return {
        "out": (len(out), sum(out)),
        "in": (len(back), sum(back)),
        "refused": Counter(f"{reason.code} {reason.facts['value']}" for reason in reasons),
        "lines": [(lines[at].trade_no, lines[at].order_no, lines[at].amount.minor) for at in shown],
    }


async def orders(file: Path) -> Any:
    """An export of orders whose columns nobody has confirmed: what is proposed, and what is missing."""
    sample = sample_table(file)
    proposal = propose_mapping(sample.header, sample.rows)
    return dict(proposal.mapping), proposal.missing


async def warned(file: Path, place: Place) -> Any:
    """An alert of CAP: its kind, how many others it speaks of, what it says, and what that means for a place."""
    message = cap_alerts.read_alert(read_xml(file.read_bytes()))
    alert = cap_alerts.alert_at(message, place, "", "en")
    infos = [(info.event, info.level, f"{info.expires_at:%Y-%m-%d %H:%M}") for info in message.infos]
    return message.kind, len(message.references), infos, alert and (alert.event, alert.level, alert.cancelled)


async def index(file: Path) -> Any:
    """An index of alerts: how many, where the first is, or what the alerts in it are about."""
    entries = cap.entries(read_xml(file.read_bytes()))
    inside = [cap_alerts.read_alert(alert).infos[0].event for each in entries if (alert := cap.alert_in(each))]
    return len(entries), inside or cap.link_of(entries[0])


async def feed(file: Path) -> Any:
    """The same file as the index of a feed of CAP."""
    return await partner("cap", file.read_bytes()).pull_alerts(Place("NM", 35.0, -106.0))


async def legacy(file: Path) -> Any:
    """QWeather's older interface."""
    (alert,) = legacy_alerts(Legacy.model_validate_json(file.read_bytes()), "somewhere")
    told = alert.alert_id, alert.event, alert.level, f"{alert.expires_at:%Y-%m-%d %H:%M}"
    return told, alert.cancelled, alert.supersedes
