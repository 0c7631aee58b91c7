"""A real IMAP server (pymap) with STARTTLS on the loopback, in a process of its own, and mail that is put into it."""

import imaplib
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import trustme

USER: Final = "orders@orderspine.example"
PASSWORD: Final = "sandbox imap password"
_AUTHORITY: Final = trustme.CA()
AUTHORITY: Final = _AUTHORITY.cert_pem.bytes().decode()


_RUN: Final = """
from pymap.backend.dict.mailbox import MailboxData
from pymap.config import IMAPConfig
from pymap.main import main
from pymap.parsing.specials.flag import Flag
from pysasl.hashing import Cleartext

IMAPConfig._get_hash_context = classmethod(lambda *_: Cleartext())
own = MailboxData.permanent_flags.fget
MailboxData.permanent_flags = property(lambda box: own(box) | {Flag(word) for word in %r})
main()
"""
"""pymap's mailbox in memory keeps no keywords unless it is told which; and half a second a log-in goes into hashing."""


@contextmanager
def imap_served(home: Path, *, keywords: tuple[bytes, ...] = (b"$Orderspine",)) -> Iterator[str]:
    """The address of an empty mailbox while it is served; it keeps these keywords."""
    issued = _AUTHORITY.issue_cert("127.0.0.1")
    cert, key = home / "imap.crt", home / "imap.key"
    cert.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = ["--host", "127.0.0.1", "--port", str(port), "--cert", str(cert), "--key", str(key)]
    run = ["-c", _RUN % (keywords,), *options, "dict", "--demo-user", USER, "--demo-password", PASSWORD]
    with (home / "imap.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, *run], stdout=log, stderr=log)  # noqa: S603  (our own words)
        try:
            _wait_for(port, process, home / "imap.log")
            yield f"imap://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(log.read_text(errors="replace"))
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError("the IMAP server did not start")


@contextmanager
def reader(address: str) -> Iterator[imaplib.IMAP4]:
    """The mailbox as a person's own program sees it."""
    host, _, port = address.removeprefix("imap://").partition(":")
    server = imaplib.IMAP4(host, int(port), timeout=20)
    server.starttls(ssl.create_default_context(cadata=AUTHORITY))
    server.login(USER, PASSWORD)
    try:
        yield server
    finally:
        server.logout()


def mail(subject: str = "订单 6 月", sender: str = "buyer@customer.example", **files: bytes) -> EmailMessage:
    """A mail with these attachments."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Buyer <{sender}>", USER, subject
    message.set_content("见附件")
    for name, content in files.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message


def put_mail(address: str, message: EmailMessage | bytes, folder: str = "INBOX") -> None:
    """Let a mail arrive."""
    content = message if isinstance(message, bytes) else message.as_bytes()
    with reader(address) as server:
        status, said = server.append(folder, "", "", content)
        assert status == "OK", said
