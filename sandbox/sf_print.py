"""SF's cloud print: where a label's PDF lies, and the file for who has its token.

The reference names only the service; the messages are those that several published clients agree on.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sandbox.carrier import Waybill
from sandbox.credentials import SF_CHECKWORD
from sandbox.exchange import Call, Reply
from sandbox.small_pdf import small_pdf

SERVICE = "COM_RECE_CLOUD_PRINT_WAYBILLS"
FILES = "/print/"


def label_address(waybill: Waybill, template: str, base_url: str) -> Mapping[str, Any]:
    """What the service answers beside `success`, for one waybill."""
    file = {
        "url": f"{base_url}{FILES}{waybill.number}.pdf",
        "token": _token(waybill.number),
        "waybillNo": waybill.number,
        "areaNo": 1,
        "pageNo": 1,
        "seqNo": 1,
    }
    return {"templateCode": template, "fileType": "pdf", "files": [file]}


def label_file(waybills: Mapping[str, Waybill], call: Call) -> Reply:
    """The PDF, or why it is not given."""
    waybill = waybills.get(call.path.removeprefix(FILES).removesuffix(".pdf"))
    if waybill is None:
        return Reply(b"not found", status=404, media_type="text/plain", outcome="404")
    if not hmac.compare_digest(_token(waybill.number), call.headers.get("x-auth-token", "")):
        return Reply(b"unauthorized", status=401, media_type="text/plain", outcome="401")
    page = small_pdf([f"SF Express {waybill.number}", f"Order {waybill.order_id} {waybill.reference}"])
    return Reply(page, media_type="application/pdf")


def label_data(waybill: Waybill) -> dict[str, Any]:
    """``routeLabelInfo`` of an order: what a label of one's own must show."""
    return {
        "code": "1000",
        "routeLabelData": {"waybillNo": waybill.number, "destRouteLabel": "755WE-571A3", "proCode": "T6"},
    }


def _token(number: str) -> str:
    return f"AUTH_tk{sha256(f'{SF_CHECKWORD} {number}'.encode()).hexdigest()[:32]}"
