"""From a mapping that a person confirmed to the preset that keeps it (A2)."""

from collections.abc import Mapping, Sequence

from integrations.files.preset import Preset
from integrations.files.tables import header_fingerprint


def preset_of(
    mapping: Mapping[str, str],
    header: Sequence[str],
    *,
    name: str,
    currency: str,
    timezone: str,
    paid: bool = True,
    sheet: str = "",
) -> Preset:
    """The preset of a file with one row per order line.

    ``mapping`` is field → column, the fields named ``orders.order_no`` or ``lines.sku``. The preset knows ``header``
    again, so the next file of this layout needs no question. A statement of status is left out: its words need
    ``[statuses]``. Raises ``ValueError`` (pydantic) if a required field has no column or a field does not exist.
    """
    fields: dict[str, dict[str, str]] = {"orders": {}, "lines": {}}
    for path, column in mapping.items():
        table, _, field = path.partition(".")
        if path != "orders.status":
            fields[table][field] = column
    return Preset.model_validate(
        {
            "name": name,
            "paid": paid,
            "fingerprints": [header_fingerprint(header)],
            "reading": {"currency": currency, "timezone": timezone, "sheet": sheet},
            "orders": {"fields": fields["orders"]},
            "lines": {"fields": fields["lines"]},
        }
    )
