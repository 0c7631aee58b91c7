"""Access tokens that expire: where a partner's client gets the one to use now.

Whoever runs the client decides where the token is kept (``TokenStore``): the hub keeps it where all its workers share
it, so that it is asked for once. A client on its own has ``OwnToken``.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

ENDS_EARLY = timedelta(minutes=1)
"""A token is not used in the last minute of its life: a call takes time to arrive."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a partner gave, and for how long from now."""

    value: str = field(repr=False)
    lasts: timedelta


AskForToken = Callable[[], Awaitable[Token]]
"""Asks the partner for a token. Raises ``PartnerError``."""


class TokenStore(Protocol):
    """Keeps one partner's token."""

    async def valid(self, ask: AskForToken, refused: str = "") -> str:
        """The token to call with: the one that is kept, unless it ended or is the ``refused`` one.

        Then ``ask`` is called, by one caller at a time; whoever waited gets the answer. Raises what ``ask`` raises.
        """
        ...


class OwnToken:
    """A token that one client keeps for itself."""

    def __init__(self) -> None:
        self._token = ""
        self._until = datetime.min.replace(tzinfo=UTC)
        self._asking = asyncio.Lock()

    async def valid(self, ask: AskForToken, refused: str = "") -> str:
        """See ``TokenStore``."""
        async with self._asking:
            if self._token == refused or self._until < datetime.now(UTC) + ENDS_EARLY:
                given = await ask()
                self._token, self._until = given.value, datetime.now(UTC) + given.lasts
            return self._token
