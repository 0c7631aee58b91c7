"""Writes into the pages of ``docs/partners/`` what the code and the tests know of each partner.

``python -m tests.house.partner_pages``
"""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from integrations import ports
from integrations.registry import PARTNERS, PartnerEntry
from settings import ROOT
from tests.house.proofs import VECTOR, Proof, proofs

PAGES = ROOT / "docs" / "partners"
TESTS = ROOT / "tests" / "integrations"
BEGIN = "<!-- made from the code by: python -m tests.house.partner_pages -->\n"
END = "<!-- end -->\n"
SIDES = {"client": "our client", "sandbox": "the sandbox"}
ABILITIES = [port for port in vars(ports).values() if getattr(port, "_is_protocol", False)]
"""Every port, and what some partners of a port can do besides."""


def pages() -> dict[Path, str]:
    """Every page as it should be."""
    proven = proofs()
    known = {
        PAGES / f"{name}.md": _facts(name, entry, [proof for proof in proven if proof.partner == name])
        for name, entry in PARTNERS.items()
    }
    made = {page: _with(page.read_text(encoding="utf-8"), facts) for page, facts in known.items()}
    index = PAGES / "README.md"
    return made | {index: _with(index.read_text(encoding="utf-8"), _index(proven))}


def _with(page: str, made: str) -> str:
    """A page with this between its marks; one without them gets it at the end."""
    before, _, rest = page.partition(BEGIN)
    return f"{before if rest else before.rstrip() + chr(10) * 2}{BEGIN}{made}{END}{rest.partition(END)[2]}"


def _facts(name: str, entry: PartnerEntry, proven: list[Proof]) -> str:
    besides = [port for port in ABILITIES if issubclass(entry.maker, port) and not issubclass(entry.port, port)]
    rate = entry.settings.rate
    said = {
        "port": ", ".join(f"`{port.__name__}`" for port in (entry.port, *besides)),
        "is called": f"at most {rate.calls} times in {rate.seconds:g} s" if rate else "",
        "access token": "ends, and is renewed once for all workers" if entry.has_token else "",
        "vectors": _sides(each for each in proven if each.by == VECTOR),
        "independent package": "; ".join(_packages(proven)),
        "real server": _server(name),
        "recorded messages": str(len(list((TESTS / "payloads" / name).glob("*.json"))) or ""),
    }
    if not said["independent package"] and not said["real server"]:
        said["independent package"] = "none: sandbox only"
    settings = "".join(_setting(field, about) for field, about in entry.settings.model_fields.items())
    return (
        "\n## By the code\n\n| | |\n|---|---|\n"
        + "".join(f"| {word} | {fact} |\n" for word, fact in said.items() if fact)
        + "\n| setting | if it is not set | |\n|---|---|---|\n"
        + f"{settings}\n"
    )


def _setting(name: str, about: FieldInfo) -> str:
    secret = "secret" if about.annotation is SecretStr else ""
    needed = "**needed**" if about.is_required() else _default(about.get_default(call_default_factory=True))
    return f"| `{name}` | {', '.join(filter(None, (needed, secret)))} | {_cell(about.description or '')} |\n"


def _default(value: Any) -> str:
    """What holds if nothing is set, as a rules file would write it; nothing for what is empty."""
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    return (
        f"`{_cell(json.dumps(plain, ensure_ascii=False, default=str))}`" if plain not in ("", (), {}, [], None) else ""
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _packages(proven: list[Proof]) -> Iterator[str]:
    """Each independent package with its version, and which side it has judged."""
    for package in dict.fromkeys(each.by for each in proven if each.by != VECTOR):
        yield f"`{package}` {version(package)}: {_sides(each for each in proven if each.by == package)}"


def _sides(proven: Iterable[Proof]) -> str:
    found = {each.side for each in proven}
    return " and ".join(words for side, words in SIDES.items() if side in found)


def _server(name: str) -> str:
    """What the partner's peer says of a real server."""
    for node in ast.walk(ast.parse((TESTS / "peers" / f"{name}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "server":
            return str(ast.literal_eval(node.value))
    return ""


def _index(proven: list[Proof]) -> str:
    """Every partner, in the order of the registry, with what verified it."""
    rows = "".join(
        f"| `{name}` | {entry.port.__name__} | [{entry.title}]({name}.md) | {_judges(name, proven)} |\n"
        for name, entry in PARTNERS.items()
    )
    return f"\n| name | port | page | verified by |\n|---|---|---|---|\n{rows}\n"


def _judges(name: str, proven: list[Proof]) -> str:
    by = list(dict.fromkeys(each.by for each in proven if each.partner == name))
    packages = [f"`{package}`" for package in by if package != VECTOR]
    real = [_server(name)] if _server(name) else []
    return ", ".join([*(["vectors"] if VECTOR in by else []), *(packages + real or ["sandbox only"])])


def written(made: Mapping[Path, str]) -> None:
    """Write the pages."""
    for page, text in made.items():
        page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    written(pages())
