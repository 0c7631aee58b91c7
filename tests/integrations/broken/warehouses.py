"""Warehouses that are misunderstood, or believed too easily."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

from broken.way import RECORDED, REPEATS, fails
from integrations.cainiao_link import CainiaoLink
from integrations.errors import Rejected
from integrations.markup import text_of
from integrations.qimen import Qimen
from integrations.qimen_messages import create_request
from integrations.qimen_returns import return_request
from models.messages import (
    Condition,
    OutboundAccepted,
    OutboundConfirmed,
    OutboundProgress,
    OutboundRequest,
    RawMessage,
    ReturnAccepted,
    ReturnArrived,
    ReturnRequest,
    Stage,
    StockReport,
)


@fails(*REPEATS, RECORDED)
class TakesExistingForRefused(Qimen):
    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        reply = await self._call("deliveryorder.create", create_request(request, "OWNER1"), writes=True)
        return OutboundAccepted(request.outbound_no, text_of(reply, "deliveryOrderId"), request.check_code)


@fails(
    "outbounds_of_which_one_is_refused_are_not_taken_for_accepted",
    "trouble_with_outbounds_together_is_classed_as_for_one",
)
class TakesAPartForTheWhole(Qimen):
    """Reads a refusal of some for an acceptance of all."""

    async def push_outbounds(self, requests: Sequence[OutboundRequest]) -> list[OutboundAccepted]:
        with suppress(Rejected):
            await super().push_outbounds(requests)
        return [OutboundAccepted(each.outbound_no, each.outbound_no, each.check_code) for each in requests]


@fails("a_later_answer_says_of_each_outbound_whether_it_is_taken")
class TakesALateRefusalForWork(Qimen):
    def read_answers(self, message: RawMessage) -> list[OutboundProgress]:
        return [replace(each, stage=Stage.AT_WORK) for each in super().read_answers(message)]


@fails(*REPEATS, RECORDED)
class AnnouncesAReturnBlindly(Qimen):
    async def push_return(self, request: ReturnRequest) -> ReturnAccepted:
        reply = await self._call("returnorder.create", return_request(request, "OWNER1"), writes=True)
        return ReturnAccepted(request.return_no, text_of(reply, "returnOrderId"), request.check_code)


@fails("a_change_of_stock_says_what_changed_and_why", RECORDED)
class TakesDefectivePiecesForGood(Qimen):
    def read_stock_report(self, message: RawMessage) -> StockReport | None:
        report = super().read_stock_report(message)
        return report and StockReport(tuple(replace(each, condition=Condition.GOOD) for each in report.changes))


class OverlooksMissingFigures(Qimen):
    def read_stock_report(self, message: RawMessage) -> StockReport | None:
        with suppress(Rejected):
            return super().read_stock_report(message)


class AnnouncesOnePieceMore(Qimen):
    async def push_return(self, request: ReturnRequest) -> ReturnAccepted:
        more = tuple(replace(line, quantity=line.quantity + 1) for line in request.lines)
        return await super().push_return(replace(request, lines=more))


class TakesWhatCameBackForGood(Qimen):
    def read_return(self, message: RawMessage) -> ReturnArrived | None:
        told = super().read_return(message)
        good = tuple(replace(line, condition=Condition.GOOD) for line in told.lines) if told else ()
        return told and replace(told, lines=good)


class LosesRemarksOfMany(Qimen):
    async def push_outbounds(self, requests: Sequence[OutboundRequest]) -> list[OutboundAccepted]:
        return await super().push_outbounds([replace(each, remark="") for each in requests])


@fails(
    "a_report_of_stock_that_lacks_a_figure_is_rejected",
    "a_return_is_announced_as_meant",
    "what_came_back_is_said_by_its_state",
    "outbounds_pushed_together_are_what_they_are_alone",
    RECORDED,
)
class MisreadsTheGoods(OverlooksMissingFigures, AnnouncesOnePieceMore, TakesWhatCameBackForGood, LosesRemarksOfMany):
    """All of it in one run."""


@fails(
    "a_forged_or_stale_confirmation_is_refused",
    "a_forged_report_of_stock_is_refused",
    "a_later_answer_says_of_each_outbound_whether_it_is_taken",
)
class TrustsEveryCallback(Qimen):
    def _verify(self, *_: object) -> None:
        return


class LosesTheLastLine(CainiaoLink):
    async def push_outbound(self, request: OutboundRequest) -> Any:
        return await super().push_outbound(replace(request, lines=request.lines[:-1]))


class ReadsOnePageOfStock(CainiaoLink):
    async def _stock_page(self, warehouse: str, page: int) -> list[Element]:
        return await super()._stock_page(warehouse, page) if page == 1 else []


class WeighsInKilograms(CainiaoLink):
    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed | OutboundProgress:
        told = super().read_confirmation(message)
        if isinstance(told, OutboundProgress):
            return told
        heavy = (replace(parcel, weight_grams=(parcel.weight_grams or 0) * 1000) for parcel in told.parcels)
        return replace(told, parcels=tuple(heavy))


class TakesWhatItCannotReadForAStep(CainiaoLink):
    def read_confirmation(self, message: RawMessage) -> Any:
        with suppress(Rejected):
            return super().read_confirmation(message)


class TrustsEveryReport(CainiaoLink):
    def receive_callback(self, _query: Any, _headers: Any, body: bytes, now: datetime) -> RawMessage:
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        return RawMessage("the same for all", form.get("logistics_interface", ""), now)


@fails(
    "a_confirmation_says_what_left",
    "a_confirmation_with_entities_of_its_own_is_refused",
    "a_forged_or_stale_confirmation_is_refused",
    "an_outbound_arrives_as_meant",
)
class LosesAndBelieves(LosesTheLastLine, TakesWhatItCannotReadForAStep, TrustsEveryReport):
    """All of it in one run."""


@fails("a_confirmation_says_what_left", "stock_is_what_the_partner_says", RECORDED)
class MiscountsAndMisweighs(ReadsOnePageOfStock, WeighsInKilograms):
    """All of it in one run."""
