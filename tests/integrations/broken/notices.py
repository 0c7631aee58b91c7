"""Robots, mail and messages that get lost, are sent twice or say too much."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from broken.way import RECORDED, REFUSED, fails
from integrations.dingtalk import DingTalk
from integrations.errors import PartnerError, Rejected, Unavailable
from integrations.mail import Mail
from integrations.tokens import AskForToken, OwnToken
from integrations.wechat_account import WeChatAccount
from integrations.wecom import WeCom
from models.messages import (
    Notice,
)


@fails("a_lost_reply_to_a_write_says_so_and_is_not_sent_again")
class SendsAWriteAgain(DingTalk):
    """Takes every broken connection for nothing done."""

    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "connection broke" not in error.message:
                raise
            await super().notify(notice)


class NeverForgets(OwnToken):
    async def valid(self, ask: AskForToken, refused: str = "") -> str:  # noqa: ARG002  (what it does wrong)
        return await super().valid(ask)


@fails(RECORDED)
class KeepsAnExpiredToken(WeChatAccount):
    def __init__(self, *what: Any, **more: Any) -> None:
        super().__init__(*what, **more | {"token": NeverForgets()})


@fails("a_lost_reply_to_a_write_says_so_and_is_not_sent_again", "an_outage_is_for_later")
class FallsSilentWhenTheMailServerDoes(Mail):
    """Takes a reply that did not come for a yes."""

    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "SMTPServerDisconnected" not in error.message:
                raise


@fails("no_secret_is_shown")
class SaysItsSecret(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except PartnerError as error:
            error.add_note(f"token {self._settings.access_token.get_secret_value()}")
            raise


@fails("a_page_an_empty_or_a_cut_body_is_an_outage")
class TripsOverAnEmptyReply(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "empty" in error.message:
                raise KeyError("errcode") from error
            raise


@fails("an_expired_session_stops_the_partner")
class TakesATokenForAnOutage(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except PartnerError as error:
            if error.code == "300001":
                raise Unavailable("dingtalk", error.message) from error
            raise


@fails(
    "an_outage_is_for_later",
    "nobody_listening_is_an_outage_with_nothing_done",
    "too_many_requests_is_for_later_with_nothing_done",
)
class DoubtsWhatWasNeverSent(WeCom):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            raise Unavailable("wecom", error.message, outcome_unknown=True) from error


class TakesARefusedMessageForSent(WeCom):
    async def notify(self, notice: Notice) -> None:
        with suppress(Rejected):
            await super().notify(notice)


class ForgetsTheLink(WeCom):
    async def notify(self, notice: Notice) -> None:
        await super().notify(replace(notice, url=""))


@fails("a_notice_arrives_as_meant", "a_refusal_by_status_is_classed", "no_secret_is_shown", REFUSED)
class SendsHalfOfIt(TakesARefusedMessageForSent, ForgetsTheLink):
    """All of it in one run."""
