"""What a run leaves for people to read, as Prefect artifacts: what happened, and the orders that want a look."""

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from messages import say_reason
from models.order_number import order_number
from models.reasons import Reason
from settings import get_settings
from tasks.hub import LookAt

MOST_LINKS = 50
"""Orders that one artifact names; the console has the others."""


async def publish(key: str, title: str, done: Sequence[object]) -> None:
    """One row per step and batch that did something, and a link to each order that it wants people to look at.

    A run with nothing to do leaves nothing.
    """
    rows = [_row(step) for step in done]
    if rows:
        await acreate_table_artifact(table=rows, key=key, description=title)
    wanted = [look for step in done for look in getattr(step, "look_at", ())]
    if wanted:
        await acreate_markdown_artifact(markdown=_links(wanted), key=f"{key}-orders", description=title)


def _row(step: object) -> dict[str, Any]:
    told = asdict(step) if is_dataclass(step) and not isinstance(step, type) else {}
    plain = {name.replace("_", " "): _cell(value) for name, value in told.items() if name != "look_at"}
    return {"step": type(step).__name__.lower(), **plain}


def _cell(value: object) -> object:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {count}" for name, count in value.items()) or "-"
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value)) or "-"
    return value


def _words(item: object) -> str:
    """A stored reason as its sentence."""
    if isinstance(item, dict) and "code" in item:
        return say_reason(Reason.from_json(item), get_settings().locale)
    return str(item)


def _links(wanted: Sequence[LookAt]) -> str:
    settings = get_settings()
    lines = []
    for look in wanted[:MOST_LINKS]:
        number = order_number(look.order_id)
        lines.append(f"- [{number}]({settings.web_url}/orders/{number}): {say_reason(look.why, settings.locale)}")
    if len(wanted) > MOST_LINKS:
        lines.append(f"- … + {len(wanted) - MOST_LINKS}")
    return "\n".join(lines)
