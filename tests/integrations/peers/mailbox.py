from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import imap_server
from imap_server import mail, put_mail

from peers.base import Peer, Place


class MailboxPeer(Peer):
    obeys = False
    server = "pymap"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "host": "127.0.0.1",
            "port": urlsplit(base).port,
            "security": "starttls",
            "user": imap_server.USER,
            "password": imap_server.PASSWORD,
            "senders": ["*@customer.example"],
            "authority": imap_server.AUTHORITY,
        }

    @contextmanager
    def place(self) -> Iterator[Place]:
        with TemporaryDirectory() as home, imap_server.imap_served(Path(home)) as address:
            yield self.settings(address), lambda name, content: put_mail(address, mail(**{name: content}))
