"""Turns what the hub knows into HTML, in the visitor's language and the company's time."""

from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from messages import LOCALES, UnknownMessage, say, say_reason, say_tag
from models.lifecycle import HoldKind, Status
from tasks.links import run_url

_SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",  # personal data
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def page(template: str, language: str, zone: str, status: int = 200, **shown: Any) -> HTMLResponse:
    """A page of ``web/templates``; it remembers the language."""
    others = (other for other in LOCALES if other != language)
    spoken = {
        "language": language,
        "other_language": next(others),
        "t": partial(_say, language),
        "word": partial(_word, language),
        "why": partial(say_reason, locale=language),
        "tag": partial(say_tag, locale=language),
        "when": partial(_when, ZoneInfo(zone)),
        "iso": lambda moment: moment.astimezone(UTC).isoformat(),
        "run_url": run_url,
        "statuses": [*Status],
        "kinds": [*HoldKind],
    }
    body = _templates().get_template(template).render({**spoken, **shown})
    response = HTMLResponse(body, status, _SAFE)
    response.set_cookie("lang", language, httponly=True, samesite="lax")
    return response


@cache
def _templates() -> Environment:
    loader = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _say(language: str, key: str, **facts: Any) -> str:
    return say(f"console-{key}", language, **facts)


def _word(language: str, group: str, value: str) -> str:
    """A word of the database in the visitor's language; one that the catalogue does not have stays as it is."""
    key = f"{group}-{value}" if group in ("status", "hold") else f"console-{group}-{value}"
    try:
        return say(key, language)
    except UnknownMessage:
        return value


def _when(zone: ZoneInfo, moment: datetime | None) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""
