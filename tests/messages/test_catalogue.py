"""Both languages say the same things, and everything that the code wants to say."""

import ast as python
from collections.abc import Iterator
from pathlib import Path

import pytest
from fluent.syntax import ast

from messages import LOCALES, say
from models.lifecycle import HoldKind, Status
from tests.messages.catalogue import placeholders, read

ROOT = Path(__file__).parents[2]
FOLDERS = ("cli", "expectations", "flows", "integrations", "models", "policies", "tasks", "web")
ENGLISH = placeholders("en")


def stated_reasons() -> Iterator[tuple[str, str, set[str] | None]]:
    """Where, code and names of facts of each ``Reason("code", {…})`` in the product; ``None``: facts put together
    elsewhere."""
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for node in python.walk(python.parse(path.read_text(encoding="utf-8"))):
            match node:
                case python.Call(func=python.Name(id="Reason"), args=[python.Constant(value=str(code)), *facts]):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", code, _names(facts)


def _names(facts: list[python.expr]) -> set[str] | None:
    match facts:
        case []:
            return set()
        case [python.Dict(keys=keys)] if all(isinstance(key, python.Constant) for key in keys):
            return {str(key.value) for key in keys if isinstance(key, python.Constant)}
        case _:
            return None


STATED = list(stated_reasons())


@pytest.mark.parametrize("locale", LOCALES)
def test_the_file_is_well_formed_and_says_each_thing_once(locale: str) -> None:
    entries = read(locale)
    assert [entry.content for entry in entries if isinstance(entry, ast.Junk)] == []
    keys = [entry.id.name for entry in entries if isinstance(entry, ast.Message)]
    assert len(keys) == len(set(keys)) > 50


def test_the_languages_have_the_same_keys_in_the_same_groups() -> None:
    def outline(locale: str) -> list[str]:
        lines = []
        for entry in read(locale):
            match entry:
                case ast.Message(id=ast.Identifier(name=name)):
                    lines.append(name)
                case ast.GroupComment(content=content):
                    lines.append(f"## {content}")
        return lines

    assert outline("zh") == outline("en")


def test_the_languages_use_the_same_placeholders() -> None:
    assert placeholders("zh") == ENGLISH


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_can_be_said(locale: str) -> None:
    said = {key: say(key, locale, **dict.fromkeys(needed, "Ω7")) for key, needed in ENGLISH.items()}
    assert [key for key, sentence in said.items() if not sentence] == []
    assert [key for key, sentence in said.items() if ("Ω7" in sentence) != bool(ENGLISH[key])] == []
    assert [key for key, sentence in said.items() if set("{}$\u2068\u2069") & set(sentence)] == []


def test_the_scan_sees_the_code() -> None:
    assert len(STATED) > 15
    assert ("weather-clear", {"region"}) in [(code, facts) for _, code, facts in STATED]


def test_every_reason_that_the_code_names_has_its_sentence_and_its_facts() -> None:
    for where, code, facts in STATED:
        assert code in ENGLISH, f"{where} names {code}; add it to messages/*.ftl"
        if facts is not None:
            assert ENGLISH[code] <= facts, f"{where}: the sentence of {code} needs {ENGLISH[code]}"


def test_the_words_of_the_life_are_all_there() -> None:
    words = {*(f"status-{status}" for status in Status), *(f"hold-{kind}" for kind in HoldKind)}
    assert words - ENGLISH.keys() == set()
