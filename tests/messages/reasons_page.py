"""Writes ``docs/reasons.md``: every reason that the hub can give, found in the code, said by the catalogue.

``python -m tests.messages.reasons_page > docs/reasons.md``
"""

import ast as python
import sys
from collections.abc import Iterator

from fluent.syntax import ast, serialize

from settings import ROOT
from tests.messages.catalogue import read

FOLDERS = ("expectations", "integrations", "models", "policies", "tasks", "web")
"""Where reasons are given; what is said only on screens has keys of its own."""
SCREENS = ("cli-", "console-", "story-", "status-", "hold-", "tag-")

HEAD = """# Reasons

Every reason that the hub gives for what it decides, holds or refuses: its code, as it is stored and exported, and how
it is said. What stands in braces is filled in. This page is generated from the code and the catalogues
(`messages/en.ftl`, `messages/zh.ftl`); `tests/messages/test_reasons_page.py` says how when it is out of date.
"""


def page() -> str:
    """The whole page."""
    given, chinese = codes(), {entry.id.name: entry for entry in read("zh") if isinstance(entry, ast.Message)}
    written, group = [HEAD], ""
    for entry in read("en"):
        if isinstance(entry, ast.GroupComment):
            group = entry.content or ""
        elif isinstance(entry, ast.Message) and entry.id.name in given:
            if group:
                written.append(f"\n## {group}\n\n| code | English | 中文 |\n|---|---|---|\n")
                group = ""
            written.append(f"| `{entry.id.name}` | {_said(entry)} | {_said(chinese[entry.id.name])} |\n")
    return "".join(written)


def codes() -> set[str]:
    """Keys of the catalogue that the code names outside of its screens."""
    keys = {entry.id.name for entry in read("en") if isinstance(entry, ast.Message)}
    named = {text for folder in FOLDERS for text in _constants(folder) if not text.startswith(SCREENS)}
    return keys & named


def _constants(folder: str) -> Iterator[str]:
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in python.walk(python.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, python.Constant) and isinstance(node.value, str):
                yield node.value


def _said(entry: ast.Message) -> str:
    """The sentence on one line, as a cell of a table."""
    text = serialize(ast.Resource([ast.Message(entry.id, entry.value)])).partition(" =")[2]
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
