"""A drop: a directory in which two sides leave files for each other, on a disk, by SFTP or by FTP.

A file that is still being written is not taken: either it must keep its size and time between two looks, or the other
side puts an empty ``NAME.ok`` beside it when it is whole. What we write appears under its name in one step.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO, Final, Literal, Protocol, TypeVar

from pydantic import AfterValidator, Field
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from integrations.errors import Unavailable
from integrations.settings import PartnerSettings
from integrations.words import Words
from models.messages import Document

T = TypeVar("T")
TRIES: Final = 3
_BACKOFF: Final = wait_random_exponential(multiplier=0.2, max=2)
_UNFINISHED: Final = (".part", ".tmp", ".filepart", ".crdownload", ".partial")
MARKER: Final = ".ok"
"""Ends the name of the empty file that says that the file beside it is whole."""


def plain_name(text: str) -> str:
    """A name that is a name and no path. Raises ``ValueError``."""
    if not text or text in {".", ".."} or "/" in text or "\\" in text or "\0" in text:
        raise ValueError("must be the name of a folder inside path")
    return text


FolderName = Annotated[str, AfterValidator(plain_name)]


class DropSettings(PartnerSettings):
    """What all drops have in common."""

    path: str = Field(min_length=1, description="The directory in which the files lie")
    files: tuple[str, ...] = Field(
        default=("*.csv", "*.csv.gz", "*.tsv", "*.txt", "*.xlsx", "*.xlsm"),
        description="Patterns of the names that are taken, in any case",
    )
    done: FolderName = Field(default="done", description="Folder inside it into which a file goes once we have it")
    complete: Literal["quiet", "marker"] = Field(
        default="quiet", description="quiet: its size and time stay; marker: NAME.ok lies beside it"
    )
    quiet_seconds: float = Field(default=5, ge=0, le=60, description="How long a file must stay as it is")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as a directory lists it."""

    name: str
    size: int
    changed_at: datetime

    def document(self) -> Document:
        """A file that is written anew is another document."""
        stamp = self.changed_at.isoformat(timespec="microseconds")
        return Document(f"{self.name}:{self.size}:{stamp}", self.name, self.changed_at)


class Directory(Protocol):
    """An open line to a directory; paths are relative to it. Raises the classes of ``integrations.errors``."""

    async def entries(self, folder: str = "") -> list[Entry]:
        """The files in a folder; none if there is no such folder."""
        ...

    async def read(self, path: str, into: BinaryIO) -> None:
        """Copy a file's bytes. Raises ``Conflict`` if there is none."""
        ...

    async def write(self, path: str, content: bytes) -> None:
        """Write a file, and its folder if that is missing."""
        ...

    async def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        ...

    async def move(self, path: str, to: str) -> bool:
        """Give a file another name in one step, making the folder; ``False`` if it is gone or the name is taken."""
        ...


Line = Callable[[], AbstractAsyncContextManager[Directory]]
"""Opens a directory for as long as a block lasts."""


class Drop:
    """A drop as a source of documents, whatever line leads to it; the files may lie in a folder of the directory."""

    def __init__(self, settings: DropSettings, words: Words, line: Line, folder: str = "") -> None:
        self._settings = settings
        self._words = words
        self._line = line
        self._folder = folder
        self._prefix = f"{folder}/" if folder else ""

    async def find_documents(self) -> list[Document]:
        """The files that match and are whole, oldest first."""
        return [entry.document() for entry in await self.ask(self._whole_files)]

    async def fetch_document(self, document: Document, folder: Path) -> list[Path]:
        """Copy a file; one that changed while it was copied is refused with ``Conflict``."""
        target = folder / document.name

        async def copy(directory: Directory) -> None:
            with target.open("wb") as into:
                await directory.read(self._prefix + document.name, into)
            after = {entry.name: entry for entry in await directory.entries(self._folder)}.get(document.name)
            if after is None or after.document() != document or after.size != target.stat().st_size:
                raise self._words.conflict(f"{document.name} changed while it was read")

        await self.ask(copy)
        return [target]

    async def put_away(self, document: Document) -> bool:
        """Move the file into the folder ``done``, under its time and name."""
        here = self._prefix + document.name
        done = f"{self._prefix}{self._settings.done}/{document.written_at:%Y%m%dT%H%M%SZ}-{document.name}"

        async def move(directory: Directory) -> bool:
            taken = 0
            while not await directory.move(here, f"{done}.{taken}" if taken else done):
                if not await directory.exists(here):
                    break  # an earlier try has done it
                taken += 1
            if self._settings.complete == "marker":
                await directory.move(f"{here}{MARKER}", f"{done}{MARKER}")
            return True

        return await self.do(move)

    async def ask(self, question: Callable[[Directory], Awaitable[T]]) -> T:
        """Ask the directory something that changes nothing, up to three times."""
        tries = AsyncRetrying(
            retry=retry_if_exception(lambda error: isinstance(error, Unavailable)),
            stop=stop_after_attempt(TRIES),
            wait=_BACKOFF,
            reraise=True,
        )
        return await tries(self.do, question)

    async def do(self, work: Callable[[Directory], Awaitable[T]]) -> T:
        """Do something in the directory, once."""
        async with self._line() as directory:
            return await work(directory)

    async def _whole_files(self, directory: Directory) -> list[Entry]:
        first = await directory.entries(self._folder)
        if self._settings.complete == "marker":
            names = {entry.name for entry in first}
            whole = [entry for entry in first if f"{entry.name}{MARKER}" in names]
        elif any(map(self._wanted, first)):
            await asyncio.sleep(self._settings.quiet_seconds)
            again = set(await directory.entries(self._folder))
            whole = [entry for entry in first if entry in again]
        else:
            whole = []
        return sorted(filter(self._wanted, whole), key=lambda entry: (entry.changed_at, entry.name))

    def _wanted(self, entry: Entry) -> bool:
        name = entry.name.lower()
        if name.startswith((".", "~$")) or name.endswith(_UNFINISHED) or PurePosixPath(name).name != name:
            return False
        return any(fnmatchcase(name, pattern.lower()) for pattern in self._settings.files)


async def put(directory: Directory, path: str, content: bytes) -> bool:
    """Let a file appear under its name in one step; ``False`` if there is one of that name."""
    if await directory.exists(path):
        return False
    folder, _, name = path.rpartition("/")
    unfinished = f"{folder}/.{name}.part" if folder else f".{name}.part"
    await directory.write(unfinished, content)
    return await directory.move(unfinished, path)
