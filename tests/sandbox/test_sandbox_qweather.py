"""QWeather: PyJWT's token opens the door, warnings hold where and as long as they should."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from signed_requests import weather_token

from sandbox import credentials
from sandbox.weather import Alert, Level
from sandbox.world import World

START = datetime(2026, 1, 1, tzinfo=UTC)
SHENZHEN, HANGZHOU = (22.54, 114.06), (30.27, 120.16)


def alert(world: World, level: Level, **more: Any) -> Alert:
    made = Alert(world.weather.next_id(), "暴雨", level, START, START + timedelta(hours=6), **more)
    world.raise_alert(made)
    return made


async def current(client: httpx.AsyncClient, place: tuple[float, float]) -> Any:
    headers = {"Authorization": f"Bearer {weather_token()}"}
    reply = await client.get(f"/qweather/weatheralert/v1/current/{place[0]}/{place[1]}", headers=headers)
    assert reply.status_code == 200, reply.text
    assert reply.headers["content-encoding"] == "gzip"
    return reply.json()


async def test_no_warning_is_a_zero_result(client: httpx.AsyncClient) -> None:
    reply = await current(client, SHENZHEN)
    assert reply["metadata"]["zeroResult"] is True
    assert reply["alerts"] == []


@pytest.mark.proves("qweather", "PyJWT", "sandbox")
async def test_a_warning_holds_in_its_province_until_it_expires(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    alert(world, "red", province="广东省")
    (shown,) = (await current(client, SHENZHEN))["alerts"]
    assert shown["headline"] == "广东省气象台发布暴雨红色预警[Ⅰ级/特别严重]"
    assert (shown["severity"], shown["color"]["code"], shown["eventType"]["code"]) == ("extreme", "red", "1003")
    assert shown["expireTime"] == "2026-01-01T14:00+08:00"
    assert (await current(client, HANGZHOU))["alerts"] == []
    world.set_now(START + timedelta(hours=6))
    assert (await current(client, SHENZHEN))["metadata"]["zeroResult"] is True


async def test_updates_and_cancellations_replace_what_they_supersede(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    first = alert(world, "orange", city="深圳市")
    second = alert(world, "red", city="深圳市", message="update", supersedes=(first.id,))
    (shown,) = (await current(client, SHENZHEN))["alerts"]
    assert shown["messageType"] == {"code": "update", "supersedes": [first.id]}
    world.cancel_alert(second.id)
    (shown,) = (await current(client, SHENZHEN))["alerts"]
    assert shown["messageType"] == {"code": "cancel", "supersedes": [second.id]}
    with pytest.raises(KeyError):
        world.cancel_alert(second.id)


async def test_a_position_counts_as_its_surroundings(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    alert(world, "blue", latitude=30.0, longitude=120.0)
    assert (await current(client, (30.1, 120.1)))["alerts"]
    assert not (await current(client, SHENZHEN))["alerts"]


def _tokens() -> dict[str, str]:
    now = int(time.time())
    claims = {"sub": credentials.QWEATHER_PROJECT_ID, "iat": now - 30, "exp": now + 900}
    key = credentials.QWEATHER_PRIVATE_KEY
    kid = {"kid": credentials.QWEATHER_KEY_ID, "typ": None}
    good = weather_token()
    return {
        "expired": weather_token(iat=now - 2000, exp=now - 1000),
        "longer than a day": weather_token(exp=now + 90_000),
        "not yet": weather_token(iat=now + 300, exp=now + 900),
        "another project": weather_token(sub="OTHER"),
        "another key id": jwt.encode(claims, key, "EdDSA", {"kid": "OTHER", "typ": None}),
        "with a typ": jwt.encode(claims, key, "EdDSA", kid | {"typ": "JWT"}),
        "cut signature": good[:-6],
        "no token": "",
        "rubbish": "a.b.c",
    }


@pytest.mark.parametrize("kind", list(_tokens()))
async def test_bad_tokens_are_401(client: httpx.AsyncClient, kind: str) -> None:
    headers = {"Authorization": f"Bearer {_tokens()[kind]}"}
    reply = await client.get("/qweather/weatheralert/v1/current/22.5/114.0", headers=headers)
    assert reply.status_code == 401
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["error"]["status"] == 401


async def test_swapped_coordinates_are_400(client: httpx.AsyncClient) -> None:
    headers = {"Authorization": f"Bearer {weather_token()}"}
    reply = await client.get("/qweather/weatheralert/v1/current/114.06/22.54", headers=headers)
    assert reply.status_code == 400
