"""The Excel bridge: a warehouse without a system, run by people with sheets that lie in a shared place.

In that place ``out`` holds a sheet for each outbound, ``in`` takes the sheets that people have filled in, ``stock`` has
their latest count, ``sent`` our own copies. To take an outbound is to move its sheet out of ``out``: one that lies
there still can be stopped, one that was taken counts as picked.
Verified by: the sandbox's people, over a real SFTP server. The form of the sheets is our own.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator

from integrations import folder, ftp, sftp
from integrations.drop import Directory, Drop, DropSettings, Line, plain_name, put
from integrations.errors import PartnerError
from integrations.excel_bridge_sheet import (
    answers,
    cancel_sheet,
    check_code_of,
    outbound_sheet,
    read_confirmed,
    read_stock,
)
from integrations.files.records import UnreadableFile
from integrations.settings import PartnerSettings
from integrations.words import Words
from models.lifecycle import OrderKind
from models.messages import (
    Document,
    OutboundAccepted,
    OutboundConfirmed,
    OutboundRequest,
    RawMessage,
    RefusedRow,
    StockLine,
)

NAME: Final = "excel_bridge"


class ExcelBridgeSettings(PartnerSettings):
    """Where the sheets lie, and how that place is reached."""

    place: Literal["folder", "sftp", "ftp"] = Field(default="folder", description="folder, sftp or ftp")
    path: str = Field(min_length=1, description="The directory that holds the folders out, in, stock and sent")
    host: str = Field(default="", description="Server of sftp and ftp")
    port: int | None = Field(default=None, ge=1, le=65_535, description="Its port, if not the usual one")
    user: str = Field(default="", description="Who logs in there")
    password: SecretStr = Field(default=SecretStr(""), description="Password of the user")
    private_key: SecretStr = Field(default=SecretStr(""), description="Private key of the user (sftp), in OpenSSH form")
    host_key: str = Field(default="", description="Public key of the server (sftp)")
    authority: str = Field(default="", description="PEM of the authority behind the server (ftp), if no public one")
    complete: Literal["quiet", "marker"] = Field(default="quiet", description="How a whole file is told; see folder")
    quiet_seconds: float = Field(default=5, ge=0, le=60, description="How long a file must stay as it is")
    zone: str = Field(default="Asia/Shanghai", description="Time zone in which people write times")
    stock_hours: int = Field(default=36, ge=1, description="A count older than this is no answer any more")

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("must be a time zone such as Asia/Shanghai") from None
        return name

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        try:
            self.there()
        except ValidationError as error:
            faults = error.errors(include_url=False, include_context=False, include_input=False)
            raise ValueError("; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults)) from None
        return self

    def there(self) -> DropSettings:
        """The settings of the line that leads to the place."""
        kinds: Mapping[str, type[DropSettings]] = {
            "folder": folder.FolderSettings,
            "sftp": sftp.SftpSettings,
            "ftp": ftp.FtpSettings,
        }
        kind = kinds[self.place]
        said = {name: getattr(self, name) for name in type(self).model_fields.keys() & kind.model_fields.keys()}
        return kind.model_validate({name: value for name, value in said.items() if value not in ("", None)})


class ExcelBridge:
    """People who pick and pack, and a place in which sheets lie."""

    def __init__(
        self,
        settings: ExcelBridgeSettings,
        http: httpx.AsyncClient | None,  # noqa: ARG002  (every partner is made alike; sheets do not go over HTTP)
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._words = Words(NAME, settings.secrets())
        there = settings.there()
        line = _line(there, self._words)
        self._place = Drop(there, self._words, line)
        self._answers = Drop(there, self._words, line, "in")

    async def push_outbound(self, request: OutboundRequest) -> OutboundAccepted:
        """Lay a sheet into ``out``, once: a copy in ``sent`` says that it was there, also after somebody took it."""
        name, sheet = self._sheet_of(request.outbound_no), outbound_sheet(request)

        async def lay(directory: Directory) -> None:
            if not await directory.exists(f"sent/{name}"):
                await put(directory, f"out/{name}", sheet)
                await put(directory, f"sent/{name}", sheet)

        await self._place.do(lay)
        return OutboundAccepted(request.outbound_no, request.outbound_no, request.check_code)

    async def find_outbound(self, outbound_no: str) -> OutboundAccepted | None:
        """Whether its sheet lies in ``out``, or did; not if it was stopped."""
        name = self._sheet_of(outbound_no)
        with TemporaryDirectory() as home:
            copy = Path(home) / name

            async def look(directory: Directory) -> bool:
                lies = name in {entry.name for entry in await directory.entries("out")}
                if not lies and (not await directory.exists(f"sent/{name}") or await directory.exists(_stopped(name))):
                    return False
                with copy.open("wb") as into:
                    await directory.read(f"{'out' if lies else 'sent'}/{name}", into)
                return True

            if not await self._place.ask(look):
                return None
            try:
                return OutboundAccepted(outbound_no, outbound_no, check_code_of(copy))
            except UnreadableFile as error:
                raise self._words.unavailable(f"our own sheet cannot be read: {error}") from error

    async def cancel_outbound(
        self, outbound_no: str, warehouse: str, reason: str, _kind: OrderKind = OrderKind.SALE
    ) -> None:
        """Take the sheet out of ``out``, and lay one there that says so. If somebody has taken it, that sheet asks them
        to stop, and the call is ``Rejected``: who knows how far they are?"""
        name = self._sheet_of(outbound_no)
        sheet = cancel_sheet(outbound_no, warehouse, reason)

        async def stop(directory: Directory) -> bool:
            lay_there = await directory.move(f"out/{name}", _stopped(name)) or await directory.exists(_stopped(name))
            if lay_there or await directory.exists(f"sent/{name}"):
                await put(directory, f"out/{outbound_no}-cancel.xlsx", sheet)
            return lay_there

        if not await self._place.do(stop):
            raise self._words.rejected("somebody has taken the sheet: ask the warehouse", field="outbound_no")

    async def pull_stock(self, warehouse: str, skus: Sequence[str]) -> list[StockLine]:
        """The newest sheet in ``stock``. Raises ``Unavailable`` if there is none, or only one that is too old."""
        if not skus:
            return []
        wanted = set(skus)
        with TemporaryDirectory() as home:
            sheet = await self._newest_count(Path(home))
            try:
                return [line for line in read_stock(sheet, warehouse) if line.sku in wanted]
            except (UnreadableFile, ValueError) as error:
                raise self._words.unavailable(f"the stock sheet cannot be read: {error}") from error

    def receive_callback(
        self, _query: Mapping[str, str], _headers: Mapping[str, str], _body: bytes, _now: datetime
    ) -> RawMessage:
        """People with sheets call nobody. Raises ``Forged``."""
        raise self._words.forged("confirmations come as sheets, not as calls")

    def answer_callback(self, refusal: PartnerError | None) -> tuple[str, bytes]:
        """A plain word."""
        return "text/plain; charset=utf-8", b"refused" if refusal else b"ok"

    async def find_documents(self) -> list[Document]:
        """The sheets in ``in`` that are whole."""
        return await self._answers.find_documents()

    async def fetch_document(self, document: Document, folder: Path) -> list[Path]:
        """Copy a sheet."""
        return await self._answers.fetch_document(document, folder)

    async def put_away(self, document: Document) -> bool:
        """Move a sheet into ``in/done``."""
        return await self._answers.put_away(document)

    def read_answers(self, file: Path) -> Iterator[RawMessage | RefusedRow]:
        """One message per outbound. Its key is made of what was filled in: the same in another file is a repeat."""
        for answer in answers(file):
            if isinstance(answer, RefusedRow):
                yield answer
            else:
                outbound_no, body = answer
                digest = sha256(body.encode()).hexdigest()[:16]
                yield RawMessage(f"{outbound_no[:60]}:{digest}", body, self._clock())

    def read_confirmation(self, message: RawMessage) -> OutboundConfirmed:
        """Translate what people filled in."""
        try:
            told = json.loads(message.body)
            return read_confirmed(
                told["outbound_no"], told["rows"], self._settings.zone, message.key, message.occurred_at
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise self._words.rejected(f"the sheet cannot be read: {error}") from error

    async def _newest_count(self, home: Path) -> Path:
        async def copy(directory: Directory) -> Path:
            counts = [e for e in await directory.entries("stock") if e.name.lower().endswith((".xlsx", ".csv"))]
            newest = max(counts, key=lambda entry: entry.changed_at, default=None)
            if newest is None or newest.changed_at < self._clock() - timedelta(hours=self._settings.stock_hours):
                raise self._words.unavailable(f"nobody has counted for {self._settings.stock_hours} hours")
            file = home / newest.name
            with file.open("wb") as into:
                await directory.read(f"stock/{newest.name}", into)
            return file

        return await self._place.ask(copy)

    def _sheet_of(self, outbound_no: str) -> str:
        try:
            return f"{plain_name(outbound_no)}.xlsx"
        except ValueError:
            raise self._words.rejected("the number cannot be the name of a sheet", field="outbound_no") from None


def _stopped(name: str) -> str:
    return f"sent/{name.removesuffix('.xlsx')}.stopped.xlsx"


def _line(there: DropSettings, words: Words) -> Line:
    match there:
        case sftp.SftpSettings():
            return lambda: sftp.opened(there, words)
        case ftp.FtpSettings():
            return lambda: ftp.opened(there, words)
        case _:
            return lambda: folder.opened(Path(there.path), words)
