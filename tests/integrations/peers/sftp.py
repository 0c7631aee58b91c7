from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import sftp_server

from peers.base import Peer, Place, laid_into


class SftpPeer(Peer):
    obeys = False
    server = "asyncssh"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": urlsplit(base).port,
            "path": "/",
            "quiet_seconds": 0,
            "user": sftp_server.USER,
            "password": sftp_server.PASSWORD,
            "host_key": sftp_server.PUBLIC_KEY,
        }

    @contextmanager
    def place(self) -> Iterator[Place]:
        with TemporaryDirectory() as root, sftp_server.sftp_served(Path(root)) as address:
            yield self.settings(address), laid_into(Path(root))
