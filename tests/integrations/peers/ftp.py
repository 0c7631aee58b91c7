from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import ftp_server

from peers.base import Peer, Place, laid_into


class FtpPeer(Peer):
    obeys = False
    server = "pyftpdlib"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": urlsplit(base).port,
            "path": "/",
            "quiet_seconds": 0,
            "user": ftp_server.USER,
            "password": ftp_server.PASSWORD,
            "authority": ftp_server.AUTHORITY,
        }

    @contextmanager
    def place(self) -> Iterator[Place]:
        with TemporaryDirectory() as home:
            root = Path(home) / "files"
            root.mkdir()
            with ftp_server.ftp_served(root) as address:
                yield self.settings(address), laid_into(root)
