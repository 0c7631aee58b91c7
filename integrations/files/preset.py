"""A preset: one TOML file that says how to read the files of one source. Data, not code (I3)."""

import codecs
import os
import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from integrations.files.cells import Cells
from integrations.files.complaints import PresetError, complaints
from integrations.files.layout import (
    Join,
    LinesTable,
    OrdersTable,
    PaymentsTable,
    ProductsTable,
    StatusRule,
    Strict,
    Table,
    joins,
    needed_columns,
)
from integrations.files.locate import files_of
from integrations.files.tables import header_fingerprint, read_header
from integrations.files.toml_text import to_toml

__all__ = [
    "AnyPreset",
    "Preset",
    "PresetError",
    "Reading",
    "StatementPreset",
    "confirmed_preset",
    "find_preset",
    "load_orders_preset",
    "load_preset",
    "save_preset",
]


class Reading(Strict):
    """How cells are written. ``timezone`` is that of times without an offset; ``decimal`` is the mark of the cents.

    ``time_formats`` are ``strptime`` patterns, tried when a time is neither ISO nor year-month-day.
    """

    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    timezone: str
    decimal: Literal["point", "comma"] = "point"
    encoding: str = ""
    sheet: str = ""
    time_formats: list[str] = Field(default_factory=list)
    sku_case: Literal["upper", "keep"] = "keep"

    def cells(self) -> Cells:
        """What reads cells that are written so."""
        return Cells(decimal=self.decimal, timezone=self.timezone, time_formats=self.time_formats)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{name!r} is not a time zone such as 'Asia/Shanghai'") from error
        return name

    @field_validator("encoding")
    @classmethod
    def _known_codec(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name if name else name
        except LookupError as error:
            raise ValueError(f"{name!r} is not an encoding such as 'gb18030'") from error


class Described(Strict):
    """What every preset says: its name, how cells are written, and the headers that a person confirmed for it."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    title: str = ""
    fingerprints: list[str] = Field(default_factory=list)
    reading: Reading


class StatementPreset(Described):
    """How the statement of a payment provider that is no partner of ours is read; there are no orders in it."""

    payments: PaymentsTable

    @property
    def main(self) -> Table:
        """The table that a path to a single file means."""
        return self.payments

    def tables(self) -> list[Table]:
        """The tables that have files of their own, the joined ones last."""
        return [self.payments, *self.payments.join.values()]

    def needed_columns(self, table: Table) -> list[list[str]]:
        """Which columns the files of a table must have; of each inner list one suffices."""
        return _needed_columns(table)


class Preset(Described):
    """How the files of one source become orders, payments and products.

    ``fulfilment`` is ``hub`` (we ship) or ``reported`` (somebody else ships; the files may tell how far each order
    is). ``paid`` says whether orders count as paid when neither a status nor ``paid_at`` tells. ``opening_stock`` is
    the number of units to open per SKU.
    """

    company: str = ""
    channel: str = ""
    warehouse: str = "MAIN"
    fulfilment: Literal["hub", "reported"] = "hub"
    paid: bool = False
    opening_stock: Annotated[int, Field(ge=0)] | None = None
    orders: OrdersTable
    lines: LinesTable
    payments: PaymentsTable | None = None
    products: ProductsTable | None = None
    statuses: dict[str, StatusRule] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.orders.files and self.lines.fields.order_no is None:
            raise ValueError("lines.fields.order_no is missing: it ties each line to its order")
        if self.orders.join and not self.orders.files:
            raise ValueError("orders.join needs orders.files: there is no orders table to join to")
        if bool(self.statuses) != bool(self.orders.fields.status):
            raise ValueError("orders.fields.status and the table [statuses] need each other: words and what they mean")
        return self

    @property
    def main(self) -> Table | None:
        """The table that a path to a single file means, where orders have no table of their own."""
        return None if self.orders.files else self.lines

    def tables(self) -> list[Table]:
        """The tables that have files of their own, the joined ones last."""
        own: list[Table] = [self.lines]
        own += [table for table in (self.orders, self.payments, self.products) if table and table.files]
        return own + [join for table in own for join in joins(table).values()]

    def needed_columns(self, table: Table) -> list[list[str]]:
        """Which columns the files of a table must have; of each inner list one suffices."""
        needed = _needed_columns(table)
        if table is self.lines and not self.orders.files:
            needed += needed_columns(self.orders)
        return needed


AnyPreset = Preset | StatementPreset


def load_preset(path: Path) -> AnyPreset:
    """Read a preset; one that has ``[payments]`` and says nothing of orders is that of a statement.

    Raises ``PresetError`` naming the file, the key and the cure.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        statement = "payments" in document and not {"orders", "lines"} & document.keys()
        return (StatementPreset if statement else Preset).model_validate(document)
    except FileNotFoundError as error:
        raise PresetError(f"{path} does not exist: check the path of the preset.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PresetError(f"{path} is not valid TOML: {error}. Correct that line.") from error
    except ValidationError as error:
        raise PresetError(f"{path}: " + "; ".join(complaints(error)) + ".") from error


def load_orders_preset(path: Path) -> Preset:
    """Read a preset of orders. Raises ``PresetError``, also for that of a statement."""
    preset = load_preset(path)
    if isinstance(preset, StatementPreset):
        raise PresetError(
            f"{path} reads a statement of payments: add [orders.fields] and [lines.fields], or choose another."
        )
    return preset


def save_preset(preset: AnyPreset, path: Path) -> None:
    """Write a preset, so that ``load_preset`` gives an equal one. An older file is replaced in one step."""
    document = preset.model_dump(mode="json", exclude_defaults=True)
    unfinished = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.write_text(to_toml(document), encoding="utf-8")
    os.replace(unfinished, path)


def find_preset(presets: Path, path: Path) -> AnyPreset | None:
    """The preset in the folder ``presets`` that fits the file or folder ``path``, or ``None``.

    A header that a person confirmed decides; else every table of the preset must be there, by file name and needed
    columns, and of several such presets the one that needs most columns wins.
    Raises ``UnreadableFile`` if the files cannot be read, ``PresetError`` if a preset cannot.
    """
    if confirmed := confirmed_preset(presets, path):
        return confirmed
    known = _known(presets)
    return max((preset for preset in known if _fits(preset, path)), key=_columns_needed, default=None)


def confirmed_preset(presets: Path, path: Path) -> AnyPreset | None:
    """The preset for which a person confirmed this header, or ``None``. Raises as ``find_preset`` does."""
    for preset in _known(presets):
        if not preset.fingerprints or preset.main is None:
            continue
        files = [path] if path.is_file() else files_of(preset.main, path)
        if files and header_fingerprint(_header(preset, files[0])) in preset.fingerprints:
            return preset
    return None


def _known(presets: Path) -> list[AnyPreset]:
    return [load_preset(file) for file in sorted(presets.glob("*.toml"))]


def _fits(preset: AnyPreset, path: Path) -> bool:
    tables = preset.tables()
    if path.is_file() and len(tables) > 1:
        return False  # one file of a set cannot be read without the others: import the folder
    for table in tables:
        files = files_of(table, path)
        if not files:
            return False
        header = set(_header(preset, files[0]))
        if not all(header & set(columns) for columns in preset.needed_columns(table)):
            return False
    return True


def _header(preset: AnyPreset, file: Path) -> tuple[str, ...]:
    return read_header(file, encoding=preset.reading.encoding, sheet=preset.reading.sheet)


def _columns_needed(preset: AnyPreset) -> int:
    return sum(len(preset.needed_columns(table)) for table in preset.tables())


def _needed_columns(table: Table) -> list[list[str]]:
    return [[table.key]] if isinstance(table, Join) else needed_columns(table)
