"""SFTP (SSH File Transfer Protocol, version 3) as a source of documents, by ``asyncssh``.

The server's host key is compared with the one in the settings before anything of ours is told; nothing is read from
``~/.ssh``. Verified by: ``asyncssh``'s own server on the loopback, and the conformance suite. Not called live.
"""

import logging
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Self

import asyncssh
import httpx
from pydantic import Field, SecretStr, field_validator, model_validator

from integrations.drop import Directory, Drop, DropSettings, Entry
from integrations.settings import PartnerSettings
from integrations.words import Words

NAME: Final = "sftp"
TIMEOUT: Final = 20.0
"""Seconds to connect and to log in."""

_CHUNK: Final = 1 << 18
# What it logs of a conversation quotes the server, who may quote us.
logging.getLogger("asyncssh").setLevel(logging.WARNING)


class SftpServer(PartnerSettings):
    """How to reach an SFTP server."""

    host: str = Field(min_length=1, description="Name or address of the server")
    port: int = Field(default=22, ge=1, le=65_535, description="Usually 22")
    user: str = Field(min_length=1, description="Who logs in")
    password: SecretStr = Field(default=SecretStr(""), description="Password of the user")
    private_key: SecretStr = Field(default=SecretStr(""), description="Private key of the user, in OpenSSH form")
    host_key: str = Field(description="Public key of the server, as ssh-keyscan prints it after the name")

    @field_validator("host_key")
    @classmethod
    def _is_a_public_key(cls, text: str) -> str:
        try:
            asyncssh.import_public_key(text)
        except asyncssh.KeyImportError:
            raise ValueError("must be a public key such as 'ssh-ed25519 AAAA…'") from None
        return text

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        key = self.private_key.get_secret_value()
        if not key and not self.password.get_secret_value():
            raise ValueError("name a password or a private_key")
        try:
            if key:
                asyncssh.import_private_key(key)
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
            raise ValueError("private_key: must be a private key in OpenSSH's form, without a passphrase") from None
        return self


class SftpSettings(SftpServer, DropSettings):
    """Which directory of which server."""


class Sftp(Drop):
    """A directory of an SFTP server."""

    def __init__(
        self,
        settings: SftpSettings,
        http: httpx.AsyncClient | None,  # noqa: ARG002  (every partner is made alike; SFTP does not go over HTTP)
        *,
        clock: Callable[[], datetime],  # noqa: ARG002  (likewise)
    ) -> None:
        words = Words(NAME, settings.secrets())
        super().__init__(settings, words, lambda: opened(settings, words))


@asynccontextmanager
async def opened(settings: SftpSettings, words: Words) -> AsyncIterator[Directory]:
    """A line to the server for as long as the block lasts."""
    key, password = settings.private_key.get_secret_value(), settings.password.get_secret_value()
    with _told(words):
        connection = await asyncssh.connect(
            settings.host,
            settings.port,
            username=settings.user,
            password=password or None,
            client_keys=[asyncssh.import_private_key(key)] if key else None,
            known_hosts=([asyncssh.import_public_key(settings.host_key)], [], []),
            config=None,
            agent_path=None,
            connect_timeout=TIMEOUT,
            login_timeout=TIMEOUT,
            keepalive_interval=TIMEOUT,
        )
    async with connection:
        with _told(words):
            client = await connection.start_sftp_client()
        async with client:
            yield _RemoteDirectory(client, PurePosixPath(settings.path), words)


class _RemoteDirectory:
    def __init__(self, client: asyncssh.SFTPClient, root: PurePosixPath, words: Words) -> None:
        self._client = client
        self._root = root
        self._words = words

    async def entries(self, folder: str = "") -> list[Entry]:
        with _told(self._words):
            try:
                found = await self._client.readdir(str(self._root / folder))
            except asyncssh.SFTPNoSuchFile:
                if folder:
                    return []
                raise
        return [
            Entry(str(item.filename), item.attrs.size or 0, datetime.fromtimestamp(item.attrs.mtime or 0, UTC))
            for item in found
            if stat.S_ISREG(item.attrs.permissions or stat.S_IFREG)
        ]

    async def read(self, path: str, into: BinaryIO) -> None:
        with _told(self._words):
            try:
                async with self._client.open(str(self._root / path), "rb") as source:
                    while chunk := bytes(await source.read(_CHUNK)):  # type: ignore[arg-type]  # opened as binary
                        into.write(chunk)
            except asyncssh.SFTPNoSuchFile:
                raise self._words.conflict(f"{path} is gone") from None

    async def write(self, path: str, content: bytes) -> None:
        with _told(self._words):
            await self._make_folder_of(path)
            async with self._client.open(str(self._root / path), "wb") as target:
                await target.write(content)

    async def exists(self, path: str) -> bool:
        with _told(self._words):
            return bool(await self._client.exists(str(self._root / path)))

    async def move(self, path: str, to: str) -> bool:
        with _told(self._words):
            await self._make_folder_of(to)
        with _told(self._words, writes=True):
            try:
                await self._client.rename(str(self._root / path), str(self._root / to))
            except asyncssh.SFTPNoSuchFile:
                return False
            except asyncssh.SFTPFailure:
                # Version 3 has no word for "the name is taken".
                if not await self._client.exists(str(self._root / to)):
                    raise
                return False
        return True

    async def _make_folder_of(self, path: str) -> None:
        folder = self._root / PurePosixPath(path).parent
        if folder != self._root and not await self._client.isdir(str(folder)):
            await self._client.makedirs(str(folder), exist_ok=True)


@contextmanager
def _told(words: Words, *, writes: bool = False) -> Iterator[None]:
    """Translate what ``asyncssh`` raises. Its texts quote the server, who may quote us: they do not go along."""
    try:
        yield
    except asyncssh.HostKeyNotVerifiable:
        raise words.misconfigured("the server's host key is not the one in the settings") from None
    except asyncssh.PermissionDenied:
        raise words.misconfigured("the server did not let us in") from None
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as error:
        raise words.misconfigured(f"we may not do that there: {error.reason}") from None
    except asyncssh.SFTPNoSuchFile as error:
        raise words.misconfigured(f"there is no such directory: {error.reason}") from None
    except asyncssh.SFTPOpUnsupported as error:
        raise words.rejected(f"the server cannot do that: {error.reason}") from None
    except asyncssh.SFTPConnectionLost:
        raise words.unavailable("the connection broke", outcome_unknown=writes) from None
    except asyncssh.SFTPError as error:
        raise words.unavailable(f"did not do the work: {error.reason}", outcome_unknown=writes) from None
    except (asyncssh.Error, OSError, TimeoutError) as error:
        raise words.unavailable(f"cannot be reached ({type(error).__name__})", outcome_unknown=writes) from None
