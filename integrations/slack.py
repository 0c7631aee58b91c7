"""Slack's incoming webhook (api.slack.com/messaging/webhooks): one message to one channel, with buttons to answer what
is asked, which Slack tells us by a signed call (api.slack.com/interactivity).

slack-sdk builds the blocks and checks their lengths; its asynchronous webhook client brings a transport of its own, so
the message goes over ours.
Verified by: the signature's published vector, ``slack_sdk`` (its blocks and its verifier), and the sandbox. Not called
live.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import parse_qs

import httpx
from pydantic import Field, SecretStr, field_validator
from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from integrations.answers import Reply
from integrations.http import Wire
from integrations.rate import Rate
from integrations.settings import PartnerSettings
from integrations.words import Words
from models.messages import Notice, PersonAnswer, Question

NAME: Final = "slack"
TOLERANCE: Final = timedelta(minutes=5)
"""How old, or how far ahead, a call's time stamp may be."""

_LONGEST_HEADER: Final = HeaderBlock.text_max_length
_LONGEST_TEXT: Final = 2_900
"""Characters; a section takes 3,000 and the link needs some."""

_GONE: Final = {"invalid_token", "no_service", "channel_is_archived", "channel_not_found", "no_team", "team_disabled"}


class SlackSettings(PartnerSettings):
    """How to reach one channel."""

    rate = Rate(1, 1)

    webhook: SecretStr = Field(description="The webhook's whole address: whoever has it may post")
    signing_secret: SecretStr = Field(
        default=SecretStr(""), description="Signing Secret of the app; with it notices have buttons, and answers count"
    )
    answerers: tuple[str, ...] = Field(default=(), description="Ids of the users who may answer; without any, all may")

    @field_validator("webhook")
    @classmethod
    def _is_an_address(cls, webhook: SecretStr) -> SecretStr:
        if not webhook.get_secret_value().startswith(("https://", "http://")):
            raise ValueError("must be an address that starts with http:// or https://")
        return webhook


class _User(Reply):
    id: str
    username: str = ""
    name: str = ""


class _Action(Reply):
    action_id: Literal["yes", "no"]
    value: str
    action_ts: str


class _Interaction(Reply):
    type: Literal["block_actions"]
    user: _User
    response_url: str = ""
    actions: tuple[_Action, ...] = Field(min_length=1)


class _Asked(Reply):
    order_no: str
    question: str


class Slack:
    """A channel of a workspace."""

    def __init__(self, settings: SlackSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._http = http
        self._clock = clock
        self._words = Words(NAME, (*settings.secrets(), _path(settings)))
        self._wire = Wire(self._words, http, clock)

    async def notify(self, notice: Notice) -> None:
        """Send one message, in place of the one that it replaces as long as Slack lets us, which is half an hour.

        Neither way recognises a repeat: ``dedup_key`` is not sent.
        """
        message = {"text": _escaped(notice.title), "blocks": [block.to_dict() for block in self._blocks(notice)]}
        if notice.replaces and await self._replace(notice.replaces, message):
            return
        answer = await self._wire.call(
            "POST",
            self._settings.webhook.get_secret_value(),
            writes=True,
            headers={"content-type": "application/json"},
            content=json.dumps(message).encode(),
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

    async def _replace(self, address: str, message: Mapping[str, Any]) -> bool:
        """Put a message in place of the one that the address (``response_url``) stands for; whether Slack did."""
        # Whoever has the address may write there: it is as secret as the webhook.
        words = Words(NAME, (*self._settings.secrets(), address, httpx.URL(address).path))
        answer = await Wire(words, self._http, self._clock).call(
            "POST",
            address,
            writes=True,
            headers={"content-type": "application/json"},
            content=json.dumps({"replace_original": True, **message}).encode(),
            accept={400, 401, 403, 404, 410},
        )
        return answer.status == 200

    def receive_answer(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PersonAnswer:
        """Verify the call of a pressed button.

        Raises ``Forged``, or ``Rejected`` for a genuine call that answers nothing or is by none of the ``answerers``.
        """
        secret, stamp = self._settings.signing_secret.get_secret_value(), headers.get("x-slack-request-timestamp", "")
        if not secret:
            raise self._words.forged("answers are not set up: signing_secret is empty")
        if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
            raise self._words.forged("the call's time stamp is not a number of seconds")
        if abs(int(stamp) - now.timestamp()) > TOLERANCE.total_seconds():
            raise self._words.forged("the call is older than five minutes or from the future")
        offered = headers.get("x-slack-signature", "")
        if not hmac.compare_digest(signature(secret, stamp, body).encode(), offered.encode()):
            raise self._words.forged("the call's signature does not fit its body")
        return self._answer(body)

    def _answer(self, body: bytes) -> PersonAnswer:
        try:
            pressed = _Interaction.model_validate_json(parse_qs(body.decode())["payload"][0])
            action = pressed.actions[0]
            asked = _Asked.model_validate_json(action.value)
        except (KeyError, ValueError, RecursionError):
            raise self._words.rejected("the call answers no question of ours") from None
        user = pressed.user
        if self._settings.answerers and user.id not in self._settings.answerers:
            raise self._words.rejected(f"{user.id} is not among those who may answer", field="answerers")
        person = f"{user.username or user.name or user.id} {user.id}"
        key = f"{user.id}:{action.action_ts}"
        return PersonAnswer(asked.order_no, asked.question, action.action_id, person, key, pressed.response_url)

    def _blocks(self, notice: Notice) -> list[Block]:
        buttons = [_buttons(notice.ask)] if notice.ask and self._settings.signing_secret.get_secret_value() else []
        return [*blocks(notice), *buttons]


def signature(secret: str, stamp: str, body: bytes) -> str:
    """What signs a call of Slack (v0)."""
    return "v0=" + hmac.digest(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hex()


def _buttons(ask: Question) -> ActionsBlock:
    value = json.dumps({"order_no": ask.order_no, "question": ask.question})
    texts: dict[str, Any] = {"yes": (ask.yes, "primary"), "no": (ask.no, "danger")}
    return ActionsBlock(
        elements=[
            ButtonElement(text=PlainTextObject(text=text), action_id=verdict, value=value, style=style)
            for verdict, (text, style) in texts.items()
        ]
    )


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
