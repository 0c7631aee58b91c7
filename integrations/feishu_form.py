"""A Feishu approval instance: what is kept of it, and its form's widgets as fields and tables."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from integrations.approval_form import Approval, Form, Verdict
from integrations.reading import Reader, section, text

_STATED: Final = (
    "approval_code",
    "approval_name",
    "serial_number",
    "status",
    "reverted",
    "start_time",
    "end_time",
    "open_id",
    "user_id",
    "form",
)
_VERDICTS: Final = {
    "PENDING": Verdict.PENDING,
    "APPROVED": Verdict.APPROVED,
    "REJECTED": Verdict.OFF,
    "CANCELED": Verdict.OFF,
    "DELETED": Verdict.OFF,
    "REVERTED": Verdict.OFF,
}
_TABLE: Final = "fieldList"


def statement(code: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    """What the instance says of the order, under its own code; the steps of the approval say nothing of it, but when
    one was revoked after its end stands only there."""
    stated = {"instance_code": code, **{name: instance[name] for name in _STATED if name in instance}}
    steps = instance.get("timeline")
    if instance.get("reverted") is True and isinstance(steps, list) and steps:
        stated["reverted_time"] = section(steps[-1]).get("create_time")
    return stated


def changed_at(stated: Mapping[str, Any]) -> datetime | None:
    """When the instance was revoked, ended, or else began; ``None`` if that cannot be read."""
    for name in ("reverted_time", "end_time", "start_time"):
        if text(stated.get(name)) not in {"", "0"}:
            try:
                return unix_time(text(stated[name]))
            except (ValueError, OverflowError, OSError):
                return None
    return None


def approval_of(instance: Mapping[str, Any], reader: Reader, seen_at: datetime) -> Approval:
    """Read an instance."""
    status = "REVERTED" if instance.get("reverted") is True else text(instance.get("status"))
    return Approval(
        number=text(instance.get("instance_code")),
        applicant=text(instance.get("open_id")) or text(instance.get("user_id")),
        status=status,
        verdict=_VERDICTS.get(status),
        placed_at=reader.moment(instance.get("start_time"), unix_time) or seen_at,
        updated_at=changed_at(instance) or seen_at,
        form=form_of(instance.get("form")),
    )


def form_of(form: object) -> Form:
    """The widgets by name; ``form`` is JSON inside JSON. A detail table's value is a list of rows of widgets."""
    values: dict[str, str] = {}
    tables: dict[str, list[dict[str, str]]] = {}
    for widget in map(section, _widgets(form)):
        name, value = text(widget.get("name")), widget.get("value")
        if text(widget.get("type")) == _TABLE:
            rows = value if isinstance(value, list) else []
            tables[name] = [
                {text(section(cell).get("name")): _said(section(cell).get("value")) for cell in row}
                for row in rows
                if isinstance(row, list)
            ]
        else:
            values[name] = _said(value)
    return Form(values, tables)


def _widgets(form: object) -> list[Any]:
    try:
        # Amounts are numbers there: as text they lose nothing.
        read = json.loads(str(form), strict=False, parse_float=str)
    except (ValueError, RecursionError):
        return []
    return read if isinstance(read, list) else []


def _said(value: object) -> str:
    """Several choices as a list; of a telephone the number."""
    if isinstance(value, list):
        return ", ".join(map(text, value))
    return text(section(value).get("nationalNumber")) if isinstance(value, dict) else text(value)


def unix_time(written: str) -> datetime:
    """Milliseconds since 1970. Raises ``ValueError``."""
    return datetime.fromtimestamp(int(written) / 1000, UTC)
