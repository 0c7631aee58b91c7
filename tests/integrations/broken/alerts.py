"""Warnings that hold elsewhere."""

import asyncio
from dataclasses import replace
from xml.etree.ElementTree import Element

from broken.way import RECORDED, fails
from integrations.cap import Cap
from integrations.cap_alerts import Area, CapAlert


@fails(RECORDED)
class LooksAtNoArea(Cap):
    """Takes every alert of the feed for one that holds here."""

    async def _alert(self, entry: Element, turns: asyncio.Semaphore) -> CapAlert | None:
        message = await super()._alert(entry, turns)
        everywhere = Area(rings=(), circles=((0.0, 0.0, 40_000.0),), divisions=())
        return message and replace(message, infos=tuple(replace(i, areas=(everywhere,)) for i in message.infos))
