"""Carriers and trackers whose waybills and scans are not what they said."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import parse_qsl

from broken.way import RECORDED, REFUSED, fails
from integrations.cainiao import Cainiao
from integrations.errors import Rejected, Unavailable
from integrations.jtexpress import JtExpress
from integrations.kuaidi100 import Kuaidi100
from integrations.sf_express import SfExpress
from models.messages import (
    RawMessage,
    TrackPoint,
    Waybill,
    WaybillRequest,
)


@fails(
    "a_lost_reply_to_a_write_says_so_and_is_not_sent_again",
    "a_page_an_empty_or_a_cut_body_is_an_outage",
    "an_outage_is_for_later",
    "no_secret_is_shown",
    "what_was_done_before_the_reply_was_lost_is_found",
)
class InventsAWaybill(SfExpress):
    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        try:
            return await super().book_waybill(request)
        except Unavailable as error:
            if not error.outcome_unknown:
                raise
            return Waybill(request.request_no, f"SF{request.request_no}", "sf_express")


@fails(REFUSED)
class AsksAgainAfterANo(JtExpress):
    """Hopes that J&T changes its mind, and says what it said first."""

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        try:
            return await super().book_waybill(request)
        except Rejected:
            await super().book_waybill(request)
            raise


@fails("any_number_of_parcels_is_tracked")
class AsksForAllAtOnce(SfExpress):
    async def track(self, waybill_nos: Sequence[str]) -> list[TrackPoint]:
        return await super().track(waybill_nos[:10])


@fails(
    "a_label_is_that_of_its_waybill",
    "a_lost_reply_to_a_question_is_asked_again",
    "a_waybill_carries_the_check_code",
    "a_waybill_is_never_invented",
    RECORDED,
    REFUSED,
)
class InventsANumber(Cainiao):
    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        return replace(await super().book_waybill(request), waybill_no=f"YT{request.request_no}")


@fails("a_waybill_carries_the_check_code")
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


@fails(
    "a_forged_push_is_refused",
    "parcels_of_another_carrier_are_tracked",
    "what_a_tracker_pushes_is_what_it_would_answer",
    RECORDED,
)
class FollowsHalfAParcel(FollowsOneParcelOnly, ReadsTheFirstScanOnly, TrustsEveryPush):
    """All of it in one run."""
