"""Many processes that start on the same thing at the same moment, and what kills some of them on the way.

They are forked from this one, which has imported everything: starting a hundred Pythons would take minutes.
"""

import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass

Ready = Callable[[], None]
Job = Callable[[Ready], None]
"""What a worker does; it calls what it is given when it has prepared itself, and waits there for the others."""

PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Ended:
    """How many workers were killed before they had finished, and the seconds from the common start to the last end."""

    killed: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Crowd:
    """Workers that do the same job. Nobody may have a database open when they are forked."""

    workers: int
    job: Job
    chance: random.Random

    def run(self, kills: int = 0) -> Ended:
        """Let all of them run to their end; ``kills`` times one is ended by SIGKILL at a random moment and another
        started in its place.

        Raises ``SystemExit`` if a worker fails by itself.
        """
        told, tell = os.pipe()
        wait, gate = os.pipe()

        def wait_for_all() -> None:
            os.close(gate)
            os.write(tell, b".")
            os.read(wait, 1)  # ends when everybody has closed the other end

        living = [self._fork(wait_for_all) for _ in range(self.workers)]
        for _ in living:
            if not select.select([told], [], [], PATIENCE_SECONDS)[0]:
                raise SystemExit("the workers did not come up")
            os.read(told, 1)
        os.close(gate)
        started = time.perf_counter()
        killed = 0
        for _ in range(kills):
            time.sleep(self.chance.uniform(0.005, 0.1))
            victim = living.pop(self.chance.randrange(len(living)))
            os.kill(victim, signal.SIGKILL)
            killed += os.WIFSIGNALED(os.waitpid(victim, 0)[1])
            living.append(self._fork(lambda: None))
        failed = sum(os.waitpid(worker, 0)[1] != 0 for worker in living)
        seconds = time.perf_counter() - started
        for end in (told, tell, wait):
            os.close(end)
        if failed:
            raise SystemExit(f"{failed} workers failed")
        return Ended(killed, seconds)

    def _fork(self, ready: Ready) -> int:
        sys.stdout.flush()
        worker = os.fork()
        if worker:
            return worker
        status = 1
        try:
            self.job(ready)
            status = 0
        except BaseException:  # the end of a process: whatever it was is shown, and the crowd fails
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
