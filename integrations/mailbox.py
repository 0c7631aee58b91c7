"""A mailbox as a source of documents: the attachments of mail that certain people send (IMAP4rev1, RFC 3501, and TLS).

A mail is known by ``UIDVALIDITY`` and ``UID``, and read without being marked as read. Once its files are safe it gets
the keyword ``$Orderspine``, or is moved (RFC 6851) to a folder: other programs and people may read the mailbox too.
Verified by: ``pymap``, a real server. Not called live.
"""

import asyncio
import imaplib
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from typing import Any, Final, Literal

import httpx
from pydantic import Field, SecretStr

from integrations.mailbox_mail import attachments, fits, sender_of, subject_of
from integrations.settings import PartnerSettings
from integrations.trust import Authority, trusted
from integrations.words import Words
from models.messages import Document

NAME: Final = "mailbox"
TIMEOUT: Final = 20.0
"""Seconds for each step of the conversation."""

KEYWORD: Final = "$Orderspine"
"""Marks a mail whose files we have."""

_HEADERS: Final = "(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)])"
_AT_A_TIME: Final = 100
_UID: Final = re.compile(rb"UID (\d+)")


class MailboxSettings(PartnerSettings):
    """Which mailbox, and which mail of it is for us."""

    host: str = Field(min_length=1, description="Name of the server, as its certificate has it")
    port: int = Field(default=993, ge=1, le=65_535, description="Usually 993 with tls, 143 with starttls")
    security: Literal["tls", "starttls"] = Field(default="tls", description="tls or starttls")
    user: str = Field(min_length=1, description="Who logs in")
    password: SecretStr = Field(description="Password of the user, or the code for mail clients")
    folder: str = Field(default="INBOX", description="Folder whose mail is read")
    done_folder: str = Field(default="", description="Where mail goes once we have it; empty: it stays, with a keyword")
    senders: tuple[str, ...] = Field(min_length=1, description="Who may send: addresses, or patterns such as *@firm.cn")
    subjects: tuple[str, ...] = Field(default=("*",), min_length=1, description="Patterns of the subject, in any case")
    files: tuple[str, ...] = Field(
        default=("*.csv", "*.csv.gz", "*.tsv", "*.txt", "*.xlsx", "*.xlsm"),
        description="Patterns of the names of attachments that are taken, in any case",
    )
    authority: Authority = Field(default="", description="PEM of the authority behind the server, if no public one")


class Mailbox:
    """A folder of a mailbox."""

    def __init__(
        self,
        settings: MailboxSettings,
        http: httpx.AsyncClient | None,  # noqa: ARG002  (every partner is made alike; mail does not go over HTTP)
        *,
        clock: Callable[[], datetime],  # noqa: ARG002  (likewise)
    ) -> None:
        self._settings = settings
        self._words = Words(NAME, settings.secrets())

    async def find_documents(self) -> list[Document]:
        """Mail of allowed senders and subjects without our keyword, oldest first; its files are not read yet."""
        return await asyncio.to_thread(self._find)

    async def fetch_document(self, document: Document, folder: Path) -> list[Path]:
        """The attachments whose names match; a name that two of them have is told apart by a number."""
        content = await asyncio.to_thread(self._fetch, document)
        written: list[Path] = []
        for number, (name, data) in enumerate(attachments(content, self._settings.files), start=1):
            file = folder / name
            if file.exists():
                file = folder / f"{number}-{name}"
            await asyncio.to_thread(file.write_bytes, data)
            written.append(file)
        return written

    async def put_away(self, document: Document) -> bool:
        """Move the mail, or give it the keyword; a server that keeps no keywords leaves it as it is."""
        return await asyncio.to_thread(self._put_away, document)

    def _find(self) -> list[Document]:
        with self._opened(readonly=True) as (server, validity, _):
            uids = _ok(server.uid("SEARCH", f"UNKEYWORD {KEYWORD} UNDELETED"))[0].split()
            found = []
            for start in range(0, len(uids), _AT_A_TIME):
                some = b",".join(uids[start : start + _AT_A_TIME]).decode()
                found += list(self._wanted(_ok(server.uid("FETCH", some, _HEADERS)), validity))
        return sorted(found, key=lambda document: (document.written_at, document.document_id))

    def _wanted(self, reply: list[Any], validity: str) -> Iterator[Document]:
        for part, after in zip(reply, [*reply[1:], b""], strict=True):
            if not isinstance(part, tuple):
                continue
            line, header = part
            line += after if isinstance(after, bytes) else b""  # servers tell the UID before or after the header
            uid, at = _UID.search(line), imaplib.Internaldate2tuple(line)
            if uid is None or at is None:
                raise imaplib.IMAP4.abort("a mail without UID or INTERNALDATE")
            head = message_from_bytes(header)
            if fits(sender_of(head), self._settings.senders) and fits(subject_of(head), self._settings.subjects):
                # imaplib tells the time in this machine's zone.
                written_at = datetime.fromtimestamp(time.mktime(at), UTC)
                yield Document(f"{validity}:{uid[1].decode()}", subject_of(head), written_at)

    def _fetch(self, document: Document) -> bytes:
        with self._opened(readonly=True) as (server, validity, _):
            uid = self._uid(document, validity)
            reply = _ok(server.uid("FETCH", uid, "(UID BODY.PEEK[])"))
        for part in reply:
            if isinstance(part, tuple):
                return bytes(part[1])
        raise self._words.conflict("the mail is gone")

    def _put_away(self, document: Document) -> bool:
        with self._opened(readonly=False) as (server, validity, keeps_keywords):
            uid = self._uid(document, validity)
            if self._settings.done_folder:
                self._move(server, uid)
            elif not keeps_keywords:
                return False
            else:
                _ok(server.uid("STORE", uid, "+FLAGS.SILENT", f"({KEYWORD})"))
        return True

    def _move(self, server: imaplib.IMAP4, uid: str) -> None:
        folder = _quoted(self._settings.done_folder)
        with suppress(imaplib.IMAP4.error):
            server.create(folder)  # it answers NO if the folder is there
        if "MOVE" in server.capabilities:
            _ok(server.uid("MOVE", uid, folder))
            return
        _ok(server.uid("COPY", uid, folder))
        _ok(server.uid("STORE", uid, "+FLAGS.SILENT", "(\\Deleted)"))
        if "UIDPLUS" in server.capabilities:
            _ok(server.uid("EXPUNGE", uid))

    def _uid(self, document: Document, validity: str) -> str:
        stated, _, uid = document.document_id.partition(":")
        if stated != validity:
            raise self._words.conflict("the server has numbered its mail anew")
        return uid

    @contextmanager
    def _opened(self, *, readonly: bool) -> Iterator[tuple[imaplib.IMAP4, str, bool]]:
        """The folder, open: the server, the folder's UIDVALIDITY, and whether it keeps keywords of ours."""
        writes = not readonly
        server: imaplib.IMAP4 | None = None
        try:
            server = self._logged_in()
            if server.select(_quoted(self._settings.folder), readonly=readonly)[0] != "OK":
                raise self._words.misconfigured(f"there is no folder {self._settings.folder}")
            validity, flags = (server.response(code)[1][0] or b"" for code in ("UIDVALIDITY", "PERMANENTFLAGS"))
            yield server, validity.decode(), rb"\*" in flags or KEYWORD.encode() in flags
        except imaplib.IMAP4.abort as error:
            raise self._words.unavailable(f"the connection broke: {error}", outcome_unknown=writes) from None
        except imaplib.IMAP4.error as error:
            raise self._words.unavailable(f"did not do the work: {error}", outcome_unknown=writes) from None
        except ssl.SSLCertVerificationError as error:
            raise self._words.misconfigured(f"the server's certificate does not hold: {error.verify_message}") from None
        except OSError as error:
            unknown = writes and server is not None
            raise self._words.unavailable(
                f"cannot be reached ({type(error).__name__})", outcome_unknown=unknown
            ) from None
        finally:
            if server is not None:
                with suppress(imaplib.IMAP4.error, OSError):
                    server.logout()

    def _logged_in(self) -> imaplib.IMAP4:
        host, port, tls = self._settings.host, self._settings.port, trusted(self._settings.authority)
        if self._settings.security == "tls":
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(host, port, ssl_context=tls, timeout=TIMEOUT)
        else:
            server = imaplib.IMAP4(host, port, timeout=TIMEOUT)
        try:
            if self._settings.security == "starttls":
                if "STARTTLS" not in server.capabilities:
                    raise self._words.misconfigured("the server offers no TLS")
                server.starttls(tls)
            try:
                server.login(self._settings.user, self._settings.password.get_secret_value())
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as error:
                raise self._words.misconfigured(f"the server did not let us in: {error}") from None
            server.capability()  # what is offered after the log-in may be more
            if "ID" in _offered(server):
                server.xatom("ID", '("name" "orderspine")')  # some Chinese providers show no mail to who says no name
        except BaseException:
            with suppress(OSError):  # a socket whose TLS failed is closed already
                server.shutdown()
            raise
        return server


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    """What was answered. Raises ``IMAP4.error`` with the server's words if that was NO."""
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(
            b" ".join(part for part in data if isinstance(part, bytes)).decode("utf-8", "replace")
        )
    return data


def _offered(server: imaplib.IMAP4) -> frozenset[str]:
    stated = server.response("CAPABILITY")[1][-1] or b""
    return frozenset(stated.decode("ascii", "replace").upper().split()) or frozenset(server.capabilities)


def _quoted(folder: str) -> str:
    """The name of a folder as IMAP writes it: modified UTF-7 (RFC 3501 §5.1.3), in quotation marks."""
    pieces = re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder)
    written = "".join(piece.replace("&", "&-") if piece.isascii() else _utf7(piece) for piece in pieces)
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _utf7(piece: str) -> str:
    return "&" + b64encode(piece.encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
