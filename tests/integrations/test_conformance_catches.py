"""The conformance suite is itself tested: each of these broken partners fails exactly the checks that say why."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import conformance_books  # noqa: F401  (registers the checks of databases)
import conformance_channels  # noqa: F401  (registers the checks of channels)
import conformance_content  # noqa: F401  (registers the checks of what is read and written)
import conformance_documents  # noqa: F401  (registers the checks of sources of documents)
import conformance_invoices  # noqa: F401  (registers the checks of invoices)
import conformance_warehouses  # noqa: F401  (registers the checks of warehouses' other words)
import pytest
from bench import Bench
from conformance import failed_checks

from integrations.cap import Cap
from integrations.cap_alerts import Area, CapAlert
from integrations.dingtalk import DingTalk
from integrations.errors import PartnerError, Rejected, Unavailable
from integrations.jtexpress import JtExpress
from integrations.kingdee_cloud import KingdeeCloud
from integrations.kingdee_model import sale_order
from integrations.kingdee_wise import KingdeeWise
from integrations.kingdee_wise_gateway import Said
from integrations.mail import Mail
from integrations.markup import text_of
from integrations.nuonuo import Nuonuo
from integrations.qimen import Qimen
from integrations.qimen_messages import create_request
from integrations.qimen_returns import return_request
from integrations.sap import Sap
from integrations.sf_express import SfExpress
from integrations.shop import Shop
from integrations.taobao import Taobao
from integrations.tokens import AskForToken, OwnToken
from integrations.u8_database import U8Database
from integrations.u8_openapi import U8OpenApi
from integrations.wechat_account import WeChatAccount
from integrations.wechat_shop import WechatShop
from models.messages import (
    ChannelOrder,
    Condition,
    ErpOrder,
    ErpReceipt,
    Invoice,
    InvoiceRequest,
    Notice,
    OutboundAccepted,
    OutboundProgress,
    OutboundRequest,
    Page,
    RawMessage,
    ReturnAccepted,
    ReturnRequest,
    Stage,
    StockLine,
    StockReport,
    TrackPoint,
    Waybill,
    WaybillRequest,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


class StopsAfterTheFirstPage(Shop):
    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        return replace(await super().pull_orders(since, until, cursor), next_cursor=None)


class TakesTheEndOfTheWindowToo(Shop):
    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        return await super().pull_orders(since, until + timedelta(milliseconds=1), cursor)


class WalksFromTheFirstPage(Taobao):
    """Asks for page 1 first, as one would: an order that moves up takes another out of sight."""

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        page = int(cursor or 1)
        found = await self._increment(since, until, page, 3)
        messages = [replace(each, occurred_at=since) for each in found.messages]
        return Page(tuple(messages), str(page + 1) if page * 3 < found.total else None)


class KeysByChance(Shop):
    count = 0

    async def pull_orders(self, since: datetime, until: datetime, cursor: str | None) -> Page:
        page = await super().pull_orders(since, until, cursor)
        type(self).count += 1
        return replace(page, messages=tuple(replace(each, key=f"{each.key}{self.count}") for each in page.messages))


class GuessesTheStatus(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        known = tuple(flaw for flaw in order.flaws if flaw.code != "channel-status-unknown")
        return replace(order, flaws=known, paid=order.paid or known != order.flaws)


class TrustsEveryWebhook(Shop):
    def receive(self, _headers: Mapping[str, str], body: bytes, _now: datetime) -> RawMessage:
        return self._event(body)


class ForgetsTheTimeOfAWebhook(Shop):
    def receive(self, headers: Mapping[str, str], body: bytes, now: datetime) -> RawMessage:
        stamp = headers.get("webhook-timestamp", "")
        at = datetime.fromtimestamp(int(stamp), tz=now.tzinfo) if stamp.isdecimal() else now
        return super().receive(headers, body, at)


class TrustsEveryCall(WechatShop):
    def _insist(self, *_: object) -> None:
        return


class TakesExistingForRefused(Qimen):
    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        reply = await self._call("deliveryorder.create", create_request(request, "OWNER1"), writes=True)
        return OutboundAccepted(request.outbound_no, text_of(reply, "deliveryOrderId"), request.check_code)


class TakesAPartForTheWhole(Qimen):
    """Reads a refusal of some for an acceptance of all."""

    async def push_outbounds(self, requests: Sequence[OutboundRequest]) -> list[OutboundAccepted]:
        with suppress(Rejected):
            await super().push_outbounds(requests)
        return [OutboundAccepted(each.outbound_no, each.outbound_no, each.check_code) for each in requests]


class TakesALateRefusalForWork(Qimen):
    def read_answers(self, message: RawMessage) -> list[OutboundProgress]:
        return [replace(each, stage=Stage.AT_WORK) for each in super().read_answers(message)]


class AnnouncesAReturnBlindly(Qimen):
    async def push_return(self, request: ReturnRequest) -> ReturnAccepted:
        reply = await self._call("returnorder.create", return_request(request, "OWNER1"), writes=True)
        return ReturnAccepted(request.return_no, text_of(reply, "returnOrderId"), request.check_code)


class TakesDefectivePiecesForGood(Qimen):
    def read_stock_report(self, message: RawMessage) -> StockReport | None:
        report = super().read_stock_report(message)
        return report and StockReport(tuple(replace(each, condition=Condition.GOOD) for each in report.changes))


class TrustsEveryCallback(Qimen):
    def _verify(self, *_: object) -> None:
        return


class InventsAWaybill(SfExpress):
    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        try:
            return await super().book_waybill(request)
        except Unavailable as error:
            if not error.outcome_unknown:
                raise
            return Waybill(request.request_no, f"SF{request.request_no}", "sf_express")


class AsksAgainAfterANo(JtExpress):
    """Hopes that J&T changes its mind, and says what it said first."""

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        try:
            return await super().book_waybill(request)
        except Rejected:
            await super().book_waybill(request)
            raise


class AsksForAllAtOnce(SfExpress):
    async def track(self, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        return await super().track(waybill_nos[:10])


class SendsAWriteAgain(DingTalk):
    """Takes every broken connection for nothing done."""

    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "connection broke" not in error.message:
                raise
            await super().notify(notice)


class StartsTheChainAgain(KingdeeCloud):
    """Does not look how far an order is that exists already."""

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        saved = await self._write("Save", {"Model": sale_order(order, "100", "Pcs", "PRE001")})
        for operation in ("Submit", "Audit"):
            await self._write(operation, {"Numbers": [order.order_no]})
        return ErpReceipt(order.order_no, str(saved.Id), audited=True, check_code=order.check_code)


class TakesBackBlindly(KingdeeCloud):
    """Does not look how far an order is that it takes back."""

    async def cancel_order(self, order_no: str) -> None:
        await self._write("UnAudit", {"Numbers": [order_no]})
        await self._write("ExcuteOperation", {"Numbers": [order_no]}, number="Cancel")


class TakesARefusalForDone(KingdeeCloud):
    async def cancel_order(self, order_no: str) -> None:
        with suppress(Rejected):
            await super().cancel_order(order_no)


class CreatesWithoutAsking(Sap):
    """Trusts that SAP refuses a number that it has."""

    async def _order(self, order_no: str, customer: str | None = None) -> Any:
        return None if customer else await super()._order(order_no)


class CountsBlockedStock(Sap):
    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        lines = await super().pull_stock(warehouse, skus)
        return [replace(line, available=line.available + line.locked, locked=0) for line in lines]


class ClosesWithoutVerifying(U8OpenApi):
    """Takes it for granted that an order that is called off was verified."""

    async def cancel_order(self, order_no: str) -> None:
        if await self._voucher(order_no):
            await self._gateway.write("saleorder/close", {"voucher_code": order_no})


class DeletesWithoutTakingBack(KingdeeWise):
    """Takes it for granted that an order that is called off was not audited."""

    async def cancel_order(self, order_no: str) -> None:
        if await self._order(order_no):
            await self._gateway.write("SO/Delete", {"Data": {"FBillNo": order_no}}, Said)


class ReadsOneBatchOnly(U8Database):
    async def _query(self, statement: str, parameters: Sequence[str]) -> list[Any]:
        return await super()._query(statement.replace("SUM", "MAX"), parameters)


class TakesALockForAnEmptyBook(U8Database):
    async def find_order(self, order_no: str) -> ErpReceipt | None:
        try:
            return await super().find_order(order_no)
        except Unavailable:
            return None


class ReadsNoCheckCode(KingdeeCloud):
    def _check_code(self, *_: object) -> None:
        return


class NeverForgets(OwnToken):
    async def valid(self, ask: AskForToken, refused: str = "") -> str:  # noqa: ARG002  (what it does wrong)
        return await super().valid(ask)


class KeepsAnExpiredToken(WeChatAccount):
    def __init__(self, *what: Any, **more: Any) -> None:
        super().__init__(*what, **more | {"token": NeverForgets()})


class FallsSilentWhenTheMailServerDoes(Mail):
    """Takes a reply that did not come for a yes."""

    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "SMTPServerDisconnected" not in error.message:
                raise


class LooksAtNoArea(Cap):
    """Takes every alert of the feed for one that holds here."""

    async def _alert(self, entry: Element, turns: asyncio.Semaphore) -> CapAlert | None:
        message = await super()._alert(entry, turns)
        everywhere = Area(rings=(), circles=((0.0, 0.0, 40_000.0),), divisions=())
        return message and replace(message, infos=tuple(replace(i, areas=(everywhere,)) for i in message.infos))


class SaysItsSecret(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except PartnerError as error:
            error.add_note(f"token {self._settings.access_token.get_secret_value()}")
            raise


class TripsOverAnEmptyReply(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except Unavailable as error:
            if "empty" in error.message:
                raise KeyError("errcode") from error
            raise


class TakesATokenForAnOutage(DingTalk):
    async def notify(self, notice: Notice) -> None:
        try:
            await super().notify(notice)
        except PartnerError as error:
            if error.code == "300001":
                raise Unavailable("dingtalk", error.message) from error
            raise


class TakesADuplicateForRefused(Nuonuo):
    async def request_invoice(self, request: InvoiceRequest) -> str:
        return await self._request(request)


class TakesWhateverItGetsForAFile(Nuonuo):
    async def download_invoice(self, invoice: Invoice) -> bytes:
        return (await self._wire(self._words()).call("GET", invoice.file_url, writes=False)).body


REPEATS = {"a_write_repeated_gives_the_first_result", "a_write_repeated_after_a_lost_reply_is_done_once"}

BROKEN: list[tuple[str, type, set[str]]] = [
    (
        "shop",
        StopsAfterTheFirstPage,
        {
            "pages_lose_and_repeat_nothing",
            "a_window_is_half_open",
            "an_order_that_changes_while_pages_are_read_costs_no_other",
            "the_same_statement_has_the_same_key",
        },
    ),
    ("shop", TakesTheEndOfTheWindowToo, {"a_window_is_half_open"}),
    (
        "shop",
        KeysByChance,
        {
            "the_same_statement_has_the_same_key",
            "a_lost_reply_to_a_question_is_asked_again",
            "a_webhook_repeated_or_polled_is_one_message",
        },
    ),
    (
        "shop",
        GuessesTheStatus,
        {"an_unknown_status_is_named_and_not_guessed", "recorded_replies_are_read_to_exact_values"},
    ),
    ("shop", TrustsEveryWebhook, {"a_forged_webhook_is_refused", "a_stale_webhook_is_refused_or_harmless"}),
    ("wechat_shop", TrustsEveryCall, {"a_forged_call_is_refused"}),
    ("shop", ForgetsTheTimeOfAWebhook, {"a_stale_webhook_is_refused_or_harmless"}),
    (
        "taobao",
        WalksFromTheFirstPage,
        {
            "pages_lose_and_repeat_nothing",
            "a_window_is_half_open",
            "an_order_that_changes_while_pages_are_read_costs_no_other",
            "recorded_replies_are_read_to_exact_values",
        },
    ),
    (
        "qimen",
        TakesExistingForRefused,
        REPEATS | {"recorded_replies_are_read_to_exact_values"},
    ),
    (
        "kingdee_cloud",
        StartsTheChainAgain,
        REPEATS | {"recorded_replies_are_read_to_exact_values"},
    ),
    (
        "kingdee_cloud",
        TakesBackBlindly,
        REPEATS | {"an_erp_order_is_taken_back_wherever_it_stands", "recorded_replies_are_read_to_exact_values"},
    ),
    (
        "kingdee_cloud",
        TakesARefusalForDone,
        {
            "an_erp_order_whose_goods_are_issued_is_not_taken_back",
            "a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again",
            "a_refusal_by_status_is_classed",
            "no_secret_is_shown",
        },
    ),
    (
        "sap",
        CreatesWithoutAsking,
        REPEATS
        | {
            "an_erp_order_with_anothers_check_code_is_not_taken_for_ours",
            "recorded_replies_are_read_to_exact_values",
        },
    ),
    ("sap", CountsBlockedStock, {"recorded_replies_are_read_to_exact_values"}),
    (
        "u8_openapi",
        ClosesWithoutVerifying,
        REPEATS
        | {
            "an_erp_order_is_taken_back_wherever_it_stands",
            "an_erp_order_whose_goods_are_issued_is_not_taken_back",
            "recorded_replies_are_read_to_exact_values",
        },
    ),
    (
        "kingdee_wise",
        DeletesWithoutTakingBack,
        REPEATS
        | {
            "an_erp_order_is_taken_back_wherever_it_stands",
            "an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers",
            "a_lost_reply_to_a_write_says_so_and_is_not_sent_again",
            "a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again",
        },
    ),
    ("u8_database", ReadsOneBatchOnly, {"stock_in_the_books_is_read_to_exact_values"}),
    (
        "u8_database",
        TakesALockForAnEmptyBook,
        {
            "books_that_nobody_opens_are_an_outage",
            "a_locked_table_is_an_outage_after_a_while",
            "a_connection_that_is_cut_is_an_outage",
            "no_secret_of_the_books_is_shown",
        },
    ),
    (
        "kingdee_cloud",
        ReadsNoCheckCode,
        {
            "an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers",
            "an_erp_order_with_anothers_check_code_is_not_taken_for_ours",
        },
    ),
    (
        "sf_express",
        InventsAWaybill,
        {
            "a_page_an_empty_or_a_cut_body_is_an_outage",
            "an_outage_is_for_later",
            "a_lost_reply_to_a_write_says_so_and_is_not_sent_again",
            "no_secret_is_shown",
            "what_was_done_before_the_reply_was_lost_is_found",
        },
    ),
    (
        "qimen",
        TrustsEveryCallback,
        {
            "a_forged_or_stale_confirmation_is_refused",
            "a_forged_report_of_stock_is_refused",
            "a_later_answer_says_of_each_outbound_whether_it_is_taken",
        },
    ),
    (
        "qimen",
        TakesAPartForTheWhole,
        {
            "outbounds_of_which_one_is_refused_are_not_taken_for_accepted",
            "trouble_with_outbounds_together_is_classed_as_for_one",
        },
    ),
    ("qimen", TakesALateRefusalForWork, {"a_later_answer_says_of_each_outbound_whether_it_is_taken"}),
    ("qimen", AnnouncesAReturnBlindly, REPEATS | {"recorded_replies_are_read_to_exact_values"}),
    (
        "qimen",
        TakesDefectivePiecesForGood,
        {"a_change_of_stock_says_what_changed_and_why", "recorded_replies_are_read_to_exact_values"},
    ),
    ("jtexpress", AsksAgainAfterANo, {"a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again"}),
    ("sf_express", AsksForAllAtOnce, {"any_number_of_parcels_is_tracked"}),
    ("dingtalk", SendsAWriteAgain, {"a_lost_reply_to_a_write_says_so_and_is_not_sent_again"}),
    ("wechat_account", KeepsAnExpiredToken, {"recorded_replies_are_read_to_exact_values"}),
    (
        "mail",
        FallsSilentWhenTheMailServerDoes,
        {"an_outage_is_for_later", "a_lost_reply_to_a_write_says_so_and_is_not_sent_again"},
    ),
    ("nuonuo", TakesADuplicateForRefused, REPEATS | {"recorded_replies_are_read_to_exact_values"}),
    (
        "nuonuo",
        TakesWhateverItGetsForAFile,
        {"a_page_an_empty_or_a_cut_body_is_an_outage", "no_secret_is_shown"},
    ),
    ("cap", LooksAtNoArea, {"recorded_replies_are_read_to_exact_values"}),
    ("dingtalk", SaysItsSecret, {"no_secret_is_shown"}),
    ("dingtalk", TripsOverAnEmptyReply, {"a_page_an_empty_or_a_cut_body_is_an_outage"}),
    ("dingtalk", TakesATokenForAnOutage, {"an_expired_session_stops_the_partner"}),
]


@pytest.mark.parametrize(("name", "maker", "expected"), BROKEN, ids=[maker.__name__ for _, maker, _ in BROKEN])
async def test_a_broken_partner_is_caught(bench: Bench, name: str, maker: type, expected: set[str]) -> None:
    failed = await failed_checks(bench, name, maker)
    assert set(failed) == expected, failed
