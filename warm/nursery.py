"""The nursery: a process that imports everything once, then forks a child for each flow run.

``python -m warm.nursery DESCRIPTOR MODULES`` speaks ``warm.protocol`` on that descriptor. It lives as long as
its worker holds the other end, and stays single-threaded: a thread that held a lock while another forked
would leave the lock taken for ever in the child.
"""

import contextlib
import gc
import os
import select
import signal
import socket
import sys
import time

from pydantic import BaseModel

import warm.child
from warm.fitness import ENGINE, UnfitError, import_modules, require_no_descriptors, require_single_thread
from warm.groups import STOP_SECONDS, signal_group
from warm.protocol import Exited, Fork, Forked, ForkRequests, Ready, Refused, Unready, encode
from warm.tls import share_contexts


def spare_the_collector() -> None:
    """Make the collector of garbage pass over what is imported, and look less often than it would.

    What is imported never dies: left alone, its pages stay shared with the children. A run lives for seconds and makes
    objects by the batch, which live as long: a look after every 700 of them takes a tenth of a large run's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


class NurseryProcess:
    """Forks children on request and reports how each ended."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._requests = ForkRequests()
        self._children: dict[int, str] = {}
        self._wake, self._wake_writer = os.pipe()
        os.set_blocking(self._wake, False)
        os.set_blocking(self._wake_writer, False)

    def prepare(self, modules: list[str]) -> bool:
        """Import the modules and tell the worker that runs can come, or why they cannot."""
        started = time.monotonic()
        try:
            import_modules([*ENGINE, *modules])
            share_contexts()
            require_single_thread()
            require_no_descriptors({self._control.fileno(), self._wake, self._wake_writer})
        except UnfitError as error:
            self._tell(Unready(reason=str(error)))
            return False
        spare_the_collector()
        self._tell(Ready(seconds=time.monotonic() - started))
        return True

    def serve(self) -> Fork | None:
        """Serve until the worker is gone: ``None``. In a forked child: what that child has to do."""
        # Without a handler, nothing would be written to the descriptor.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake_writer, warn_on_full_buffer=False)
        # A terminal or a service manager signals the worker as well, and the worker's end is this one's end.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            readable, _, _ = select.select([self._control.fileno(), self._wake], [], [])
            if self._wake in readable:
                self._reap()
            if self._control.fileno() in readable:
                piece = self._receive()
                if not piece:
                    self._stop_children()
                    return None
                for request in self._requests.feed(piece):
                    if self._fork(request):
                        return request

    def _receive(self) -> bytes:
        try:
            return self._control.recv(1 << 16)
        except ConnectionResetError:
            return b""

    def _tell(self, message: BaseModel) -> None:
        # A worker that is gone is noticed where its requests are read.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._control.sendall(encode(message))

    def _fork(self, request: Fork) -> bool:
        """Fork for a request; true in the child."""
        sys.stdout.flush()
        sys.stderr.flush()
        # SIGTERM waits until the child has its own handlers, or it would be ignored with the nursery's.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        try:
            require_single_thread()
            pid = os.fork()
        except (UnfitError, OSError) as error:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
            self._tell(Refused(key=request.key, reason=str(error)))
            return False
        if pid == 0:
            self._leave_to_child()
            return True
        # Both sides set the group, so that it exists whoever is first to need it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.setpgid(pid, pid)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self._children[pid] = request.key
        self._tell(Forked(key=request.key, pid=pid))
        return False

    def _leave_to_child(self) -> None:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        self._control.close()
        os.close(self._wake)
        os.close(self._wake_writer)

    def _reap(self) -> None:
        """Collect the children that have ended, with whatever they left running in their groups."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake, 1 << 12)
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._report(pid, status)

    def _report(self, pid: int, status: int) -> None:
        signal_group(pid, signal.SIGKILL)
        self._tell(Exited(key=self._children.pop(pid), status=os.waitstatus_to_exitcode(status)))

    def _stop_children(self) -> None:
        for pid in self._children:
            signal_group(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while self._children and (left := deadline - time.monotonic()) > 0:
            select.select([self._wake], [], [], left)
            self._reap()
        for pid in self._children:
            signal_group(pid, signal.SIGKILL)
        while self._children:
            self._report(*os.waitpid(-1, 0))


def main(descriptor: str, modules: str) -> None:
    """Be a nursery; in the children that it forks this never returns."""
    nursery = NurseryProcess(socket.socket(fileno=int(descriptor)))
    if not nursery.prepare([name for name in modules.split(",") if name]):
        raise SystemExit(1)
    own_pid = os.getpid()
    request = nursery.serve()
    if request is not None:
        warm.child.run(request, parent=own_pid)


if __name__ == "__main__":
    main(*sys.argv[1:])
