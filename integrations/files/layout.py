"""What a preset says, as types: which files hold which table, and which column fills which field.

Every name here is a key of the TOML file; ``docs/import-files.md`` shows them in use.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

from integrations.files.cells import clean
from models.lifecycle import OrderKind, Status


class Strict(BaseModel):
    """A part of a preset. Unknown keys and values of another type are errors."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Source(Strict):
    """Where a field comes from. In TOML also short: ``"Column"``, or ``["Column", "or else this one"]``.

    ``columns`` are tried in their order, the first cell that is not blank counts; one of them must exist unless the
    source is ``optional``. ``value`` is a constant instead. ``drop_suffix`` is cut off (``17850.0`` → ``17850``); of
    ``131.77(refunded 89.84)`` stays what stands ``before`` the ``(``. ``map`` translates whole cells, those that mean
    nothing to a blank; ``default`` stands in for a blank.
    """

    columns: list[str] = []
    value: str = ""
    optional: bool = False
    drop_suffix: str = ""
    before: str = ""
    map: dict[str, str] = {}
    default: str = ""

    def text(self, row: Mapping[str, str]) -> str:
        """What the row says here, cleaned; empty if it says nothing."""
        if self.value:
            return self.value
        for column in self.columns:
            text = clean(row.get(column, ""))
            if self.drop_suffix:
                text = text.removesuffix(self.drop_suffix)
            if self.before:
                text = text.partition(self.before)[0].strip()
            if text := self.map.get(text, text):
                return text
        return self.default

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"columns": [given]}
        return {"columns": given} if isinstance(given, list) else given

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if bool(self.columns) == bool(self.value):
            raise ValueError("name either the columns or a constant value")
        return self

    @model_serializer(mode="wrap")
    def _shortest(self, full: Any) -> Any:
        said = {key: value for key, value in full(self).items() if value}
        if set(said) == {"columns"}:
            return self.columns[0] if len(self.columns) == 1 else self.columns
        return said


class Table(Strict):
    """Files with the same columns. ``files`` are patterns of file names (``*.csv``), at any depth of a folder."""

    files: list[str] = []


class Join(Table):
    """A second table that adds columns to each row: those whose ``key`` equals the row's ``column``.

    Its cells are called ``<name of the join>.<column>``.
    """

    files: Annotated[list[str], Field(min_length=1)]
    column: str
    key: str


class OrderFields(Strict):
    """The fields of an order; an order without a customer, amount or promised date is still read (A5)."""

    order_no: Source
    placed_at: Source | None = None
    updated_at: Source | None = None
    customer: Source | None = None
    customer_name: Source | None = None
    customer_grade: Source | None = None
    receiver: Source | None = None
    phone: Source | None = None
    country: Source | None = None
    province: Source | None = None
    city: Source | None = None
    district: Source | None = None
    street: Source | None = None
    currency: Source | None = None
    amount: Source | None = None
    freight: Source | None = None
    promised_on: Source | None = None
    urgent: Source | None = None
    remark: Source | None = None
    status: Source | None = None
    paid_at: Source | None = None
    shipped_at: Source | None = None
    delivered_at: Source | None = None


class KindRule(Strict):
    """Order numbers that begin with ``prefix`` are of this kind; ``flip_signs`` turns −3 returned into 3 credited."""

    prefix: Annotated[str, Field(min_length=1)]
    kind: Annotated[OrderKind, Field(strict=False)]
    flip_signs: bool = False


class OrdersTable(Table):
    """One row per order. Without ``files`` the fields are read from the rows of the lines table."""

    fields: OrderFields
    join: dict[str, Join] = {}
    kinds: list[KindRule] = []


class LineFields(Strict):
    """The fields of an order line. ``order_no`` is needed if the orders have a table of their own.

    A line without its own ``amount`` amounts to quantity × price; one without a ``price`` costs amount ÷ quantity.
    Without ``line_no`` a line is named after its SKU.
    """

    sku: Source
    quantity: Source
    order_no: Source | None = None
    line_no: Source | None = None
    title: Source | None = None
    price: Source | None = None
    amount: Source | None = None
    freight: Source | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if self.price is None and self.amount is None:
            raise ValueError("name a price or an amount")
        return self


class LinesTable(Table):
    """One row per order line. ``services`` are the codes that are money only (postage), matched in any case."""

    files: list[str] = ["*.csv", "*.csv.gz", "*.xlsx"]
    fields: LineFields
    services: list[str] = []


class PaymentFields(Strict):
    """The fields of a payment. ``amount`` is signed: a refund is negative. Where a statement writes no sign but says in
    words which way the money went, ``direction`` maps those words to ``in`` and ``out``."""

    order_no: Source
    amount: Source
    happened_at: Source
    direction: Source | None = None
    trade_no: Source | None = None
    kind: Source = Source(value="payment")
    title: Source | None = None
    fee: Source | None = None
    currency: Source | None = None


class PaymentsTable(Table):
    """One row per payment; ``id`` are the columns that together are unique."""

    files: Annotated[list[str], Field(min_length=1)]
    id: Annotated[list[str], Field(min_length=1)]
    fields: PaymentFields
    join: dict[str, Join] = {}


class ProductFields(Strict):
    """The fields of a product; the weight is in grams."""

    sku: Source
    title: Source | None = None
    weight_grams: Source | None = None
    category: Source | None = None


class ProductsTable(Table):
    """One row per product."""

    files: Annotated[list[str], Field(min_length=1)]
    fields: ProductFields


class StatusRule(Strict):
    """What one word of the file's status column means. ``hold`` is the reason code of standing still there."""

    status: Annotated[Status, Field(strict=False)]
    paid: bool = True
    hold: str = ""


def joins(table: Table) -> dict[str, Join]:
    """The tables that add columns to this one."""
    return table.join if isinstance(table, OrdersTable | PaymentsTable) else {}


def needed_columns(table: Table) -> list[list[str]]:
    """Which columns the fields, the joins and the id of a table need; of each inner list one suffices."""
    fields = getattr(table, "fields", None)
    sources = [source for _, source in fields if source is not None] if isinstance(fields, Strict) else []
    needed = [source.columns for source in sources if source.columns and not source.optional]
    joined = tuple(f"{name}." for name in joins(table))
    own = [columns for columns in needed if not any(column.startswith(joined) for column in columns)]
    own += [[join.column] for join in joins(table).values()]
    return own + [[column] for column in table.id] if isinstance(table, PaymentsTable) else own
