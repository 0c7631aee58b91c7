"""A DingTalk approval instance: what is kept of it, and its form's components as fields and tables."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from integrations.approval_form import Approval, Form, Verdict
from integrations.reading import Reader, section, text

_STATED: Final = (
    "title",
    "businessId",
    "status",
    "result",
    "bizAction",
    "mainProcessInstanceId",
    "createTime",
    "finishTime",
    "originatorUserId",
    "formComponentValues",
)
_VERDICTS: Final = {
    ("COMPLETED", "agree"): Verdict.APPROVED,
    ("COMPLETED", "refuse"): Verdict.OFF,
    ("TERMINATED", ""): Verdict.OFF,
    ("RUNNING", ""): Verdict.PENDING,
}
_TABLE: Final = "TableField"


def statement(number: str, instance: Mapping[str, Any]) -> dict[str, Any]:
    """What the instance says of the order, under its own number; the steps of the approval say nothing of it."""
    return {"processInstanceId": number, **{name: instance[name] for name in _STATED if name in instance}}


def approval_of(instance: Mapping[str, Any], reader: Reader, seen_at: datetime) -> Approval:
    """Read an instance. One that changes or revokes another (``bizAction``) is no order of its own: its status is not
    in the table."""
    status = text(instance.get("status"))
    result = text(instance.get("result")) if status == "COMPLETED" else ""
    action = text(instance.get("bizAction"))
    placed_at = reader.moment(instance.get("createTime"), iso_time) or seen_at
    ended = instance.get("finishTime")
    return Approval(
        number=text(instance.get("processInstanceId")),
        applicant=text(instance.get("originatorUserId")),
        status=action if action not in {"", "NONE"} else status if result in {"", "agree"} else result,
        verdict=_VERDICTS.get((status, result)) if action in {"", "NONE"} else None,
        placed_at=placed_at,
        updated_at=(reader.moment(ended, iso_time) or seen_at) if ended else placed_at,
        form=form_of(instance.get("formComponentValues")),
    )


def form_of(components: object) -> Form:
    """Components by name. A detail table's value is JSON: rows of ``rowValue`` with ``label`` and ``value``, or rows of
    ``name`` and ``value`` as they were sent when the approval was made by a program."""
    values: dict[str, str] = {}
    tables: dict[str, list[dict[str, str]]] = {}
    for component in components if isinstance(components, list) else ():
        name, value = text(section(component).get("name")), section(component).get("value")
        if not name:
            continue
        if text(section(component).get("componentType")) == _TABLE:
            tables[name] = _rows(value)
        else:
            values[name] = text(value)
    return Form(values, tables)


def _rows(value: object) -> list[dict[str, str]]:
    try:
        rows = json.loads(text(value), strict=False)
    except (ValueError, RecursionError):
        return []
    return [_row(row) for row in rows] if isinstance(rows, list) else []


def _row(row: object) -> dict[str, str]:
    cells = section(row).get("rowValue", row)
    named = [section(cell) for cell in cells] if isinstance(cells, list) else []
    return {text(cell.get("label") or cell.get("name")): text(cell.get("value")) for cell in named}


def iso_time(written: str) -> datetime:
    """A time such as ``2026-05-04T12:00Z``. Raises ``ValueError``."""
    at = datetime.fromisoformat(written)
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.astimezone(UTC)
