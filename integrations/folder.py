"""A folder as a source of documents: on this machine's disk, or a share that it has mounted.

Verified by: a real folder, with hostile names and files that grow. Nothing of it needs a server.
"""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from integrations.drop import Directory, Drop, DropSettings, Entry
from integrations.words import Words

NAME: Final = "folder"


class FolderSettings(DropSettings):
    """Which folder, as the worker sees it."""


class Folder(Drop):
    """A folder, and the people or programs who put files into it."""

    def __init__(
        self,
        settings: FolderSettings,
        http: httpx.AsyncClient | None,  # noqa: ARG002  (every partner is made alike; a folder needs no HTTP)
        *,
        clock: Callable[[], datetime],  # noqa: ARG002  (likewise)
    ) -> None:
        words = Words(NAME, ())
        super().__init__(settings, words, lambda: opened(Path(settings.path), words))


@asynccontextmanager
async def opened(root: Path, words: Words) -> AsyncIterator[Directory]:
    """The folder, if it is there."""
    if not await asyncio.to_thread(root.is_dir):
        raise words.unavailable("the folder is not there: is the share mounted?")
    yield _LocalDirectory(root, words)


class _LocalDirectory:
    def __init__(self, root: Path, words: Words) -> None:
        self._root = root
        self._words = words

    async def entries(self, folder: str = "") -> list[Entry]:
        with self._told():
            return await asyncio.to_thread(_listed, self._root / folder)

    async def read(self, path: str, into: BinaryIO) -> None:
        with self._told():
            try:
                with (self._root / path).open("rb") as source:
                    await asyncio.to_thread(shutil.copyfileobj, source, into, 1 << 20)
            except FileNotFoundError:
                raise self._words.conflict(f"{path} is gone") from None

    async def write(self, path: str, content: bytes) -> None:
        with self._told():
            file = self._root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            await asyncio.to_thread(_written, file, content)

    async def exists(self, path: str) -> bool:
        with self._told():
            return (self._root / path).exists()

    async def move(self, path: str, to: str) -> bool:
        with self._told():
            target = self._root / to
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.exists():
                return False
            try:
                (self._root / path).rename(target)
            except FileNotFoundError:
                return False
            return True

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except PermissionError as error:
            raise self._words.misconfigured("we may not do that in the folder") from error
        except OSError as error:
            raise self._words.unavailable(f"the folder did not answer ({error.strerror})") from error


def _listed(folder: Path) -> list[Entry]:
    if not folder.is_dir():
        return []
    found = []
    for item in os.scandir(folder):
        if item.is_file():
            facts = item.stat()
            found.append(Entry(item.name, facts.st_size, datetime.fromtimestamp(facts.st_mtime, UTC)))
    return found


def _written(file: Path, content: bytes) -> None:
    with file.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
