"""The verdict of the proof at scale sees what it is there to see."""

from datetime import UTC, datetime, timedelta

import pytest
from played import Sandbox

from benchmarks.control import World
from benchmarks.faults.connected import WAREHOUSES
from benchmarks.faults.verdict import Verdict, judge
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox

pytestmark = [
    pytest.mark.usefixtures("prefect_api"),
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning"),
]


def place(world: World, count: int) -> list[str]:
    """Orders of the last hour in the shop."""
    now = datetime.now(UTC)
    since = (now - timedelta(hours=1)).isoformat()
    return list(world.do("/orders", channel="shop", count=count, since=since, until=now.isoformat())["order_nos"])


def evils(verdict: Verdict) -> tuple[int, int, int, int]:
    return len(verdict.lost), len(verdict.doubled), len(verdict.apart), len(verdict.unsound)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_it_sees_what_is_lost_done_twice_or_differs_and_who_had_no_part(hub: Sandbox) -> None:
    world = World(hub.url)
    numbers = place(world, 6)
    assert evils(judge(world)) == (6, 0, 0, 0), "none has come yet"
    assert len(judge(world).idle) == 10, "so nobody had a part in it"

    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    verdict = judge(world)
    stuck = [sentence for sentence in verdict.lost if "released, and nobody has it" in sentence]
    assert len(stuck) == verdict.statuses["released"] > 0
    assert evils(verdict) == (len(stuck), 0, 0, 0)
    assert verdict.orders == len(numbers)
    idle = {sentence.split()[-1] for sentence in verdict.idle}
    assert idle - {*WAREHOUSES} == {"taobao", "wechat_shop", "sap", "JT", "YTO"}

    effect = hub.world.ledger.effects("qimen")[0]
    hub.world.ledger.record("qimen", effect.effect, effect.key)
    next(iter(hub.world.carrier.waybills.values())).cancelled = True
    assert evils(judge(world)) == (len(stuck), 1, 1, 0)
