"""What WeChat pushes about a shop, in JSON or XML: which order an event is about. No I/O."""

import json
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from integrations.markup import read_xml, text_of
from integrations.reading import section, text


def sealed_content(body: bytes) -> str:
    """What stands in ``Encrypt``. Raises ``ValueError`` if nothing does."""
    sealed = text_of(read_xml(body), "Encrypt") if _is_xml(body) else text(_object(body).get("Encrypt"))
    if not sealed:
        raise ValueError("the push is not encrypted")
    return sealed


def order_named(event: bytes) -> str:
    """The ``order_id`` in an event, whichever of its parts has it; the empty string if none does.

    Raises ``ValueError`` for what is neither JSON nor XML.
    """
    if _is_xml(event):
        found: Element | None = read_xml(event).find("./*/order_id")
        return (found.text or "").strip() if found is not None else ""
    parts = map(section, _object(event).values())
    return next((number for part in parts if (number := text(part.get("order_id")))), "")


def _is_xml(body: bytes) -> bool:
    return body.lstrip().startswith(b"<")


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        return section(json.loads(body))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
