"""The official account's token is asked for once however many wait for it, and everybody who can be told is told."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest
from bench import Bench
from peers import peer
from samples import NOTICE

from integrations.errors import Misconfigured, PartnerError, Rejected, Unavailable
from sandbox.credentials import WECHAT_APP_SECRET, WECHAT_FOLLOWERS
from sandbox.faults import Fault, FaultKind

STRANGER = "oNobodyWhoFollows000000000001"


def told(bench: Bench) -> list[str]:
    return [message["touser"] for message in bench.world.wechat_account.messages]


def partner(bench: Bench, **changes: Any) -> Any:
    return bench.partner("wechat_account", settings=peer("wechat_account").settings(bench.address) | changes)


def asked_for_tokens(bench: Bench) -> int:
    return sum(n for kind, n in bench.world.requests.counts().items() if kind.operation == "token")


async def test_an_expired_token_is_asked_for_once_however_many_wait(bench: Bench) -> None:
    account = partner(bench)
    await account.notify(NOTICE)
    bench.world.wechat_account.expire_token()
    notices = [replace(NOTICE, dedup_key=f"hold:SO-{n}") for n in range(2, 12)]
    await asyncio.gather(*(account.notify(notice) for notice in notices))
    assert len(told(bench)) == 11
    assert asked_for_tokens(bench) == 2


async def test_workers_do_not_take_the_token_from_each_other(bench: Bench) -> None:
    workers = [partner(bench) for _ in range(3)]
    for n, worker in enumerate(workers * 2):
        await worker.notify(replace(NOTICE, dedup_key=f"hold:SO-{n}"))
    assert bench.world.wechat_account.tokens_made == 1
    assert asked_for_tokens(bench) == 3


async def test_a_repeat_is_one_message(bench: Bench) -> None:
    account = partner(bench)
    bench.fault("wechat_account", FaultKind.DROP_REPLY, times=1, method="notify")
    with pytest.raises(Unavailable) as caught:
        await account.notify(NOTICE)
    assert caught.value.outcome_unknown
    await account.notify(NOTICE)
    assert told(bench) == [WECHAT_FOLLOWERS[0]]


async def test_who_cannot_be_told_is_said_after_the_others_have_been(bench: Bench) -> None:
    with pytest.raises(Rejected, match="require subscribe") as caught:
        await partner(bench, recipients=[STRANGER, *WECHAT_FOLLOWERS]).notify(NOTICE)
    assert caught.value.field == "recipients"
    assert told(bench) == list(WECHAT_FOLLOWERS)


async def test_a_field_is_cut_to_what_it_takes(bench: Bench) -> None:
    await partner(bench, longest=20, title_field="first").notify(replace(NOTICE, title="订单" * 50, url=""))
    (message,) = bench.world.wechat_account.messages
    assert message["data"]["first"]["value"] == "订单" * 9 + "订…"
    assert len(message["data"]["thing2"]["value"]) == 20
    assert "url" not in message


@pytest.mark.usefixtures("no_waiting")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (FaultKind.DROP_REPLY, Unavailable),
        (FaultKind.HTML_200, Unavailable),
        (FaultKind.EMPTY_JSON, Unavailable),
        (FaultKind.MALFORMED, Unavailable),
        (FaultKind.STATUS_500, Unavailable),
        (FaultKind.REFUSE, Unavailable),
        (FaultKind.RATE_LIMIT, Unavailable),
        (FaultKind.EXPIRED_SESSION, Misconfigured),
    ],
)
async def test_without_a_token_nothing_has_been_done(bench: Bench, kind: FaultKind, expected: type) -> None:
    bench.world.add_fault(Fault("wechat_account", "token", kind, times=None))
    with pytest.raises(expected) as caught:
        await partner(bench).notify(NOTICE)
    assert not getattr(caught.value, "outcome_unknown", False)
    assert told(bench) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (40037, Misconfigured),
        (48001, Misconfigured),
        (40001, Misconfigured),
        (43004, Rejected),
        (47003, Rejected),
        (45009, Unavailable),
        (-1, Unavailable),
    ],
)
async def test_a_refused_message_has_its_class_and_shows_no_token(
    bench: Bench, code: int, expected: type[PartnerError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("stable_token"):
            return httpx.Response(200, json={"access_token": "57_q9Zx-token", "expires_in": 7200})
        return httpx.Response(200, json={"errcode": code, "errmsg": f"you sent {request.url}"})

    with pytest.raises(expected) as caught:
        await bench.replying("wechat_account", answer).notify(NOTICE)
    assert "access_token=***" in str(caught.value)
    assert "57_q9Zx-token" not in repr(caught.value)


async def test_a_wrong_secret_stops_the_partner(bench: Bench) -> None:
    with pytest.raises(Misconfigured) as caught:
        await partner(bench, app_secret="x" + WECHAT_APP_SECRET).notify(NOTICE)
    assert caught.value.code == "40125"
