from __future__ import annotations

from typing import TYPE_CHECKING, Any

from erp_tables import U8Tables, settings_of

from peers.base import Peer

if TYPE_CHECKING:
    from bench import Bench


class U8DatabasePeer(Peer):
    obeys = False
    server = "PostgreSQL with tables of this shape, by unixODBC and psqlODBC"
    tables = U8Tables

    def settings(self, base: str) -> dict[str, Any]:
        return settings_of(base)

    def address(self, bench: Bench) -> str:
        return bench.books_address or bench.address
