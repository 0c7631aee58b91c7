"""What the documents name exists: files, links, commands with their options, and Python that parses."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from tracked import tracked_files

from cli.main import app
from settings import ROOT

PAGES = [file for file in tracked_files() if file.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
PYTHON = re.compile(r"^```python ?(run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^ {4,}|^|`|\$ |&& )(?:\./)?orderspine ([^`\n|>#]+)", re.MULTILINE)
OUR_FILE = re.compile(
    r"`((?:cli|docs|expectations|flows|integrations|messages|models|policies|presets|sandbox|tasks|tests|warm|web|benchmarks)"
    r"/[\w./-]*|[\w-]+\.(?:toml|yaml|lock|ftl))(?::\w+)?`"
)
MADE_BY_THE_USER = {
    "connections.toml",
    "integrations/corner.py",
    "sandbox/corner.py",
    "tests/integrations/payloads/corner/",
    "tests/integrations/peers/corner.py",
    "rules.toml",
}
IN_THE_LAUNCHER = {"test"}

pytestmark = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_file_named_is_there(page: Path) -> None:
    named = set(OUR_FILE.findall(page.read_text(encoding="utf-8"))) - MADE_BY_THE_USER
    assert sorted(name for name in named if not any((at / name).exists() for at in (ROOT, page.parent))) == []


def test_every_command_exists(page: Path) -> None:
    assert [fault for line in commands(page) if (fault := fault_of(line.split()))] == []


def test_every_python_block_parses_and_runs_if_it_says_so(page: Path) -> None:
    """Blocks that open with ``python run`` are one program a page; others are excerpts."""
    blocks = PYTHON.findall(page.read_text(encoding="utf-8"))
    for _, code in blocks:
        compile(code, str(page), "exec", dont_inherit=True)
    program = "\n".join(code for mark, code in blocks if mark == "run")
    exec(compile(program, str(page), "exec", dont_inherit=True), {"__name__": page.stem})  # noqa: S102  (our own pages)


def commands(page: Path) -> Iterator[str]:
    """Every call of the command line that the page shows."""
    for match in COMMAND.finditer(page.read_text(encoding="utf-8")):
        yield match[1].strip()


def fault_of(words: list[str]) -> str:
    """What is wrong with a call: a command or an option that does not exist; empty if nothing is."""
    command: Any = typer.main.get_command(app)
    called = words.copy()
    while called and hasattr(command, "commands"):
        if called[0].startswith("-") or called[0].isupper() or called[0] in IN_THE_LAUNCHER:
            return ""
        found = command.commands.get(called[0].rstrip(".,;:"))
        if found is None:
            return f"orderspine {' '.join(words)}: there is no {called[0]}"
        command, called = found, called[1:]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)} | {"--help"}
    options = {word.partition("=")[0] for word in called if word.startswith("--")}
    return f"orderspine {' '.join(words)}: {sorted(options - known)}" if options - known else ""
