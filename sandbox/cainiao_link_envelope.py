"""What Cainiao LINK wraps messages in: XML in a form, with a digest over exactly that XML (partners.md §14)."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

Content = str | Mapping[str, "Content"] | Sequence["Content"]
"""A text, named children, or the same child several times."""


def data_digest(content: str, secret: str) -> str:
    """Base64 over the sixteen bytes of the MD5 of content and secret."""
    return b64encode(hashlib.md5((content + secret).encode()).digest()).decode()


def document(root: str, content: Mapping[str, Content]) -> str:
    """One XML document."""
    element = Element(root)
    _fill(element, content)
    return '<?xml version="1.0" encoding="utf-8"?>' + tostring(element, "unicode")


def fields_of(text: str) -> dict[str, str]:
    """The pairs of an `extendFields` such as `a:1;b:2;`."""
    pairs = (pair.partition(":") for pair in text.split(";") if pair)
    return {name: value for name, _, value in pairs}


def fields_text(fields: Mapping[str, str]) -> str:
    """The reverse of ``fields_of``."""
    return "".join(f"{name}:{value};" for name, value in fields.items())


def _fill(element: Element, content: Mapping[str, Content]) -> None:
    for name, child in content.items():
        for one in [child] if isinstance(child, str | Mapping) else child:
            below = SubElement(element, name)
            if isinstance(one, Mapping):
                _fill(below, one)
            else:
                below.text = str(one)
