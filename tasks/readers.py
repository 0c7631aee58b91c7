"""Who can read the messages of a source: the channel's integration, or the preset that its files came through."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

from integrations.files.channel import FileChannel
from integrations.files.preset import load_preset
from models.company import SalesChannel
from models.messages import ChannelOrder, RawMessage
from settings import get_settings
from tasks.connections import partner

Reader = Callable[[RawMessage], ChannelOrder]
PRESET = "preset:"


@asynccontextmanager
async def order_readers(channels: Iterable[SalesChannel]) -> AsyncIterator[dict[str, Reader]]:
    """A reader per channel code."""
    async with AsyncExitStack() as stack:
        readers: dict[str, Reader] = {}
        for channel in channels:
            if channel.partner.startswith(PRESET):
                path = get_settings().presets / f"{channel.partner.removeprefix(PRESET)}.toml"
                readers[channel.code] = FileChannel(load_preset(path)).read_order
            else:
                client = await stack.enter_async_context(partner(channel.code))
                readers[channel.code] = client.read_order
        yield readers
