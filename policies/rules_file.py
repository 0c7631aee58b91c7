"""Reading ``orderspine.toml``: strictly, and with errors that name the line and the cure (I3)."""

import json
import re
import tomllib
from collections.abc import Iterator

from pydantic import ValidationError

from policies.rules import Rules

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
Path = tuple[str | int, ...]


class BadRules(ValueError):
    """The rules file cannot be used; the message names the line, the key and the cure."""


def parse_rules(text: str) -> Rules:
    """Read rules from TOML. Raises ``BadRules``."""
    try:
        return Rules.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRules(f"The rules are not valid TOML: {error}") from error
    except ValidationError as error:
        raise BadRules("\n".join(_sentence(text, dict(wrong)) for wrong in error.errors())) from error


def schema() -> str:
    """The JSON schema of the rules, for editors: they complete names and mark what is wrong while it is typed."""
    content = {"$schema": "http://json-schema.org/draft-07/schema#", **Rules.model_json_schema()}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _sentence(text: str, wrong: dict[str, object]) -> str:
    path: Path = wrong["loc"]  # type: ignore[assignment]  # pydantic's form of a place
    unknown = wrong["type"] == "extra_forbidden"
    cure = "there is no such rule; remove it or correct its name" if unknown else _without_prefix(str(wrong["msg"]))
    where = ".".join(str(part + 1) if isinstance(part, int) else part for part in path if part != "[key]")
    return f"Line {_line_of(text, path)}: the rule {where} cannot be used: {cure}."


def _without_prefix(message: str) -> str:
    said = message.removeprefix("Value error, ")
    return said[:1].lower() + said[1:]


def _line_of(text: str, path: Path) -> int:
    """The line that comes nearest to a place in the rules: its key, else the key or table around it."""
    best, found = 0, 1
    for number, stated in _stated(text):
        same = 0
        for here, wanted in zip(stated, path, strict=False):
            if here != wanted:
                break
            same += 1
        if same == len(stated) and same > best:
            best, found = same, number
    return found


def _stated(text: str) -> Iterator[tuple[int, Path]]:
    """Every table and key of the file: its line and its full path, entries of ``[[arrays]]`` counted from 0."""
    table: Path = ()
    entries: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header, key = _HEADER.match(line), _KEY.match(line)
        if header:
            table = _path(header[2])
            if header[1] == "[[":
                entries[table] = entries.get(table, -1) + 1
                table = (*table, entries[table])
            yield number, table
        elif key:
            yield number, (*table, *_path(key[1]))


def _path(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))
