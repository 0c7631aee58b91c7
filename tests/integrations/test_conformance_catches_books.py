"""Books that are kept wrongly: vouchers, statements and invoices that are not what was meant, each found by a question.

Faults of one partner that do not touch each other are looked for in one run.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

import conformance_content  # noqa: F401  (registers the checks of what is read and written)
import conformance_invoices  # noqa: F401  (registers the checks of invoices)
import pytest
from bench import Bench
from conformance import failed_checks

from integrations.errors import Rejected, Unavailable
from integrations.kingdee_cloud import KingdeeCloud
from integrations.nuonuo import Nuonuo
from integrations.u8_openapi import U8OpenApi
from integrations.wechat_pay import WechatPay
from models.messages import (
    ErpNews,
    ErpOrder,
    ErpReceipt,
    ErpStatus,
    Invoice,
    InvoiceRequest,
    InvoiceState,
    PaymentNews,
    Progress,
    RawMessage,
    Receivable,
    StatementLine,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


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


class RoundsPrices(KingdeeCloud):
    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        rounded = (replace(line, price_minor=line.price_minor // 100 * 100) for line in order.lines)
        return await super().push_order(replace(order, lines=tuple(rounded)))


class ForgetsTheWaybills(KingdeeCloud):
    async def push_status(self, status: ErpStatus) -> None:
        await super().push_status(replace(status, waybill_nos=()))


class BooksAReversalAsAVoucher(KingdeeCloud):
    async def book_receivable(self, voucher: Receivable) -> ErpReceipt:
        return await super().book_receivable(replace(voucher, reverses=""))


class TakesAnothersVoucherForOurs(KingdeeCloud):
    async def _voucher(self, voucher_no: str) -> tuple[str, str, str] | None:
        found = await super()._voucher(voucher_no)
        return found and (*found[:2], "CUST001")


class SaysThatAllAreOpen(KingdeeCloud):
    async def pull_news(self, since: datetime, until: datetime) -> list[ErpNews]:
        return [replace(news, open=True) for news in await super().pull_news(since, until)]


class TakesAClosedOrderForOpen(U8OpenApi):
    async def pull_orders_as_they_are(self, order_nos: Sequence[str]) -> list[ErpNews]:
        return [replace(news, open=True) for news in await super().pull_orders_as_they_are(order_nos)]


class DeliversNothing(U8OpenApi):
    async def push_status(self, status: ErpStatus) -> None:
        await super().push_status(replace(status, progress=Progress.PICKED))


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


RECORDED = "recorded_replies_are_read_to_exact_values"
REFUSED = "a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again"

BROKEN: list[tuple[str, tuple[type, ...], set[str]]] = [
    (
        "wechat_pay",
        (TakesARefundForAPayment, TakesEveryPaymentForUndone),
        {"a_statement_says_what_was_paid_and_refunded", "a_payment_is_told_at_once", RECORDED},
    ),
    (
        "wechat_pay",
        (TakesNoneYetForNone, TrustsEveryPayment),
        {"no_trade_is_an_empty_statement_and_none_yet_is_for_later", "a_forged_or_stale_payment_is_refused"},
    ),
    (
        "kingdee_cloud",
        (RoundsPrices, ForgetsTheWaybills, BooksAReversalAsAVoucher, TakesAnothersVoucherForOurs, SaysThatAllAreOpen),
        {
            "an_erp_order_arrives_as_meant",
            "an_erp_is_told_how_far_an_order_is",
            "a_receivable_arrives_as_meant_and_its_reversal_takes_it_away",
            "a_receivable_of_another_customer_is_not_taken_for_ours",
            "news_of_orders_are_read_from_what_changed",
            RECORDED,
        },
    ),
    (
        "u8_openapi",
        (TakesAClosedOrderForOpen, DeliversNothing),
        {"an_erp_says_how_our_orders_are", "an_erp_is_told_how_far_an_order_is", RECORDED},
    ),
    (
        "nuonuo",
        (RewritesTheBuyer, NeverSaysWhy, TakesAClosedDoorForAnEmptyFile),
        {
            "an_invoice_is_asked_for_as_meant",
            "an_invoice_that_is_not_issued_says_why",
            "a_file_that_nobody_serves_is_an_outage",
            RECORDED,
        },
    ),
    (
        "nuonuo",
        (TakesIssuedForIssuing, TakesARefusedRequestForMade),
        {
            "an_invoice_is_issued_after_a_while",
            "an_invoice_that_is_not_issued_says_why",
            "an_invoice_that_cannot_be_asked_for_is_rejected",
            REFUSED,
            "a_refusal_by_status_is_classed",
            "no_secret_is_shown",
            RECORDED,
        },
    ),
]


@pytest.mark.parametrize(
    ("name", "faults", "expected"),
    BROKEN,
    ids=["-".join(fault.__name__ for fault in faults) for _, faults, _ in BROKEN],
)
async def test_books_that_are_kept_wrongly_are_caught(
    bench: Bench, name: str, faults: tuple[type, ...], expected: set[str]
) -> None:
    failed = await failed_checks(bench, name, type("Broken", faults, {}))
    assert set(failed) == expected, failed
