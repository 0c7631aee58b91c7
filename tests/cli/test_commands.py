"""Every command explains itself, and every way it can fail says what to do."""

import json
import socket
from pathlib import Path

import pytest
import typer

from cli.main import app


def _paths(group: typer.Typer, before: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    command = typer.main.get_command(group)
    found = [before]
    for name, sub in getattr(command, "commands", {}).items():
        found += [(*before, name), *((*before, name, deeper) for deeper in getattr(sub, "commands", {}))]
    return found


@pytest.mark.parametrize("path", _paths(app), ids=lambda path: " ".join(path) or "orderspine")
def test_every_command_explains_itself_within_80_columns(orderspine, home, path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    answer = orderspine(*path, "--help")
    assert answer.code == 0
    assert "Usage" in answer.out
    assert max(map(len, answer.out.splitlines())) <= 80


def test_rules_that_cannot_be_used_name_the_key_and_the_cure(orderspine, home, monkeypatch):
    from settings import get_settings  # noqa: PLC0415  (its cache is what the test turns over)

    bad = home / "rules.toml"
    bad.write_text("[tracking]\nlate_after_hours = 0\n")
    monkeypatch.setenv("ORDERSPINE_RULES", str(bad))
    get_settings.cache_clear()
    answer = orderspine("policy", "check")
    assert (answer.code, "tracking.late_after_hours" in answer.err) == (2, True)


def test_an_order_that_nobody_knows_is_answer_no(orderspine, home):
    orderspine("db", "upgrade")
    answer = orderspine("order", "show", "SO0000009999")
    assert (answer.code, "quarantine list" in answer.err) == (1, True)


def test_a_mistyped_check_code_is_said_to_be_mistyped(orderspine, home):
    orderspine("db", "upgrade")
    answer = orderspine("order", "show", "CC00000000019")
    assert (answer.code, "is mistyped" in answer.err) == (1, True)
    unknown = orderspine("order", "show", "CC0000000001B")
    assert (unknown.code, "is mistyped" in unknown.err) == (1, False)


@pytest.mark.parametrize("option", ["--prefect-port", "--web-port"])
def test_a_port_in_use_names_the_option_that_chooses_another(orderspine, home: Path, option: str):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        answer = orderspine("up", "--prefect-port", "0", option, str(port))  # 0: any that is free
    assert answer.code == 2
    assert str(port) in answer.err
    assert option in answer.err


def test_the_doctor_asks_every_partner_and_names_a_wrong_key(orderspine, hub, monkeypatch):
    good = {finding["what"]: finding for finding in json.loads(orderspine("doctor", "--json").out)}
    assert all(good[code]["good"] for code in ("shop", "taobao", "SZ-01", "SF", "kingdee", "qweather")), good
    monkeypatch.setenv("ORDERSPINE_SECRET_KINGDEE", json.dumps({"app_secret": "not the right one"}))
    answer = orderspine("doctor", "--json")
    found = {finding["what"]: finding for finding in json.loads(answer.out)}
    assert answer.code == 1
    assert found["kingdee"]["good"] is False
    assert "not the right one" not in answer.out
