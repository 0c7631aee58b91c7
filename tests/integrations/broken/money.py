"""Statements, payments and invoices that are not what was meant."""

from contextlib import suppress
from dataclasses import replace
from datetime import date

from broken.way import RECORDED, REFUSED, REPEATS, fails
from integrations.errors import Rejected, Unavailable
from integrations.nuonuo import Nuonuo
from integrations.wechat_pay import WechatPay
from models.messages import (
    Invoice,
    InvoiceRequest,
    InvoiceState,
    PaymentNews,
    RawMessage,
    StatementLine,
)


@fails(*REPEATS, RECORDED)
class TakesADuplicateForRefused(Nuonuo):
    async def request_invoice(self, request: InvoiceRequest) -> str:
        return await self._request(request)


@fails("a_page_an_empty_or_a_cut_body_is_an_outage", "no_secret_is_shown")
class TakesWhateverItGetsForAFile(Nuonuo):
    async def download_invoice(self, invoice: Invoice) -> bytes:
        return (await self._wire(self._words()).call("GET", invoice.file_url, writes=False)).body


class TakesARefundForAPayment(WechatPay):
    async def pull_statement(self, day: date) -> list[StatementLine]:
        return [replace(line, kind="payment") for line in await super().pull_statement(day)]


class TakesNoneYetForNone(WechatPay):
    async def pull_statement(self, day: date) -> list[StatementLine]:
        try:
            return await super().pull_statement(day)
        except Unavailable as error:
            if error.code not in {"NO_STATEMENT_EXIST", "STATEMENT_CREATING"}:
                raise
            return []


class TakesEveryPaymentForUndone(WechatPay):
    def read_payment(self, message: RawMessage) -> PaymentNews:
        return replace(super().read_payment(message), done=False)


class TrustsEveryPayment(WechatPay):
    def _verify(self, *_: object) -> None:
        return


class RewritesTheBuyer(Nuonuo):
    async def request_invoice(self, request: InvoiceRequest) -> str:
        return await super().request_invoice(replace(request, buyer=request.buyer.upper() + "."))


class TakesIssuedForIssuing(Nuonuo):
    async def find_invoice(self, request_no: str) -> Invoice | None:
        found = await super().find_invoice(request_no)
        return found and replace(found, state=InvoiceState.ISSUING)


class NeverSaysWhy(Nuonuo):
    async def find_invoice(self, request_no: str) -> Invoice | None:
        found = await super().find_invoice(request_no)
        return found and replace(found, why="")


class TakesAClosedDoorForAnEmptyFile(Nuonuo):
    async def download_invoice(self, invoice: Invoice) -> bytes:
        try:
            return await super().download_invoice(invoice)
        except Unavailable as error:
            if "cannot be reached" not in error.message:
                raise
            return b""


class TakesARefusedRequestForMade(Nuonuo):
    async def request_invoice(self, request: InvoiceRequest) -> str:
        with suppress(Rejected):
            return await super().request_invoice(request)
        return "0"


@fails("a_payment_is_told_at_once", "a_statement_says_what_was_paid_and_refunded", RECORDED)
class MisreadsMoney(TakesARefundForAPayment, TakesEveryPaymentForUndone):
    """All of it in one run."""


@fails("a_forged_or_stale_payment_is_refused", "no_trade_is_an_empty_statement_and_none_yet_is_for_later")
class AsksNoQuestionsAboutMoney(TakesNoneYetForNone, TrustsEveryPayment):
    """All of it in one run."""


@fails(
    "a_file_that_nobody_serves_is_an_outage",
    "an_invoice_is_asked_for_as_meant",
    "an_invoice_that_is_not_issued_says_why",
    RECORDED,
)
class IssuesSomethingElse(RewritesTheBuyer, NeverSaysWhy, TakesAClosedDoorForAnEmptyFile):
    """All of it in one run."""


@fails(
    "a_refusal_by_status_is_classed",
    "an_invoice_is_issued_after_a_while",
    "an_invoice_that_cannot_be_asked_for_is_rejected",
    "an_invoice_that_is_not_issued_says_why",
    "no_secret_is_shown",
    RECORDED,
    REFUSED,
)
class MistakesHowFarItIs(TakesIssuedForIssuing, TakesARefusedRequestForMade):
    """All of it in one run."""
