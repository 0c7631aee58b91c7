"""FTP (RFC 959) with TLS (RFC 4217) as a source of documents, by the standard library.

A password goes only over TLS, to a server whose certificate holds for its name, and so do the files; without TLS only
an anonymous user is let in. Listings are ``MLSD`` (RFC 3659); a server without it is asked for each size and time.
Verified by: ``pyftpdlib``, a real server. Not called live.
"""

import asyncio
import ftplib
import io
import re
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import BinaryIO, Final, Literal, Self

import httpx
from pydantic import Field, SecretStr, model_validator

from integrations.drop import Directory, Drop, DropSettings, Entry
from integrations.settings import PartnerSettings
from integrations.trust import Authority, trusted
from integrations.words import Words

NAME: Final = "ftp"
TIMEOUT: Final = 20.0
"""Seconds for each step of the conversation."""

_NOT_THERE: Final = "550"
_UNKNOWN_COMMAND: Final = ("500", "501", "502", "504")
_TIME: Final = re.compile(r"\d{14}")


class FtpServer(PartnerSettings):
    """How to reach an FTP server."""

    host: str = Field(min_length=1, description="Name of the server, as its certificate has it")
    port: int = Field(default=21, ge=1, le=65_535, description="Usually 21")
    security: Literal["tls", "none"] = Field(default="tls", description="tls (AUTH TLS), or none for an anonymous user")
    user: str = Field(default="anonymous", description="Who logs in")
    password: SecretStr = Field(default=SecretStr(""), description="Password of the user")
    authority: Authority = Field(default="", description="PEM of the authority behind the server, if no public one")

    @model_validator(mode="after")
    def _no_password_in_the_clear(self) -> Self:
        if self.security == "none" and self.password.get_secret_value():
            raise ValueError("security: a password is sent only over TLS; choose tls, or SFTP")
        return self


class FtpSettings(FtpServer, DropSettings):
    """Which directory of which server."""


class Ftp(Drop):
    """A directory of an FTP server."""

    def __init__(
        self,
        settings: FtpSettings,
        http: httpx.AsyncClient | None,  # noqa: ARG002  (every partner is made alike; FTP does not go over HTTP)
        *,
        clock: Callable[[], datetime],  # noqa: ARG002  (likewise)
    ) -> None:
        words = Words(NAME, settings.secrets())
        super().__init__(settings, words, lambda: opened(settings, words))


class _ReusesItsSession(ftplib.FTP_TLS):
    """Servers refuse data connections that do not continue the session of the control connection; ftplib opens a new
    one (python/cpython#63699)."""

    def ntransfercmd(self, cmd: str, rest: int | str | None = None) -> tuple[ssl.SSLSocket, int | None]:
        connection, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        session = self.sock.session if isinstance(self.sock, ssl.SSLSocket) else None
        return self.context.wrap_socket(connection, server_hostname=self.host, session=session), size


@asynccontextmanager
async def opened(settings: FtpSettings, words: Words) -> AsyncIterator[Directory]:
    """A line to the server for as long as the block lasts."""
    with _told(words):
        server = await asyncio.to_thread(_logged_in, settings)
    try:
        yield _RemoteDirectory(server, PurePosixPath(settings.path), words)
    finally:
        await asyncio.to_thread(_leave, server)


def _logged_in(settings: FtpSettings) -> ftplib.FTP:
    tls = settings.security == "tls"
    server = _ReusesItsSession(context=trusted(settings.authority), encoding="utf-8") if tls else ftplib.FTP()
    try:
        server.connect(settings.host, settings.port, timeout=TIMEOUT)
        # With TLS this asks for it before the name is told, and raises if the server has none.
        server.login(settings.user, settings.password.get_secret_value())
        if isinstance(server, ftplib.FTP_TLS):
            server.prot_p()
    except BaseException:
        server.close()
        raise
    return server


def _leave(server: ftplib.FTP) -> None:
    with suppress(*ftplib.all_errors):
        server.quit()
    server.close()


class _RemoteDirectory:
    def __init__(self, server: ftplib.FTP, root: PurePosixPath, words: Words) -> None:
        self._server = server
        self._root = root
        self._words = words

    async def entries(self, folder: str = "") -> list[Entry]:
        with _told(self._words):
            try:
                return await asyncio.to_thread(self._listed, str(self._root / folder))
            except ftplib.error_perm as error:
                if folder and str(error).startswith(_NOT_THERE):
                    return []
                raise

    async def read(self, path: str, into: BinaryIO) -> None:
        with _told(self._words):
            try:
                await asyncio.to_thread(self._server.retrbinary, f"RETR {self._root / path}", into.write)
            except ftplib.error_perm as error:
                if str(error).startswith(_NOT_THERE):
                    raise self._words.conflict(f"{path} is gone") from None
                raise

    async def write(self, path: str, content: bytes) -> None:
        with _told(self._words):
            await self._make_folder_of(path)
            await asyncio.to_thread(self._server.storbinary, f"STOR {self._root / path}", io.BytesIO(content))

    async def exists(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return any(entry.name == name for entry in await self.entries(folder))

    async def move(self, path: str, to: str) -> bool:
        # RNTO replaces a file that has the name already.
        if await self.exists(to) or not await self.exists(path):
            return False
        with _told(self._words):
            await self._make_folder_of(to)
        with _told(self._words, writes=True):
            await asyncio.to_thread(self._server.rename, str(self._root / path), str(self._root / to))
        return True

    async def _make_folder_of(self, path: str) -> None:
        folder = PurePosixPath(path).parent
        for part in [*reversed(folder.parents[:-1]), folder] if folder.name else ():
            with suppress(ftplib.error_perm):  # it is there already; if it may not be made, the next command says so
                await asyncio.to_thread(self._server.mkd, str(self._root / part))

    def _listed(self, folder: str) -> list[Entry]:
        try:
            facts = list(self._server.mlsd(folder, ["type", "size", "modify"]))
        except ftplib.error_perm as error:
            if not str(error).startswith(_UNKNOWN_COMMAND):
                raise
            return list(self._asked_one_by_one(folder))
        return [
            Entry(name, int(told["size"]), _moment(told["modify"])) for name, told in facts if told["type"] == "file"
        ]

    def _asked_one_by_one(self, folder: str) -> Iterator[Entry]:
        names = self._server.nlst(folder)
        self._server.voidcmd("TYPE I")  # a size is that of the bytes; listing has set the type to text
        for path in names:
            name = PurePosixPath(path).name
            file = PurePosixPath(folder) / name
            try:
                size = self._server.size(str(file))
                changed = self._server.sendcmd(f"MDTM {file}")
            except ftplib.error_perm as error:
                if not str(error).startswith(_NOT_THERE):
                    raise
                continue  # a folder has neither
            yield Entry(name, size or 0, _moment(changed.partition(" ")[2]))


def _moment(text: str) -> datetime:
    """``YYYYMMDDHHMMSS[.sss]``, which is UTC."""
    found = _TIME.match(text)
    if found is None:
        raise ftplib.error_proto(f"{text[:40]!r} is no time")
    return datetime.strptime(found[0] + "+0000", "%Y%m%d%H%M%S%z").astimezone(UTC)


@contextmanager
def _told(words: Words, *, writes: bool = False) -> Iterator[None]:
    """Translate what ``ftplib`` raises. Its texts quote the server, who may quote us: they do not go along."""
    try:
        yield
    except ftplib.error_perm as error:
        said = str(error)
        if said.startswith(("530", "532")):
            raise words.misconfigured(f"the server did not let us in: {said}", code=f"FTP {said[:3]}") from None
        if said.startswith(_UNKNOWN_COMMAND):
            raise words.misconfigured(f"the server offers no TLS: {said}", code=f"FTP {said[:3]}") from None
        raise words.misconfigured(f"we may not do that there: {said}", code=f"FTP {said[:3]}") from None
    except ftplib.error_temp as error:
        raise words.unavailable(f"asks for patience: {error}", code=f"FTP {str(error)[:3]}") from None
    except ftplib.Error as error:
        raise words.unavailable(f"the reply cannot be read: {error}", outcome_unknown=writes) from None
    except ssl.SSLCertVerificationError as error:
        raise words.misconfigured(f"the server's certificate does not hold: {error.verify_message}") from None
    except (OSError, EOFError) as error:
        raise words.unavailable(f"the connection broke ({type(error).__name__})", outcome_unknown=writes) from None
