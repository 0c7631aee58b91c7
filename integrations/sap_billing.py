"""What SAP bills: an invoice for a sales order, and the request for a credit memo that takes from it.

    API_BILLING_DOCUMENT_SRV     reads invoices (OData V2)
    API_OUTBOUND_DELIVERY_SRV    reads what was delivered of an order
    API_CREDIT_MEMO_REQUEST_SRV  creates and reads requests
    api_billingdocument          the action ``CreateFromSDDocument`` (OData V4): SAP makes an invoice of its documents

Sources: SAP's business hub as quoted by public clients, among them Microsoft's samples for SAP. Not called live.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from pydantic import Field

from integrations.answers import Reply
from integrations.errors import Rejected
from integrations.odata import OData, quoted
from integrations.sap_model import Terms, item
from models.messages import ErpReceipt, Receivable

V4_SERVICE: Final = "odata4/sap/api_billingdocument/srvd_a2x/sap/billingdocument"
"""What stands in place of ``odata/sap`` before the services of OData V4."""

_ACTION: Final = "0001/BillingDocument/SAP__self.CreateFromSDDocument"
_INVOICES: Final = "API_BILLING_DOCUMENT_SRV/A_BillingDocument"
_INVOICE_ITEMS: Final = "API_BILLING_DOCUMENT_SRV/A_BillingDocumentItem"
_DELIVERY_ITEMS: Final = "API_OUTBOUND_DELIVERY_SRV/A_OutbDeliveryItem"
_REQUESTS: Final = "API_CREDIT_MEMO_REQUEST_SRV/A_CreditMemoRequest"
_BETWEEN_LOOKS: Final = timedelta(hours=1)
_INVOICE: Final = "M"
_POSTED: Final = "C"


@dataclass(frozen=True, slots=True)
class BillingTerms:
    """How an installation bills: from its deliveries or from the order itself, and its document types."""

    billed_from: Literal["delivery", "order"]
    billing_type: str
    request_type: str
    request_reason: str


class _Billed(Reply):
    BillingDocument: str


class _Invoice(_Billed):
    SDDocumentCategory: str
    BillingDocumentIsCancelled: bool = False
    AccountingPostingStatus: str = ""


class _Created(Reply):
    value: tuple[_Billed, ...] = Field(min_length=1)


class _DeliveryItem(Reply):
    DeliveryDocument: str


class _Request(Reply):
    CreditMemoRequest: str
    HeaderBillingBlockReason: str = ""


class _NewRequest(Reply):
    d: _Request


class SapBilling:
    """The documents of one client of an S/4HANA system. ``actions`` reaches the services of OData V4."""

    def __init__(self, odata: OData, actions: OData, terms: BillingTerms) -> None:
        self._odata = odata
        self._actions = actions
        self._terms = terms

    async def find_invoice(self, order: str) -> ErpReceipt | None:
        """The invoice of a sales order, by SAP's number of it; whoever had it made. Several are as one."""
        items = await self._odata.query(_INVOICE_ITEMS, {"$filter": f"SalesDocument eq {quoted(order)}"}, _Billed)
        numbers = sorted({item_.BillingDocument for item_ in items})
        if not numbers:
            return None
        condition = " or ".join(f"BillingDocument eq {quoted(number)}" for number in numbers)
        found = await self._odata.query(_INVOICES, {"$filter": condition}, _Invoice)
        valid = [one for one in found if one.SDDocumentCategory == _INVOICE and not one.BillingDocumentIsCancelled]
        if not valid:
            return None
        posted = all(one.AccountingPostingStatus == _POSTED for one in valid)
        return ErpReceipt("", ",".join(one.BillingDocument for one in valid), audited=posted)

    async def invoice(self, order: str, day: date, *, patient: bool) -> ErpReceipt:
        """The invoice of a sales order; one of that day is made if there is none. Raises ``Unavailable`` while there is
        no delivery to bill: of the kind that only waits as long as we are ``patient``."""
        known = await self.find_invoice(order)
        if known is not None:
            return known
        documents = [order] if self._terms.billed_from == "order" else await self._deliveries(order)
        if not documents:
            wait = _BETWEEN_LOOKS if patient else None
            raise self._odata.words.unavailable(f"SAP has no delivery of {order} yet", retry_after=wait)
        try:
            (await self._actions.create(_ACTION, self._asked(documents, day))).read(_Created)
        except Rejected:
            made = await self.find_invoice(order)  # another try of ours, or SAP itself, may have been first
            if made is None:
                raise
            return made
        made = await self.find_invoice(order)
        if made is None:
            raise self._odata.words.unavailable(f"the invoice of {order} cannot be found, though SAP made it")
        return made

    def _asked(self, documents: Sequence[str], day: date) -> dict[str, Any]:
        return {
            "_Control": {
                "DefaultBillingDocumentType": self._terms.billing_type,
                "DefaultBillingDocumentDate": day.isoformat(),
                "AutomPostingToAcctgIsDisabled": False,
            },
            "_Reference": [{"SDDocument": document} for document in documents],
        }

    async def find_request(self, voucher_no: str) -> ErpReceipt | None:
        """The request for a credit memo under our number. Effective once SAP's people have taken its block away."""
        asked = {"$filter": f"PurchaseOrderByCustomer eq {quoted(voucher_no)}"}
        found = await self._odata.query(_REQUESTS, asked, _Request)
        return _receipt(found[0]) if found else None

    async def request(self, voucher: Receivable, terms: Terms) -> ErpReceipt:
        """Ask for a credit memo of these goods at their price."""
        header = {name: value for name, value in terms.header.items() if name != "SalesOrderType"}
        content: Mapping[str, Any] = {
            **header,
            "CreditMemoRequestType": self._terms.request_type,
            "SDDocumentReason": self._terms.request_reason,
            "SoldToParty": voucher.customer,
            "PurchaseOrderByCustomer": voucher.voucher_no,
            "TransactionCurrency": voucher.currency,
            "to_Item": [item(line, voucher.currency, terms) for line in voucher.lines],
        }
        answer = await self._odata.create(_REQUESTS, content)
        return _receipt(answer.read(_NewRequest).d)

    async def _deliveries(self, order: str) -> list[str]:
        asked = {"$filter": f"ReferenceSDDocument eq {quoted(order)}"}
        items = await self._odata.query(_DELIVERY_ITEMS, asked, _DeliveryItem)
        return sorted({item_.DeliveryDocument for item_ in items})


def _receipt(request: _Request) -> ErpReceipt:
    return ErpReceipt("", request.CreditMemoRequest, audited=not request.HeaderBillingBlockReason)
