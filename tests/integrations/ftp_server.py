"""A real FTP server (pyftpdlib) with TLS on the loopback, over a real directory."""

import socket
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import trustme

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # asyncore, which left Python with 3.12
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, TLS_FTPHandler
    from pyftpdlib.servers import ThreadedFTPServer

USER: Final = "hub"
PASSWORD: Final = "sandbox ftp password"
_AUTHORITY: Final = trustme.CA()
AUTHORITY: Final = _AUTHORITY.cert_pem.bytes().decode()
_FULL: Final = "elradfmwMT"


@contextmanager
def ftp_served(
    root: Path, *, tls: bool = True, name: str = "127.0.0.1", without: frozenset[str] = frozenset()
) -> Iterator[str]:
    """The address of a server over ``root`` while it is served; ``without`` are commands that it does not know."""
    authorizer = DummyAuthorizer()
    authorizer.add_user(USER, PASSWORD, str(root), perm=_FULL)
    commands: Mapping[str, Any] = {k: v for k, v in FTPHandler.proto_cmds.items() if k not in without}
    options: dict[str, Any] = {"authorizer": authorizer, "auth_failed_timeout": 0}
    pem = root.parent / f"{root.name}.pem"
    if tls:
        commands = {**{k: v for k, v in TLS_FTPHandler.proto_cmds.items() if k not in without}}
        issued = _AUTHORITY.issue_cert(name)
        pem.write_bytes(issued.private_key_pem.bytes() + b"".join(part.bytes() for part in issued.cert_chain_pems))
        options |= {"certfile": str(pem), "tls_control_required": True, "tls_data_required": True, "ssl_context": None}
    else:
        authorizer.add_anonymous(str(root))
    kind = type("Handler", (TLS_FTPHandler if tls else FTPHandler,), {**options, "proto_cmds": commands})
    server = ThreadedFTPServer(socket.create_server(("127.0.0.1", 0)), kind)
    ended = threading.Event()

    def serve() -> None:
        """Its sockets are closed by the thread that looks at them."""
        while not ended.is_set():
            server.serve_forever(timeout=0.1, blocking=False, handle_exit=False)
        server.close_all()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"ftp://127.0.0.1:{server.address[1]}"
    finally:
        ended.set()
        thread.join(timeout=10)
