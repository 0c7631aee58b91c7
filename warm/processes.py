"""A nursery process and the children in it, as the worker sees them."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable

import anyio
from prefect.settings import get_current_settings

from warm.environment import ONE_THREAD, QUIET
from warm.groups import STOP_SECONDS, signal_group
from warm.protocol import (
    Exited,
    Fork,
    Forked,
    Ready,
    Refused,
    Reply,
    Unready,
    decode_reply,
    encode,
)


class NurseryError(Exception):
    """The nursery did not come up, died, or would not fork; the message says why."""


class Child:
    """A forked process: its ``pid``, and its ``returncode`` (minus the signal's number) once it has ended."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        """Wait for the end; the result is the return code."""
        await self._ended.wait()
        assert self.returncode is not None  # noqa: S101 - set with the event, for the type checker
        return self.returncode

    async def stop(self) -> None:
        """Ask the process group to end, and kill it if it has not within ``STOP_SECONDS``."""
        if self.returncode is None:
            signal_group(self.pid, signal.SIGTERM)
            with anyio.move_on_after(STOP_SECONDS):
                await self.wait()
        if self.returncode is None:
            signal_group(self.pid, signal.SIGKILL)

    def ended(self, returncode: int) -> None:
        """Take note of the end."""
        self.returncode = returncode
        self._ended.set()


class Nursery:
    """One ``python -m warm.nursery`` with the modules of ``preload`` (comma-separated).

    ``on_death`` is called, with the number of children lost, when the process ends without being told to.
    """

    def __init__(self, preload: str, *, on_death: Callable[["Nursery", int], None]) -> None:
        self.preload = preload
        self.settings = get_current_settings().to_environment_variables(exclude_unset=True)
        """The worker's settings as variables: for the nursery, so that its children find them read, and for them."""
        self._on_death = on_death
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._listener: asyncio.Task[None] | None = None
        self._answers: dict[str, asyncio.Future[Child]] = {}
        self._children: dict[str, Child] = {}
        self._told_to_end = False

    @property
    def pid(self) -> int | None:
        """The nursery's process id, once started."""
        return self._process.pid if self._process else None

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked for children."""
        return self._listener is not None and not self._listener.done()

    async def start(self) -> float:
        """Start the process and wait for its imports; the result is the seconds that they took.

        Raises ``NurseryError`` if a module cannot be imported or leaves the process unfit to be forked.
        """
        here, there = socket.socketpair()
        with there:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "warm.nursery", str(there.fileno()), self.preload),
                pass_fds=[there.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                env={**QUIET, **os.environ, **self.settings, **ONE_THREAD},
                start_new_session=True,  # signals of a terminal are for the worker
            )
        reader, self._writer = await asyncio.open_unix_connection(sock=here)
        try:
            first = await reader.readline()
        except BaseException:
            await self.close()
            raise
        reply = decode_reply(first) if first else Unready(reason="the nursery ended while it was importing")
        if not isinstance(reply, Ready):
            await self.close()
            raise NurseryError(reply.reason if isinstance(reply, Unready) else f"unexpected reply: {reply}")
        self._listener = asyncio.create_task(self._listen(reader))
        return reply.seconds

    async def fork(self, request: Fork) -> Child:
        """Have a child forked. Raises ``NurseryError`` if that is refused or the nursery died."""
        if self._writer is None or not self.is_alive:
            raise NurseryError("the nursery is not running")
        answer = self._answers[request.key] = asyncio.get_running_loop().create_future()
        self._writer.write(encode(request))
        child: Child = await answer
        return child

    async def close(self) -> None:
        """End the nursery, which stops its children first and kills those that outlast ``STOP_SECONDS``."""
        if self._process is None or self._writer is None:
            return
        self._told_to_end = True
        with anyio.CancelScope(shield=True):
            if not self._writer.is_closing():
                self._writer.write_eof()
            with anyio.move_on_after(STOP_SECONDS + 5):
                await self._process.wait()
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
            if self._listener is not None:
                await self._listener
            self._writer.close()
            await self._writer.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        """Take the nursery's replies until it is gone, then account for what was under way."""
        with contextlib.suppress(ConnectionResetError):
            while line := await reader.readline():
                self._take(decode_reply(line))
        lost, self._children = list(self._children.values()), {}
        for child in lost:
            signal_group(child.pid, signal.SIGKILL)
            child.ended(-signal.SIGKILL)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(NurseryError("the nursery died"))
        self._answers.clear()
        if not self._told_to_end:
            self._on_death(self, len(lost))

    def _take(self, reply: Reply) -> None:
        match reply:
            case Forked(key=key, pid=pid):
                child = self._children[key] = Child(pid)
                answer = self._answers.pop(key)
                if answer.done():  # whoever asked was cancelled meanwhile
                    signal_group(pid, signal.SIGTERM)
                else:
                    answer.set_result(child)
            case Refused(key=key, reason=reason):
                answer = self._answers.pop(key)
                if not answer.done():
                    answer.set_exception(NurseryError(reason))
            case Exited(key=key, status=status):
                self._children.pop(key).ended(status)
