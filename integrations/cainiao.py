"""Cainiao's electronic waybills through TOP (v2.0, the open platform's pages of ``cainiao.waybill.ii.*``, 2024).

Calls ``cainiao.waybill.ii.get``, ``query.by.tradecode`` and ``cancel``. Cainiao issues the numbers of the express
company that carries (``cp_code``); where a parcel is, it does not tell.
Verified by: TOP's signature example, the SDK ``taobao-openapi``, and the sandbox. Not called live.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import httpx
from pydantic import Field

from integrations.answers import Reply
from integrations.cainiao_messages import order_of, parcel, person
from integrations.errors import Rejected
from integrations.reading import canonical
from integrations.top import Top, TopSettings
from integrations.words import Words
from models.messages import Label, Waybill, WaybillRequest

NAME: Final = "cainiao"
_NOT_THERE: Final = ("不存在", "未找到", "已取消", "not_exist", "not exist", "not found")


class CainiaoSettings(TopSettings):
    """How to get waybills of one express company from Cainiao."""

    cp_code: str = Field(description="Cainiao's code of the express company that carries (YTO, ZTO, STO)")
    user_id: int = Field(description="Number of the seller on Taobao whose waybills are used (user_id)")
    template_url: str = Field(description="Address of the label's standard template at Cainiao's cloud print")


class _Printed(Reply):
    waybill_code: str = Field(min_length=1)
    object_id: str = ""
    print_data: str = ""


class _PrintedList(Reply):
    waybill_cloud_print_response: tuple[_Printed, ...] = Field(min_length=1)


class _Issued(Reply):
    modules: _PrintedList


class _Verdict(Reply):
    success: bool
    error_code: str = ""
    error_message: str = ""
    waybill_cloud_print_response: _Printed | None = None


class _VerdictList(Reply):
    waybill_cloud_print_with_result_desc_response: tuple[_Verdict, ...] = Field(min_length=1)


class _Found(Reply):
    modules: _VerdictList


class _Cancelled(Reply):
    cancel_result: bool


class Cainiao:
    """One seller's waybills of one express company."""

    def __init__(self, settings: CainiaoSettings, http: httpx.AsyncClient, *, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())
        self._top = Top(settings, self._words, http, clock=clock)

    async def book_waybill(self, request: WaybillRequest) -> Waybill:
        """``cainiao.waybill.ii.get``; when it is refused, a number that was issued already is the answer."""
        settings = self._settings
        asked = {
            "cp_code": settings.cp_code,
            "sender": person(request.sender),
            "trade_order_info_dtos": [
                parcel(request) | {"template_url": settings.template_url, "user_id": settings.user_id}
            ],
        }
        params = {"param_waybill_cloud_print_apply_new_request": canonical(asked)}
        try:
            issued = await self._top.call("cainiao.waybill.ii.get", params, _Issued, writes=True)
        except Rejected:
            # The code for "issued already" is not documented; what was issued can be asked for.
            found = await self.find_waybill(request.request_no)
            if found is None:
                raise
            return found
        first = issued.modules.waybill_cloud_print_response[0]
        return self._waybill(first.object_id or request.request_no, first.waybill_code)

    async def find_waybill(self, request_no: str) -> Waybill | None:
        """``cainiao.waybill.ii.query.by.tradecode``; a cancelled number is none any more."""
        printed = await self._query(request_no)
        return None if printed is None else self._waybill(request_no, printed.waybill_code)

    async def cancel_waybill(self, waybill: Waybill) -> None:
        """``cainiao.waybill.ii.cancel``; cancelled already is success. Raises ``Rejected`` once picked up."""
        params = {"cp_code": self._settings.cp_code, "waybill_code": waybill.waybill_no}
        try:
            answer = await self._top.call("cainiao.waybill.ii.cancel", params, _Cancelled, writes=True)
            if not answer.cancel_result:
                raise self._words.rejected("the waybill was not cancelled", field="waybill_code")
        except Rejected:
            found = await self.find_waybill(waybill.request_no)
            if found is not None and found.waybill_no == waybill.waybill_no:
                raise

    async def fetch_label(self, waybill: Waybill) -> Label:
        """``print_data`` of ``cainiao.waybill.ii.query.by.tradecode``, encrypted, for Cainiao's printing program."""
        printed = await self._query(waybill.request_no)
        if printed is None or printed.waybill_code != waybill.waybill_no or not printed.print_data:
            raise self._words.rejected("there is no print data of this waybill", field="waybill_code")
        return Label(waybill.waybill_no, "application/json", printed.print_data.encode())

    async def _query(self, request_no: str) -> _Printed | None:
        params = {"param_list": canonical([order_of(request_no)])}
        found = await self._top.call("cainiao.waybill.ii.query.by.tradecode", params, _Found)
        verdict = found.modules.waybill_cloud_print_with_result_desc_response[0]
        if verdict.success and verdict.waybill_cloud_print_response:
            return verdict.waybill_cloud_print_response
        said = f"{verdict.error_code} {verdict.error_message}".lower()
        if any(words in said for words in _NOT_THERE):
            return None
        raise self._words.rejected(verdict.error_message or "gave no reason", code=verdict.error_code)

    def _waybill(self, request_no: str, waybill_no: str) -> Waybill:
        return Waybill(request_no, waybill_no, self._settings.cp_code.lower())
