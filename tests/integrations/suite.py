"""The whole conformance suite: every check is registered once this is imported."""

import conformance_books
import conformance_channels
import conformance_content
import conformance_documents
import conformance_invoices
import conformance_warehouses
from conformance import CHECKS, checks_for, failed_checks

PARTS = (
    conformance_books,
    conformance_channels,
    conformance_content,
    conformance_documents,
    conformance_invoices,
    conformance_warehouses,
)
"""What is asked besides the questions for all, field by field."""

__all__ = ["CHECKS", "PARTS", "checks_for", "failed_checks"]
