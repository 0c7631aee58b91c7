"""A real SMTP server (aiosmtpd) on the loopback: STARTTLS or TLS, a log-in, and an answer of the test's choice.

What a message is answered with is said in the words of HTTP, in which the sandbox and the conformance suite say it for
all partners: ``_in_smtp`` translates. A 200 is a reply to be sent as it stands.
"""

import asyncio
import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import cache
from typing import Any, Final

import httpx
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from sandbox.faults import RARE_KINDS, FaultKind
from sandbox.world import World

USER: Final = "hub@orderspine.example"
PASSWORD: Final = "sandbox mail password"
RECIPIENT: Final = "people@orderspine.example"
NOBODY: Final = "nobody@orderspine.example"
OK: Final = "250 2.0.0 queued"
_AUTHORITY: Final = trustme.CA()
AUTHORITY: Final = _AUTHORITY.cert_pem.bytes().decode()
_REPLY: Final = re.compile(r"\d{3}[ -]")
# What the server notes is the peer's log, which the hub's must not be taken for.
logging.getLogger("mail.log").propagate = False
Judge = Callable[[httpx.Request], httpx.Response]
Answer = Callable[[SMTP, Envelope, httpx.Request], str | None]
"""The line to answer with; ``None`` breaks the connection off."""


class _Server(Controller):
    """aiosmtpd's controller on a port that the system chose: its own wants to know the number beforehand."""

    def __init__(self, listener: socket.socket, handler: Any, **options: Any) -> None:
        super().__init__(handler, hostname="127.0.0.1", port=listener.getsockname()[1], **options)
        self._listener = listener

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._listener, ssl=self.ssl_context)


class _Handler:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    async def handle_RCPT(  # noqa: N802  (aiosmtpd's name)
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address == NOBODY:
            return "550 5.1.1 no such mailbox"
        if address.startswith("busy"):
            return "451 4.2.1 mailbox busy"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        login = session.auth_data
        told = {"user": login.login.decode(), "password": login.password.decode()} if login else {}
        body = envelope.content if isinstance(envelope.content, bytes) else b""
        line = self._answer(server, envelope, httpx.Request("POST", "http://sink/", params=told, content=body))
        if line is not None:
            return line
        server.transport.close()
        await asyncio.sleep(0)
        return ""


def played(world: World) -> Answer:
    """Keeps messages in the world's ledger, and plays the faults that are laid on ``mail``."""
    world.players["mail"] = dict.fromkeys(set(FaultKind) - RARE_KINDS - {FaultKind.DELAY}, ("message",))

    def answer(server: SMTP, envelope: Envelope, request: httpx.Request) -> str | None:  # noqa: PLR0911 - one per kind
        fault = world.faults.on_request("mail", "message")
        match fault.kind if fault else None:
            case FaultKind.REFUSE:
                return "421 4.3.2 service not available"
            case FaultKind.STATUS_500:
                return None
            case FaultKind.HTML_200:
                return "<!DOCTYPE html><html><body>maintenance</body></html>"
            case FaultKind.EMPTY_JSON:
                return "{}"
            case FaultKind.RATE_LIMIT:
                return "450 4.7.1 too many messages"
            case FaultKind.REJECT:
                return "554 5.7.1 the message is not accepted"
            case FaultKind.EXPIRED_SESSION:
                return "530 5.7.0 authentication required"
        message = read(request.content)
        number = str(len(world.ledger.effects("mail")) + 1)
        world.ledger.record("mail", "message", number, message=message | {"recipients": envelope.rcpt_tos})
        match fault.kind if fault else None:
            case FaultKind.DROP_REPLY:
                return None
            case FaultKind.MALFORMED:
                server.transport.write(b"2")
                return None
        return OK

    return answer


def judged(judge: Judge) -> Answer:
    """Answers as ``judge`` says."""

    def answer(_server: SMTP, _envelope: Envelope, request: httpx.Request) -> str:
        return _in_smtp(judge(request))

    return answer


def _in_smtp(response: httpx.Response) -> str:
    said = " ".join(response.text.split()).encode("ascii", "replace").decode()[:900]
    if response.status_code == 200:
        return said
    code = {401: "535", 403: "535", 429: "450", 503: "421"}.get(response.status_code)
    return f"{code or ('554' if response.status_code < 500 else '451')} {said}"


def read(content: bytes) -> dict[str, Any]:
    """A message as its reader sees it."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    headers = {name.lower(): str(value) for name, value in message.items()}
    return {**headers, "text": message.get_content().replace("\r\n", "\n")}


@cache
def server_tls(name: str = "127.0.0.1", authority: trustme.CA = _AUTHORITY) -> ssl.SSLContext:
    """What a server of that name needs to speak TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def only_we(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """Lets in whoever knows the password."""
    return AuthResult(success=data == LoginPassword(USER.encode(), PASSWORD.encode()), handled=False)


def anybody(_server: SMTP, session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    """Lets everybody in."""
    return AuthResult(success=True, auth_data=data)


@contextmanager
def mail_served(
    answer: Answer, *, authenticator: Any = anybody, security: str = "starttls", tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The address of a mail server while it is served; ``security`` as in the settings of the client."""
    context = tls or server_tls()
    options: dict[str, Any] = {
        "starttls": {"tls_context": context, "require_starttls": True, "auth_required": True},
        "tls": {"ssl_context": context, "auth_require_tls": False},
        "none": {"auth_require_tls": False},
    }[security]
    listener = socket.create_server(("127.0.0.1", 0))
    server = _Server(
        listener,
        _Handler(answer),
        ready_timeout=20,
        authenticator=authenticator,
        **options,
    )
    server.start()
    try:
        yield f"smtp://127.0.0.1:{server.port}"
    finally:
        server.stop()
