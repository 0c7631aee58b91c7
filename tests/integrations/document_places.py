"""Places that sources of documents read, empty and real, and how something is laid into them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast
from urllib.parse import urlsplit

import ftp_server
import imap_server
import sftp_server
from ftp_server import ftp_served
from imap_server import imap_served, put_mail
from sftp_server import PUBLIC_KEY, sftp_served

from integrations.ports import DocumentSource
from integrations.registry import build

Place = tuple[dict[str, Any], Callable[[str, bytes], None]]
"""The settings with which it is read, and how a file is laid into it."""


def source(kind: str, settings: dict[str, Any]) -> DocumentSource:
    return cast(DocumentSource, build(kind, settings, None, lambda: datetime.now(UTC)))  # type: ignore[arg-type]  # no HTTP


def sftp_settings(address: str) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": urlsplit(address).port, "path": "/", "quiet_seconds": 0, "user": sftp_server.USER,
        "password": sftp_server.PASSWORD, "host_key": PUBLIC_KEY,
    }  # fmt: skip


def ftp_settings(address: str) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": urlsplit(address).port, "path": "/", "quiet_seconds": 0, "user": ftp_server.USER,
        "password": ftp_server.PASSWORD, "authority": ftp_server.AUTHORITY,
    }  # fmt: skip


def mailbox_settings(address: str) -> dict[str, Any]:
    return {
        "host": "127.0.0.1", "port": urlsplit(address).port, "security": "starttls", "user": imap_server.USER,
        "password": imap_server.PASSWORD, "senders": ["*@customer.example"], "authority": imap_server.AUTHORITY,
    }  # fmt: skip


@contextmanager
def in_folder() -> Iterator[Place]:
    with TemporaryDirectory() as root:
        settings = {"path": root, "quiet_seconds": 0}
        yield settings, lambda name, content: _write(Path(root), name, content)


@contextmanager
def by_sftp() -> Iterator[Place]:
    with TemporaryDirectory() as root, sftp_served(Path(root)) as address:
        yield sftp_settings(address), lambda name, content: _write(Path(root), name, content)


@contextmanager
def by_ftp() -> Iterator[Place]:
    with TemporaryDirectory() as home:
        root = Path(home) / "files"
        root.mkdir()
        with ftp_served(root) as address:
            yield ftp_settings(address), lambda name, content: _write(root, name, content)


@contextmanager
def by_mail() -> Iterator[Place]:
    with TemporaryDirectory() as home, imap_served(Path(home)) as address:
        settings = mailbox_settings(address)
        yield settings, lambda name, content: put_mail(address, imap_server.mail(**{name: content}))


PLACES: Mapping[str, Callable[[], AbstractContextManager[Place]]] = {
    "folder": in_folder,
    "sftp": by_sftp,
    "ftp": by_ftp,
    "mailbox": by_mail,
}
"""An empty place for each partner. A partner that is missing here fails the conformance suite."""


def _write(root: Path, name: str, content: bytes) -> None:
    (root / name).write_bytes(content)
