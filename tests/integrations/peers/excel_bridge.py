from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import sftp_server

from peers.base import Judge, Peer
from sandbox.hub import Message
from sandbox.qimen_confirm import confirmation
from sandbox.warehouse import Outbound

if TYPE_CHECKING:
    from bench import Bench


class ExcelBridgePeer(Peer):
    server = "asyncssh"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "place": "sftp",
            "path": "/",
            "host": "127.0.0.1",
            "port": urlsplit(base).port,
            "user": sftp_server.USER,
            "password": sftp_server.PASSWORD,
            "host_key": sftp_server.PUBLIC_KEY,
            "quiet_seconds": 0,
        }

    def address(self, bench: Bench) -> str:
        return bench.bridge_address

    def judged(self, servers: ExitStack, judge: Judge) -> str:
        root = Path(servers.enter_context(TemporaryDirectory()))
        return servers.enter_context(sftp_server.sftp_served(root, sftp_server.judged(judge)))

    def confirmation(self, shipped: Outbound, at: datetime) -> Message:
        """Another's, for it does not call: it takes all calls for forged."""
        return confirmation(shipped, 1_250, at)
