"""Kept files become messages: orders by the preset that a person confirmed, confirmations by their warehouse (A2, C1).

A file that cannot be read yet waits for a person, in quarantine and by a notice; it is read again as soon as presets or
connections were changed after that.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, update

from integrations.files.preset import PresetError, confirmed_preset
from integrations.files.tables import UnreadableFile, read_header
from models.lifecycle import Route
from models.messages import RawMessage, RefusedRow
from models.reasons import Reason
from models.work import Work
from settings import get_settings
from tasks.collect_documents import FILE, kept_path
from tasks.connections import Connections, connections, partner
from tasks.hub import current_rules, hub_task, tell, unit_of_work
from tasks.import_files import has_orders, open_catalogue, settle_files, stage_orders
from tasks.notices import notice
from tasks.quarantine import QUARANTINE, Refusal, refuse
from tasks.reading import reading

SUBJECT = "file"


@dataclass(frozen=True, slots=True)
class ToRead:
    """A kept file that nobody has read yet."""

    id: int
    sha256: str
    name: str
    source: str

    @property
    def path(self) -> Path:
        return kept_path(self.sha256, self.name)


@dataclass(frozen=True, slots=True)
class FileRead:
    """What a file brought: orders, payments, confirmations, and how many of them were new; or that it waits for a
    person."""

    file: str
    orders: int = 0
    payments: int = 0
    confirmations: int = 0
    new: int = 0
    refused_rows: int = 0
    waits: bool = False


def files_to_read() -> list[ToRead]:
    """The files that wait, oldest first, and those for a person if presets or connections have changed since."""
    changed_at = _changed_at()
    with reading() as work:
        query = select(FILE).where(FILE.c.company_id == work.company_id, FILE.c.state != "done").order_by(FILE.c.id)
        return [
            ToRead(row.id, row.sha256, row.name, row.source)
            for row in work.rows(query)
            if row.state == "waiting" or row.read_at < changed_at
        ]


async def read_file(file: ToRead) -> FileRead:
    """Bring a file in by the door of its source; what a person must see to first stops no other file."""
    connected = connections()
    try:
        if file.source in {warehouse.code for warehouse in connected.warehouse}:
            done = await read_confirmations(file)
        else:
            done = await _read_by(_preset_of(file, connected), file)
    except _UnknownLayout as unknown:
        told = {"columns": ", ".join(unknown.columns)[:200], "path": str(file.path)}
        return _leave(file, Reason("file-layout-unknown", told), connected)
    except (UnreadableFile, PresetError) as error:
        return _leave(file, Reason("file-unreadable", {"value": str(error)}), connected)
    with unit_of_work() as work:
        _close(work, file)
    return done


@hub_task
async def read_confirmations(file: ToRead) -> FileRead:
    """Put what a warehouse confirms by file into the inbox; a repeat changes nothing. Raises ``UnreadableFile``."""
    async with partner(file.source) as warehouse:
        answers = list(warehouse.read_answers(file.path))
    messages = [answer for answer in answers if isinstance(answer, RawMessage)]
    bad = [answer for answer in answers if isinstance(answer, RefusedRow)]
    rows = [
        {
            "kind": "outbound-confirmation", "source": file.source, "message_key": message.key, "route": Route.FILE,
            "body": message.body, "occurred_at": message.occurred_at,
        }
        for message in messages
    ]  # fmt: skip
    with unit_of_work() as work:
        new = work.inbox.put(rows)
        refuse(work, [Refusal(file.source, "row", row.row_key, row.row, row.reasons) for row in bad])
    tell("%s: %d confirmations, %d of them new, %d rows refused", file.name, len(messages), new, len(bad))
    return FileRead(file.name, confirmations=len(messages), new=new, refused_rows=len(bad))


async def _read_by(preset: str, file: ToRead) -> FileRead:
    if not has_orders(preset):
        settled = await settle_files(str(file.path), preset, current_rules())
        kept, refused = sum(each.new_lines for each in settled), sum(each.refused for each in settled)
        return FileRead(file.name, payments=kept, refused_rows=refused)
    await open_catalogue(str(file.path), preset)
    staged = await stage_orders(str(file.path), preset)
    return FileRead(file.name, staged.orders, new=staged.new, refused_rows=staged.refused_rows)


class _UnknownLayout(Exception):
    def __init__(self, columns: tuple[str, ...]) -> None:
        super().__init__(columns)
        self.columns = columns


def _preset_of(file: ToRead, connected: Connections) -> str:
    """The preset that the connection names, else that whose columns a person confirmed. Raises ``_UnknownLayout``."""
    place = next((place for place in connected.documents if place.code == file.source), None)
    if place is not None and place.preset:
        return place.preset
    preset = confirmed_preset(get_settings().presets, file.path)
    if preset is None:
        raise _UnknownLayout(read_header(file.path))
    return preset.name


def _leave(file: ToRead, why: Reason, connected: Connections) -> FileRead:
    """A person must see to it: quarantine has it, and the people of its place are told once."""
    told = next((place.told for place in connected.documents if place.code == file.source), "")
    content = {"file": file.name, "path": str(file.path)}
    with unit_of_work() as work:
        refuse(work, [Refusal(file.source, SUBJECT, file.sha256, content, (why,))])
        work.session.execute(update(FILE).where(FILE.c.id == file.id).values(state="person", read_at=work.now))
        if told:
            key = f"file:{file.sha256}"
            work.outbox.add([notice(told, key, "notice-file-waits", [why], file=file.name)])
    return FileRead(file.name, waits=True)


def _close(work: Work, file: ToRead) -> None:
    work.session.execute(update(FILE).where(FILE.c.id == file.id).values(state="done", read_at=work.now))
    mine = (QUARANTINE.c.company_id == work.company_id, QUARANTINE.c.subject == SUBJECT)
    stood = update(QUARANTINE).where(*mine, QUARANTINE.c.subject_key == file.sha256, QUARANTINE.c.state == "open")
    work.session.execute(stood.values(state="mended", mended_at=work.now, mended_by=work.run.actor))


def _changed_at() -> datetime:
    """When presets or connections were last changed."""
    settings = get_settings()
    files = [settings.connections, *settings.presets.glob("*.toml")]
    newest = max((file.stat().st_mtime for file in files if file.is_file()), default=0.0)
    return datetime.fromtimestamp(newest, UTC)
