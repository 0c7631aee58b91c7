from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from peers.base import Peer, Place, laid_into


class FolderPeer(Peer):
    obeys = False
    server = "folders of this machine"

    def settings(self, base: str) -> dict[str, Any]:
        return {"path": "/nowhere"}

    @contextmanager
    def place(self) -> Iterator[Place]:
        with TemporaryDirectory() as root:
            yield {"path": root, "quiet_seconds": 0}, laid_into(Path(root))
