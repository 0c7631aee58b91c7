"""ERPs in which orders, vouchers or news are not what was meant."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from broken.way import RECORDED, REFUSED, REPEATS, fails
from integrations.errors import Rejected
from integrations.kingdee_cloud import KingdeeCloud
from integrations.kingdee_model import sale_order
from integrations.kingdee_wise import KingdeeWise
from integrations.kingdee_wise_gateway import Said
from integrations.sap import Sap
from integrations.u8_openapi import U8OpenApi
from models.messages import (
    ErpNews,
    ErpOrder,
    ErpReceipt,
    ErpStatus,
    Progress,
    Receivable,
    StockLine,
)


@fails(*REPEATS, RECORDED)
class StartsTheChainAgain(KingdeeCloud):
    """Does not look how far an order is that exists already."""

    async def push_order(self, order: ErpOrder) -> ErpReceipt:
        saved = await self._write("Save", {"Model": sale_order(order, "100", "Pcs", "PRE001")})
        for operation in ("Submit", "Audit"):
            await self._write(operation, {"Numbers": [order.order_no]})
        return ErpReceipt(order.order_no, str(saved.Id), audited=True, check_code=order.check_code)


@fails("an_erp_order_is_taken_back_wherever_it_stands", *REPEATS, RECORDED)
class TakesBackBlindly(KingdeeCloud):
    """Does not look how far an order is that it takes back."""

    async def cancel_order(self, order_no: str) -> None:
        await self._write("UnAudit", {"Numbers": [order_no]})
        await self._write("ExcuteOperation", {"Numbers": [order_no]}, number="Cancel")


@fails(
    "a_refusal_by_status_is_classed",
    "an_erp_order_whose_goods_are_issued_is_not_taken_back",
    "no_secret_is_shown",
    REFUSED,
)
class TakesARefusalForDone(KingdeeCloud):
    async def cancel_order(self, order_no: str) -> None:
        with suppress(Rejected):
            await super().cancel_order(order_no)


@fails("an_erp_order_with_anothers_check_code_is_not_taken_for_ours", *REPEATS, RECORDED)
class CreatesWithoutAsking(Sap):
    """Trusts that SAP refuses a number that it has."""

    async def _order(self, order_no: str, customer: str | None = None) -> Any:
        return None if customer else await super()._order(order_no)


@fails(RECORDED)
class CountsBlockedStock(Sap):
    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        lines = await super().pull_stock(warehouse, skus)
        return [replace(line, available=line.available + line.locked, locked=0) for line in lines]


@fails(
    "an_erp_order_is_taken_back_wherever_it_stands",
    "an_erp_order_whose_goods_are_issued_is_not_taken_back",
    *REPEATS,
    RECORDED,
)
class ClosesWithoutVerifying(U8OpenApi):
    """Takes it for granted that an order that is called off was verified."""

    async def cancel_order(self, order_no: str) -> None:
        if await self._voucher(order_no):
            await self._gateway.write("saleorder/close", {"voucher_code": order_no})


@fails(
    "a_lost_reply_to_a_write_says_so_and_is_not_sent_again",
    "an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers",
    "an_erp_order_is_taken_back_wherever_it_stands",
    *REPEATS,
    REFUSED,
)
class DeletesWithoutTakingBack(KingdeeWise):
    """Takes it for granted that an order that is called off was not audited."""

    async def cancel_order(self, order_no: str) -> None:
        if await self._order(order_no):
            await self._gateway.write("SO/Delete", {"Data": {"FBillNo": order_no}}, Said)


@fails(
    "an_erp_is_not_told_of_what_it_has_not_or_what_is_anothers",
    "an_erp_order_with_anothers_check_code_is_not_taken_for_ours",
)
class ReadsNoCheckCode(KingdeeCloud):
    def _check_code(self, *_: object) -> None:
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


@fails(
    "a_receivable_arrives_as_meant_and_its_reversal_takes_it_away",
    "a_receivable_of_another_customer_is_not_taken_for_ours",
    "an_erp_is_told_how_far_an_order_is",
    "an_erp_order_arrives_as_meant",
    "news_of_orders_are_read_from_what_changed",
    RECORDED,
)
class KeepsItsBooksWrongly(
    RoundsPrices, ForgetsTheWaybills, BooksAReversalAsAVoucher, TakesAnothersVoucherForOurs, SaysThatAllAreOpen
):
    """All of it in one run."""


@fails("an_erp_is_told_how_far_an_order_is", "an_erp_says_how_our_orders_are", RECORDED)
class KnowsNoEnd(TakesAClosedOrderForOpen, DeliversNothing):
    """All of it in one run."""


@fails("news_of_orders_are_read_from_what_changed", RECORDED)
class HearsOfOpenOrdersOnly(Sap):
    async def pull_news(self, since: datetime, until: datetime) -> list[ErpNews]:
        return [news for news in await super().pull_news(since, until) if news.open]
