"""The ERP's state: bills with their approval chain, and its own view of the stock."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

SALES_ORDER = "SAL_SaleOrder"


class DocumentStatus(StrEnum):
    """The approval chain of a bill (partners.md §9)."""

    DRAFT = "Z"
    CREATED = "A"
    IN_REVIEW = "B"
    AUDITED = "C"
    RE_REVIEW = "D"
    """Was in review or audited, and may be changed again."""


@dataclass
class Document:
    """A saved bill; `model` is the JSON object last saved."""

    form: str
    id: int
    number: str
    model: dict[str, Any]
    created_at: datetime
    modified_at: datetime
    status: DocumentStatus = DocumentStatus.CREATED
    cancelled: bool = False


@dataclass
class Erp:
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    """(form, number) → document."""
    stock: dict[tuple[str, str], int] = field(default_factory=dict)
    """(warehouse, SKU) → pieces."""
    sessions: set[str] = field(default_factory=set)
    tokens: dict[str, str] = field(default_factory=dict)
    """Session or account → the token that holds for it."""
    _issued: set[str] = field(default_factory=set)
    _by_id: dict[int, Document] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        self.documents[document.form, document.number] = document
        self._by_id[document.id] = document

    def remove(self, document: Document) -> None:
        del self.documents[document.form, document.number], self._by_id[document.id]

    def of_form(self, form: str) -> list[Document]:
        return [document for (kind, _), document in self.documents.items() if kind == form]

    def by_id(self, form: str, identifier: int) -> Document | None:
        document = self._by_id.get(identifier)
        return document if document and document.form == form else None

    def issue(self, order_number: str) -> None:
        """Somebody issues the goods of a sales order, which is named by the hub's number."""
        self._issued.add(order_number)

    def is_issued(self, order_number: str) -> bool:
        return order_number in self._issued

    def move_stock(self, warehouse: str, sku: str, change: int) -> None:
        """Post a movement, if the ERP counts this SKU there at all."""
        if (warehouse, sku) in self.stock:
            self.stock[warehouse, sku] += change
