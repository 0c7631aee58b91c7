"""What SAP's services consist of: entity types with their keys, properties and navigations, and the `$metadata` of it.

Only a part of each real type; whatever is not in it is refused, as SAP does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

TEXT, DECIMAL, DAY, MOMENT = "Edm.String", "Edm.Decimal", "Edm.DateTime", "Edm.DateTimeOffset"
YES_OR_NO = "Edm.Boolean"


@dataclass(frozen=True)
class EntityType:
    """`keys` are among the `properties`; `to_many` leads to other entity sets."""

    keys: tuple[str, ...]
    properties: Mapping[str, str]
    to_many: Mapping[str, str]


def _texts(names: str) -> dict[str, str]:
    return dict.fromkeys(names.split(), TEXT)


SALES_ORDERS = "API_SALES_ORDER_SRV"
MATERIAL_STOCK = "API_MATERIAL_STOCK_SRV"
BILLING = "API_BILLING_DOCUMENT_SRV"
DELIVERIES = "API_OUTBOUND_DELIVERY_SRV"
CREDIT_REQUESTS = "API_CREDIT_MEMO_REQUEST_SRV"
ORDER, ITEM, STOCK = "A_SalesOrder", "A_SalesOrderItem", "A_MatlStkInAcctMod"
INVOICE, INVOICE_ITEM = "A_BillingDocument", "A_BillingDocumentItem"
DELIVERY_ITEM, REQUEST = "A_OutbDeliveryItem", "A_CreditMemoRequest"

SERVICES: Mapping[str, Mapping[str, EntityType]] = {
    SALES_ORDERS: {
        ORDER: EntityType(
            ("SalesOrder",),
            _texts(
                "SalesOrder SalesOrderType SalesOrganization DistributionChannel OrganizationDivision SoldToParty "
                "PurchaseOrderByCustomer AssignmentReference TransactionCurrency DeliveryBlockReason "
                "OverallSDProcessStatus "
                "OverallTotalDeliveryStatus OverallSDDocumentRejectionSts TotalCreditCheckStatus "
                "YY1_Progress_SDH YY1_Outbound_SDH YY1_Waybills_SDH"
            )
            | {"RequestedDeliveryDate": DAY, "SalesOrderDate": DAY, "LastChangeDateTime": MOMENT},
            {"to_Item": ITEM, "to_Partner": "A_SalesOrderHeaderPartner", "to_Text": "A_SalesOrderText"},
        ),
        ITEM: EntityType(
            ("SalesOrder", "SalesOrderItem"),
            _texts(
                "SalesOrder SalesOrderItem Material RequestedQuantityUnit SalesOrderItemText SalesDocumentRjcnReason "
                "DeliveryStatus"
            )
            | {"RequestedQuantity": DECIMAL},
            {"to_PricingElement": "A_SalesOrderItemPrElement"},
        ),
        "A_SalesOrderItemPrElement": EntityType(
            ("SalesOrder", "SalesOrderItem", "PricingProcedureStep", "PricingProcedureCounter"),
            _texts(
                "SalesOrder SalesOrderItem PricingProcedureStep PricingProcedureCounter ConditionType ConditionCurrency"
            )
            | {"ConditionRateValue": DECIMAL},
            {},
        ),
        "A_SalesOrderHeaderPartner": EntityType(
            ("SalesOrder", "PartnerFunction"), _texts("SalesOrder PartnerFunction Customer"), {}
        ),
        "A_SalesOrderText": EntityType(
            ("SalesOrder", "Language", "LongTextID"), _texts("SalesOrder Language LongTextID LongText"), {}
        ),
    },
    MATERIAL_STOCK: {
        STOCK: EntityType(
            ("Material", "Plant", "StorageLocation", "InventoryStockType", "InventorySpecialStockType"),
            _texts("Material Plant StorageLocation InventoryStockType InventorySpecialStockType MaterialBaseUnit")
            | {"MatlWrhsStkQtyInMatlBaseUnit": DECIMAL},
            {},
        ),
    },
    BILLING: {
        INVOICE: EntityType(
            ("BillingDocument",),
            _texts(
                "BillingDocument BillingDocumentType SDDocumentCategory SoldToParty TransactionCurrency "
                "AccountingPostingStatus"
            )
            | {"BillingDocumentIsCancelled": YES_OR_NO},
            {},
        ),
        INVOICE_ITEM: EntityType(
            ("BillingDocument", "BillingDocumentItem"),
            _texts("BillingDocument BillingDocumentItem SalesDocument Material") | {"BillingQuantity": DECIMAL},
            {},
        ),
    },
    DELIVERIES: {
        DELIVERY_ITEM: EntityType(
            ("DeliveryDocument", "DeliveryDocumentItem"),
            _texts("DeliveryDocument DeliveryDocumentItem ReferenceSDDocument Material"),
            {},
        ),
    },
    CREDIT_REQUESTS: {
        REQUEST: EntityType(
            ("CreditMemoRequest",),
            _texts(
                "CreditMemoRequest CreditMemoRequestType SalesOrganization DistributionChannel OrganizationDivision "
                "SoldToParty PurchaseOrderByCustomer TransactionCurrency SDDocumentReason HeaderBillingBlockReason"
            ),
            {"to_Item": "A_CreditMemoRequestItem"},
        ),
        "A_CreditMemoRequestItem": EntityType(
            ("CreditMemoRequest", "CreditMemoRequestItem"),
            _texts("CreditMemoRequest CreditMemoRequestItem Material RequestedQuantityUnit")
            | {"RequestedQuantity": DECIMAL},
            {"to_PricingElement": "A_CreditMemoReqItemPrcgElmnt"},
        ),
        "A_CreditMemoReqItemPrcgElmnt": EntityType(
            ("CreditMemoRequest", "CreditMemoRequestItem", "PricingProcedureStep", "PricingProcedureCounter"),
            _texts(
                "CreditMemoRequest CreditMemoRequestItem PricingProcedureStep PricingProcedureCounter ConditionType "
                "ConditionCurrency"
            )
            | {"ConditionRateValue": DECIMAL},
            {},
        ),
    },
}


def metadata(service: str) -> str:
    """The EDMX document of a service."""
    types = SERVICES[service]
    links = [(name, nav, target) for name, kind in types.items() for nav, target in kind.to_many.items()]
    parts = [
        "".join(_entity_type(service, name, kind) for name, kind in types.items()),
        "".join(_association(service, name, nav, target) for name, nav, target in links),
        f'<EntityContainer Name="{service}_Entities" m:IsDefaultEntityContainer="true">',
        "".join(f'<EntitySet Name="{name}" EntityType="{service}.{name}Type"/>' for name in types),
        "".join(_association_set(service, name, nav, target) for name, nav, target in links),
        "</EntityContainer>",
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<edmx:Edmx Version="1.0" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" '
        'xmlns:m="http://schemas.microsoft.com/ado/2007/08/dataservices/metadata" '
        'xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices m:DataServiceVersion="2.0">'
        f'<Schema Namespace="{service}" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">'
        f"{''.join(parts)}</Schema></edmx:DataServices></edmx:Edmx>"
    )


def _entity_type(service: str, name: str, kind: EntityType) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(key)}/>" for key in kind.keys)
    properties = "".join(_property(field, edm, key=field in kind.keys) for field, edm in kind.properties.items())
    ways = "".join(
        f'<NavigationProperty Name="{nav}" Relationship="{service}.{name}_{nav}" '
        f'FromRole="From_{nav}" ToRole="To_{nav}"/>'
        for nav in kind.to_many
    )
    return f'<EntityType Name="{name}Type"><Key>{keys}</Key>{properties}{ways}</EntityType>'


def _property(name: str, edm: str, *, key: bool) -> str:
    size = ' Precision="15" Scale="3"' if edm == DECIMAL else ""
    return f'<Property Name="{name}" Type="{edm}" Nullable="{"false" if key else "true"}"{size}/>'


def _association(service: str, name: str, nav: str, target: str) -> str:
    return (
        f'<Association Name="{name}_{nav}"><End Type="{service}.{name}Type" Multiplicity="1" Role="From_{nav}"/>'
        f'<End Type="{service}.{target}Type" Multiplicity="*" Role="To_{nav}"/></Association>'
    )


def _association_set(service: str, name: str, nav: str, target: str) -> str:
    return (
        f'<AssociationSet Name="{name}_{nav}Set" Association="{service}.{name}_{nav}">'
        f'<End EntitySet="{name}" Role="From_{nav}"/><End EntitySet="{target}" Role="To_{nav}"/></AssociationSet>'
    )
