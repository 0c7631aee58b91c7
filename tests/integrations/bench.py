"""A workbench: the simulated world, and partners' clients built through the registry to speak to it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from erp_tables import ErpTables, erp_tables, need_odbc
from excel_people import People
from peers import peer
from pydantic import SecretStr

from integrations.registry import PARTNERS, build
from integrations.settings import PartnerSettings
from integrations.tokens import OwnToken
from sandbox.faults import Fault, FaultKind
from sandbox.world import World


def real_clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Bench:
    """``makers`` replaces classes of the registry, for the tests of the suite itself. ``mail_address`` is where the
    sandbox takes mail, ``bridge_address`` where ``people`` share their sheets; ``servers`` are those that a test
    started and that end with it; ``postgres`` starts the real database server of the session, or says where it is."""

    address: str
    world: World
    http: httpx.AsyncClient
    postgres: Callable[[], str]
    mail_address: str = ""
    bridge_address: str = ""
    people: People | None = None
    servers: ExitStack = field(default_factory=ExitStack)
    makers: dict[str, Any] = field(default_factory=dict)
    books_address: str = ""

    def books(self, name: str) -> ErpTables:
        """An empty database of an ERP's; from now on its client speaks to it. Skips where there is no ODBC."""
        need_odbc()
        tables = self.servers.enter_context(erp_tables(peer(name).tables, self.postgres()))
        self.books_address = tables.address
        return tables

    def partner(
        self,
        name: str,
        *,
        address: str | None = None,
        http: httpx.AsyncClient | None = None,
        settings: dict[str, Any] | None = None,
    ) -> Any:
        """The client of partner ``name``, speaking to the sandbox or to ``address``."""
        settings = settings or peer(name).settings(address or peer(name).address(self))
        client = http or self.http
        if maker := self.makers.get(name):
            token = {"token": OwnToken()} if PARTNERS[name].has_token else {}
            return maker(PARTNERS[name].settings.model_validate(settings), client, clock=real_clock, **token)
        return build(name, settings, client, real_clock)

    def replying(
        self, name: str, answer: Callable[[httpx.Request], httpx.Response], settings: dict[str, Any] | None = None
    ) -> Any:
        """The client of ``name`` whose peer is ``answer``."""
        if address := peer(name).judged(self.servers, answer):
            there = peer(name).settings(address)
            return self.partner(name, settings=(settings or there) | {"port": there["port"]})
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return self.partner(name, http=http, settings=settings)

    def distinctive(self, name: str) -> dict[str, Any]:
        """Settings of ``name`` in which no secret is an everyday word that may well stand in a text."""
        settings = peer(name).settings(peer(name).address(self))
        model: type[PartnerSettings] = PARTNERS[name].settings
        for field_name, about in model.model_fields.items():
            if about.annotation is SecretStr and len(settings.get(field_name, "")) in range(1, 20):
                settings[field_name] = f"q9Zx-{field_name}-7Kw3"
        return settings

    def fault(self, name: str, kind: FaultKind, times: int | None = None, *, method: str = "") -> None:
        """Lay a fault on whatever the peer of ``name`` is asked for, or on the work of one method of the port, in place
        of those laid before."""
        self.world.clear_faults()
        work = peer(name).work
        operation = work.get(method, work.get("*", "*"))
        self.world.add_fault(Fault(peer(name).known_as, operation, kind, times))

    def effects(self, name: str) -> list[tuple[str, str]]:
        """What was really done at the peer of ``name``: (effect, key), oldest first."""
        return [(entry.effect, entry.key) for entry in self.world.ledger.effects(peer(name).known_as)]
