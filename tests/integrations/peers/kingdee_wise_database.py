from __future__ import annotations

from typing import TYPE_CHECKING, Any

from erp_tables import WiseTables, settings_of

from peers.base import Peer

if TYPE_CHECKING:
    from bench import Bench


class KingdeeWiseDatabasePeer(Peer):
    obeys = False
    server = "PostgreSQL with tables of this shape, by unixODBC and psqlODBC"
    tables = WiseTables

    def settings(self, base: str) -> dict[str, Any]:
        return settings_of(base)

    def address(self, bench: Bench) -> str:
        return bench.books_address or bench.address
