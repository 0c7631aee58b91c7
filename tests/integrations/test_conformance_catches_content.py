"""Partners that are reached but misunderstood: each fault changes, loses or makes up something; its question finds it.

Faults of one partner that do not touch each other are looked for in one run.
"""

import html
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element

import conformance_channels  # noqa: F401  (registers the checks of channels)
import conformance_content  # noqa: F401  (registers the checks of what is read and written)
import pytest
from bench import Bench
from conformance import failed_checks

from integrations.cainiao import Cainiao
from integrations.cainiao_link import CainiaoLink
from integrations.errors import Rejected, Unavailable
from integrations.kuaidi100 import Kuaidi100
from integrations.shop import Shop
from integrations.wechat_shop import WechatShop
from integrations.wecom import WeCom
from models.messages import (
    ChannelOrder,
    Notice,
    OutboundConfirmed,
    OutboundProgress,
    OutboundRequest,
    RawMessage,
    TrackPoint,
    Waybill,
    WaybillRequest,
)

pytestmark = pytest.mark.usefixtures("no_waiting")


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


class TakesNoAmountForNothing(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        return replace(order, amount_minor=order.amount_minor or 0)


class NumbersTheNameless(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        try:
            return super().read_order(message)
        except Rejected:
            return super().read_order(replace(message, body='{"order_no": "UNKNOWN"}'))


class TidiesWhatBuyersWrite(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        order = super().read_order(message)
        return replace(order, lines=tuple(replace(line, title=html.escape(line.title)) for line in order.lines))


class KeepsHalfACharacter(Shop):
    def read_order(self, message: RawMessage) -> ChannelOrder:
        return replace(super().read_order(message), remark=json.loads(message.body).get("remark", ""))


class HearsNothing(WechatShop):
    async def hear(self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes) -> RawMessage | None:
        with suppress(Unavailable):
            await super().hear(query, headers, body)
        return None


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


class InventsANumber(Cainiao):
    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        return replace(await super().book_waybill(request), waybill_no=f"YT{request.request_no}")


class ForgetsTheCheckCode(Cainiao):
    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        return await super().book_waybill(replace(request, check_code=""))


class FollowsOneParcelOnly(Kuaidi100):
    async def track_for(self, carrier: str, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        return await super().track_for(carrier, waybill_nos[:1])


class ReadsTheFirstScanOnly(Kuaidi100):
    def read_tracking(self, message: RawMessage) -> list[TrackPoint]:
        return super().read_tracking(message)[:1]


class TrustsEveryPush(Kuaidi100):
    def receive_tracking(self, body: bytes) -> RawMessage:
        told = dict(parse_qsl(body.decode("utf-8", "replace"))).get("param", "")
        return RawMessage(told, told, self._clock())


RECORDED = "recorded_replies_are_read_to_exact_values"
REFUSED = "a_refusal_in_the_partners_own_words_is_rejected_and_not_asked_again"

BROKEN: list[tuple[str, tuple[type, ...], set[str]]] = [
    (
        "wecom",
        (DoubtsWhatWasNeverSent,),
        {
            "an_outage_is_for_later",
            "nobody_listening_is_an_outage_with_nothing_done",
            "too_many_requests_is_for_later_with_nothing_done",
        },
    ),
    (
        "wecom",
        (TakesARefusedMessageForSent, ForgetsTheLink),
        {
            REFUSED,
            "a_refusal_by_status_is_classed",
            "no_secret_is_shown",
            "a_notice_arrives_as_meant",
        },
    ),
    (
        "shop",
        (TakesNoAmountForNothing, NumbersTheNameless, TidiesWhatBuyersWrite, KeepsHalfACharacter),
        {
            "an_amount_that_cannot_be_read_is_a_flaw",
            "an_order_without_a_number_is_rejected",
            "whatever_a_buyer_writes_arrives_as_written",
            "half_a_character_stops_nothing",
            RECORDED,
        },
    ),
    (
        "wechat_shop",
        (HearsNothing,),
        {
            "a_call_brings_the_order_as_a_poll_would",
            "an_outage_while_an_order_is_asked_for_makes_the_call_come_again",
        },
    ),
    (
        "cainiao_link",
        (LosesTheLastLine, TakesWhatItCannotReadForAStep, TrustsEveryReport),
        {
            "an_outbound_arrives_as_meant",
            "a_confirmation_says_what_left",
            "a_confirmation_with_entities_of_its_own_is_refused",
            "a_forged_or_stale_confirmation_is_refused",
        },
    ),
    (
        "cainiao_link",
        (ReadsOnePageOfStock, WeighsInKilograms),
        {"stock_is_what_the_partner_says", "a_confirmation_says_what_left", RECORDED},
    ),
    (
        "cainiao",
        (InventsANumber,),
        {
            "a_waybill_is_never_invented",
            "a_waybill_carries_the_check_code",
            "a_label_is_that_of_its_waybill",
            "a_lost_reply_to_a_question_is_asked_again",  # of a label, which an invented number has not
            REFUSED,
            RECORDED,
        },
    ),
    ("cainiao", (ForgetsTheCheckCode,), {"a_waybill_carries_the_check_code"}),
    (
        "kuaidi100",
        (FollowsOneParcelOnly, ReadsTheFirstScanOnly, TrustsEveryPush),
        {
            "parcels_of_another_carrier_are_tracked",
            "what_a_tracker_pushes_is_what_it_would_answer",
            "a_forged_push_is_refused",
            RECORDED,
        },
    ),
]


@pytest.mark.parametrize(
    ("name", "faults", "expected"),
    BROKEN,
    ids=["-".join(fault.__name__ for fault in faults) for _, faults, _ in BROKEN],
)
async def test_what_is_misunderstood_is_caught(
    bench: Bench, name: str, faults: tuple[type, ...], expected: set[str]
) -> None:
    failed = await failed_checks(bench, name, type("Broken", faults, {}))
    assert set(failed) == expected, failed
