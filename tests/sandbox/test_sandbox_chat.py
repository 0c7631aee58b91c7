"""DingTalk and Slack take messages of their usual clients."""

import asyncio
import time
from base64 import b64encode
from hmac import digest
from typing import Any

import httpx
import pytest
from dingtalkchatbot.chatbot import ActionCard, CardItem, DingtalkChatbot
from slack_sdk.webhook import WebhookClient

from sandbox import credentials
from sandbox.world import World

ROBOT = "/dingtalk/robot/send"
CARD = {"title": "x", "text": "x"}
TEXT = {"msgtype": "text", "text": {"content": "订单 SO1 需要审批"}}


def robot_params(timestamp: int | None = None, secret: str = credentials.DINGTALK_SECRET) -> dict[str, str]:
    stamp = str(timestamp or int(time.time() * 1000))
    sign = b64encode(digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")).decode()
    return {"access_token": credentials.DINGTALK_TOKEN, "timestamp": stamp, "sign": sign}


@pytest.mark.proves("dingtalk", "DingtalkChatbot", "sandbox")
async def test_the_dingtalk_chatbot_posts(served: str, world: World) -> None:
    url = f"{served}{ROBOT}?access_token={credentials.DINGTALK_TOKEN}"
    bot = DingtalkChatbot(url, secret=credentials.DINGTALK_SECRET)
    answer = await asyncio.to_thread(bot.send_markdown, title="告警", text="## 暴雨红色预警")
    assert answer["errcode"] == 0
    assert world.dingtalk.messages[0]["markdown"]["title"] == "告警"
    card = ActionCard("告警", "## 暴雨红色预警", [CardItem("查看", "https://example.com/1")])
    assert (await asyncio.to_thread(bot.send_action_card, card))["errcode"] == 0
    forged = DingtalkChatbot(url, secret="SECsomething else")
    assert (await asyncio.to_thread(forged.send_text, "x"))["errcode"] == 310000
    assert len(world.ledger.effects("dingtalk", "message")) == 2


@pytest.mark.proves("slack", "slack-sdk", "sandbox")
async def test_slacks_webhook_client_posts(served: str, world: World) -> None:
    client = WebhookClient(served + credentials.SLACK_WEBHOOK_PATH)
    answer = await asyncio.to_thread(client.send, text="order SO1 is late")
    assert (answer.status_code, answer.body) == (200, "ok")
    assert world.slack.messages == [{"text": "order SO1 is late"}]


async def test_the_twenty_first_message_within_a_minute_is_refused(client: httpx.AsyncClient, world: World) -> None:
    codes = [(await client.post(ROBOT, params=robot_params(), json=TEXT)).json()["errcode"] for _ in range(21)]
    assert codes == [0] * 20 + [130101]
    assert len(world.dingtalk.messages) == 20


@pytest.mark.parametrize(
    ("params", "message", "code"),
    [
        (robot_params(timestamp=1_600_000_000_000), TEXT, 310000),
        (robot_params() | {"timestamp": "soon"}, TEXT, 310000),
        (robot_params() | {"access_token": "other"}, TEXT, 300001),
        (robot_params(), {"msgtype": "poem"}, 40035),
        (robot_params(), {"msgtype": "markdown", "markdown": {"text": "x"}}, 40035),
        (robot_params(), {"msgtype": "actionCard", "actionCard": {**CARD, "singleTitle": "查看"}}, 40035),
        (robot_params(), {"msgtype": "actionCard", "actionCard": {**CARD, "btns": [{"title": "查看"}]}}, 40035),
        (robot_params(), [], 40035),
    ],
)
async def test_dingtalk_refuses(
    client: httpx.AsyncClient, world: World, params: dict[str, str], message: Any, code: int
) -> None:
    assert (await client.post(ROBOT, params=params, json=message)).json()["errcode"] == code
    assert world.dingtalk.messages == []


@pytest.mark.parametrize(
    ("path", "content", "status", "text"),
    [
        ("/slack/services/T000/B999/XXX", b'{"text":"x"}', 404, "no_service"),
        ("/slack/services/T000/B000/YYY", b'{"text":"x"}', 403, "invalid_token"),
        (credentials.SLACK_WEBHOOK_PATH, b"{}", 400, "invalid_payload"),
        (credentials.SLACK_WEBHOOK_PATH, b"text", 400, "invalid_payload"),
    ],
)
async def test_slack_refuses(
    client: httpx.AsyncClient, world: World, path: str, content: bytes, status: int, text: str
) -> None:
    reply = await client.post(path, content=content)
    assert (reply.status_code, reply.text) == (status, text)
    assert world.slack.messages == []
