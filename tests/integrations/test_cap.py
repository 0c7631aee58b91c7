"""A CAP feed: where an alert holds and until when, what breaks the standard, and whom the log-in is shown to."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import Bench
from capvalidator import check_schema
from peers import peer
from samples import PLACE

from integrations.cap_alerts import CannotRead, CapAlert, alert_at, read_alert
from integrations.errors import Unavailable
from integrations.markup import read_xml
from models.messages import Place
from sandbox.cap import alert_xml
from sandbox.weather import Alert
from sandbox.world import World

RECORDED = json.loads((Path(__file__).parent / "payloads" / "cap" / "by_division.json").read_text(encoding="utf-8"))
INDEX, GALE = RECORDED["replies"]
RING = "22.0,113.5 23.0,113.5 23.0,114.5 22.0,114.5 22.0,113.5"


async def test_a_warning_is_raised_updated_and_called_off(bench: Bench) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    until = now + timedelta(hours=6)
    partner = bench.partner("cap")
    assert await partner.pull_alerts(PLACE) == []
    bench.world.raise_alert(Alert("A1", "台风", "orange", now, until, province="广东省"))
    bench.world.raise_alert(Alert("B1", "大雾", "red", now, until, city="广州市"))
    (first,) = await partner.pull_alerts(PLACE)
    assert (first.region, first.event, first.level, first.headline) == (
        "广东省",
        "台风",
        "orange",
        "广东省气象台发布台风橙色预警",
    )
    assert (first.issued_at, first.expires_at, first.cancelled) == (now, until, False)
    bench.world.raise_alert(Alert("A2", "台风", "red", now, until, city="深圳市", message="update", supersedes=("A1",)))
    (second,) = await partner.pull_alerts(PLACE)
    assert (second.level, second.supersedes) == ("red", (first.alert_id,))
    by_another_name = await partner.pull_alerts(replace(PLACE, region="广东"))
    assert [alert.alert_id for alert in by_another_name] == [second.alert_id]
    bench.world.cancel_alert("A2")
    (third,) = await partner.pull_alerts(PLACE)
    assert (third.cancelled, third.supersedes) == (True, (second.alert_id,))
    assert await partner.pull_alerts(Place("北京市", 39.9, 116.4)) == []


async def test_a_warning_around_a_position_holds_there(bench: Bench) -> None:
    now = datetime.now(UTC)
    bench.world.raise_alert(
        Alert("A1", "冰雹", "yellow", now, now + timedelta(hours=1), latitude=22.6, longitude=114.0)
    )
    assert [alert.event for alert in await bench.partner("cap").pull_alerts(PLACE)] == ["冰雹"]
    assert await bench.partner("cap").pull_alerts(Place("广东省", 23.13, 113.26)) == []


@pytest.mark.proves("cap", "capvalidator", "sandbox")
def test_the_sandboxs_alerts_are_cap_by_the_schema() -> None:
    world = World()
    now, until = datetime(2026, 5, 4, 4, tzinfo=UTC), datetime(2026, 5, 5, tzinfo=UTC)
    for alert in (
        Alert("A1", "台风", "red", now, until, province="广东省"),
        Alert("A2", "台风", "blue", now, until, latitude=22.5, longitude=114.0, message="update", supersedes=("A1",)),
    ):
        world.raise_alert(alert)
        assert check_schema(alert_xml(world, alert).encode()).passed
    called_off = world.cancel_alert("A2")
    assert check_schema(alert_xml(world, called_off).encode()).passed


def changed(old: str, new: str) -> bytes:
    assert old in GALE
    return str(GALE).replace(old, new, 1).encode()


BROKEN = [
    ("<scope>Public</scope>", "", "scope: it is missing"),
    ("<identifier>A2</identifier>", "<identifier> </identifier>", "identifier: it is missing"),
    ("<status>Actual</status>", "<status>Aktuell</status>", "status: 'Aktuell' is not allowed"),
    ("<severity>Minor</severity>", "<severity>Blue</severity>", "severity: 'Blue' is not allowed"),
    ("15:46:00+08:00</sent>", "07:46:00Z</sent>", "sent: '2099-10-09T07:46:00Z' is no time with a zone"),
    (
        "15:40:00+08:00</expires>",
        "25:40:00+08:00</expires>",
        "expires: '2099-10-10T25:40:00+08:00' is no time with a zone",
    ),
    ("<areaDesc>x</areaDesc>", "", "areaDesc: it is missing"),
    ("<msgType>Alert</msgType>", "<msgType>Update</msgType>", "references: a message of type Update names no alert"),
    ("emergency:cap:1.2", "emergency:cap:1.0", "this is no alert of CAP 1.1 or 1.2"),
    ("<geocode>", "<polygon>22.0,113.5 23.0,113.5 23.0,114.5</polygon><geocode>", "polygon: it is not closed"),
    ("<geocode>", "<polygon>22.0;113.5</polygon><geocode>", "polygon: '22.0;113.5' is no position"),
    ("<geocode>", "<circle>22.0,113.5</circle><geocode>", "circle: '22.0,113.5' is no position and radius"),
    ("<geocode>", "<circle>113.5,22.0 5</circle><geocode>", "circle: '113.5,22.0' is nowhere on earth"),
]


@pytest.mark.parametrize(("old", "new", "reason"), BROKEN)
def test_what_breaks_the_standard_is_refused_with_the_reason(old: str, new: str, reason: str) -> None:
    with pytest.raises(CannotRead) as caught:
        read_alert(read_xml(changed(old, new)))
    assert str(caught.value) == reason


def feed(*entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id>{"".join(entries)}</feed>'


def entry(link: str) -> str:
    return f"<entry><id>1</id><link href='{link}'/></entry>"


BOMB = '<!DOCTYPE alert [<!ENTITY x "aaaa"><!ENTITY y "&x;&x;">]><alert>&y;</alert>'
THIEF = '<!DOCTYPE alert [<!ENTITY x SYSTEM "file:///etc/passwd">]><alert>&x;</alert>'


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (changed("<scope>Public</scope>", "").decode(), "scope: it is missing"),
        (BOMB, "DTDForbidden"),
        (THIEF, "DTDForbidden"),
        ("<html>gone</html>", "no alert of CAP"),
        ("", "no element found"),
        (None, "HTTP 404"),
    ],
)
async def test_a_broken_alert_does_not_hide_the_others(
    bench: Bench, caplog: pytest.LogCaptureFixture, other: str | None, reason: str
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        match request.url.path:
            case "/cap/index.atom":
                return httpx.Response(200, text=feed(entry("broken.xml"), entry("good.xml")))
            case "/cap/good.xml":
                return httpx.Response(200, text=GALE)
        return httpx.Response(404, text="gone") if other is None else httpx.Response(200, text=other)

    with caplog.at_level(logging.WARNING, "integrations.cap"):
        (alert,) = await bench.replying("cap", answer).pull_alerts(PLACE)
    assert alert.event == "大风"
    (record,) = [each for each in caplog.records if each.name == "integrations.cap"]
    assert reason in record.getMessage()


@pytest.mark.parametrize("index", ["<what/>", "<what><is>this</is></what>", BOMB, THIEF, "<html><body/></html>"])
async def test_an_index_that_is_none_is_an_outage(bench: Bench, index: str) -> None:
    with pytest.raises(Unavailable, match="cannot be read"):
        await bench.replying("cap", lambda _: httpx.Response(200, text=index)).pull_alerts(PLACE)


async def test_an_alert_that_cannot_be_had_now_is_an_outage(bench: Bench) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, text=INDEX) if request.url.path == "/cap/index.atom" else httpx.Response(500)

    with pytest.raises(Unavailable):
        await bench.replying("cap", answer).pull_alerts(PLACE)


async def test_the_log_in_is_shown_to_the_feeds_own_server_only(bench: Bench) -> None:
    seen: dict[str, bool] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        seen[str(request.url)] = "authorization" in request.headers
        index = feed(entry("good.xml"), entry("http://elsewhere.example/a.xml"), entry("file:///etc/passwd"))
        return httpx.Response(200, text=index if request.url.path == "/cap/index.atom" else GALE)

    await bench.replying("cap", answer, peer("cap").settings("http://feed.example")).pull_alerts(PLACE)
    assert seen == {
        "http://feed.example/cap/index.atom": True,
        "http://feed.example/cap/good.xml": True,
        "http://elsewhere.example/a.xml": False,
    }


async def test_what_the_index_calls_over_is_not_fetched(bench: Bench) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        over = "<entry><link href='over.xml'/><expires>2020-01-01T00:00:00+08:00</expires></entry>"
        drill = "<entry><link href='drill.xml'/><status>Exercise</status></entry>"
        unclear = "<entry><link href='good.xml'/><expires>soon</expires><status/></entry>"
        return httpx.Response(200, text=feed(over, drill, unclear) if len(asked) == 1 else GALE)

    assert len(await bench.replying("cap", answer).pull_alerts(PLACE)) == 1
    assert asked == ["/cap/index.atom", "/cap/good.xml"]


async def test_what_an_update_replaces_is_over_though_the_index_lists_it(bench: Bench) -> None:
    newer = changed("<msgType>Alert</msgType>", "<msgType>Update</msgType>").decode()
    newer = newer.replace("</scope>", "</scope><references>w@example,A2,2099-10-09T15:46:00+08:00</references>")
    newer = newer.replace("<identifier>A2", "<identifier>A3").replace("440300", "440400").replace("440100", "440400")
    replies = iter([feed(entry("1.xml"), entry("2.xml")), GALE, newer])
    partner = bench.replying("cap", lambda _: httpx.Response(200, text=next(replies)))
    assert await partner.pull_alerts(PLACE) == []


def at(text: str, place: Place = PLACE, lies: str = "440305") -> Any:
    message: CapAlert = read_alert(read_xml(text.encode()))
    return alert_at(message, place, lies, "zh")


def test_a_position_outside_a_ring_is_outside() -> None:
    ring = GALE.replace("440300", "0").replace("<geocode>", f"<polygon>{RING}</polygon><geocode>", 1)
    assert at(ring, lies="") is not None
    assert at(ring, Place("广东省", 23.5, 114.0), "") is None
    assert at(ring, Place("广东省", 22.5, 113.4), "") is None


@pytest.mark.parametrize("kind", ["Ack", "Error"])
def test_messages_between_systems_warn_nobody(kind: str) -> None:
    assert at(GALE.replace("<msgType>Alert", f"<msgType>{kind}")) is None


def test_the_colour_goes_before_the_severity() -> None:
    assert at(GALE.replace("Minor", "Extreme")).level == "blue"
    assert at(GALE.replace("蓝色", "").replace("Minor", "Extreme")).level == "red"
    assert at(GALE.replace("蓝色", "").replace("Minor", "Unknown")).level == "unknown"
