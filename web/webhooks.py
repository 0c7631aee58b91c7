"""Partners call us here: ``POST /webhooks/{code}`` with the code of a connection, or the name of a partner."""

from typing import Final

from fastapi import APIRouter, HTTPException, Request, Response

from tasks.receive import Call, Reception, UnknownCaller
from web.doorbell import Doorbell

LARGEST_BODY: Final = 5_000_000
"""Bytes. The largest order or confirmation is a hundredth of that."""

router = APIRouter()


@router.post("/webhooks/{code}")
async def webhook(code: str, request: Request) -> Response:
    """Verify, keep, answer in the partner's own format, and wake the flow; the run is not waited for.

    404 for a caller that is not connected, 413 for a body over 5 MB, 503 when the message cannot be kept now.
    """
    reception: Reception = request.app.state.reception
    doorbell: Doorbell = request.app.state.doorbell
    body = await _body(request)
    try:
        answer = await reception.take(code, Call(dict(request.query_params), dict(request.headers), body))
    except UnknownCaller:
        raise HTTPException(404, "nobody of that name is connected") from None
    if answer.event:
        doorbell.ring(answer.event)
    return Response(answer.body, answer.status, media_type=answer.media_type)


@router.get("/webhooks/{code}")
async def check(code: str, request: Request) -> Response:
    """Answer a channel that asks whether this address is ours, before it calls it; 404 for one that does not ask."""
    reception: Reception = request.app.state.reception
    try:
        answer = await reception.check(code, dict(request.query_params))
    except UnknownCaller:
        raise HTTPException(404, "nobody of that name asks") from None
    return Response(answer.body, answer.status, media_type=answer.media_type)


async def _body(request: Request) -> bytes:
    """The body, read no further than allowed: the stated length may be a lie."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, "at most 5 MB")
    return bytes(body)
