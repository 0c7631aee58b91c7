"""The weather closes and opens gates, with evidence, and people are told once (D1)."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from life import Clock, codes, column, effects, place_good, rows, status_of, up_to_released, warn
from played import Sandbox
from sqlalchemy import select

from flows.check_gates import check_gates
from flows.relay_outbox import relay_outbox
from models.order_book import ORDER
from sandbox import credentials
from sandbox.weather import Alert
from settings import get_settings
from tasks.connections import connections
from tasks.gates import GatesChecked, open_gate
from tasks.hub import unit_of_work
from tasks.masters import prepare_database
from tasks.overview import overview
from tasks.report import closed_gates
from tasks.shelf.transfers import transfer

pytestmark = pytest.mark.usefixtures("prefect_api")


def closed() -> list[str]:
    """Regions whose gate is closed."""
    return column("SELECT region FROM gate WHERE opened_at IS NULL ORDER BY region")


def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *places: str) -> None:
    """The rules watch these places, and nothing else is in them."""
    (tmp_path / "rules.toml").write_text(f"[weather]\nplaces = [{', '.join(places)}]\n", encoding="utf-8")
    monkeypatch.setenv("ORDERSPINE_RULES", str(tmp_path / "rules.toml"))
    get_settings.cache_clear()


def said_of(number: str) -> str:
    """The province in the address of the order with that channel number."""
    with unit_of_work("test") as work:
        query = select(ORDER.c.receiver).where(ORDER.c.channel_order_no == number)
        return str(work.session.execute(query).scalar_one()["province"])


async def test_a_red_alert_closes_the_gate_with_evidence_and_people_are_told_once(hub: Sandbox, clock: Clock) -> None:
    warn(hub, clock, "A1", "red")
    await check_gates()
    await check_gates()
    await relay_outbox()
    await relay_outbox()

    assert closed() == ["广东省"]
    [gate] = rows("SELECT reasons, evidence FROM gate")
    assert codes(gate.reasons) == ["weather-alert"]
    assert "A1" in json.dumps(gate.evidence)
    [decision] = rows("SELECT subject, policy_version, flow_run_id, result FROM decision")
    assert decision.subject == "weather:广东省"
    assert len(decision.policy_version) == 12
    assert decision.flow_run_id
    assert "weather-alert" in json.dumps(decision.result)
    assert [effect for _, effect, _ in effects(hub).elements()] == ["message"]


async def test_a_gate_holds_whatever_its_province_is_called(
    hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(tmp_path, monkeypatch, '{ region = "440300", latitude = 22.54, longitude = 114.06 }')
    connected = get_settings().connections
    written = connected.read_text(encoding="utf-8").replace('region = "广东省"', 'region = "440000"')
    connected.write_text(written, encoding="utf-8")
    prepare_database(connections())
    receiver = {"name": "王五", "phone": "13800000000", "city": "深圳市", "address": "福保街道"}
    numbers = {
        said: place_good(hub, 1, receiver={**receiver, "province": said})[0]
        for said in ("广东", "Guangdong", "440000", "广东省", "某地")
    }
    transfer(hub.world.catalogue[0].sku, 1, "SH-01", "SZ-01", "T-1", "ann")
    warn(hub, clock, "A1", "red")

    await check_gates()
    await up_to_released()

    unknown = numbers.pop("某地")
    behind = {*numbers.values(), "T-1"}
    assert closed() == ["广东省"]
    assert {number: status_of(number) for number in behind} == dict.fromkeys(behind, "reserved")
    assert status_of(unknown) == "released", "a text that is no province is nobody else's"
    assert sum(gate.waiting for gate in closed_gates()) == overview().messages_behind_gates > 0
    assert said_of(numbers["广东"]) == "广东", "the address stays as it was written"

    open_gate("广东", "the road is free", "ann")
    await relay_outbox()
    assert {status_of(number) for number in behind} == {"released"}


async def test_an_orange_alert_closes_nothing(hub: Sandbox, clock: Clock) -> None:
    warn(hub, clock, "A1", "orange")
    await check_gates()
    assert closed() == []
    assert column("SELECT count(*) FROM outbox") == [0]


@pytest.mark.parametrize("ending", ["cancelled", "expired", "superseded by a milder one"])
async def test_the_gate_opens_when_the_alert_is_over(hub: Sandbox, clock: Clock, ending: str) -> None:
    warn(hub, clock, "A1", "red")
    await check_gates()
    clock.advance(hours=1)
    if ending == "cancelled":
        hub.world.cancel_alert("A1")
    elif ending == "expired":
        clock.advance(hours=6)
    else:
        warn(hub, clock, "A2", "orange", "A1")

    await check_gates()

    assert closed() == []
    assert column("SELECT opened_by FROM gate") == ["check-gates"]
    assert column("SELECT count(*) FROM decision") == [2]
    assert column("SELECT count(*) FROM outbox WHERE kind = 'notice'") == [2]


async def test_a_worse_alert_after_the_first_keeps_the_gate_closed(hub: Sandbox, clock: Clock) -> None:
    warn(hub, clock, "A1", "red", hours=1)
    await check_gates()
    warn(hub, clock, "A2", "red", "A1", hours=12)
    clock.advance(hours=2)
    await check_gates()
    assert closed() == ["广东省"]
    assert column("SELECT count(*) FROM gate") == [1]


@pytest.mark.parametrize("level", ["red", None], ids=["while closed", "while open"])
async def test_a_feed_that_cannot_be_asked_changes_nothing(
    hub: Sandbox, clock: Clock, monkeypatch: pytest.MonkeyPatch, level: str | None
) -> None:
    if level:
        warn(hub, clock, "A1", level)
        await check_gates()
        hub.world.cancel_alert("A1")
    before = closed()
    # A key that is not the feed's: the same way through the flow as an outage, without its minutes of retries.
    monkeypatch.setenv("ORDERSPINE_SECRET_QWEATHER", json.dumps({"private_key": _somebody_elses_key()}))

    await check_gates()

    assert closed() == before
    assert [stopped.account for stopped in overview().stopped] == ["qweather/qweather"]


SHENZHEN = '{ region = "广东省", latitude = 22.54, longitude = 114.06 }'
GUANGZHOU = '{ region = "广东", latitude = 23.13, longitude = 113.26 }'


async def test_every_feed_and_place_counts_and_one_that_is_away_keeps_closed_what_it_has_closed(
    hub: Sandbox, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(tmp_path, monkeypatch, SHENZHEN, GUANGZHOU)
    connect_cap(hub, monkeypatch)
    in_shenzhen = Alert(
        "A1", "冰雹", "red", clock.now, clock.now + timedelta(hours=6), latitude=22.54, longitude=114.06
    )
    hub.world.raise_alert(in_shenzhen)
    with monkeypatch.context() as away:
        away.setenv("ORDERSPINE_SECRET_QWEATHER", json.dumps({"private_key": _somebody_elses_key()}))
        await check_gates()
        assert closed() == ["广东省"], "the other feed is heard, and that Guangzhou is quiet does not hide it"
        hub.world.cancel_alert("A1")
        assert (await check_gates()).away == ("qweather",)
        assert closed() == [], "who closed it says that it is over"
    clock.advance(minutes=6)
    hub.world.raise_alert(replace(in_shenzhen, id="A2"))
    await check_gates()
    hub.world.cancel_alert("A2")
    monkeypatch.setenv("ORDERSPINE_SECRET_QWEATHER", json.dumps({"private_key": _somebody_elses_key()}))
    await check_gates()
    assert closed() == ["广东省"], "QWeather has closed it too, and no news is not good news"


async def test_with_no_feed_there_is_nothing_to_do(hub: Sandbox, clock: Clock) -> None:
    warn(hub, clock, "A1", "red")
    await check_gates()
    connected = get_settings().connections
    before, _, after = connected.read_text(encoding="utf-8").partition("[[alerts]]")
    connected.write_text(before + after[after.index("[[") :], encoding="utf-8")
    hub.world.cancel_alert("A1")

    assert await check_gates() == GatesChecked((), (), ())
    assert closed() == ["广东省"]


def connect_cap(hub: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CAP feed beside QWeather, and after it."""
    feed = f'url = "{hub.url}/cap/index.atom", user = "{credentials.CAP_USER}"'
    with get_settings().connections.open("a", encoding="utf-8") as connected:
        connected.write(f'\n[[alerts]]\ncode = "cap"\npartner = "cap"\nsettings = {{ {feed} }}\nsecret = "cap"\n')
    monkeypatch.setenv("ORDERSPINE_SECRET_CAP", json.dumps({"password": credentials.CAP_PASSWORD}))


def _somebody_elses_key() -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
