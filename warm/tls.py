"""One TLS context for all of Prefect's clients in a process.

Prefect 3.8.8 makes a context for each client, even for ``http://``, and reads every certificate authority into it:
30 ms, and half a MiB that the allocator does not give back. A run opens some ten clients.
"""

import functools
import ssl
from typing import Any

import prefect._internal.websockets
import prefect.client.orchestration
from prefect.client.orchestration import PrefectClient


class _Shared:
    """The module ``ssl``, but that the same call for a default context returns the same context."""

    def __init__(self) -> None:
        self.create_default_context = functools.cache(ssl.create_default_context)

    def __getattr__(self, name: str) -> Any:
        return getattr(ssl, name)


def share_contexts() -> None:
    """Have Prefect's clients share a context from now on, and make it, so that a fork has it as well."""
    # HTTP and websockets ask for different protocols (ALPN) on their contexts, so each has its own.
    for module in (prefect.client.orchestration, prefect._internal.websockets):
        if not isinstance(vars(module)["ssl"], _Shared):
            vars(module)["ssl"] = _Shared()
    PrefectClient("https://localhost/api")
