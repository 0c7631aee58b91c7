"""What a run leaves for people to read: a table of what happened, as a Prefect artifact."""

from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from prefect.artifacts import acreate_table_artifact

from messages import say_reason
from models.reasons import Reason
from settings import get_settings


async def publish(key: str, title: str, done: Sequence[object]) -> None:
    """One row per step and batch that did something; a run with nothing to do leaves no table."""
    rows = [_row(step) for step in done]
    if rows:
        await acreate_table_artifact(table=rows, key=key, description=title)


def _row(step: object) -> dict[str, Any]:
    told = asdict(step) if is_dataclass(step) and not isinstance(step, type) else {}
    plain = {name.replace("_", " "): _cell(value) for name, value in told.items()}
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
