"""What U8's OpenAPI answers, as far as we rely on it."""

from decimal import Decimal

from pydantic import Field

from integrations.answers import Reply
from integrations.u8_gateway import Said
from integrations.u8_voucher import CODE_FIELD


class Voucher(Reply):
    """A sales order as the list shows it."""

    code: str
    custcode: str
    state: str = ""
    fhstatus: str | int | None = None
    closer: str | None = ""
    check_code: str | None = Field(default="", alias=CODE_FIELD)


class Vouchers(Said):
    """Sales orders; ``row_count`` counts all pages."""

    row_count: int = 0
    saleorderlist: tuple[Voucher, ...]


class Entry(Reply):
    """A line of a sales order; amounts in the order's currency, and in the account set's (``nat``)."""

    inventorycode: str
    quantity: Decimal
    unitprice: Decimal | None = None
    taxunitprice: Decimal | None = None
    taxrate: Decimal | None = None
    money: Decimal | None = None
    tax: Decimal | None = None
    sum: Decimal | None = None
    natmoney: Decimal | None = None
    nattax: Decimal | None = None
    natsum: Decimal | None = None


class _Lines(Reply):
    entry: tuple[Entry, ...] = Field(min_length=1)


class WholeOrder(Said):
    """A sales order with its lines."""

    saleorder: _Lines


class Note(Reply):
    """A delivery note as the list shows it."""

    code: str
    custcode: str
    state: str = ""


class Notes(Said):
    """Delivery notes."""

    consignmentlist: tuple[Note, ...]


class Owed(Reply):
    """A receivable as the list shows it."""

    code: str
    cust_vendor_code: str
    state: str = ""


class OwedList(Said):
    """Receivables."""

    oughtreceivelist: tuple[Owed, ...]


class StockRow(Reply):
    """A batch of a product in a warehouse."""

    invcode: str
    qty: str | int | float
    availqty: str | int | float


class Stock(Said):
    """Stock; ``row_count`` counts all pages."""

    row_count: int
    currentstock: tuple[StockRow, ...]
