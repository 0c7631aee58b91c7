"""A workbench: the simulated world, and partners' clients built through the registry to speak to it."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from mail_sink import judged, mail_served
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
    sandbox takes mail; ``servers`` are those that a test started and that end with it."""

    address: str
    world: World
    http: httpx.AsyncClient
    mail_address: str = ""
    servers: ExitStack = field(default_factory=ExitStack)
    makers: dict[str, Any] = field(default_factory=dict)

    def address_of(self, name: str) -> str:
        """Where the peer of ``name`` is reached."""
        return self.mail_address if name == "mail" else self.address

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
            more = {"token": OwnToken()} if PARTNERS[name].has_token else {}
            return maker(PARTNERS[name].settings.model_validate(settings), client, clock=real_clock, **more)
        return build(name, settings, client, real_clock)

    def replying(
        self, name: str, answer: Callable[[httpx.Request], httpx.Response], settings: dict[str, Any] | None = None
    ) -> Any:
        """The client of ``name`` whose peer is ``answer``."""
        if name == "mail":
            address = self.servers.enter_context(mail_served(judged(answer)))
            there = SETTINGS[name](address)
            return self.partner(name, settings=(settings or there) | {"port": there["port"]})
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
        return self.partner(name, http=http, settings=settings)

    def distinctive(self, name: str) -> dict[str, Any]:
        """Settings of ``name`` in which no secret is an everyday word that may well stand in a text."""
        settings = SETTINGS[name](self.address_of(name))
        model: type[PartnerSettings] = PARTNERS[name].settings
        for field_name, about in model.model_fields.items():
            if about.annotation is SecretStr and len(settings[field_name]) < 20:
                settings[field_name] = f"q9Zx-{field_name}-7Kw3"
        return settings

    def fault(self, name: str, kind: FaultKind, times: int | None = None) -> None:
        """Lay a fault on all work that the peer of ``name`` is asked for, in place of those laid before."""
        self.world.clear_faults()
        self.world.add_fault(Fault(SANDBOX_NAMES.get(name, name), FAULTED.get(name, "*"), kind, times))

    def effects(self, name: str) -> list[tuple[str, str]]:
        """What was really done at the peer of ``name``: (effect, key), oldest first."""
        peer = SANDBOX_NAMES.get(name, name)
        return [(entry.effect, entry.key) for entry in self.world.ledger.effects(peer)]
