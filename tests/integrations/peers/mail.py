from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import mail_sink

from peers.base import Judge, Peer

if TYPE_CHECKING:
    from bench import Bench


class MailPeer(Peer):
    server = "aiosmtpd"

    def settings(self, base: str) -> dict[str, Any]:
        return {
            "host": urlsplit(base).hostname,
            "port": urlsplit(base).port,
            "user": mail_sink.USER,
            "password": mail_sink.PASSWORD,
            "sender": mail_sink.USER,
            "recipients": [mail_sink.RECIPIENT],
            "authority": mail_sink.AUTHORITY,
        }

    def address(self, bench: Bench) -> str:
        return bench.mail_address

    def judged(self, servers: ExitStack, judge: Judge) -> str:
        return servers.enter_context(mail_sink.mail_served(mail_sink.judged(judge)))
