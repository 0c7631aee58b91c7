"""Reads the catalogues as a translator's tool would: keys, groups and placeholders."""

from pathlib import Path

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

import messages


class _Placeholders(Visitor):
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.messages: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802  (the visitor's protocol)
        self.names.add(node.id.name)

    def visit_MessageReference(self, node: ast.MessageReference) -> None:  # noqa: N802  (the visitor's protocol)
        self.messages.add(node.id.name)


def read(locale: str) -> list[ast.EntryType]:
    """Every entry of a language's file in order."""
    path = Path(messages.__file__).parent / f"{locale}.ftl"
    return FluentParser(with_spans=False).parse(path.read_text(encoding="utf-8")).body


def placeholders(locale: str) -> dict[str, set[str]]:
    """The placeholders of each key, with those of the messages that it says in its own."""
    found: dict[str, _Placeholders] = {}
    for entry in read(locale):
        if isinstance(entry, ast.Message):
            visitor = _Placeholders()
            visitor.visit(entry)
            found[entry.id.name] = visitor
    return {key: it.names.union(*(found[said].names for said in it.messages)) for key, it in found.items()}
