"""Qimen's XML for several outbounds in one call, and what the warehouse says later of each. No I/O.

By the schema of Qimen's published SDK.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from xml.etree.ElementTree import Element

from integrations.markup import Tree, text_of
from integrations.qimen_messages import check_code_of, create_request
from models.messages import OutboundProgress, OutboundRequest, Stage

_STAGES: Final[Mapping[str, Stage]] = {"success": Stage.AT_WORK, "failure": Stage.STOPPED}


def batch_request(requests: Sequence[OutboundRequest], owner_code: str) -> Tree:
    """The content of ``deliveryorder.batchcreate``: each ``order`` is the content of a ``create``. The schema shows no
    ``extendProps`` of an order's own."""
    return {"orders": {"order": [create_request(request, owner_code) for request in requests]}}


def read_answers(root: Element, received_at: datetime) -> list[OutboundProgress]:
    """A ``deliveryorder.batchcreate.answer``: an outbound that the warehouse does not take after all counts as stopped.

    Raises ``ValueError`` if it does not say which outbound it is about, or whether that is taken.
    """
    return [_answer(order, received_at) for order in root.iterfind("orders/order")]


def _answer(order: Element, received_at: datetime) -> OutboundProgress:
    outbound_no, flag = text_of(order, "deliveryOrderCode"), text_of(order, "flag")
    if not outbound_no:
        raise ValueError("deliveryOrderCode is missing")
    if flag not in _STAGES:
        raise ValueError(f"flag {flag[:40]} of {outbound_no[:40]} is neither success nor failure")
    word = text_of(order, "message") or text_of(order, "code") or flag
    return OutboundProgress(outbound_no, _STAGES[flag], word, received_at, check_code=check_code_of(order))
