"""The line to the hub, for the partners' webhooks and callbacks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx


@dataclass(frozen=True)
class Message:
    """One delivery to the hub, signed already: a repeat sends the very same bytes."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class HubAnswer:
    """What the hub said; `status` 0 when it could not be reached."""

    status: int
    text: str


class HubLine:
    """Posts to the hub; without an address every message stays undelivered."""

    def __init__(self, client: httpx.AsyncClient | None = None) -> None:
        self.client = client

    async def post(self, message: Message) -> HubAnswer:
        if self.client is None:
            return HubAnswer(0, "the sandbox does not know the hub's address")
        try:
            reply = await self.client.post(
                message.path,
                params=message.params,
                content=message.body,
                headers=message.headers,
            )
        except httpx.TransportError as error:
            return HubAnswer(0, f"{type(error).__name__}: {error}")
        return HubAnswer(reply.status_code, reply.text)
