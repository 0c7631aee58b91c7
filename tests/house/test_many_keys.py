"""Rows are asked for by keys in one way, ``models.many.among``; ``in_`` is for words that the code spells out and for
sub-queries."""

import ast
from collections.abc import Iterator

from tracked import tracked_files

from settings import ROOT


def test_in_takes_only_what_the_code_spells_out_or_a_subquery() -> None:
    texts = {file: file.read_text(encoding="utf-8") for file in tracked_files() if file.suffix == ".py"}
    using = {file: text for file, text in texts.items() if "in_(" in text}
    assert [f"{file.relative_to(ROOT)}:{line}" for file, text in using.items() for line in lists_of_keys(text)] == []


def lists_of_keys(text: str) -> Iterator[int]:
    """The lines on which ``in_`` or ``not_in`` takes values that are known only when it runs."""
    for outer in ast.parse(text).body:
        for scope in outer.body if isinstance(outer, ast.ClassDef) else [outer]:
            queries = {"select"}
            for node in ast.walk(scope):
                if isinstance(node, ast.Assign) and root(node.value) in queries:
                    queries |= {root(name) for name in node.targets}
            for node in ast.walk(scope):
                match node:
                    case ast.Call(func=ast.Attribute(attr="in_" | "not_in"), args=[taken]):
                        spelled_out = isinstance(taken, ast.Tuple) or root(taken).isupper()
                        if not spelled_out and root(taken) not in queries:
                            yield node.lineno


def root(node: ast.expr) -> str:
    """The name with which an expression such as ``select(...).where(...)`` begins; empty if it begins with none."""
    while isinstance(node, ast.Call | ast.Attribute):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
