"""A real SFTP server (asyncssh) on the loopback, over a real directory, with faults on demand.

What an operation is answered with is said in the words of HTTP or of the sandbox's faults, in which the conformance
suite says it for all partners; here it is done in the ways of SSH. Only what does the work is disturbed (``WORK``):
listing, reading, giving a name.
"""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncssh
import httpx

from sandbox.faults import RARE_KINDS, FaultKind
from sandbox.world import World

USER: Final = "hub"
PASSWORD: Final = "sandbox sftp password"
WORK: Final = "work"
HOST_KEY: Final = asyncssh.generate_private_key("ssh-ed25519")
PUBLIC_KEY: Final = HOST_KEY.export_public_key().decode().strip()
Judge = Callable[[asyncssh.SSHServerConnection], None]
"""Asked before an operation does its work: raises what it is refused with, or cuts the connection off."""
Notice = Callable[[str, str, str], None]
"""Told of an operation that was done (``list``, ``rename``) and of its paths."""


class Files(asyncssh.SFTPServer):
    """The directory; ``before`` and ``after`` are asked around each operation that does work."""

    before: Judge
    after: Judge
    noticed: Notice

    def __init__(self, channel: asyncssh.SSHServerChannel, root: Path) -> None:
        super().__init__(channel, chroot=os.fsencode(root))
        self._connection = channel.get_connection()

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self.before(self._connection)
        self.noticed("list", self._local(path), "")
        try:
            async for entry in super().scandir(path):
                yield entry
        finally:
            self.after(self._connection)

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        if not pflags & asyncssh.FXF_WRITE:
            self.before(self._connection)
            self.after(self._connection)
        return super().open(path, pflags, attrs)

    def rename(self, oldpath: bytes, newpath: bytes) -> Any:
        self.before(self._connection)
        done = super().rename(oldpath, newpath)
        self.noticed("rename", self._local(oldpath), self._local(newpath))
        self.after(self._connection)
        return done

    def _local(self, path: bytes) -> str:
        return os.fsdecode(self.map_path(path))


class _Door(asyncssh.SSHServer):
    def __init__(self, password: Callable[[], str], full: Callable[[], bool]) -> None:
        self._password = password
        self._full = full

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        if self._full():
            conn.abort()

    def begin_auth(self, _username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, self._password())


def refuses(world: World, partner: str) -> bool:
    """Whether nobody is let in at present."""
    closed = {FaultKind.REFUSE, FaultKind.RATE_LIMIT}
    return any(fault.partner == partner and fault.kind in closed for fault in world.faults.laid)


def current_password(world: World, partner: str) -> str:
    """The password that lets us in; another one while ours counts as expired."""
    expired = FaultKind.EXPIRED_SESSION
    return "another" if any(f.partner == partner and f.kind is expired for f in world.faults.laid) else PASSWORD


def played(world: World, partner: str) -> tuple[Judge, Judge]:
    """Before and after of a server that plays the faults which are laid on ``partner``."""
    cut: list[bool] = []
    world.players[partner] = dict.fromkeys(set(FaultKind) - RARE_KINDS - {FaultKind.DELAY}, (WORK,))

    def before(connection: asyncssh.SSHServerConnection) -> None:
        cut.clear()
        fault = world.faults.on_request(partner, WORK)
        match fault.kind if fault else None:
            case FaultKind.HTML_200 | FaultKind.EMPTY_JSON:
                connection.abort()
                raise asyncssh.SFTPFailure("cut off")
            case FaultKind.STATUS_500:
                raise asyncssh.SFTPFailure("the disk does not answer")
            case FaultKind.REJECT:
                raise asyncssh.SFTPOpUnsupported("not here")
            case FaultKind.DROP_REPLY | FaultKind.MALFORMED:
                cut.append(True)

    def after(connection: asyncssh.SSHServerConnection) -> None:
        if cut:
            cut.clear()
            connection.abort()

    return before, after


def judged(judge: Callable[[httpx.Request], httpx.Response], password: str = PASSWORD) -> tuple[Judge, Judge]:
    """Before and after of a server that refuses in the words of ``judge``, who is told the password."""

    def before(_: asyncssh.SSHServerConnection) -> None:
        response = judge(httpx.Request("POST", "http://sftp/", params={"user": USER, "password": password}))
        said = " ".join(response.text.split())[:900]
        if response.status_code in {401, 403}:
            raise asyncssh.SFTPPermissionDenied(said)
        raise asyncssh.SFTPOpUnsupported(said) if response.status_code == 422 else asyncssh.SFTPFailure(said)

    return before, lambda _: None


@contextmanager
def sftp_served(
    root: Path,
    judges: tuple[Judge, Judge] = (lambda _: None, lambda _: None),
    *,
    password: Callable[[], str] = lambda: PASSWORD,
    full: Callable[[], bool] = lambda: False,
    noticed: Notice = lambda *_: None,
) -> Iterator[str]:
    """The address of a server over ``root`` while it is served."""
    before, after = judges
    hooks = {"before": before, "after": after, "noticed": noticed}
    kind = type("Judged", (Files,), {name: staticmethod(hook) for name, hook in hooks.items()})
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(password, full),
            server_host_keys=[HOST_KEY],
            sftp_factory=lambda channel: kind(channel, root),
            allow_scp=False,
            config=None,
        )

    async def stop() -> None:
        server.close()
        await server.wait_closed()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    server = asyncio.run_coroutine_threadsafe(start(), loop).result(timeout=20)
    try:
        yield f"sftp://127.0.0.1:{server.get_port()}"
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop).result(timeout=20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
