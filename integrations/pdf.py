"""Whether a file is a whole PDF (ISO 32000-1 §7.5): partners send pages of words instead, and connections break."""

from typing import Final

MEDIA_TYPE: Final = "application/pdf"
_TAIL: Final = 1024
"""Bytes at the end among which the end mark stands."""


def is_whole_pdf(content: bytes) -> bool:
    """Whether it begins and ends as a PDF does."""
    return content.startswith(b"%PDF-") and b"%%EOF" in content[-_TAIL:]
