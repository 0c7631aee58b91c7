"""The texts of a workbook, which Excel keeps in one table beside the sheet: on disk, for there may be millions."""

from array import array
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, Final, Self

from openpyxl import Workbook
from openpyxl.cell.text import Text
from openpyxl.packaging.manifest import Manifest
from openpyxl.reader.excel import ExcelReader
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS
from openpyxl.xml.functions import iterparse

_IN_MEMORY: Final = 8 << 20
"""Bytes of text that stay in memory."""


class SharedStrings:
    """A table of texts that is filled once and read by place."""

    def __init__(self) -> None:
        self._texts = SpooledTemporaryFile[bytes](max_size=_IN_MEMORY)
        self._ends = array("Q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._texts.close()

    def __getitem__(self, place: int) -> str:
        """The text at a place. Raises ``ValueError`` if there is none."""
        if not 0 <= place < len(self._ends) - 1:
            raise ValueError(f"the workbook has no text {place}")
        self._texts.seek(self._ends[place])
        return self._texts.read(self._ends[place + 1] - self._ends[place]).decode("utf-8", "surrogatepass")

    def fill(self, source: IO[bytes]) -> None:
        """Append every text of the part ``sharedStrings.xml``."""
        events = iterparse(source, ("start", "end"))
        _, root = next(events)
        for event, node in events:
            if event == "end" and node.tag == f"{{{SHEET_MAIN_NS}}}si":
                said = Text.from_tree(node)
                text = said.content.replace("x005F_", "") if said else ""  # as openpyxl's own table has it
                self._ends.append(self._ends[-1] + self._texts.write(text.encode("utf-8", "surrogatepass")))
                root.clear()


class _Reader(ExcelReader):
    """openpyxl's reader with its table of texts on disk."""

    package: Manifest
    shared_strings: Any

    def __init__(self, path: Path, strings: SharedStrings) -> None:
        super().__init__(path, read_only=True, data_only=True)
        self.shared_strings = strings

    def read_strings(self) -> None:
        """Fill the table, if the workbook has one."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]  # openpyxl's stubs leave it out
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings.fill(source)


def open_workbook(path: Path, strings: SharedStrings) -> Workbook:
    """The workbook for reading row by row, its texts in ``strings``. Raises what ``openpyxl.load_workbook`` raises."""
    reader = _Reader(path, strings)
    reader.read()
    return reader.wb
