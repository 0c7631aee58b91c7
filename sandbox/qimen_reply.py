"""How the warehouse answers: one document with a flag, whatever was asked."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from sandbox.exchange import Refused, Reply


def reply(flag: str, code: str, message: str, *children: Element) -> Reply:
    """An answer with its flag."""
    response = Element("response")
    for name, text in (("flag", flag), ("code", code), ("message", message)):
        SubElement(response, name).text = text
    response.extend(children)
    body = b'<?xml version="1.0" encoding="utf-8"?>' + tostring(response, "utf-8", xml_declaration=False)
    return Reply(body, media_type="text/xml; charset=utf-8", outcome="ok" if flag == "success" else code)


def refuse(code: str, message: str) -> Refused:
    """A failure, to be raised."""
    return Refused(reply("failure", code, message))


def element(name: str, text: str | None = None) -> Element:
    """An element with a text."""
    made = Element(name)
    made.text = text
    return made


def record(element_name: str, **texts: str) -> Element:
    """An element with a child for each text."""
    made = Element(element_name)
    made.extend(element(name, text) for name, text in texts.items())
    return made
