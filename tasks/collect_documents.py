"""Files that come by themselves: fetched from their places, kept as they came, each content once (A2)."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import select, update

from integrations.errors import Conflict, Rejected
from integrations.ports import AnswersByFile, DocumentSource
from integrations.registry import PARTNERS
from models.base import insert_or_ignore, insert_or_replace, table_of
from models.kept_file import Delivery, KeptFile
from models.messages import Document
from models.work import Work
from settings import get_settings
from tasks.connections import connections, partner
from tasks.hub import hub_task, tell, unit_of_work
from tasks.reading import reading

FILE = table_of(KeptFile)
DELIVERY = table_of(Delivery)


@dataclass(frozen=True, slots=True)
class Collected:
    """What lay in a place: documents taken, files in them that nobody had brought before, documents left there."""

    source: str
    documents: int
    new_files: int
    left: int


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file of a document, as it now lies in the home folder."""

    sha256: str
    name: str
    size_bytes: int


def document_sources() -> list[str]:
    """Codes of the places that are looked into, warehouses that confirm by file included. Raises ``BadConnections``."""
    connected = connections()
    answering = (w for w in connected.warehouse if issubclass(_maker(w.partner), AnswersByFile))
    return [*(place.code for place in connected.documents), *(warehouse.code for warehouse in answering)]


@hub_task
async def collect_documents(code: str) -> Collected:
    """Keep the files of every document that lies in a place, then put it away there.

    A run that dies between the two finds the document again and knows its files. One that changes while it is read is
    left for the next run, one that is refused stops no other.
    Raises ``Unavailable`` to be retried, ``Misconfigured`` to be mended.
    """
    taken = new = left = 0
    async with partner(code) as source:
        for document in await source.find_documents():
            if _stays(code, document):
                continue
            try:
                arrived = await _fetch(source, document)
            except (Conflict, Rejected) as error:
                tell("%s: %s is left where it is: %s", code, document.name, error.message)
                left += 1
                continue
            with unit_of_work() as work:
                new += _record(work, code, document, arrived)
            if not await source.put_away(document):
                _remember(code, document)
            taken += 1
    tell("%s: %d documents, %d new files, %d left", code, taken, new, left)
    return Collected(code, taken, new, left)


def kept_path(sha256: str, name: str) -> Path:
    """Where a file lies that was kept."""
    return get_settings().home / "files" / sha256[:2] / sha256 / name


async def _fetch(source: DocumentSource, document: Document) -> list[Arrived]:
    home = get_settings().home / "files"
    home.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=home, prefix=".arriving-") as folder:
        files = await source.fetch_document(document, Path(folder))
        return [await asyncio.to_thread(_keep, file) for file in files]


def _keep(file: Path) -> Arrived:
    """Give a file its lasting place, in one step; what is there already is the same."""
    with file.open("rb") as stream:
        os.fsync(stream.fileno())  # its source is told that we have it
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    arrived = Arrived(sha256, file.name, file.stat().st_size)
    kept = kept_path(sha256, file.name)
    kept.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(file, kept)
    return arrived


def _record(work: Work, code: str, document: Document, arrived: Iterable[Arrived]) -> int:
    """Note the document and its files; how many of the files are new."""
    always = {"company_id": work.company_id, "source": code, "kept_at": work.now}
    new = 0
    for file in arrived:
        row = {**always, "sha256": file.sha256, "name": file.name, "size_bytes": file.size_bytes, "state": "waiting"}
        statement = insert_or_ignore(work.session, FILE, ("company_id", "sha256"))
        new += work.session.execute(statement.returning(FILE.c.id), row).first() is not None
    row = {
        **always, "document_id": document.document_id, "name": document.name, "written_at": document.written_at,
        "files": [file.sha256 for file in arrived], "stays": False,
    }  # fmt: skip
    unique = ("company_id", "source", "document_id")
    work.session.execute(insert_or_replace(work.session, DELIVERY, unique, tuple(row)), [row])
    return new


def _stays(code: str, document: Document) -> bool:
    with reading() as work:
        mine = (DELIVERY.c.company_id == work.company_id, DELIVERY.c.source == code, DELIVERY.c.stays)
        query = select(DELIVERY.c.id).where(*mine, DELIVERY.c.document_id == document.document_id)
        return work.session.execute(query).first() is not None


def _remember(code: str, document: Document) -> None:
    with unit_of_work() as work:
        mine = (DELIVERY.c.company_id == work.company_id, DELIVERY.c.source == code)
        found = update(DELIVERY).where(*mine, DELIVERY.c.document_id == document.document_id)
        work.session.execute(found.values(stays=True))


def _maker(partner_name: str) -> type:
    entry = PARTNERS.get(partner_name)
    return entry.maker if entry is not None and isinstance(entry.maker, type) else object
