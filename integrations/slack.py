"""Slack's incoming webhook (api.slack.com/messaging/webhooks): one message to one channel.

slack-sdk builds the blocks and checks their lengths; its asynchronous webhook client brings a transport of its own, so
the message goes over ours.
Verified by: ``slack_sdk.models.blocks`` and the sandbox. Not called live.
"""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx
from pydantic import Field, SecretStr, field_validator
from slack_sdk.models.blocks import Block, HeaderBlock, MarkdownTextObject, PlainTextObject, SectionBlock

from integrations.http import Wire
from integrations.rate import Rate
from integrations.settings import PartnerSettings
from integrations.words import Words
from models.messages import Notice

NAME: Final = "slack"
_LONGEST_HEADER: Final = HeaderBlock.text_max_length
_LONGEST_TEXT: Final = 2_900
"""Characters; a section takes 3,000 and the link needs some."""

_GONE: Final = {"invalid_token", "no_service", "channel_is_archived", "channel_not_found", "no_team", "team_disabled"}


class SlackSettings(PartnerSettings):
    """How to reach one channel."""

    rate = Rate(1, 1)

    webhook: SecretStr = Field(description="The webhook's whole address: whoever has it may post")

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, webhook: SecretStr) -> SecretStr:
        if not webhook.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("must be an address that starts with http:// or https://")
        return webhook


class Slack:
    """A channel of a workspace."""

    def __init__(self, settings: SlackSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._words = Words(NAME, (*settings.secrets(), _path(settings)))
        self._wire = Wire(self._words, http, clock)

    async def notify(self, notice: Notice) -> None:
        """Send one message. The webhook cannot recognise a repeat: ``dedup_key`` is not sent."""
        body = json.dumps({"text": _escaped(notice.title), "blocks": [block.to_dict() for block in blocks(notice)]})
        answer = await self._wire.call(
            "POST",
            self._settings.webhook.get_secret_value(),
            writes=True,
            headers={"content-type": "application/json"},
            content=body.encode(),
            accept={400, 404, 410},
        )
        words = answer.body.decode("utf-8", "replace").strip()
        if words in _GONE:
            raise self._words.misconfigured("the webhook is not valid any more", code=words)
        if answer.status == 400:
            raise self._words.rejected("the message was not accepted", code=words)
        if answer.status != 200:
            raise self._words.misconfigured("there is no webhook at this address", code=f"HTTP {answer.status}")
        if words != "ok":
            raise answer.unreadable("it is not Slack's ok")


def _path(settings: SlackSettings) -> str:
    """The part of the address that a reply may quote, and that is as secret as the whole."""
    return settings.webhook.get_secret_value().partition("://")[2].partition("/")[2]


def blocks(notice: Notice) -> list[Block]:
    """A heading, the text, and the link; too long ones are cut."""
    title = notice.title.strip() or "…"
    parts: list[Block] = [HeaderBlock(text=PlainTextObject(text=title[:_LONGEST_HEADER]))]
    if notice.text.strip():
        parts.append(SectionBlock(text=MarkdownTextObject(text=_cut(_escaped(notice.text)))))
    if notice.url:
        parts.append(SectionBlock(text=MarkdownTextObject(text=f"<{notice.url}>")))
    return parts


def _cut(text: str) -> str:
    """At most ``_LONGEST_TEXT`` characters, and no escape cut in two."""
    return text if len(text) <= _LONGEST_TEXT else re.sub(r"&[a-z]*$", "", text[:_LONGEST_TEXT]) + "…"


def _escaped(text: str) -> str:
    """Slack's three control characters as text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
