"""What every channel must do: windows, pages, keys, webhooks, and words that are not in its table."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from bench import Bench, real_clock
from conformance import of
from peers import peer
from samples import HOSTILE, NOON

from integrations.errors import Forged, Rejected, Unavailable
from integrations.ports import CallsForOrders, Channel, PushesOrders
from models.messages import RawMessage
from sandbox.faults import Fault, FaultKind

MINUTE = timedelta(minutes=1)


async def pulled(
    partner: Any, since: datetime, until: datetime, between_pages: Callable[[], None] | None = None
) -> list[RawMessage]:
    """All messages of a window, page by page."""
    messages: list[RawMessage] = []
    cursor: str | None = None
    for _ in range(500):
        page = await partner.pull_orders(since, until, cursor)
        messages += page.messages
        cursor = page.next_cursor
        if cursor is None:
            return messages
        if between_pages:
            between_pages()
    pytest.fail("the pages do not end")


def numbers(partner: Any, messages: list[RawMessage]) -> list[str]:
    return [partner.read_order(message).order_no for message in messages]


def changed_at(bench: Bench, name: str) -> dict[str, datetime]:
    return {
        order["order_no"]: datetime.fromisoformat(order["updated_at"]).astimezone(UTC)
        for order in bench.world.channels[name].book
    }


@of(Channel)
async def pages_lose_and_repeat_nothing(bench: Bench, name: str) -> None:
    bench.world.place_orders(name, 50, since=NOON, until=NOON + 100 * MINUTE)
    times = changed_at(bench, name)
    end = max(times.values()) + MINUTE
    partner = bench.partner(name)
    found = numbers(partner, await pulled(partner, NOON, end))
    assert sorted(found) == sorted(times)
    whole_seconds = [times[number].replace(microsecond=0) for number in found]
    assert whole_seconds == sorted(whole_seconds)


@of(Channel)
async def a_window_is_half_open(bench: Bench, name: str) -> None:
    bench.world.place_orders(name, 12, since=NOON, until=NOON + 10 * MINUTE)
    times = changed_at(bench, name)
    partner = bench.partner(name)
    edge = sorted(times.values())[5]
    before = numbers(partner, await pulled(partner, NOON, edge))
    after = numbers(partner, await pulled(partner, edge, max(times.values()) + MINUTE))
    assert sorted(before) == sorted(number for number, at in times.items() if at < edge)
    assert sorted(after) == sorted(number for number, at in times.items() if at >= edge)


@of(Channel)
async def an_order_that_changes_while_pages_are_read_costs_no_other(bench: Bench, name: str) -> None:
    bench.world.place_orders(name, 20, since=NOON, until=NOON + 15 * MINUTE)
    times = changed_at(bench, name)
    bench.world.set_now(max(times.values()) + 60 * MINUTE)
    waiting = sorted(times, key=lambda number: times[number])
    moved: list[str] = []

    def change_one() -> None:
        if len(moved) < 4:
            moved.append(waiting.pop(0 if len(moved) % 2 else -1))
            bench.world.update_order(name, moved[-1], {"remark": "changed"})

    partner = bench.partner(name)
    end = max(times.values()) + MINUTE
    found = numbers(partner, await pulled(partner, NOON, end, change_one))
    assert set(times) - set(moved) <= set(found)
    again = numbers(partner, await pulled(partner, end, end + 90 * MINUTE))
    assert set(moved) <= set(again)


@of(Channel)
async def the_same_statement_has_the_same_key(bench: Bench, name: str) -> None:
    bench.world.place_orders(name, 8, since=NOON, until=NOON + MINUTE)
    partner = bench.partner(name)
    first = await pulled(partner, NOON, NOON + 60 * MINUTE)
    assert await pulled(partner, NOON, NOON + 60 * MINUTE) == first
    assert len({message.key for message in first}) == 8
    number = partner.read_order(first[0]).order_no
    bench.world.set_now(NOON + 30 * MINUTE)
    bench.world.cancel_order(name, number)
    changed = {partner.read_order(each).order_no: each for each in await pulled(partner, NOON, NOON + 60 * MINUTE)}
    assert changed[number].key != first[0].key
    assert partner.read_order(changed[number]).cancelled


@of(Channel)
async def an_unknown_status_is_named_and_not_guessed(bench: Bench, name: str) -> None:
    order = await _stated(bench, name, status="teleported")
    assert [(flaw.code, flaw.facts["status"].lower()) for flaw in order.flaws] == [
        ("channel-status-unknown", "teleported")
    ]
    assert not order.paid
    assert not order.cancelled
    assert order.reported is None


@of(Channel)
async def an_amount_that_cannot_be_read_is_a_flaw(bench: Bench, name: str) -> None:
    order = await _stated(bench, name, amount="面议")
    assert order.amount_minor is None
    assert [(flaw.code, flaw.facts["value"]) for flaw in order.flaws] == [("amount-unreadable", "面议")]


@of(Channel)
async def an_order_without_a_number_is_rejected(bench: Bench, name: str) -> None:
    message = await _message(bench, name)
    number = bench.partner(name).read_order(message).order_no
    nameless = json.dumps(_without(json.loads(message.body), number))
    with pytest.raises(Rejected):
        bench.partner(name).read_order(replace(message, body=nameless))
    for body in ("", "[]", "null", "{", "[" * 100_000):
        with pytest.raises(Rejected):
            bench.partner(name).read_order(RawMessage("key", body, NOON))


@of(Channel)
async def whatever_a_buyer_writes_arrives_as_written(bench: Bench, name: str) -> None:
    bench.world.place_orders(name, 1, since=NOON, until=NOON + MINUTE)
    original = next(iter(bench.world.channels[name].book))
    original["lines"][0]["title"] = HOSTILE
    partner = bench.partner(name)
    (message,) = await pulled(partner, NOON, NOON + 60 * MINUTE)
    assert partner.read_order(message).lines[0].title == HOSTILE


@of(Channel)
async def half_a_character_stops_nothing(bench: Bench, name: str) -> None:
    message = await _message(bench, name, remark="HALF")
    order = bench.partner(name).read_order(replace(message, body=message.body.replace("HALF", "\\ud83d\\u0000")))
    assert "\ufffd" in order.remark
    order.remark.encode()


async def _message(bench: Bench, name: str, **stated: Any) -> RawMessage:
    """One order of the channel; ``stated`` replaces members of it (in the words of the sandbox's orders)."""
    bench.world.reset()
    bench.world.place_orders(name, 1, since=NOON, until=NOON + MINUTE)
    next(iter(bench.world.channels[name].book)).update(stated)
    (message,) = await pulled(bench.partner(name), NOON, NOON + 60 * MINUTE)
    return message


async def _stated(bench: Bench, name: str, **stated: Any) -> Any:
    return bench.partner(name).read_order(await _message(bench, name, **stated))


def _without(content: Any, number: str) -> Any:
    """Parsed JSON in which nothing is that order number."""
    if isinstance(content, dict):
        return {key: _without(value, number) for key, value in content.items()}
    if isinstance(content, list):
        return [_without(value, number) for value in content]
    return "" if str(content) == number else content


async def _pushed(bench: Bench, name: str, at: datetime) -> tuple[RawMessage, dict[str, str], bytes]:
    """An order as it is polled, and as it is pushed."""
    message = await _message(bench, name)
    return message, *peer(name).webhook(next(iter(bench.world.channels[name].book)), at)


@of(PushesOrders)
async def a_webhook_repeated_or_polled_is_one_message(bench: Bench, name: str) -> None:
    now = real_clock()
    for at in (now, now - timedelta(minutes=4), now + timedelta(minutes=4)):
        message, headers, body = await _pushed(bench, name, at)
        assert bench.partner(name).receive(headers, body, now) == message


@of(PushesOrders)
async def a_forged_webhook_is_refused(bench: Bench, name: str) -> None:
    now = real_clock()
    _, headers, body = await _pushed(bench, name, now)
    signature = next(header for header in headers if header.endswith(("signature", "hmac-sha256")))
    others = headers.keys() - {signature}
    forgeries: list[tuple[dict[str, str], bytes]] = [
        (headers, body.replace(b'"', b"'", 1)),
        (headers, body + b" "),
        *((headers | {signature: forged}, body) for forged in ("v1,AAAA", "v2" + headers[signature][2:], "é", "")),
        *((headers | {other: _another(headers[other])}, body) for other in others),
        *((headers | {other: "now"}, body) for other in others),
        *(({name: value for name, value in headers.items() if name != left_out}, body) for left_out in headers),
    ]
    for forged_headers, forged_body in forgeries:
        with pytest.raises(Forged):
            bench.partner(name).receive(forged_headers, forged_body, now)


def _another(value: str) -> str:
    """The next second, or another id."""
    return str(int(value) + 1) if value.isdecimal() else f"{value}2"


@of(PushesOrders)
async def a_stale_webhook_is_refused_or_harmless(bench: Bench, name: str) -> None:
    now = real_clock()
    for at in (now - timedelta(minutes=6), now + timedelta(minutes=6)):
        message, headers, body = await _pushed(bench, name, at)
        if not peer(name).dated:
            assert bench.partner(name).receive(headers, body, now) == message
            continue
        with pytest.raises(Forged):
            bench.partner(name).receive(headers, body, now)


SIGNED = ("timestamp", "nonce", "msg_signature", "-signature")
"""How the names end under which a call states what its signature covers, and the signature."""


@of(CallsForOrders)
async def a_call_brings_the_order_as_a_poll_would(bench: Bench, name: str) -> None:
    polled = await _message(bench, name)
    partner = bench.partner(name)
    call = peer(name).call(partner.read_order(polled).order_no, real_clock())
    for _ in range(2):
        assert await partner.hear(call.params, call.headers, call.body) == polled
    accepted, refused = partner.answer_call(call.body, None), partner.answer_call(call.body, Forged(name, "words"))
    assert 200 <= accepted[0] < 300 <= refused[0]


@of(CallsForOrders)
async def a_forged_call_is_refused(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    number = partner.read_order(await _message(bench, name)).order_no
    call, other = peer(name).call(number, real_clock()), peer(name).call("1", real_clock() + MINUTE)
    forgeries = [
        (call.params, call.headers, other.body),
        (other.params, other.headers, call.body),
        *((forged, call.headers, call.body) for forged in _forged(call.params)),
        *((call.params, forged, call.body) for forged in _forged(call.headers)),
        *(({}, {}, body) for body in (call.body, b"", b"{}", b"[]", b"<xml/>", b"\xff", b"[" * 100_000)),
        *((call.params, call.headers, body) for body in (b'{"encrypt": "AAAA"}', b'{"encrypt": 1}')),
    ]
    asked = bench.world.requests.counts()
    for query, headers, body in forgeries:
        with pytest.raises(Forged):
            await partner.hear(query, headers, body)
    with pytest.raises(Forged):
        partner.answer_check({**call.params, "signature": "0", "echostr": "42"})
    assert bench.world.requests.counts() == asked


def _forged(stated: Mapping[str, str]) -> list[Mapping[str, str]]:
    """The query or the headers of a call, with one thing in them changed that is signed."""
    return [{**stated, name: value} for name in stated if name.endswith(SIGNED) for value in ("0", "é")]


@of(CallsForOrders)
async def an_outage_while_an_order_is_asked_for_makes_the_call_come_again(bench: Bench, name: str) -> None:
    partner = bench.partner(name)
    call = peer(name).call(partner.read_order(await _message(bench, name)).order_no, real_clock())
    bench.world.add_fault(Fault(name, "*", FaultKind.STATUS_500, times=None))
    with pytest.raises(Unavailable) as caught:
        await partner.hear(call.params, call.headers, call.body)
    assert partner.answer_call(call.body, caught.value)[0] >= 500
