"""What stands in a mail: who sent it, its subject, its attachments, however they are encoded. No I/O."""

import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, parseaddr
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST: Final = 50
"""Characters of each part of a name: file systems allow 255 bytes in all."""


def sender_of(head: Message) -> str:
    """The address behind ``From``, in small letters."""
    return parseaddr(str(head.get("from", "")))[1].lower()


def subject_of(head: Message) -> str:
    """The subject on one line."""
    return " ".join(_decoded(str(head.get("subject", ""))).split())


def fits(text: str, patterns: Sequence[str]) -> bool:
    """Whether one of the patterns is that of the text, in any case."""
    return any(fnmatchcase(text.lower(), pattern.lower()) for pattern in patterns)


def attachments(content: bytes, patterns: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Name and content of the attachments whose names fit; a name is never a path."""
    for part in message_from_bytes(content).walk():
        name = _name(part)
        data = part.get_payload(decode=True)
        if name and isinstance(data, bytes) and fits(name, patterns):
            yield name, data


def _name(part: Message) -> str:
    stated = part.get_param("filename", None, "content-disposition") or part.get_param("name", None, "content-type")
    if not stated:
        return ""
    plain = _CONTROL.sub("", _decoded(collapse_rfc2231_value(stated))).replace("\\", "/")
    stem, dot, ending = PurePosixPath(plain).name.strip().partition(".")
    return f"{stem[:_LONGEST]}{dot}{ending[-12:]}"


def _decoded(text: str) -> str:
    """Encoded words (RFC 2047) as text; what cannot be decoded stays as it stands."""
    try:
        parts = decode_header(text)
    except HeaderParseError:
        return text
    return "".join(part if isinstance(part, str) else _text(part, charset) for part, charset in parts)


def _text(part: bytes, charset: str | None) -> str:
    # What calls itself gb2312 usually is its superset.
    codec = "gb18030" if (charset or "").lower() in {"gb2312", "gbk"} else charset or "utf-8"
    try:
        return part.decode(codec)
    except (LookupError, UnicodeDecodeError):
        return part.decode("gb18030", "replace")
