"""What the robots of DingTalk, WeCom and Feishu say: cards, long texts, and texts that would be more."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from bench import Bench
from dingtalkchatbot.chatbot import ActionCard, CardItem
from pten.wwapi import BotApi
from pten.wwmessager import BotMsgSender
from samples import NOTICE

from integrations import feishu, wecom
from integrations.chunks import shortened
from sandbox import credentials

LONG = replace(NOTICE, title="标题" * 2_000, text="订单" * 20_000)


async def test_wecom_sends_a_card_that_leads_to_the_order(bench: Bench) -> None:
    settings = {"url": f"{bench.address}/wecom/cgi-bin/webhook/send", "key": credentials.WECOM_KEY, "form": "card"}
    partner = bench.partner("wecom", settings=settings)
    await partner.notify(NOTICE)
    await partner.notify(replace(NOTICE, url=""))
    card, plain = bench.world.wecom.messages
    assert card["template_card"]["card_action"] == {"type": 1, "url": NOTICE.url}
    assert card["template_card"]["main_title"] == {"title": NOTICE.title}
    assert card["template_card"]["sub_title_text"] == NOTICE.text
    assert plain["msgtype"] == "markdown"


@pytest.mark.proves("wecom", "pten", "sandbox")
@pytest.mark.proves("wecom", "pten", "client")
async def test_an_independent_client_of_wecom_says_the_same(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is signed: what can be compared is the message, and that the sandbox takes it."""
    monkeypatch.setattr(BotApi, "BASE_URL", f"{bench.address}/wecom")
    keys = tmp_path / "keys.ini"
    keys.write_text(f"[globals]\nlog_path = {tmp_path / 'pten.log'}\n", encoding="utf-8")
    await bench.partner("wecom").notify(NOTICE)
    (ours,) = bench.world.wecom.messages
    package = BotMsgSender(str(keys), webhook_key=credentials.WECOM_KEY)
    said = await asyncio.to_thread(package.send_markdown, ours["markdown"]["content"])
    assert said["errcode"] == 0
    assert bench.world.wecom.messages == [ours, ours]


async def test_dingtalks_card_is_the_sdks(bench: Bench) -> None:
    partner = bench.partner("dingtalk")
    await partner.notify(NOTICE)
    await partner.notify(replace(NOTICE, url=""))
    card, plain = bench.world.dingtalk.messages
    sdk = ActionCard(NOTICE.title, f"#### {NOTICE.title}\n\n{NOTICE.text}", [CardItem("查看", NOTICE.url)]).get_data()
    options = ("hideAvatar", "btnOrientation")
    assert card == sdk | {
        "actionCard": {key: sdk["actionCard"][key] for key in sdk["actionCard"] if key not in options}
    }
    assert plain["msgtype"] == "markdown"


@pytest.mark.parametrize("name", ["wecom", "feishu"])
async def test_a_long_notice_is_cut_and_keeps_its_link(bench: Bench, name: str) -> None:
    await bench.partner(name).notify(LONG)
    (message,) = getattr(bench.world, name).messages
    said = json.dumps(message, ensure_ascii=False)
    assert f"[{LONG.url}]({LONG.url})" in said
    assert "订单…" in said or "订…" in said


def test_feishus_text_is_plain_and_mentions_nobody() -> None:
    card = feishu.card(replace(NOTICE, text='<at id="all"></at> [win](http://evil/)'))
    assert card["elements"][0]["text"]["tag"] == "plain_text"
    assert feishu.card(replace(NOTICE, title=" ", text=" ", url=""))["header"]["title"]["content"] == "…"


def test_wecoms_card_stays_readable() -> None:
    card = wecom.message(LONG, "card")["template_card"]
    assert len(card["main_title"]["title"]) <= 26
    assert len(card["sub_title_text"]) <= 112


@pytest.mark.parametrize(
    ("text", "longest", "expected"),
    [("abc", 3, "abc"), ("abcd", 3, "…"), ("好好好", 8, "好…"), ("好好好", 9, "好好好"), ("x\ud800", 4, "x\ud800")],
)
def test_a_text_is_cut_between_characters(text: str, longest: int, expected: str) -> None:
    assert shortened(text, longest) == expected
