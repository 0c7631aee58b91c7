"""Recorded replies are read to exact values, and a notice arrives as meant."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from bench import Bench
from conformance import of
from samples import (
    NOON,
    NOTICE,
    SHIPMENT,
    erp_order,
    erp_status,
    goods_back,
    invoice_request,
    outbound,
    receivable,
    waybill_request,
)

from integrations.ports import (
    Notifier,
)
from models.messages import Place, RawMessage, Waybill

PAYLOADS = Path(__file__).parent / "payloads"


_LEFT_OUT = {"raw", "point_id"}


@of()
async def recorded_replies_are_read_to_exact_values(bench: Bench, name: str) -> None:
    recordings = sorted((PAYLOADS / name).glob("*.json"))
    assert recordings, f"no recording of {name}"
    for path in recordings:
        recording = json.loads(path.read_text(encoding="utf-8"))
        partner = bench.replying(name, _player(recording.get("replies", [])))
        arguments = [_argument(value) for value in recording["arguments"]]
        result = getattr(partner, recording["call"])(*arguments)
        if not isinstance(result, list) and hasattr(result, "__await__"):
            result = await result
        assert _plain(result) == recording["expected"], path.name


def _player(replies: list[Any]) -> Callable[[httpx.Request], httpx.Response]:
    """Plays replies one by one: a text is sent as it is, anything else as JSON, ``{status, json}`` with that status
    and its ``headers``, if there are any."""
    turn = count()

    def answer(request: httpx.Request) -> httpx.Response:
        reply = replies[next(turn)]
        if isinstance(reply, dict) and {"status", "json"} <= reply.keys() <= {"status", "json", "headers"}:
            return httpx.Response(reply["status"], json=reply["json"], headers=reply.get("headers"))
        return httpx.Response(200, text=reply) if isinstance(reply, str) else httpx.Response(200, json=reply)

    return answer


def _argument(value: Any) -> Any:
    samples: dict[str, Any] = {
        "$outbound": outbound(),
        "$waybill_request": waybill_request(),
        "$erp_order": erp_order(),
        "$receivable": receivable(),
        "$receivable_back": receivable("AR-1-R1", "AR-1"),
        "$goods_back": goods_back(),
        "$erp_status": erp_status(),
        "$invoice_request": invoice_request(),
        "$notice": NOTICE,
        "$shipment": SHIPMENT,
    }
    if isinstance(value, str) and value in samples:
        return samples[value]
    if isinstance(value, dict):
        for kind, read in _READERS.items():
            if kind in value:
                return read(value[kind])
    return value


def _message(body: Any) -> RawMessage:
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return RawMessage("key", text, NOON)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "time": datetime.fromisoformat,
    "day": date.fromisoformat,
    "place": lambda parts: Place(*parts),
    "waybill": lambda parts: Waybill(*parts),
    "message": _message,
}
"""How what JSON cannot hold is written in a recording."""


def _plain(value: Any) -> Any:
    """Dataclasses as JSON. Left out are raw lines, which repeat the input, and the ids of track points."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain({k: v for k, v in asdict(value).items() if k not in _LEFT_OUT})
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bytes):
        return value.decode()
    return value.isoformat() if isinstance(value, date) else value


@of(Notifier)
async def a_notice_arrives_as_meant(bench: Bench, name: str) -> None:
    await bench.partner(name).notify(NOTICE)
    (effect,) = bench.world.ledger.effects(name, "message")
    said = json.dumps(effect.content["message"], ensure_ascii=False)
    for part in (NOTICE.title, "𠮷𡃁👍", "]]", NOTICE.url, "O'Neil"):
        assert part in said
