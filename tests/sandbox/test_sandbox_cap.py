"""The feed of CAP warnings: who may read it, and what it lists."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from defusedxml.ElementTree import fromstring

from sandbox import credentials
from sandbox.weather import Alert
from sandbox.world import World

LOGIN = (credentials.CAP_USER, credentials.CAP_PASSWORD)
START = datetime(2026, 1, 1, tzinfo=UTC)
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.mark.parametrize("auth", [None, ("hub", "wrong"), ("other", credentials.CAP_PASSWORD)])
async def test_only_who_logs_in_may_read(client: httpx.AsyncClient, auth: tuple[str, str] | None) -> None:
    for path in ("/cap/index.atom", "/cap/alerts/A1.xml"):
        reply = await client.get(path, auth=auth)
        assert (reply.status_code, reply.headers["www-authenticate"]) == (401, 'Basic realm="warnings"')


async def test_it_lists_what_is_in_force_and_leads_to_it(client: httpx.AsyncClient, world: World) -> None:
    world.set_now(START)
    world.raise_alert(Alert("A1", "暴雨", "red", START, START + timedelta(hours=1), province="广东省"))
    index = await client.get("/cap/index.atom", auth=LOGIN)
    assert index.headers["content-type"] == "application/atom+xml"
    (entry,) = fromstring(index.text).findall(f"{ATOM}entry")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    alert = await client.get(link.attrib["href"], auth=LOGIN)
    assert alert.headers["content-type"] == "application/cap+xml"
    assert "<value>440000</value>" in alert.text
    world.set_now(START + timedelta(hours=1))
    assert (await client.get(link.attrib["href"], auth=LOGIN)).status_code == 404
    assert not fromstring((await client.get("/cap/index.atom", auth=LOGIN)).text).findall(f"{ATOM}entry")
