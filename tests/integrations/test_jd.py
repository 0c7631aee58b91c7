"""JD: what the SDKs say of our requests, what is refused inside a good reply, and how full windows are narrowed."""

import json
import sys
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import httpx
import jd.api.base as sdk
import pytest
from bench import Bench
from conformance_channels import pulled
from peers import peer
from samples import HOSTILE, NOON, a_paid_order

from integrations import jd as client
from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from models.messages import ShipmentNotice
from sandbox.credentials import JD_APP_SECRET

DAY = timedelta(days=1)


@pytest.fixture
def contract(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What ``mcp-cn-commerce`` knows of JD. Its package serves models by a library that is not installed; of that it
    needs one class here."""
    exceptions = ModuleType("mcp.server.mcpserver.exceptions")
    exceptions.ToolError = RuntimeError  # type: ignore[attr-defined]
    for name in ("mcp", "mcp.server", "mcp.server.mcpserver"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    monkeypatch.setitem(sys.modules, exceptions.__name__, exceptions)
    from servers.jd import client as jd_client  # noqa: PLC0415  (only with the stand-in above)
    from servers.jd import schema  # noqa: PLC0415

    return Contract(jd_client.JDMCP, schema)


class Contract:
    """The two parts of the package that are used."""

    def __init__(self, client_class: Any, schema: Any) -> None:
        self.schema = schema
        self.signer = client_class.__new__(client_class)
        self.signer.app_secret = JD_APP_SECRET


def recorded(bench: Bench) -> list[httpx.Request]:
    """Every request that goes out from now on."""
    requests: list[httpx.Request] = []

    async def keep(request: httpx.Request) -> None:
        requests.append(request)

    bench.http.event_hooks["request"] = [keep]
    return requests


@pytest.mark.proves("jd", "jd-sdk", "client")
@pytest.mark.proves("jd", "mcp-cn-commerce", "client")
async def test_our_requests_are_what_the_sdks_would_sign_and_allow(bench: Bench, contract: Any) -> None:
    requests = recorded(bench)
    number = a_paid_order(bench, "jd")
    partner = bench.partner("jd")
    await partner.pull_orders(NOON, NOON + DAY, None)
    await partner.push_shipment(ShipmentNotice(number, "sf_express", f"SF1 {HOSTILE}", NOON))
    forms = [dict(parse_qsl(request.content.decode(), keep_blank_values=True)) for request in requests]
    assert len(forms) == 3
    for form in forms:
        assert contract.signer._sign(form) == form["sign"]
    for form in forms[:2]:
        unsigned = {name: value for name, value in form.items() if name != "sign"}
        assert sdk.sign(JD_APP_SECRET, unsigned) == form["sign"]
        contract.schema.validate_params(contract.schema.ORDER_SEARCH, json.loads(form["360buy_param_json"]))


async def test_a_refusal_inside_a_good_reply_is_told_in_jds_words(bench: Bench) -> None:
    unknown = ShipmentNotice("299999999999", "sf_express", "SF1", NOON)
    with pytest.raises(Rejected, match="订单不存在"):
        await bench.partner("jd").push_shipment(unknown)
    with pytest.raises(Rejected, match="order_id"):
        await bench.partner("jd").push_shipment(ShipmentNotice("no number", "sf_express", "SF1", NOON))


async def test_an_order_that_is_off_is_not_shipped(bench: Bench) -> None:
    number = a_paid_order(bench, "jd")
    bench.world.cancel_order("jd", number)
    with pytest.raises(Rejected, match="等待出库"):
        await bench.partner("jd").push_shipment(ShipmentNotice(number, "sf_express", "SF1", NOON))
    assert bench.effects("jd") == []


async def test_a_carrier_without_a_number_at_jd_stops_the_partner_and_can_be_told(bench: Bench) -> None:
    number = a_paid_order(bench, "jd")
    notice = ShipmentNotice(number, "Corner Post", "CP1", NOON)
    with pytest.raises(Misconfigured, match="Corner Post"):
        await bench.partner("jd").push_shipment(notice)
    settings = peer("jd").settings(bench.address) | {"carriers": {"corner post": "9999"}}
    await bench.partner("jd", settings=settings).push_shipment(notice)
    (shipment,) = bench.world.channels["jd"].shipments.values()
    assert shipment.carrier == "9999"


async def test_a_window_of_more_than_a_hundred_pages_is_narrowed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "MOST_PAGES", 4)
    monkeypatch.setattr("sandbox.jd.MAX_PAGES", 4)
    made = bench.world.place_orders("jd", 60, since=NOON, until=NOON + timedelta(hours=3))
    partner = bench.partner("jd")
    messages = await pulled(partner, NOON, NOON + DAY)
    found = [partner.read_order(message).order_no for message in messages]
    assert sorted(found) == sorted(order["order_no"] for order in made.orders)
    assert [each.occurred_at for each in messages] == sorted(each.occurred_at for each in messages)


async def test_a_receiver_comes_encrypted_and_a_paused_order_waits(bench: Bench) -> None:
    number = a_paid_order(bench, "jd")
    bench.world.update_order("jd", number, {"jd": {"orderState": "PAUSE"}})
    partner = bench.partner("jd")
    now = datetime.now(NOON.tzinfo) + timedelta(minutes=1)
    (message,) = await pulled(partner, now - timedelta(minutes=5), now)
    order = partner.read_order(message)
    clear = bench.world.channels["jd"].book[number]["receiver"]
    assert clear["name"] not in message.body
    assert clear["phone"] not in message.body
    assert order.receiver.name
    assert order.receiver.phone
    assert (order.paid, order.reported and order.reported.hold) == (True, "channel-forbids-shipping")


@pytest.mark.parametrize(
    ("call", "code", "expected", "unknown"),
    [
        ("pull_orders", "19", Misconfigured, None),
        ("pull_orders", "10", Misconfigured, None),
        ("pull_orders", "2", Unavailable, False),
        ("pull_orders", "43", Unavailable, False),
        ("pull_orders", "11", Rejected, None),
        ("push_shipment", "65", Unavailable, True),
        ("push_shipment", "2", Unavailable, False),
    ],
)
async def test_a_refusal_has_its_class(
    bench: Bench, call: str, code: str, expected: type[PartnerError], unknown: bool | None
) -> None:
    refusal = {"error_response": {"code": code, "zh_desc": "words"}}
    partner = bench.replying("jd", lambda _: httpx.Response(200, json=refusal))
    arguments = (NOON, NOON + DAY, None) if call == "pull_orders" else (ShipmentNotice("3", "sf_express", "SF1", NOON),)
    with pytest.raises(PartnerError, match="words") as caught:
        await getattr(partner, call)(*arguments)
    assert type(caught.value) is expected
    assert getattr(caught.value, "outcome_unknown", None) is unknown
