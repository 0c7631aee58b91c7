"""Who can read a message: the preset that its file came through, or the integration of its channel.

A channel may be polled and have its exports imported as well, so the message tells, not the channel (invariant 2).
"""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache

from integrations.errors import Rejected
from integrations.files.channel import FileChannel
from integrations.files.preset import load_orders_preset
from models.company import SalesChannel
from models.lifecycle import Route
from models.messages import ChannelOrder, RawMessage
from settings import get_settings
from tasks.connections import partner

Read = Callable[[str, str, RawMessage], ChannelOrder]
"""Translates a message of a source that came by a route. Raises ``Rejected``, ``PresetError``."""

PRESET = "preset:"


@asynccontextmanager
async def order_readers(channels: Iterable[SalesChannel]) -> AsyncIterator[Read]:
    """What reads the messages of these channels, whichever way they came."""
    async with AsyncExitStack() as stack:
        clients = {
            channel.code: await stack.enter_async_context(partner(channel.code))
            for channel in channels
            if not channel.partner.startswith(PRESET)
        }
        files = cache(_file_channel)

        def read(source: str, route: str, message: RawMessage) -> ChannelOrder:
            if route == Route.FILE:
                return files(_preset_of(message)).read_order(message)
            order: ChannelOrder = clients[source].read_order(message)
            return order

        yield read


def _file_channel(preset: str) -> FileChannel:
    return FileChannel(load_orders_preset(get_settings().presets / f"{preset}.toml"))


def _preset_of(message: RawMessage) -> str:
    try:
        return str(json.loads(message.body)["preset"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise Rejected("files", "the message is not one of the file channel") from error
