"""The check code: one word that binds what ERP, warehouse and carrier call an order (C3).

``CC``, the number of the outbound without its own prefix (``R2`` for a second attempt), and a check character of ISO
7064 MOD 37,36: ``OUT0000000042-2`` → ``CC0000000042R28``. A wrong character, and nearly every pair that was swapped,
shows.
"""

import re

from stdnum.iso7064 import mod_37_36

_BODY = re.compile(r"CC(\d{10,})(?:R(\d+))?")
_MEANT = re.compile(r"CC[0-9A-Z]{9,}")
_WORD = re.compile(r"\bCC\d{10,}(?:R\d+)?[0-9A-Z]\b")


class Mistyped(ValueError):
    """It is written like a check code, and its check character does not fit."""


def check_code(outbound_no: str) -> str:
    """The code of an outbound and of the ERP order and the waybill that go with it."""
    body = "CC" + outbound_no.removeprefix("OUT").replace("-", "R")
    return body + str(mod_37_36.calc_check_digit(body))


def outbound_of_code(typed: str) -> str | None:
    """The outbound that a code stands for; ``None`` for what is no check code. Blanks, hyphens and case do not matter.

    Raises ``Mistyped``.
    """
    code = re.sub(r"[\s-]", "", typed).upper()
    if not _MEANT.fullmatch(code):
        return None
    body = _BODY.fullmatch(code[:-1])
    if body is None or not mod_37_36.is_valid(code):
        raise Mistyped(code)
    digits, attempt = body.groups()
    return f"OUT{digits}" + (f"-{attempt}" if attempt else "")


def code_in(text: str) -> str:
    """The first check code in a text that people may have written in, or nothing."""
    return next((word for word in _WORD.findall(text) if mod_37_36.is_valid(word)), "")


def with_code(code: str, text: str) -> str:
    """A text for a partner's free field that begins with the code."""
    return f"{code} {text}".strip()
