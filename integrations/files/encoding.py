"""Which encoding a text file has: UTF-8 (with or without a byte order mark) or GB18030."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from integrations.files.records import UnreadableFile

_CHUNK = 1 << 18
_CURE = "save it as 'CSV UTF-8' and import it again"


def open_bytes(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked if its name ends in ``.gz``."""
    return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix.lower() == ".gz" else path.open("rb")


def detect_encoding(path: Path, *, declared: str = "") -> str:
    """The name of the codec that reads the whole file; ``declared`` (from a preset) is only checked.

    The file is read through once, so that a bad byte in its last line refuses it before its first row was taken.
    Raises ``UnreadableFile`` for an empty or binary file, and names the first line that cannot be decoded.
    """
    names = [declared] if declared else ["utf-8-sig", "gb18030"]
    decoders = {name: codecs.getincrementaldecoder(name)() for name in names}
    first_bad_line = 0
    lines, blank = 0, True
    for chunk in _chunks(path):
        if lines == 0 and blank:
            _refuse_foreign(path, chunk)
        if 0 in chunk:
            line = lines + chunk[: chunk.index(0)].count(b"\n") + 1
            raise UnreadableFile(f"{path.name} has a NUL byte in line {line}, so it is not a text table: {_CURE}.")
        for name in list(decoders):
            try:
                decoders[name].decode(chunk)
            except UnicodeDecodeError as error:
                first_bad_line = first_bad_line or lines + error.object[: error.start].count(b"\n") + 1
                del decoders[name]
        if not decoders:
            raise UnreadableFile(
                f"{path.name}: line {first_bad_line} is not in {' or '.join(_plain(n) for n in names)}: {_CURE}."
            )
        blank = blank and not chunk.strip()
        lines += chunk.count(b"\n")
    if blank:
        raise UnreadableFile(f"{path.name} is empty: export it again, with its header row.")
    return next(iter(decoders))


def _chunks(path: Path) -> Iterator[bytes]:
    try:
        with open_bytes(path) as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise UnreadableFile(f"{path.name} is not a whole .gz file: fetch or pack it again.") from error


def _refuse_foreign(path: Path, start: bytes) -> None:
    if start.startswith(b"PK\x03\x04"):
        raise UnreadableFile(f"{path.name} is an Excel workbook or a zip archive, not CSV: rename it to .xlsx.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnreadableFile(f"{path.name} is UTF-16 ('Unicode text'), which is not read: {_CURE}.")


def _plain(codec: str) -> str:
    return codec.upper().removesuffix("-SIG")
