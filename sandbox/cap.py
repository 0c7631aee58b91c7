"""A feed of warnings in CAP 1.2 (partners.md §29), behind a log-in (HTTP Basic).

    GET /cap/index.atom          what is in force, each with a link
    GET /cap/alerts/{id}.xml     the alert

Warnings of a province or a city carry its division code (GB/T 2260), those of a position a circle.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from sandbox.clock import BEIJING
from sandbox.credentials import CAP_PASSWORD, CAP_USER
from sandbox.exchange import Call, Partner, Reply, rest_error
from sandbox.people import nearest_place
from sandbox.weather import Alert

if TYPE_CHECKING:
    from sandbox.world import World

SENDER = "cap@sandbox.example"
RADIUS_KM = 50
_LEVELS = {
    "blue": ("蓝", "Minor"),
    "yellow": ("黄", "Moderate"),
    "orange": ("橙", "Severe"),
    "red": ("红", "Extreme"),
}
_DIVISIONS = {
    "深圳市": "440300", "广州市": "440100", "东莞市": "441900", "杭州市": "330100", "宁波市": "330200",
    "南京市": "320100", "苏州市": "320500", "成都市": "510100", "武汉市": "420100", "长沙市": "430100",
    "郑州市": "410100", "青岛市": "370200", "济南市": "370100", "西安市": "610100", "沈阳市": "210100",
    "厦门市": "350200", "合肥市": "340100", "昆明市": "530100", "哈尔滨市": "230100", "乌鲁木齐市": "650100",
    "上海市": "310000", "北京市": "110000", "天津市": "120000", "重庆市": "500000",
    "广东省": "440000", "浙江省": "330000", "江苏省": "320000", "四川省": "510000", "湖北省": "420000",
    "湖南省": "430000", "河南省": "410000", "山东省": "370000", "陕西省": "610000", "辽宁省": "210000",
    "福建省": "350000", "安徽省": "340000", "云南省": "530000", "黑龙江省": "230000", "新疆维吾尔自治区": "650000",
}  # fmt: skip


def _operation(call: Call) -> str:
    return "index" if call.path == "/index.atom" else "alert" if call.path.startswith("/alerts/") else "unknown"


def _answer(world: World, call: Call) -> Reply:
    login = "Basic " + b64encode(f"{CAP_USER}:{CAP_PASSWORD}".encode()).decode()
    if not compare_digest(call.headers.get("authorization", "").encode(), login.encode()):
        return _unauthorized(call)
    now = world.clock.now()
    listed = {alert.id: alert for alert in world.weather.alerts.values() if alert.expires_at > now}
    if call.path == "/index.atom":
        return _xml(_index(list(listed.values()), now, call.base_url), "application/atom+xml")
    alert = listed.get(call.path.removeprefix("/alerts/").removesuffix(".xml"))
    if alert is None:
        return _rejected(call)
    return _xml(alert_xml(world, alert), "application/cap+xml")


def _xml(text: str, media_type: str) -> Reply:
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode(), media_type=media_type)


def _index(alerts: list[Alert], now: datetime, base_url: str) -> str:
    entries = "".join(_entry(alert, base_url) for alert in alerts)
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<id>{base_url}/cap/index.atom</id><title>Warnings in force</title><updated>{_time(now)}</updated>"
        f"{entries}</feed>"
    )


def _entry(alert: Alert, base_url: str) -> str:
    link = quoteattr(f"{base_url}/cap/alerts/{alert.id}.xml")
    return (
        f"<entry><id>{escape(alert.id)}</id><title>{escape(_headline(alert))}</title>"
        f"<updated>{_time(alert.issued_at)}</updated><link href={link} type='application/cap+xml'/>"
        f"<cap:status>Actual</cap:status><cap:expires>{_time(alert.expires_at)}</cap:expires></entry>"
    )


def alert_xml(world: World, alert: Alert) -> str:
    """The alert itself; an update or a cancellation refers to what it supersedes."""
    issued = world.weather.issued_at
    references = " ".join(f"{SENDER},{old},{_time(issued[old])}" for old in alert.supersedes)
    kind = {"alert": "Alert", "update": "Update", "cancel": "Cancel"}[alert.message]
    return (
        '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">'
        f"<identifier>{escape(alert.id)}</identifier><sender>{SENDER}</sender><sent>{_time(alert.issued_at)}</sent>"
        f"<status>Actual</status><msgType>{kind}</msgType><scope>Public</scope>"
        + (f"<references>{escape(references)}</references>" if references else "")
        + _info(alert)
        + "</alert>"
    )


def _info(alert: Alert) -> str:
    return (
        f"<info><language>zh-CN</language><category>Met</category><event>{escape(alert.event_type)}</event>"
        "<responseType>Shelter</responseType><urgency>Immediate</urgency>"
        f"<severity>{_LEVELS[alert.level][1]}</severity><certainty>Observed</certainty>"
        f"<effective>{_time(alert.issued_at)}</effective><expires>{_time(alert.expires_at)}</expires>"
        f"<senderName>{escape(_issuer(alert))}</senderName><headline>{escape(_headline(alert))}</headline>"
        f"{_area(alert)}</info>"
    )


def _area(alert: Alert) -> str:
    if alert.latitude is not None and alert.longitude is not None:
        where = f"<circle>{alert.latitude},{alert.longitude} {RADIUS_KM}</circle>"
        return f"<area><areaDesc>{escape(_region(alert))}</areaDesc>{where}</area>"
    code = f"<valueName>GB/T 2260</valueName><value>{_DIVISIONS[_region(alert)]}</value>"
    return f"<area><areaDesc>{escape(_region(alert))}</areaDesc><geocode>{code}</geocode></area>"


def _region(alert: Alert) -> str:
    return alert.city or alert.province or nearest_place(alert.latitude or 0.0, alert.longitude or 0.0).city


def _issuer(alert: Alert) -> str:
    return f"{_region(alert)}气象台"


def _headline(alert: Alert) -> str:
    verb = "解除" if alert.message == "cancel" else "发布"
    return f"{_issuer(alert)}{verb}{alert.event_type}{_LEVELS[alert.level][0]}色预警"


def _time(moment: datetime) -> str:
    return moment.astimezone(BEIJING).replace(microsecond=0).isoformat()


def _throttled(_: Call) -> Reply:
    return rest_error(429, "too_many_requests", "slow down", Retry_After="1")


def _unauthorized(_: Call) -> Reply:
    reply = rest_error(401, "unauthorized", "log in")
    return replace(reply, headers={"WWW-Authenticate": 'Basic realm="warnings"'})


def _rejected(_: Call) -> Reply:
    return rest_error(404, "not_found", "there is no such file")


CAP = Partner("cap", "/cap", _operation, _answer, _throttled, _unauthorized, _rejected)
