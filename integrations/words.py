"""Errors in a partner's name, with its secrets struck out of whatever text they are made from."""

import re
from collections.abc import Iterable
from datetime import timedelta

from integrations.errors import Conflict, Forged, Misconfigured, Rejected, Unavailable

LONGEST = 300
"""Characters of a partner's text that an error keeps."""

QUIET = timedelta(seconds=30)
"""How long a partner is left alone that was called too often and does not say for how long."""


class Words:
    """Makes the errors of one partner. Partners echo requests in their refusals, and so our secrets."""

    def __init__(self, partner: str, secrets: Iterable[str]) -> None:
        self.partner = partner
        found = sorted((re.escape(secret) for secret in secrets if secret), key=len, reverse=True)
        self._secret = re.compile("|".join(found)) if found else None

    def __repr__(self) -> str:
        return f"Words({self.partner!r})"

    def clean(self, text: str) -> str:
        """``text`` on one line, without secrets, cut to ``LONGEST``."""
        shown = self._secret.sub("***", text) if self._secret else text
        return " ".join(shown.split())[:LONGEST]

    def conflict(self, text: str, *, code: str = "") -> Conflict:
        return Conflict(self.partner, self.clean(text), code=self.clean(code))

    def unavailable(
        self,
        text: str,
        *,
        code: str = "",
        retry_after: timedelta | None = None,
        outcome_unknown: bool = False,
    ) -> Unavailable:
        return Unavailable(
            self.partner,
            self.clean(text),
            code=self.clean(code),
            retry_after=retry_after,
            outcome_unknown=outcome_unknown,
        )

    def too_often(self, text: str, *, code: str = "", wait: timedelta | None = None) -> Unavailable:
        """The partner did nothing, for it was called too often: everybody leaves it alone for ``wait``."""
        return self.unavailable(text, code=code, retry_after=wait or QUIET)

    def misconfigured(self, text: str, *, code: str = "") -> Misconfigured:
        return Misconfigured(self.partner, self.clean(text), code=self.clean(code))

    def rejected(self, text: str, *, code: str = "", field: str = "") -> Rejected:
        return Rejected(self.partner, self.clean(text), code=self.clean(code), field=self.clean(field))

    def forged(self, text: str) -> Forged:
        return Forged(self.partner, self.clean(text))
