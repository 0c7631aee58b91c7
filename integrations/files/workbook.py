"""Excel workbooks (.xlsx): the first sheet, or a named one, as text cells."""

import warnings
import zlib
from collections.abc import Generator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from openpyxl.utils.exceptions import InvalidFileException

from integrations.files.records import Record, UnreadableFile, fit, is_header, ragged, too_long
from integrations.files.shared_strings import SharedStrings, open_workbook
from models.reasons import Reason

_EXACT = 10**15
"""Excel keeps 15 digits of a number; beyond, the last digits of an order number have become zeros."""


def read_workbook(path: Path, *, sheet: str = "") -> Generator[Record, None, None]:
    """The rows of a sheet, its header first; blank rows, and titles above the header, are left out.

    Raises ``UnreadableFile`` if it is no workbook or has no such sheet.
    """
    try:
        with SharedStrings() as strings:
            yield from _rows(path, sheet, strings)
    except UnreadableFile:
        raise
    except (BadZipFile, InvalidFileException, ParseError, zlib.error, EOFError, KeyError, ValueError) as error:
        raise UnreadableFile(
            f"{path.name} is not a whole Excel workbook: save it again as .xlsx, or rename it to .csv if it is text."
        ) from error


def _rows(path: Path, sheet: str, strings: SharedStrings) -> Generator[Record, None, None]:
    with warnings.catch_warnings():
        # Workbooks of shops and ERPs lack styles and print settings; nothing of that is read here.
        warnings.simplefilter("ignore", UserWarning)
        book = open_workbook(path, strings)
    with closing(book):
        names = [page.title for page in book.worksheets]
        if not names or sheet not in ("", *names):
            raise UnreadableFile(
                f"{path.name} has no sheet {sheet!r} (it has {', '.join(names) or 'none'}): name one of them."
            )
        page = book.worksheets[names.index(sheet) if sheet else 0]
        # Many exporters write a wrong extent, which would hide all cells but the first.
        page.reset_dimensions()
        width = 0
        for line, values in enumerate(page.iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in values]
            if not any(cells) or not (width or is_header(cells)):
                continue
            while not width and not cells[-1]:
                cells.pop()
            width = width or len(cells)
            cells += [""] * (width - len(cells))
            yield _record(line, cells, values, width)


def _record(line: int, cells: list[str], values: tuple[object, ...], width: int) -> Record:
    fitting = fit(cells, width)
    if fitting is None:
        return Record(line, cells, ragged(cells, width))
    for value, cell in zip(values, fitting, strict=False):
        if isinstance(value, int | float) and abs(value) >= _EXACT:
            return Record(line, fitting, Reason("cell-lost-digits", {"value": cell[:40]}))
    return Record(line, fitting, too_long(fitting))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            # 15 digits are what Excel shows; more would turn 19.9 into 19.899999999999999.
            return format(value, ".0f" if value.is_integer() else ".15g")
        case datetime():
            return value.isoformat(sep=" ")
        case _:
            return str(value)
