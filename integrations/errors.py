"""What a partner's failure means for the caller; each class says what happens next.

PartnerError
├── Conflict        again now: the partner's state moved meanwhile
├── Unavailable     again later: outage, time-out, rate limit; ``outcome_unknown`` if the work may be done
├── Misconfigured   stop this partner and tell a person: wrong key, expired session, missing permission
├── Rejected        never again as it is: to a person, with the partner's words
└── Forged          a callback whose signature, time or body does not hold; it is refused and changes nothing
"""

from datetime import timedelta


class PartnerError(Exception):
    """A partner did not do what it was asked. ``partner`` is its registry name; ``code`` its own error code."""

    def __init__(self, partner: str, message: str, *, code: str = "") -> None:
        super().__init__(f"{partner}: {message}" + (f" ({code})" if code else ""))
        self.partner = partner
        self.message = message
        self.code = code


class Conflict(PartnerError):
    """The partner refused because its state moved; the same call may succeed at once."""


class Unavailable(PartnerError):
    """The partner did not answer, or asked for patience.

    ``retry_after`` is set when it did nothing and asked to be left alone for so long: nobody calls it meanwhile, and no
    try is used up. ``outcome_unknown`` is true when the request may have been carried out: ask the partner before
    sending it again (invariant 4).
    """

    def __init__(
        self,
        partner: str,
        message: str,
        *,
        code: str = "",
        retry_after: timedelta | None = None,
        outcome_unknown: bool = False,
    ) -> None:
        super().__init__(partner, message, code=code)
        self.retry_after = retry_after
        self.outcome_unknown = outcome_unknown


class Misconfigured(PartnerError):
    """Our key, session or permission is wrong: every further call would fail alike."""


class Rejected(PartnerError):
    """The partner understood and said no to this one request; ``field`` names what it disliked, if it said so."""

    def __init__(self, partner: str, message: str, *, code: str = "", field: str = "") -> None:
        super().__init__(partner, message, code=code)
        self.field = field


class Forged(PartnerError):
    """A message that claims to come from the partner does not verify."""
