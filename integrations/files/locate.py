"""Where the files of a table are."""

from fnmatch import fnmatchcase
from pathlib import Path

from integrations.files.layout import Table
from integrations.files.tables import SUFFIXES, UnreadableFile


def files_of(table: Table, path: Path) -> list[Path]:
    """The files of a table in a folder, at any depth, in the order of their paths; a file is its own folder.

    Names are compared in any case. Hidden files and the lock files of office programs are passed over.
    Raises ``UnreadableFile`` if ``path`` does not exist.
    """
    if not path.exists():
        raise UnreadableFile(f"{path} does not exist: check the path.")
    candidates = [path] if path.is_file() else sorted(path.rglob("*"))
    return [file for file in candidates if _belongs(file, table) and file.is_file()]


def _belongs(file: Path, table: Table) -> bool:
    name = file.name.lower()
    if name.startswith((".", "~$")) or not name.endswith(SUFFIXES):
        return False
    return any(fnmatchcase(name, pattern.lower()) for pattern in table.files)
