"""``orderspine new``: a partner's files and lines, to be filled in; the conformance suite says what is missing."""

import re
from pathlib import Path
from string import Template
from typing import Annotated

import typer

from cli.failures import Unusable
from cli.screen import line, t
from settings import ROOT

app = typer.Typer(no_args_is_help=True)
TEMPLATES = Path(__file__).parent / "templates"


@app.command(name="channel", help=t("cli-new-channel-help"))
def channel(name: Annotated[str, typer.Argument(help=t("cli-new-name-help"))]) -> None:
    """Write a channel that is registered and does nothing, with a simulated peer, settings and a page."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,17}", name) or (ROOT / "integrations" / f"{name}.py").exists():
        raise Unusable(t("cli-new-name-bad", name=name))
    words = name.split("_")
    facts = {
        "name": name,
        "title": " ".join(word.capitalize() for word in words),
        "class_name": "".join(word.capitalize() for word in words),
        "constant": name.upper(),
    }
    made = _changed(facts)
    for file, content in made.items():
        (ROOT / file).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / file).write_text(content, encoding="utf-8")
    (ROOT / "tests" / "integrations" / "payloads" / name).mkdir(parents=True, exist_ok=True)
    line("cli-new-made", files="\n".join(f"  {file}" for file in made), name=name)


def _changed(facts: dict[str, str]) -> dict[str, str]:
    """Every file that is new or gets a line, and what it then holds."""
    name, class_name, constant = facts["name"], facts["class_name"], facts["constant"]
    new = {
        f"integrations/{name}.py": "channel.py.txt",
        f"sandbox/{name}.py": "sandbox.py.txt",
        f"tests/integrations/peers/{name}.py": "peer.py.txt",
        f"docs/partners/{name}.md": "page.md.txt",
    }
    entry = f'    "{name}": PartnerEntry(Channel, {class_name}Settings, {class_name}, "{facts["title"]}"),\n'
    registry = _import("integrations/registry.py", f"integrations.{name}", f"{class_name}, {class_name}Settings")
    sandbox = _import("sandbox/app.py", f"sandbox.{name}", constant)
    known = _read("sandbox/credentials.py").rstrip("\n") + f'\n\n{constant}_SECRET = "sandbox-{name}-secret"\n'
    return {
        **{file: Template(_template(template)).substitute(facts) for file, template in new.items()},
        "integrations/registry.py": _after(registry, r'^    "shop": PartnerEntry\(.*\n', entry),
        "sandbox/app.py": _after(sandbox, r"^    SHOP,\n", f"    {constant},\n"),
        "sandbox/credentials.py": known,
        "sandbox/orders.py": _after(_read("sandbox/orders.py"), r'^    "shop",\n', f'    "{name}",\n'),
        "sandbox/control_models.py": _after(_read("sandbox/control_models.py"), r'^    "shop",\n', f'    "{name}",\n'),
    }


def _read(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _import(file: str, module: str, names: str) -> str:
    """The file with one import more, at its place in the alphabet."""
    lines = _read(file).splitlines(keepends=True)
    package = module.split(".", maxsplit=1)[0]
    pattern = re.compile(rf"from ({package}\.\w+) import")
    before = [n for n, text in enumerate(lines) if (found := pattern.match(text)) and found[1] < module]
    lines.insert(before[-1] + 1, f"from {module} import {names}\n")
    return "".join(lines)


def _after(content: str, place: str, more: str) -> str:
    """The content with ``more`` right behind the first match of ``place``."""
    found = re.search(place, content, re.MULTILINE)
    if found is None:
        raise Unusable(t("cli-new-no-place", place=place))
    return content[: found.end()] + more + content[found.end() :]
