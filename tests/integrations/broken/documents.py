"""Places from which files are taken twice, not again, or though they are none."""

from typing import Any

from broken.way import fails
from integrations.folder import Folder, FolderSettings
from models.messages import Document


@fails("a_document_is_found_until_it_is_put_away_and_comes_as_it_was")
class LeavesWhatItHasRead(Folder):
    """Says that it put a file away, and did not."""

    async def put_away(self, _document: Document) -> bool:
        return True


@fails("a_document_that_comes_again_is_found_again")
class TakesANameForTheFile(Folder):
    """Knows by its name alone that a file was here before."""

    async def find_documents(self) -> list[Document]:
        known = [entry.name for entry in await self.ask(lambda directory: directory.entries("done"))]
        return [each for each in await super().find_documents() if not any(name.endswith(each.name) for name in known)]


@fails("what_is_no_table_is_left_alone")
class TakesALetterForATable(Folder):
    def __init__(self, settings: FolderSettings, *what: Any, **more: Any) -> None:
        super().__init__(settings.model_copy(update={"files": ("*",)}), *what, **more)
