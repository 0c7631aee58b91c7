"""Partners call us over HTTP: what is genuine is kept once, what is not leaves nothing."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from payers import connect_wechat_pay
from played import Sandbox
from sqlalchemy import select

from models.inbox import INBOX
from sandbox import credentials
from sandbox.bills import BillRow
from sandbox.shop import webhook
from sandbox.wechat_pay import notification
from sandbox.wechat_push import push as push_of_wechat
from settings import get_settings
from tasks.reading import reading


def inbox() -> list[tuple[str, str, str]]:
    """Kind, source and route of every stored message."""
    with reading() as work:
        return [tuple(row) for row in work.rows(select(INBOX.c.kind, INBOX.c.source, INBOX.c.route))]


def place_orders(hub: Sandbox, count: int) -> list[str]:
    now = datetime.now(UTC)
    window = {"since": (now - timedelta(hours=2)).isoformat(), "until": now.isoformat()}
    placed = httpx.post(f"{hub.url}/_sandbox/orders", json={"channel": "shop", "count": count, **window})
    return list(placed.raise_for_status().json()["order_nos"])


def push(hub: Sandbox, numbers: list[str], **how: object) -> list[dict[str, object]]:
    """Have the shop send its webhooks for these orders; what we answered."""
    pushed = httpx.post(f"{hub.url}/_sandbox/orders/shop/push", json={"order_nos": numbers, **how}, timeout=60)
    return list(pushed.raise_for_status().json()["answers"])


def test_a_pushed_order_is_kept_and_a_repeat_is_not_kept_again(hub: Sandbox, web: str) -> None:
    answers = push(hub, place_orders(hub, 3), repeat=2)
    assert [answer["status"] for answer in answers] == [200] * 6
    assert inbox() == [("order", "shop", "webhook")] * 3


@pytest.mark.parametrize("change", ["body", "signature", "age"])
def test_a_forged_or_stale_webhook_is_refused_and_leaves_nothing(
    hub: Sandbox, web: str, change: str, caplog: pytest.LogCaptureFixture
) -> None:
    [number] = place_orders(hub, 1)
    order = hub.world.channels["shop"].book[number]
    headers, body = signed_webhook(order, datetime.now(UTC) - (timedelta(hours=1) if change == "age" else timedelta()))
    if change == "body":
        body = body.replace(b'"paid"', b'"void"') + b" "
    if change == "signature":
        headers["webhook-signature"] = "v1,bm90IHRoZSBzaWduYXR1cmU="
    with caplog.at_level(logging.WARNING, "tasks.receive"):
        answer = httpx.post(f"{web}/webhooks/shop", headers=headers, content=body)
    assert answer.status_code == 401
    assert answer.json()["accepted"] is False
    assert inbox() == []
    [line] = [record.getMessage() for record in caplog.records if record.name == "tasks.receive"]
    assert credentials.SHOP_SECRET not in line
    assert headers["webhook-signature"] not in line


def signed_webhook(order: object, at: datetime) -> tuple[dict[str, str], bytes]:
    """A webhook as the shop would send it at that time."""
    message = webhook(order, "msg_test", at)  # type: ignore[arg-type]  # the sandbox's own order
    return dict(message.headers), message.body


def test_wechat_is_answered_when_it_asks_whether_the_address_is_ours(hub: Sandbox, web: str) -> None:
    known = credentials
    settings = (
        f'url = "{hub.url}/wechat_shop", app_id = "{known.WECHAT_SHOP_APP_ID}", '
        f'app_secret = "{known.WECHAT_SHOP_SECRET}", token = "{known.WECHAT_SHOP_TOKEN}", '
        f'aes_key = "{known.WECHAT_SHOP_AES_KEY}"'
    )
    file = get_settings().connections
    shop = f'\n[[channel]]\ncode = "wx"\npartner = "wechat_shop"\nsettings = {{ {settings} }}\n'
    file.write_text(file.read_text(encoding="utf-8") + shop, encoding="utf-8")
    query = {**push_of_wechat("1", "pay", datetime.now(UTC)).params, "echostr": "42"}
    asked = httpx.get(f"{web}/webhooks/wx", params=query)
    assert (asked.status_code, asked.text) == (200, "42")
    assert httpx.get(f"{web}/webhooks/wx", params=query | {"signature": "0"}).status_code == 401
    assert httpx.get(f"{web}/webhooks/shop", params=query).status_code == 404
    assert httpx.get(f"{web}/webhooks/nobody", params=query).status_code == 404


def test_a_partner_without_a_connection_is_not_known(web: str) -> None:
    assert httpx.post(f"{web}/webhooks/nobody", content=b"{}").status_code == 404
    assert httpx.post(f"{web}/webhooks/kingdee", content=b"{}").status_code == 404
    assert httpx.post(f"{web}/webhooks/taobao", content=b"{}").status_code == 404


@pytest.mark.parametrize("stated", [True, False])
def test_a_body_over_five_megabytes_is_not_read(web: str, stated: bool) -> None:
    piece = b"x" * 1_000_000
    content = piece * 6 if stated else (piece for _ in range(6))
    assert httpx.post(f"{web}/webhooks/shop", content=content, timeout=30).status_code == 413
    assert inbox() == []


def test_a_forged_callback_is_refused_in_the_warehouses_own_words(web: str) -> None:
    answer = httpx.post(f"{web}/webhooks/qimen?method=deliveryorder.confirm&sign=00", content=b"<request/>")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert "<flag>failure</flag>" in answer.text
    assert "sign-check-failure" in answer.text
    assert inbox() == []


def test_a_payment_provider_is_answered_in_its_own_words_and_calls_again_when_it_is_refused(
    hub: Sandbox, web: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    connect_wechat_pay(hub.url, monkeypatch)
    paid = BillRow("T1", "SO-1", "杯子", datetime.now(UTC), 100)

    def call(**changed: str) -> tuple[int, str]:
        told = notification(paid, datetime.now(UTC))
        answer = httpx.post(f"{web}/webhooks/wx", headers={**told.headers, **changed}, content=told.body)
        return answer.status_code, answer.json()["code"] if answer.content else ""

    assert call(**{"Wechatpay-Signature": "WECHATPAY/SIGNTEST/AAAA"}) == (401, "FAIL")
    with monkeypatch.context() as lost:
        lost.setenv("ORDERSPINE_DATABASE_URL", f"sqlite:///{tmp_path / 'without_tables.db'}")
        get_settings.cache_clear()
        assert call() == (500, "FAIL")
    get_settings.cache_clear()
    assert inbox() == []
    assert [call(), call()] == [(204, ""), (204, "")]
    assert inbox() == [("payment", "wx", "webhook")]


def test_when_the_database_cannot_keep_it_the_partner_is_asked_to_send_again(
    hub: Sandbox, web: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    [number] = place_orders(hub, 1)
    with monkeypatch.context() as lost:
        lost.setenv("ORDERSPINE_DATABASE_URL", f"sqlite:///{tmp_path / 'without_tables.db'}")
        get_settings.cache_clear()
        assert [answer["status"] for answer in push(hub, [number])] == [503]
    get_settings.cache_clear()
    assert [answer["status"] for answer in push(hub, [number])] == [200]
    assert len(inbox()) == 1
