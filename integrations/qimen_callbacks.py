"""The calls that a warehouse makes by Qimen: how each is told from the others and from a repeat, and its answer."""

import hashlib
from collections.abc import Mapping
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from integrations.errors import Forged, PartnerError
from integrations.markup import text_of, write_xml


class Callback(NamedTuple):
    """Where a callback names what it is about, and where its own id stands, by which the warehouse repeats it."""

    about: str
    own_id: str = ""


CALLBACKS: Final[Mapping[str, Callback]] = {
    "deliveryorder.confirm": Callback("deliveryOrder/deliveryOrderCode", "deliveryOrder/outBizCode"),
    "deliveryorder.batchcreate.answer": Callback("orders/order/deliveryOrderCode"),
    "orderprocess.report": Callback("order/orderCode"),
    "entryorder.confirm": Callback("entryOrder/entryOrderCode", "entryOrder/outBizCode"),
    "stockchange.report": Callback("items/item/orderCode", "items/item/outBizCode"),
    "inventory.report": Callback("checkOrderCode", "outBizCode"),
    "returnorder.confirm": Callback("returnOrder/returnOrderCode", "returnOrder/outBizCode"),
}
"""By the end of the method: some warehouses write ``taobao.qimen.`` before it."""


def callback_of(method: str) -> Callback | None:
    """The callback that a method's name says it is, if we take it."""
    return next((callback for name, callback in CALLBACKS.items() if method.endswith(name)), None)


def key_of(root: Element, callback: Callback, body: bytes) -> str:
    """What tells the message from others, empty if it names nothing that it is about.

    Some warehouses send one ``outBizCode`` for everything, so the content tells two messages apart.
    """
    about = text_of(root, callback.about)
    own_id = text_of(root, callback.own_id) if callback.own_id else ""
    return f"{about}:{own_id}:{hashlib.sha256(body).hexdigest()[:16]}" if about else ""


def callback_reply(refusal: PartnerError | None = None) -> bytes:
    """What the warehouse expects back: ``flag=success``, or a failure, after which it sends the callback again."""
    if refusal is None:
        return write_xml("response", {"flag": "success", "code": "0", "message": "ok"})
    return write_xml(
        "response",
        {
            "flag": "failure",
            "code": "sign-check-failure",
            "message": "Illegal request",
            "sub_code": "sign-check-failure",
            "sub_message": "Illegal request",
        }
        if isinstance(refusal, Forged)
        else {"flag": "failure", "code": "rejected", "message": refusal.message},
    )
