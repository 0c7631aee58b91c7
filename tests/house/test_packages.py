"""Every package of the hub is built, typed and under the contracts; every import is declared, and nothing else is."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

from settings import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TOOLS: dict[str, Any] = PROJECT["tool"]
PACKAGES = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
NOT_SHIPPED = {"benchmarks"}
# What models let others see (design §1); every other module of models is a table or needs a session.
VALUES = {"check_code", "content", "divisions", "lifecycle", "messages", "money", "order_number", "reasons"}
# Loaded by name and not by an import of ours.
BY_NAME = {"psycopg": "SQLAlchemy, by the database URL"}


def test_every_package_is_built() -> None:
    built = set(TOOLS["hatch"]["build"]["targets"]["wheel"]["packages"])
    assert built == (PACKAGES - NOT_SHIPPED) | {"settings.py"}


def test_every_package_is_typed() -> None:
    assert set(TOOLS["mypy"]["packages"]) == PACKAGES | NOT_SHIPPED


def test_every_package_is_under_the_contracts() -> None:
    assert set(TOOLS["importlinter"]["root_packages"]) == PACKAGES - NOT_SHIPPED


def test_the_contract_of_partners_names_every_table() -> None:
    contract = next(c for c in TOOLS["importlinter"]["contracts"] if c["name"].startswith("Partners and policies"))
    modules = {f"models.{file.stem}" for file in (ROOT / "models").glob("*.py") if file.stem != "__init__"}
    assert set(contract["forbidden_modules"]) == modules - {f"models.{name}" for name in VALUES}


def test_every_import_is_declared_and_everything_declared_is_imported() -> None:
    files = [ROOT / "settings.py", *(file for name in PACKAGES - NOT_SHIPPED for file in (ROOT / name).rglob("*.py"))]
    declared = names(PROJECT["project"]["dependencies"])
    imports = providers(files)
    assert {module for module, among in imports.items() if not among & declared} == set()
    assert declared - set().union(*imports.values()) == BY_NAME.keys()


def test_the_tests_import_only_what_is_declared() -> None:
    files = [file for name in ("tests", "benchmarks") for file in (ROOT / name).rglob("*.py")]
    groups = PROJECT["dependency-groups"]
    declared = names([*PROJECT["project"]["dependencies"], *groups["dev"], *groups["oracles"]])
    assert {module for module, among in providers(files).items() if not among & declared} == set()


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ("build",)),
        ("requirements-dev.lock", ("build", "dev")),
        ("requirements-oracles.lock", ("oracles",)),
    ],
)
def test_a_lock_has_everything_declared(lock: str, groups: tuple[str, ...]) -> None:
    wanted = [entry for group in groups for entry in PROJECT["dependency-groups"][group]]
    if "oracles" not in groups:
        wanted += PROJECT["project"]["dependencies"]
    locked = names(re.findall(r"^[a-z][^ ;]+", (ROOT / lock).read_text(), re.MULTILINE))
    assert names(wanted) - locked == set()


def test_both_locks_agree() -> None:
    pins = [
        set(re.findall(r"^[a-z][^\\]+", (ROOT / f"requirements{kind}.lock").read_text(), re.MULTILINE))
        for kind in ("", "-dev")
    ]
    assert pins[0] - pins[1] == set()


def names(requirements: Iterable[str]) -> set[str]:
    """The normalised names of requirements."""
    found = (re.match(r"[A-Za-z0-9._-]+", entry) for entry in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in found if name}


def providers(files: Iterable[Path]) -> dict[str, set[str]]:
    """The top-level modules that these files import from others, with the distributions that may bring each."""
    known = packages_distributions()
    tests = {name for file in (ROOT / "tests").rglob("*.py") for name in (file.stem, file.parent.name)}
    ours = PACKAGES | NOT_SHIPPED | {"settings", "tests", "shop"} | tests
    modules = {name for file in files for name in imported(file)} - ours - sys.stdlib_module_names
    return {module: names(known.get(module, ())) for module in modules}


def imported(file: Path) -> Iterator[str]:
    """The top-level names that a file imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.split(".")[0]
