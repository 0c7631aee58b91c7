"""SAP's billing: an action makes an invoice from deliveries or from an order, and a request asks for a credit memo.

Goods that somebody has issued are one delivery of the whole order. What was billed is not billed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.erp import Document, DocumentStatus
from sandbox.exchange import Reply, json_reply
from sandbox.odata import Json
from sandbox.sap_model import CREDIT_REQUESTS, INVOICE, ORDER, REQUEST
from sandbox.sap_orders import check, invalid

if TYPE_CHECKING:
    from sandbox.world import World

_DELIVERY, _MADE_FROM_ORDERS = "8", "9"


def invoices(world: World) -> list[Json]:
    """Rows of `A_BillingDocument`."""
    return [
        {
            "BillingDocument": invoice.number,
            "BillingDocumentType": invoice.model["BillingDocumentType"],
            "SDDocumentCategory": "M",
            "SoldToParty": invoice.model["SoldToParty"],
            "TransactionCurrency": invoice.model["TransactionCurrency"],
            "BillingDocumentIsCancelled": invoice.cancelled,
            "AccountingPostingStatus": "C",
        }
        for invoice in world.erp.of_form(INVOICE)
    ]


def invoice_items(world: World) -> list[Json]:
    """Rows of `A_BillingDocumentItem`."""
    return [
        {
            "BillingDocument": invoice.number,
            "BillingDocumentItem": str(10 * place),
            "SalesDocument": invoice.model["SalesDocument"],
            "Material": item["Material"],
            "BillingQuantity": item["RequestedQuantity"],
        }
        for invoice in world.erp.of_form(INVOICE)
        for place, item in enumerate(invoice.model["to_Item"], 1)
    ]


def delivery_items(world: World) -> list[Json]:
    """Rows of `A_OutbDeliveryItem`."""
    return [
        {
            "DeliveryDocument": _DELIVERY + order.number,
            "DeliveryDocumentItem": item["SalesOrderItem"],
            "ReferenceSDDocument": order.number,
            "Material": item["Material"],
        }
        for order in world.erp.of_form(ORDER)
        if world.erp.is_issued(str(order.model.get("PurchaseOrderByCustomer")))
        for item in order.model["to_Item"]
    ]


def requests(world: World) -> list[Json]:
    """Rows of `A_CreditMemoRequest`."""
    return [_request(document) for document in world.erp.of_form(REQUEST)]


def _request(document: Document) -> Json:
    head = {name: value for name, value in document.model.items() if name != "to_Item"}
    return {**head, "CreditMemoRequest": document.number, "HeaderBillingBlockReason": "08"}


def create_request(world: World, body: Any) -> Json:
    """Store a new request; its billing is blocked until somebody has looked at it."""
    check(CREDIT_REQUESTS, REQUEST, body)
    missing = [name for name in ("CreditMemoRequestType", "SalesOrganization", "SoldToParty") if not body.get(name)]
    if missing or not body.get("to_Item"):
        raise invalid(f"Enter a value for {missing[0] if missing else 'to_Item'}", "V1/320")
    document = _stored(world, REQUEST, "6", dict(body))
    world.ledger.record("sap", "credit-requested", str(body.get("PurchaseOrderByCustomer", "")), number=document.number)
    return _request(document)


def create_invoice(world: World, body: Any) -> Reply:
    """The action `CreateFromSDDocument`."""
    try:
        kind = body["_Control"]["DefaultBillingDocumentType"]
        references = [str(reference["SDDocument"]) for reference in body["_Reference"]]
    except (KeyError, TypeError) as error:
        raise invalid("The parameters of the action are not complete") from error
    orders = [_order_of(world, reference) for reference in references]
    if not orders:
        raise invalid("There is nothing to bill", "VF/041")
    billed = {invoice.model["SalesDocument"] for invoice in world.erp.of_form(INVOICE) if not invoice.cancelled}
    if any(order.number in billed for order in orders):
        raise invalid("The document was billed already", "VF/044")
    made = []
    for order in orders:
        model = {**order.model, "SalesDocument": order.number, "BillingDocumentType": kind}
        invoice = _stored(world, INVOICE, _MADE_FROM_ORDERS, model)
        world.ledger.record("sap", "invoice-created", str(order.model.get("PurchaseOrderByCustomer", "")))
        made.append({"BillingDocument": invoice.number, "BillingDocumentType": kind})
    return json_reply({"@odata.context": "$metadata#BillingDocument", "value": made})


def _order_of(world: World, reference: str) -> Document:
    """The order that a delivery, or its own number, stands for."""
    order = world.erp.documents.get((ORDER, reference)) or world.erp.documents.get(
        (ORDER, reference.removeprefix(_DELIVERY))
    )
    if order is None:
        raise invalid(f"Document {reference} does not exist", "VF/042")
    if reference != order.number and not world.erp.is_issued(str(order.model.get("PurchaseOrderByCustomer"))):
        raise invalid(f"Goods of {reference} have not been issued", "VF/041")
    return order


def _stored(world: World, form: str, prefix: str, model: Json) -> Document:
    serial = len(world.erp.documents) + 1
    now = world.clock.now()
    document = Document(form, serial, f"{prefix}{serial:07d}", model, now, now, DocumentStatus.AUDITED)
    world.erp.add(document)
    return document
