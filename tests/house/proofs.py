"""What tests say that they prove of a partner: ``@pytest.mark.proves(partner, by, side)``, read without running them.

``by`` is ``vector``, for texts and digests that others have published or computed, or the name of an independent
package. ``side`` is ``client``, ours, or ``sandbox``, the partner as we simulate it.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from settings import ROOT

VECTOR = "vector"
FOLDERS = (ROOT / "tests" / "integrations", ROOT / "tests" / "sandbox")


@dataclass(frozen=True)
class Proof:
    """One mark on a test."""

    partner: str
    by: str
    side: str
    file: Path
    test: str


def proofs() -> list[Proof]:
    """Every mark, in the order of files and lines."""
    return [proof for folder in FOLDERS for file in sorted(folder.glob("test_*.py")) for proof in _marks(file)]


def _marks(file: Path) -> Iterator[Proof]:
    for node in _tree(file).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.proves":
                    yield Proof(*(ast.literal_eval(argument) for argument in mark.args), file, node.name)


def packages_used(proof: Proof) -> set[str]:
    """The packages of others that the test comes upon: in its own lines, or in those of our tests that it calls."""
    return {plain(package) for package in _packages(proof.file, proof.test)}


def digests_stated(proof: Proof) -> set[str]:
    """The long texts without a blank that the test states, or that stand where it reads them."""
    texts = (node.value for node in _reached(proof.file, proof.test, set()) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and len(text) >= 20 and " " not in text}


def plain(package: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _packages(file: Path, name: str) -> Iterator[str]:
    for node in _reached(file, name, set()):
        if isinstance(node, ast.Import):
            for module in node.names:
                yield from _distributions(module.name)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from _distributions(node.module)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "distribution":
            yield ast.literal_eval(node.args[0])  # one of which a single file is loaded


def _reached(file: Path, name: str, seen: set[tuple[Path, str]]) -> Iterator[ast.AST]:
    """All that the definition of ``name`` in a file leads to; fixtures are called by the names of arguments."""
    if (file, name) in seen:
        return
    seen.add((file, name))
    for definition in _definitions(file).get(name, ()):
        for node in ast.walk(definition):
            yield node
            if isinstance(node, ast.Name | ast.arg):
                yield from _reached(file, node.id if isinstance(node, ast.Name) else node.arg, seen)
            elif isinstance(node, ast.ImportFrom) and (beside := file.parent / f"{node.module}.py").exists():
                for imported in node.names:
                    yield from _reached(beside, imported.name, seen)


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


@cache
def _definitions(file: Path) -> dict[str, list[ast.stmt]]:
    """The statements of a file by the names that they bind; those of the shared fixtures among them."""
    found: dict[str, list[ast.stmt]] = {}
    shared = file.parent / "conftest.py"
    for statement in [*_tree(file).body, *(_tree(shared).body if shared.exists() else ())]:
        for name in _bound(statement):
            found.setdefault(name, []).append(statement)
    return found


def _bound(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return [name.asname or name.name.partition(".")[0] for name in statement.names]
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


@cache
def _known() -> dict[str, list[str]]:
    return dict(packages_distributions())


def _distributions(module: str) -> list[str]:
    return _known().get(module.partition(".")[0], [])
