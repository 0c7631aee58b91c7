"""Stock figures in quarantine: they cannot be mended here, only be stated anew by the partner (A6).

A SKU of a system and warehouse stands there at most once, with what was said of it last. It is closed when a snapshot
is good or names the SKU no more, and open again when it is refused again. What a person dismissed stays dismissed for
as long as the partner repeats just that.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from models.base import insert_or_replace
from models.messages import StockLine
from models.reasons import Reason, to_json
from models.work import Work
from tasks.quarantine import QUARANTINE, storable

SUBJECT = "stock"
_KEY_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class RefusedStock:
    """A SKU with every figure that a system stated of it, and what is wrong with them."""

    sku: str
    stated: Sequence[StockLine]
    reasons: Sequence[Reason]


def restate_refused(
    work: Work, system: str, warehouse: str, refused: Sequence[RefusedStock], good: Mapping[str, StockLine]
) -> None:
    """Bring quarantine in line with the newest snapshot of a system's stock in a warehouse."""
    before = {row.subject_key: row for row in _rows(work, system) if row.content["warehouse"] == warehouse}
    now = {_key(warehouse, found.sku): _row(work, system, warehouse, found) for found in refused}
    changed = [
        {**row, "refused_at": before[key].refused_at if _is_open(before.get(key)) else work.now}
        for key, row in now.items()
        if not _told_already(before.get(key), row)
    ]
    if changed:
        unique = ("company_id", "source", "subject", "subject_key")
        work.session.execute(insert_or_replace(work.session, QUARANTINE, unique, tuple(changed[0])), changed)
    for key, row in before.items():
        if row.state != "mended" and key not in now:
            line = good.get(row.content["sku"])
            content = {**(row.mended_content or {}), "stated": _figures([line] if line else [])}
            closed = {"state": "mended", "mended_at": work.now, "mended_by": work.run.actor, "mended_content": content}
            work.session.execute(update(QUARANTINE).where(QUARANTINE.c.id == row.id).values(**closed))


def open_refusals(work: Work, system: str) -> set[tuple[str, str]]:
    """Warehouse and SKU of a system's figures that its last snapshot was refused, dismissed ones included."""
    return {(row.content["warehouse"], row.content["sku"]) for row in _rows(work, system) if row.state != "mended"}


def _rows(work: Work, system: str) -> list[Any]:
    mine = (QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.source == system, QUARANTINE.c.subject == SUBJECT)
    return work.rows(select(QUARANTINE).where(*mine))


def _row(work: Work, system: str, warehouse: str, found: RefusedStock) -> dict[str, Any]:
    return {
        "company_id": work.company_id,
        "source": system,
        "subject": SUBJECT,
        "subject_key": _key(warehouse, found.sku),
        "content": storable({"warehouse": warehouse, "sku": found.sku, "stated": _figures(found.stated)}),
        "reasons": storable(to_json(found.reasons)),
        "state": "open",
        "mended_at": None,
        "mended_by": None,
        "mended_content": None,
    }


def _figures(lines: Sequence[StockLine]) -> list[dict[str, int]]:
    return [{"available": line.available, "locked": line.locked} for line in lines]


def _key(warehouse: str, sku: str) -> str:
    """A key that an index can hold, whatever the partner calls a SKU."""
    long = len(sku) > _KEY_CHARACTERS
    digest = f"…{hashlib.sha256(sku.encode('utf-8', 'replace')).hexdigest()[:16]}" if long else ""
    return str(storable(f"{warehouse}:{sku[:_KEY_CHARACTERS]}{digest}"))


def _is_open(row: Any) -> bool:
    return row is not None and row.state == "open"


def _told_already(before: Any, row: Mapping[str, Any]) -> bool:
    """Whether just this stands there, or was dismissed by a person."""
    return (
        before is not None
        and before.state in ("open", "dismissed")
        and (before.content, before.reasons) == (row["content"], row["reasons"])
    )
