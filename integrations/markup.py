"""XML in and out: entities of the sender's own are refused, any text of ours survives."""

import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

_NOT_IN_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BEFORE_DECLARATION: Final = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s|<!--(?:(?!-->).)*+-->)*+(?=<\?xml)", re.DOTALL)

Tree = str | dict[str, "Tree"] | list["Tree"]
"""What ``write_xml`` takes: a text, named children, or the same child several times."""


class NotXml(ValueError):
    """The bytes are not well-formed XML, or bring entities or a document type of their own."""


def read_xml(body: bytes) -> Element:
    """Parse; a comment before the declaration is tolerated, as some warehouses send it. Raises ``NotXml``."""
    try:
        return fromstring(_BEFORE_DECLARATION.sub(b"", body), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise NotXml(str(error) or type(error).__name__) from error


def write_xml(root: str, content: Tree) -> bytes:
    """One UTF-8 document; characters that XML cannot carry become ``U+FFFD``."""
    document: bytes = tostring(_element(Element(root), content), encoding="utf-8")
    return b'<?xml version="1.0" encoding="utf-8"?>' + document


def _element(element: Element, content: Tree) -> Element:
    if isinstance(content, str):
        element.text = _NOT_IN_XML.sub("\ufffd", content)
    elif isinstance(content, dict):
        for name, child in content.items():
            for one in child if isinstance(child, list) else [child]:
                _element(SubElement(element, name), one)
    else:
        raise TypeError("a list needs a name above it")
    return element


def text_of(element: Element | None, path: str) -> str:
    """The text at ``path`` without the space around it, or the empty string."""
    return (element.findtext(path) or "").strip() if element is not None else ""
