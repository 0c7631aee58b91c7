"""An approval's form as an order: the connection's settings say which field of the form is what (A1)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from integrations.reading import Reader, text
from models.messages import Address, ChannelLine, ChannelOrder, Party


class FormFields(BaseModel):
    """What the fields of the form are called. One that is not named is not read; one that is named must be in the form.

    With ``lines`` the fields of a line stand in that detail table; without, the form is an order of one line.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sku: str = Field(min_length=1, description="Our article number")
    quantity: str = Field(min_length=1, description="How many")
    receiver: str = Field(min_length=1, description="Who receives the goods")
    phone: str = Field(min_length=1, description="The receiver's telephone number")
    street: str = Field(min_length=1, description="The address below the city, or the whole of it")
    lines: str = Field(default="", description="The detail table with the lines")
    title: str = Field(default="", description="What the article is called")
    unit: str = Field(default="", description="What the quantity counts, such as a box")
    price: str = Field(default="", description="Price of a piece; without it the goods cost nothing")
    total: str = Field(default="", description="What the order costs in all")
    freight: str = Field(default="", description="Freight, which is a part of the total")
    customer: str = Field(default="", description="Code of the customer; without it whoever applied")
    province: str = Field(default="", description="Province of the receiver")
    city: str = Field(default="", description="City of the receiver")
    district: str = Field(default="", description="District of the receiver")
    promised_on: str = Field(default="", description="The day for which the goods are asked, YYYY-MM-DD")
    remark: str = Field(default="", description="What else is to be known")


class Verdict(StrEnum):
    """How far an approval is. What is approved may be shipped; what is refused, withdrawn or revoked is cancelled."""

    PENDING = "pending"
    APPROVED = "approved"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in: fields by name, and the rows of detail tables."""

    values: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Approval:
    """One approval. ``verdict`` is ``None`` where the partner's ``status`` is not in its table."""

    number: str
    applicant: str
    status: str
    verdict: Verdict | None
    placed_at: datetime
    updated_at: datetime
    form: Form


def order_of(approval: Approval, fields: FormFields, currency: str, reader: Reader) -> ChannelOrder:
    """The order that an approval asks for; ``reader`` holds the flaws met so far.

    A field that the settings name and the form does not have is a flaw with its name: the form was changed, or the
    settings are wrong.
    """
    if approval.verdict is None:
        reader.note("channel-status-unknown", approval.status, fact="status")
    said = _asked_of(approval.form.values, reader)
    lines = _lines(approval.form, fields, currency, reader)
    customer = said(fields.customer) or approval.applicant
    freight = (reader.minor(said(fields.freight), currency) or 0) if fields.freight else 0
    goods = _sum(lines)
    total = None if goods is None else goods + freight
    if fields.total:
        total = reader.minor(said(fields.total), currency)
    return ChannelOrder(
        order_no=approval.number,
        placed_at=approval.placed_at,
        updated_at=approval.updated_at,
        currency=currency,
        amount_minor=total,
        customer=Party(customer, customer),
        receiver=Address(
            name=said(fields.receiver),
            phone=said(fields.phone),
            province=said(fields.province),
            city=said(fields.city),
            district=said(fields.district),
            street=said(fields.street),
        ),
        lines=lines,
        paid=approval.verdict is Verdict.APPROVED,
        cancelled=approval.verdict is Verdict.OFF,
        freight_minor=freight,
        promised_on=reader.day(day) if (day := said(fields.promised_on)[:10]) else None,
        remark=said(fields.remark),
        flaws=tuple(reader.flaws),
    )


def _asked_of(values: Mapping[str, str], reader: Reader) -> Callable[[str], str]:
    """Reads a field by the name that the settings give it; the empty name is not asked for."""

    def said(name: str) -> str:
        if name and name not in values:
            reader.note("form-field-missing", name, fact="field")
        return text(values.get(name)) if name else ""

    return said


def _lines(form: Form, fields: FormFields, currency: str, reader: Reader) -> tuple[ChannelLine, ...]:
    if not fields.lines:
        return (_line(1, form.values, fields, currency),)
    rows = form.tables.get(fields.lines)
    if rows is None:
        reader.note("form-field-missing", fields.lines, fact="field")
    if not rows:
        reader.note("lines-missing", "")
        return ()
    return tuple(_line(place, row, fields, currency) for place, row in enumerate(rows, start=1))


def _line(place: int, row: Mapping[str, str], fields: FormFields, currency: str) -> ChannelLine:
    reader = Reader()
    said = _asked_of(row, reader)
    quantity = reader.quantity(said(fields.quantity))
    price = reader.minor(said(fields.price), currency, "price-unreadable") if fields.price else 0
    return ChannelLine(
        line_no=str(place),
        sku=said(fields.sku),
        quantity=quantity,
        price_minor=price,
        amount_minor=None if price is None or quantity is None else price * quantity,
        title=said(fields.title),
        unit=said(fields.unit),
        flaws=tuple(reader.flaws),
        raw=dict(row),
    )


def _sum(lines: Sequence[ChannelLine]) -> int | None:
    amounts = [line.amount_minor for line in lines]
    return None if None in amounts else sum(amount for amount in amounts if amount is not None)
