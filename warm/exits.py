"""Sentences for the ways in which a process dies that Prefect does not explain by itself."""

import logging
import signal

from prefect._internal.infrastructure_exit_codes import INFRASTRUCTURE_EXIT_HINTS, InfrastructureExitInfo

_CRASHES = {
    signal.SIGABRT: "it gave up by itself: a failed check in native code, or memory that it could not get",
    signal.SIGSEGV: "native code touched memory that is not there; often a library or a full stack",
    signal.SIGBUS: "a memory-mapped file was cut short, or the disk under it is full",
    signal.SIGILL: "native code was built for another processor",
    signal.SIGFPE: "native code divided by zero",
    signal.SIGXCPU: "it used up the CPU time that it was allowed",
    signal.SIGHUP: "its terminal or session ended",
    signal.SIGINT: "someone interrupted it",
}


def explain() -> None:
    """Have Prefect's crash reports name the signal and the likely cause, where they only had a number."""
    for number, cause in _CRASHES.items():
        INFRASTRUCTURE_EXIT_HINTS.setdefault(
            -number,
            InfrastructureExitInfo(
                explanation=f"Process exited due to a {number.name} signal: {cause}.",
                resolution="Look at the end of the flow run's logs and of the worker's output.",
                log_level=logging.ERROR,
            ),
        )
