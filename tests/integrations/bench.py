"""A workbench: the simulated world, and partners' clients built through the registry to speak to it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import mail_sink
import sftp_server
from erp_tables import SHAPES, ErpTables, erp_tables, need_odbc
from excel_people import People
from peers import FAULTED, SANDBOX_NAMES, SETTINGS
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

    def address_of(self, name: str) -> str:
        """Where the peer of ``name`` is reached."""
        elsewhere = {"mail": self.mail_address, "excel_bridge": self.bridge_address}
        elsewhere |= dict.fromkeys(SHAPES, self.books_address)
        return elsewhere.get(name) or self.address

    def books(self, name: str) -> ErpTables:
        """An empty database of an ERP's; from now on its client speaks to it. Skips where there is no ODBC."""
        need_odbc()
        tables = self.servers.enter_context(erp_tables(name, self.postgres()))
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
        settings = settings or SETTINGS[name](address or self.address_of(name))
        client = http or self.http
        if maker := self.makers.get(name):
            token = {"token": OwnToken()} if PARTNERS[name].has_token else {}
            return maker(PARTNERS[name].settings.model_validate(settings), client, clock=real_clock, **token)
        return build(name, settings, client, real_clock)

    def replying(
        self, name: str, answer: Callable[[httpx.Request], httpx.Response], settings: dict[str, Any] | None = None
    ) -> Any:
        """The client of ``name`` whose peer is ``answer``."""
        if name == "mail":
            address = self.servers.enter_context(mail_sink.mail_served(mail_sink.judged(answer)))
            there = SETTINGS[name](address)
            return self.partner(name, settings=(settings or there) | {"port": there["port"]})
        if name == "excel_bridge":
            root = Path(self.servers.enter_context(TemporaryDirectory()))
            judges = sftp_server.judged(answer)
            there = SETTINGS[name](self.servers.enter_context(sftp_server.sftp_served(root, judges)))
            return self.partner(name, settings=there)
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return self.partner(name, http=http, settings=settings)

    def distinctive(self, name: str) -> dict[str, Any]:
        """Settings of ``name`` in which no secret is an everyday word that may well stand in a text."""
        settings = SETTINGS[name](self.address_of(name))
        model: type[PartnerSettings] = PARTNERS[name].settings
        for field_name, about in model.model_fields.items():
            if about.annotation is SecretStr and len(settings.get(field_name, "")) in range(1, 20):
                settings[field_name] = f"q9Zx-{field_name}-7Kw3"
        return settings

    def fault(self, name: str, kind: FaultKind, times: int | None = None, *, method: str = "") -> None:
        """Lay a fault on whatever the peer of ``name`` is asked for, or on the work of one method of the port, in place
        of those laid before."""
        self.world.clear_faults()
        operations = FAULTED.get(name, {})
        operation = operations.get(method, operations.get("*", "*"))
        self.world.add_fault(Fault(SANDBOX_NAMES.get(name, name), operation, kind, times))

    def effects(self, name: str) -> list[tuple[str, str]]:
        """What was really done at the peer of ``name``: (effect, key), oldest first."""
        peer = SANDBOX_NAMES.get(name, name)
        return [(entry.effect, entry.key) for entry in self.world.ledger.effects(peer)]
