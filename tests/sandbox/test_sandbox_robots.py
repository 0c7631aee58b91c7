"""WeCom's and Feishu's robots: what they take, from whom, and what they refuse."""

import time
from base64 import b64encode
from hmac import digest
from typing import Any

import httpx
import pytest
from feishu_notify import FeishuBot, ServiceContext
from feishu_notify.transport import sign_payload

from sandbox import credentials
from sandbox.world import World

WECOM = "/wecom/cgi-bin/webhook/send"
FEISHU = f"/feishu/open-apis/bot/v2/hook/{credentials.FEISHU_TOKEN}"
MARKDOWN = {"msgtype": "markdown", "markdown": {"content": "## 暴雨红色预警"}}
TEXT = {"msg_type": "text", "content": {"text": "订单 SO1 需要审批"}}
CARD = {"card_type": "text_notice", "main_title": {"title": "告警"}, "card_action": {"type": 1, "url": "http://hub/"}}


def signed(message: dict[str, Any], now: float | None = None, secret: str = credentials.FEISHU_SECRET) -> Any:
    return sign_payload(message, secret=secret, now=now)


@pytest.mark.proves("feishu", "leap-feishu-webhook-notify", "sandbox")
async def test_the_feishu_package_posts(client: httpx.AsyncClient, world: World) -> None:
    for secret, taken in ((credentials.FEISHU_SECRET, True), ("something else", False)):
        bot = FeishuBot(f"http://sandbox{FEISHU}", secret, context=ServiceContext("hub", "test"), http=client)
        assert await bot.send(TEXT) is taken
    (message,) = world.feishu.messages
    assert message["content"] == TEXT["content"]
    assert len(world.ledger.effects("feishu", "message")) == 1


async def test_wecom_takes_markdown_and_cards(client: httpx.AsyncClient, world: World) -> None:
    card = {"msgtype": "template_card", "template_card": CARD}
    for message in (MARKDOWN, card):
        reply = await client.post(WECOM, params={"key": credentials.WECOM_KEY}, json=message)
        assert reply.json() == {"errcode": 0, "errmsg": "ok"}
    assert world.wecom.messages == [MARKDOWN, card]


async def test_wecom_refuses_the_twenty_first_message_within_a_minute(client: httpx.AsyncClient, world: World) -> None:
    params = {"key": credentials.WECOM_KEY}
    codes = [(await client.post(WECOM, params=params, json=MARKDOWN)).json()["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [45009]
    assert len(world.wecom.messages) == 20


async def test_feishu_refuses_the_hundred_and_first_message_within_a_minute(
    client: httpx.AsyncClient, world: World
) -> None:
    message = signed(TEXT)
    codes = [(await client.post(FEISHU, json=message)).json()["code"] for _ in range(101)]
    assert codes == [0] * 100 + [11232]


@pytest.mark.parametrize(
    ("key", "message", "code"),
    [
        ("other", MARKDOWN, 93000),
        (credentials.WECOM_KEY, {"msgtype": "poem"}, 40058),
        (credentials.WECOM_KEY, {"msgtype": "markdown", "markdown": {}}, 40058),
        (credentials.WECOM_KEY, {"msgtype": "markdown", "markdown": {"content": "好" * 1_366}}, 40058),
        (credentials.WECOM_KEY, [], 40058),
        (
            credentials.WECOM_KEY,
            {"msgtype": "template_card", "template_card": CARD | {"card_action": {"type": 1}}},
            40058,
        ),
        (credentials.WECOM_KEY, {"msgtype": "template_card", "template_card": CARD | {"main_title": {}}}, 40058),
    ],
)
async def test_wecom_refuses(client: httpx.AsyncClient, world: World, key: str, message: Any, code: int) -> None:
    assert (await client.post(WECOM, params={"key": key}, json=message)).json()["errcode"] == code
    assert world.wecom.messages == []


def as_dingtalk_signs(message: dict[str, Any]) -> dict[str, Any]:
    """Key and content exchanged: the mistake that costs most."""
    stamp, secret = str(int(time.time())), credentials.FEISHU_SECRET
    sign = b64encode(digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")).decode()
    return message | {"timestamp": stamp, "sign": sign}


@pytest.mark.parametrize(
    ("path", "message", "code"),
    [
        (FEISHU + "x", signed(TEXT), 19001),
        (FEISHU, TEXT, 19021),
        (FEISHU, signed(TEXT, now=1_600_000_000), 19021),
        (FEISHU, signed(TEXT, secret="other"), 19021),
        (FEISHU, as_dingtalk_signs(TEXT), 19021),
        (FEISHU, signed({"msg_type": "poem"}), 9499),
        (FEISHU, signed({"msg_type": "interactive"}), 9499),
        (FEISHU, signed({"msg_type": "text", "content": {"text": "x" * 20_480}}), 9499),
        (FEISHU, [], 9499),
    ],
)
async def test_feishu_refuses(client: httpx.AsyncClient, world: World, path: str, message: Any, code: int) -> None:
    assert (await client.post(path, json=message)).json()["code"] == code
    assert world.feishu.messages == []


@pytest.mark.parametrize("path", [f"{WECOM}?key={credentials.WECOM_KEY}", FEISHU])
async def test_what_is_no_json_is_refused(client: httpx.AsyncClient, path: str) -> None:
    said = (await client.post(path, content=b"text")).json()
    assert said.get("errcode", said.get("code")) in {40058, 9499}
