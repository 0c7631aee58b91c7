"""The console shows what the database holds, to visitors of this machine only."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from played import Sandbox

from flows.collect_invoices import collect_invoices
from flows.fulfil_orders import fulfil_orders
from flows.ingest_channels import ingest_channels
from flows.relay_outbox import relay_outbox
from tasks.invoices import request_invoice
from tasks.overview import list_orders
from tasks.story import order_story
from web.app import create_app


@pytest.fixture
async def lived(hub: Sandbox, prefect_api: None) -> list[str]:
    """Twenty orders, some of them bad, taken as far as they go; the channel's numbers."""
    now = datetime.now(UTC)
    hub.world.place_orders("shop", 20, since=now - timedelta(hours=5), until=now, dirty_share=0.4, seed=7)
    await ingest_channels(["shop"])
    await fulfil_orders()
    await relay_outbox()
    return [str(order["order_no"]) for order in hub.world.channels["shop"].book]


async def test_every_page_says_what_is_there_in_both_languages(lived: list[str], visitor: httpx.AsyncClient) -> None:
    english, chinese = await visitor.get("/?lang=en"), await visitor.get("/?lang=zh")
    assert english.status_code == chinese.status_code == 200
    assert "with the warehouse" in english.text
    assert "waits for corrected data" in english.text
    assert "已下发仓库" in chinese.text
    assert '<html lang="zh">' in chinese.text
    listed = await visitor.get("/orders", params={"hold": "data", "lang": "en"})
    tagged = await visitor.get("/orders", params={"tag": "red", "lang": "zh"})
    red = {row.number for row in list_orders(tag="red").orders}
    assert 0 < len(red) < 20
    assert set(re.findall(r"SO\d{10}", tagged.text)) == red
    assert tagged.text.count("交期紧") == len(red) + 1, "and in the filter"
    assert listed.text.count('class="badge received"') == listed.text.count("/orders/SO") > 0


async def test_the_story_names_runs_messages_and_numbers(lived: list[str], visitor: httpx.AsyncClient) -> None:
    stories = [story for number in lived if (story := order_story(number))]
    assert len(stories) == 20
    released = next(story for story in stories if story.order.status == "released")
    good = [line for line in released.lines if line.state == "good"]
    assert {message.kind for message in released.messages} == {"waybill", "erp-order", "outbound", "erp-status"}
    assert {message.state for message in released.messages} == {"sent"}
    assert {their.kind for their in released.their_numbers} == {"waybill", "erp-order", "outbound"}
    assert all(event.flow_run_id and event.task_run_id for event in released.events)
    assert sum(it.quantity for it in released.reservations) == sum(line.quantity for line in good)
    assert released.decisions[0].reasons
    assert released.untouched
    assert order_story(released.outbounds[0].number) == released
    code = released.outbounds[0].check_code
    assert order_story(code) == released
    assert code in (await visitor.get(f"/orders/{code}")).text
    assert released.order.number in (await visitor.get("/orders", params={"q": code.lower()})).text
    mistyped = code[:-2] + ("7" if code[-2] != "7" else "8") + code[-1]
    for address in (f"/orders/{mistyped}", f"/orders?q={mistyped}"):
        answer = await visitor.get(address, params={"lang": "en", "q": mistyped})
        assert answer.status_code == 404
        assert "is mistyped" in answer.text
    shown = await visitor.get(f"/orders/{released.order.channel_order_no}", params={"lang": "en"})
    assert released.order.number in shown.text
    for event in released.events:
        assert f"/runs/flow-run/{event.flow_run_id}" in shown.text
    held = next(story for story in stories if story.open_holds)
    assert held.open_holds[0].reasons
    assert held.refused


async def test_a_number_that_nobody_has_is_said_to_be_missing(visitor: httpx.AsyncClient) -> None:
    for number in ("SO0000000099", "SO99999999999999999999", "x' OR 1=1 --", "<b>"):
        answer = await visitor.get(f"/orders/{number}")
        assert answer.status_code == 404
        assert "<b>" not in answer.text.split("<main>")[1].split("</main>")[0].replace("<b>Orderspine</b>", "")


async def test_hostile_text_of_an_order_stays_text(hub: Sandbox, prefect_api: None, visitor: httpx.AsyncClient) -> None:
    now = datetime.now(UTC)
    [order] = hub.world.place_orders("shop", 1, since=now - timedelta(hours=5), until=now).orders
    hub.world.channels["shop"].book[order["order_no"]]["remark"] = "<script>alert(1)</script>"
    await ingest_channels(["shop"])
    await fulfil_orders()
    shown = await visitor.get(f"/orders/{order['order_no']}")
    assert "&lt;script&gt;" in shown.text
    assert "<script" not in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("client", "host"), [("10.0.0.7", "127.0.0.1"), ("127.0.0.1", "shop.example"), ("::ffff:10.0.0.7", "localhost")]
)
async def test_nobody_from_elsewhere_sees_customers(hub: Sandbox, client: str, host: str) -> None:
    transport = httpx.ASGITransport(create_app(), client=(client, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as stranger:
        for path in ("/", "/orders", "/orders/SO0000000001"):
            assert (await stranger.get(path)).status_code == 403
        assert (await stranger.get("/healthz")).status_code == 200


async def test_an_issued_invoice_is_shown_and_downloaded(
    lived: list[str], visitor: httpx.AsyncClient, hub: Sandbox
) -> None:
    stories = [story for number in lived if (story := order_story(number))]
    whole = next(story for story in stories if story.order.status == "released" and not story.refused)
    number = whole.order.number
    request_no = request_invoice(number, "测试公司 <b>", "", "test")
    assert (await visitor.get(f"/orders/{number}/invoice.pdf")).status_code == 404
    assert (await visitor.get("/orders/SO99999999999999999999/invoice.pdf")).status_code == 404
    await relay_outbox()
    hub.world.issue_invoice(request_no)
    await collect_invoices()
    shown = await visitor.get(f"/orders/{number}", params={"lang": "en"})
    assert hub.world.tax_office.invoices[request_no].number in shown.text
    assert "测试公司 &lt;b&gt;" in shown.text
    assert f'href="/orders/{number}/invoice.pdf"' in shown.text
    file = await visitor.get(f"/orders/{number}/invoice.pdf")
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment")
    assert file.content.startswith(b"%PDF-")
