"""Slack's buttons: what is asked can be answered, by those who may, and by nobody else."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from bench import Bench, real_clock
from peers import peer
from samples import HOSTILE, NOTICE
from slack_sdk.signature import SignatureVerifier

from integrations import slack
from integrations.errors import Forged, Rejected
from models.messages import Notice, PersonAnswer, Question
from sandbox import credentials
from sandbox.slack import pressed

ASKS = Notice("SO-1 asks", "why", "question:SO-1", ask=Question("SO-1", HOSTILE, "Approve", "Refuse"))


@pytest.mark.proves("slack", "vector", "client")
def test_a_call_is_signed_as_the_vector() -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert slack.signature("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def genuine(body: bytes, at: datetime) -> dict[str, str]:
    """Headers made by the SDK."""
    stamp = str(int(at.timestamp()))
    signature = SignatureVerifier(credentials.SLACK_SIGNING_SECRET).generate_signature(timestamp=stamp, body=body)
    assert signature
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}


@pytest.mark.parametrize("verdict", ["yes", "no"])
@pytest.mark.proves("slack", "slack-sdk", "client")
async def test_a_pressed_button_is_an_answer(bench: Bench, verdict: str) -> None:
    now = real_clock()
    partner = bench.partner("slack")
    await partner.notify(ASKS)
    call = pressed(bench.world.slack.messages[-1], verdict, now)
    verifier = SignatureVerifier(credentials.SLACK_SIGNING_SECRET)
    assert verifier.is_valid_request(call.body, dict(call.headers))
    said = partner.receive_answer(call.headers, call.body, now)
    assert said == PersonAnswer("SO-1", HOSTILE, verdict, "roadrunner U2CERLKJA", said.key)
    assert partner.receive_answer(genuine(call.body, now), call.body, now + timedelta(minutes=4)) == said


async def test_without_a_secret_or_a_question_there_are_no_buttons(bench: Bench) -> None:
    quiet = {"webhook": peer("slack").settings(bench.address)["webhook"]}
    await bench.partner("slack", settings=quiet).notify(ASKS)
    await bench.partner("slack").notify(NOTICE)
    for message in bench.world.slack.messages:
        assert "actions" not in {block["type"] for block in message["blocks"]}
    with pytest.raises(Forged, match="not set up"):
        bench.partner("slack", settings=quiet).receive_answer(genuine(b"", real_clock()), b"", real_clock())


async def test_a_forged_or_stale_call_is_refused(bench: Bench) -> None:
    now = real_clock()
    partner = bench.partner("slack")
    await partner.notify(ASKS)
    call = pressed(bench.world.slack.messages[-1], "yes", now)
    later = {"x-slack-request-timestamp": str(int(now.timestamp()) + 1)}
    for headers, body, at in (
        (call.headers, call.body.replace(b"roadrunner", b"boss"), now),
        ({**call.headers, **later}, call.body, now),
        ({**call.headers, "x-slack-request-timestamp": "now"}, call.body, now),
        ({**call.headers, "x-slack-signature": "é"}, call.body, now),
        ({}, call.body, now),
        (call.headers, call.body, now + timedelta(minutes=6)),
        (call.headers, call.body, now - timedelta(minutes=6)),
    ):
        with pytest.raises(Forged):
            partner.receive_answer(headers, body, at)


@pytest.mark.parametrize(
    "payload",
    [
        None,
        "[" * 100_000,
        {},
        {"type": "view_submission", "user": {"id": "U1"}, "actions": []},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": []},
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "actions": [{"action_id": "x", "value": "{}", "action_ts": "1"}],
        },
        {
            "type": "block_actions",
            "user": {"id": "U1"},
            "actions": [{"action_id": "no", "value": "1", "action_ts": "1"}],
        },
    ],
)
async def test_a_genuine_call_that_answers_nothing_is_rejected(bench: Bench, payload: Any) -> None:
    now = real_clock()
    text = payload if isinstance(payload, str) else json.dumps(payload)
    for body in (urlencode({"payload": text}).encode(), b"", b"payload=%ff"):
        with pytest.raises(Rejected):
            bench.partner("slack").receive_answer(genuine(body, now), body, now)


async def test_only_those_named_may_answer(bench: Bench) -> None:
    now = real_clock()
    partner = bench.partner("slack", settings=peer("slack").settings(bench.address) | {"answerers": ["U-BOSS"]})
    await partner.notify(ASKS)
    message = bench.world.slack.messages[-1]
    call = pressed(message, "yes", now)
    with pytest.raises(Rejected, match="U2CERLKJA"):
        partner.receive_answer(call.headers, call.body, now)
    call = pressed(message, "yes", now, user="U-BOSS")
    assert partner.receive_answer(call.headers, call.body, now).person == "roadrunner U-BOSS"


async def test_an_answer_takes_the_place_of_its_question_or_comes_after_it(bench: Bench) -> None:
    partner = bench.partner("slack")
    await partner.notify(ASKS)
    place = f"{bench.address}/slack/services/actions/0"
    call = pressed(bench.world.slack.messages[0], "yes", real_clock(), response_url=place)
    said = partner.receive_answer(call.headers, call.body, real_clock())
    assert said.replaces == place

    await partner.notify(Notice("SO-1 was answered", "yes", "answered:SO-1", replaces=said.replaces))
    [answer] = bench.world.slack.messages
    assert [block["type"] for block in answer["blocks"]] == ["header", "section"]
    await partner.notify(Notice("SO-1 was answered", "yes", "answered:SO-1", replaces=f"{place}999"))
    assert bench.world.slack.messages == [answer, answer]
