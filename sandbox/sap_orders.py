"""SAP's sales orders: a deep insert creates one, an item is rejected under the order's ETag.

SAP gives its own number and takes any number of orders with the same `PurchaseOrderByCustomer`. An item's ETag is that
of its order, which moves with each change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sandbox.erp import Document, DocumentStatus
from sandbox.exchange import Refused
from sandbox.odata import Json, error
from sandbox.sap_model import DECIMAL, ITEM, ORDER, SALES_ORDERS, SERVICES

if TYPE_CHECKING:
    from sandbox.world import World

_REQUIRED = (
    "SalesOrderType", "SalesOrganization", "DistributionChannel", "OrganizationDivision", "SoldToParty",
)  # fmt: skip
_FIRST_NUMBER = 100_000


def invalid(message: str, code: str = "/IWBEP/CM_MGW_RT/020") -> Refused:
    """A request that SAP does not take."""
    return Refused(error(400, code, message))


def create(world: World, body: Any) -> Document:
    """Store a new order."""
    check(SALES_ORDERS, ORDER, body)
    missing = [name for name in _REQUIRED if not body.get(name)]
    if missing:
        raise invalid(f"Enter a value for {missing[0]}", "V1/320")
    items = _many(body.get("to_Item"))
    if not items:
        raise invalid("The order has no items", "V1/302")
    for item in items:
        if not item.get("Material") or float(item.get("RequestedQuantity") or 0) <= 0:
            raise invalid("Enter a material and a quantity for each item", "V1/313")
    serial = len(world.erp.documents) + 1
    number = str(_FIRST_NUMBER + serial)
    now = world.clock.now()
    model = {**body, "to_Item": [{**item, "SalesDocumentRjcnReason": ""} for item in items]}
    document = Document(ORDER, serial, number, model, now, now, DocumentStatus.AUDITED)
    world.erp.add(document)
    world.ledger.record("sap", "order-created", str(body.get("PurchaseOrderByCustomer", "")), number=number)
    return document


def check(service: str, kind: str, body: Any) -> None:
    """Refuse what the type does not have, and decimals that are not texts."""
    if not isinstance(body, dict):
        raise invalid("The request body is no object")
    known = SERVICES[service][kind]
    for name, value in body.items():
        if name in known.to_many:
            for inner in _many(value):
                check(service, known.to_many[name], inner)
        elif name not in known.properties:
            raise invalid(f"Property {name} is invalid")
        elif known.properties[name] == DECIMAL and not isinstance(value, str):
            raise invalid(f"Property {name} has an invalid value")


def _many(value: Any) -> list[Json]:
    """A deep part as a list, however it is wrapped."""
    return list(value["results"] if isinstance(value, dict) else value or [])


def change_order(world: World, keys: Mapping[str, str], body: Any, etag: str) -> None:
    """Merge a change into the header of an order."""
    document = _found(world, keys.get("", ""), etag)
    check(SALES_ORDERS, ORDER, body)
    if any(document.model.get(name) != value for name, value in body.items()):
        document.model.update(body)
        _touch(world, document)
        world.ledger.record("sap", "order-changed", document.number, change=body)


def change_item(world: World, keys: Mapping[str, str], body: Any, etag: str) -> None:
    """Merge a change into an item. The ETag is the order's."""
    document = _found(world, keys.get("SalesOrder", ""), etag)
    item = _item_of(document, keys.get("SalesOrderItem", ""))
    if item is None:
        raise Refused(error(404, "/IWBEP/CM_MGW_RT/020", "Resource not found for segment A_SalesOrderItem"))
    check(SALES_ORDERS, ITEM, body)
    if world.erp.is_issued(str(document.model.get("PurchaseOrderByCustomer"))):
        raise invalid("The item has been delivered and cannot be rejected", "V1/331")
    item.update(body)
    document.cancelled = all(item["SalesDocumentRjcnReason"] for item in document.model["to_Item"])
    _touch(world, document)
    world.ledger.record("sap", "item-changed", f"{document.number}/{item['SalesOrderItem']}", change=body)


def _found(world: World, number: str, etag: str) -> Document:
    """The order, if the caller knows it as it is now."""
    document = world.erp.documents.get((ORDER, number))
    if document is None:
        raise Refused(error(404, "/IWBEP/CM_MGW_RT/020", "Resource not found for segment A_SalesOrder"))
    if not etag:
        raise Refused(error(428, "/IWFND/CM_MGW/023", "Precondition required"))
    if etag not in ("*", etag_of(document)):
        raise Refused(error(412, "/IWFND/CM_MGW/022", "The sales order was changed meanwhile"))
    return document


def _touch(world: World, document: Document) -> None:
    """The ETag moves with each change, also within one moment of the world's clock."""
    document.modified_at = max(world.clock.now(), document.modified_at + timedelta(microseconds=1))


def _item_of(document: Document, number: str) -> Json | None:
    return next((item for item in document.model["to_Item"] if item.get("SalesOrderItem") == number), None)


def etag_of(document: Document) -> str:
    moment = document.modified_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    return f"W/\"datetimeoffset'{quote(moment)}'\""


def fields_of(world: World, document: Document) -> Json:
    """The properties of an order, without its parts."""
    model = document.model
    rejected = [bool(item["SalesDocumentRjcnReason"]) for item in model["to_Item"]]
    issued = world.erp.is_issued(str(model.get("PurchaseOrderByCustomer")))
    known = SERVICES[SALES_ORDERS][ORDER].properties
    return {
        **dict.fromkeys(known, ""),
        **{name: value for name, value in model.items() if name in known},
        "SalesOrder": document.number,
        "SalesOrderDate": _date(document.created_at),
        "RequestedDeliveryDate": model.get("RequestedDeliveryDate"),
        "LastChangeDateTime": _date(document.modified_at, "+0000"),
        "OverallSDProcessStatus": "C" if issued else "A",
        "OverallTotalDeliveryStatus": "C" if issued else "A",
        "OverallSDDocumentRejectionSts": "C" if all(rejected) else "B" if any(rejected) else "A",
    }


def items_of(document: Document) -> list[Json]:
    """The items of an order, without their parts."""
    known = SERVICES[SALES_ORDERS][ITEM].properties
    return [
        {**dict.fromkeys(known, ""), "SalesOrder": document.number}
        | {name: value for name, value in item.items() if name in known}
        for item in document.model["to_Item"]
    ]


def _date(moment: datetime, zone: str = "") -> str:
    return f"/Date({int(moment.timestamp() * 1000)}{zone})/"
