"""Books of an ERP, read wrongly."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from broken.way import fails
from integrations.errors import Misconfigured, PartnerError, Unavailable
from integrations.u8_database import U8Database
from models.messages import (
    ErpReceipt,
)


@fails("stock_in_the_books_is_read_to_exact_values")
class ReadsOneBatchOnly(U8Database):
    async def _query(self, statement: str, parameters: Sequence[str]) -> list[Any]:
        return await super()._query(statement.replace("SUM", "MAX"), parameters)


@fails(
    "a_connection_that_is_cut_is_an_outage",
    "a_locked_table_is_an_outage_after_a_while",
    "books_that_nobody_opens_are_an_outage",
    "no_secret_of_the_books_is_shown",
)
class TakesALockForAnEmptyBook(U8Database):
    async def find_order(self, order_no: str) -> ErpReceipt | None:
        try:
            return await super().find_order(order_no)
        except Unavailable:
            return None


class TakesAClosedOrderForAudited(U8Database):
    async def find_order(self, order_no: str) -> ErpReceipt | None:
        found = await super().find_order(order_no)
        return found and replace(found, audited=True)


class NamesNoCure(U8Database):
    def _odbc(self) -> Any:
        try:
            return super()._odbc()
        except Misconfigured as error:
            raise Misconfigured(self.name, "no module named pyodbc") from error


class HopesThatARefusedLogInPasses(U8Database):
    def _trouble(self, error: Exception) -> PartnerError:
        return Unavailable(self.name, super()._trouble(error).message)


@fails(
    "an_order_in_the_books_is_found_and_how_far_it_is",
    "a_machine_without_the_library_is_told_what_to_install",
    "a_refused_log_in_a_missing_driver_or_right_stops_the_partner",
)
class MisjudgesTheBooks(TakesAClosedOrderForAudited, NamesNoCure, HopesThatARefusedLogInPasses):
    """All of it in one run."""
