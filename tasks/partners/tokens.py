"""Access tokens that all workers share: one asks the partner for a new one, the others wait for it.

A token is as secret as the credential that it was given for, and is stored encrypted with it. After the credential was
rotated nobody can read the old token, and a new one is asked for.
"""

import asyncio
import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import or_, update

from integrations.errors import Misconfigured
from integrations.tokens import ENDS_EARLY, AskForToken, Token
from models.partner_account import ACCOUNT
from tasks.hub import unit_of_work
from tasks.partners.account import Account, NotNow
from tasks.partners.standing import own_account

LEASE: Final = timedelta(seconds=90)
"""Longer than a partner can take to answer with all its tries; a killed worker's lease ends by itself."""

_LOOK_AGAIN: Final = 0.1
"""Seconds between two looks at whether the other worker has the token."""


@dataclass(frozen=True, slots=True)
class SharedToken:
    """A partner's token in the hub's database: the ``TokenStore`` of one account."""

    account: Account
    secrets: Iterable[str] = field(repr=False)

    async def valid(self, ask: AskForToken, refused: str = "") -> str:
        """See ``TokenStore``. Raises ``NotNow`` when another worker does not get it either, for as long as a lease."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + LEASE.total_seconds()
        while loop.time() < deadline:
            kept, mine = await asyncio.to_thread(self._kept_or_mine, refused)
            if kept:
                return kept
            if mine:
                return await self._renewed(ask)
            await asyncio.sleep(_LOOK_AGAIN)
        raise NotNow(self.account.partner, "another worker waits for its access token", retry_after=LEASE)

    async def _renewed(self, ask: AskForToken) -> str:
        given: Token | None = None
        try:
            given = await ask()
            return given.value
        except Misconfigured as error:
            await self.account.refused(error)  # before the next in line asks in vain
            raise
        finally:
            await asyncio.to_thread(self._keep, given)

    def _kept_or_mine(self, refused: str) -> tuple[str, bool]:
        now = datetime.now(UTC)
        with unit_of_work("partners") as work:
            row = own_account(work, self.account.name)
            kept = self._open(row.token)
            if kept and kept != refused and row.token_until > now + ENDS_EARLY:
                return kept, False
            free = or_(ACCOUNT.c.token_leased_until.is_(None), ACCOUNT.c.token_leased_until < now)
            lease = update(ACCOUNT).where(ACCOUNT.c.id == row.id, free).values(token_leased_until=now + LEASE)
            leased: Any = work.session.execute(lease)
            return "", leased.rowcount == 1

    def _keep(self, given: Token | None) -> None:
        """Store what the partner gave, if it gave anything, and end the lease."""
        change: dict[str, Any] = {"token_leased_until": None}
        if given is not None:
            sealed = self._key().encrypt(given.value.encode()).decode()
            change |= {"token": sealed, "token_until": datetime.now(UTC) + given.lasts}
        with unit_of_work("partners") as work:
            row = own_account(work, self.account.name)
            work.session.execute(update(ACCOUNT).where(ACCOUNT.c.id == row.id).values(**change))

    def _open(self, sealed: str) -> str:
        try:
            return self._key().decrypt(sealed).decode() if sealed else ""
        except InvalidToken:
            return ""  # it was given for a credential that was rotated since

    def _key(self) -> Fernet:
        secret = "\n".join(["orderspine access token", self.account.name, *self.secrets])
        return Fernet(base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()))
