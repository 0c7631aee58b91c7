"""Serves one partner over ASGI: reads the request, plays the fault laid on it, answers and counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from sandbox.exchange import Call, Partner, Refused, Reply
from sandbox.faults import FaultKind, ReplyDropped, answer_instead, repertoire_of
from sandbox.ledger import Request
from sandbox.world import World


class PartnerEndpoint:
    """The ASGI application of one partner, to be served under its own path."""

    def __init__(self, world: World, partner: Partner) -> None:
        self._world = world
        self._partner = partner
        world.players[partner.name] = repertoire_of(partner)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await _read(HttpRequest(scope, receive), self._partner.mount)
        operation = self._partner.operation(call)
        fault = self._world.faults.on_request(self._partner.name, operation)
        kind = fault.kind if fault else None
        if fault and kind is FaultKind.DELAY:
            await asyncio.sleep(fault.seconds)
        if fault and kind is FaultKind.WRONG_STOCK:
            call = replace(call, stock_factor=fault.factor)
        if fault and kind is FaultKind.STRAY_STOCK:
            call = replace(call, stray_sku=fault.sku)
        reply = answer_instead(fault, self._partner, call) or self._too_often(call) or self._work(call)
        self._world.requests.count(Request(self._partner.name, operation, reply.outcome, kind))
        if kind is FaultKind.DROP_REPLY or (kind is FaultKind.MALFORMED and not reply.body):
            await _break_off(reply, send)
        if kind is FaultKind.MALFORMED:
            reply = replace(reply, body=reply.body[: len(reply.body) * 2 // 3])
        await _response(reply)(scope, receive, send)

    def _too_often(self, call: Call) -> Reply | None:
        quota = self._world.quotas.get(self._partner.name)
        return None if quota is None or quota.take() else self._partner.rate_limited(call)

    def _work(self, call: Call) -> Reply:
        try:
            return self._partner.answer(self._world, call)
        except Refused as refusal:
            return refusal.reply


async def _read(request: HttpRequest, mount: str) -> Call:
    scope = request.scope
    raw_path: bytes = scope["raw_path"]
    query_string: bytes = scope["query_string"]
    target = raw_path + (b"?" + query_string if query_string else b"")
    return Call(
        method=request.method,
        target=target.decode("ascii"),
        path=scope["path"].removeprefix(mount),
        query=dict(request.query_params),
        headers=request.headers,
        body=await request.body(),
        base_url=f"{request.url.scheme}://{request.url.netloc}",
    )


def _response(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers), reply.media_type)


async def _break_off(reply: Reply, send: Send) -> None:
    headers = [
        (b"content-type", reply.media_type.encode()),
        (b"content-length", b"%d" % (len(reply.body) + 1)),
    ]
    status = reply.status if reply.body else 200  # 204 has no body: it would have arrived whole with its first line
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    raise ReplyDropped("the sandbox dropped this reply after doing the work")
