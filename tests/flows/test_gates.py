"""The weather closes and opens gates, with evidence, and people are told once (D1)."""

import json

import pytest
from life import Clock, codes, column, effects, rows, warn
from played import Sandbox

from flows.check_gates import check_gates
from flows.relay_outbox import relay_outbox
from tasks.overview import overview

pytestmark = pytest.mark.usefixtures("prefect_api")


def closed() -> list[str]:
    """Regions whose gate is closed."""
    return column("SELECT region FROM gate WHERE opened_at IS NULL ORDER BY region")


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


def _somebody_elses_key() -> str:
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return (
        Ed25519PrivateKey.generate()
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
