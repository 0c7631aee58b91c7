"""What the command line prints: sentences from the catalogue, tables that fit 80 columns, JSON for scripts."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from messages import say, say_reason, say_tag
from models.reasons import Fact, Reason
from settings import get_settings

console = Console(highlight=False, soft_wrap=False)
complaints = Console(stderr=True, highlight=False)


def t(key: str, **facts: Fact) -> str:
    """A sentence of the catalogue in the user's language."""
    return say(key, get_settings().locale, **facts)


def line(key: str, **facts: Fact) -> None:
    """Print a sentence of the catalogue."""
    console.print(t(key, **facts), markup=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, title: str = "", right: Sequence[int] = ()) -> None:
    """Print a table; ``columns`` are catalogue keys, ``right`` the numbers of the columns aligned to the right."""
    shown = Table(title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        shown.add_column(t(column), justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(str(cell) for cell in row))
    console.print(shown)


def reasons(stored: Sequence[Mapping[str, Any]]) -> str:
    """Stored reasons as sentences, one a line."""
    return "\n".join(say_reason(Reason.from_json(told), get_settings().locale) for told in stored)


def in_words(tags: Sequence[str]) -> str:
    """Tags of an order in the user's language."""
    return ", ".join(say_tag(tag, get_settings().locale) for tag in tags)


def as_json(value: Any) -> None:
    """Print a value for a script, on one document."""
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=2) + "\n")


def plain(value: Any) -> Any:
    """A value as JSON can hold it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
