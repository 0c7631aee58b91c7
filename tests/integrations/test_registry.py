"""The registry is exhaustive and true, and settings that are wrong are named without being shown."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from bench import real_clock
from peers import peer
from pydantic import SecretStr

from integrations.errors import Misconfigured
from integrations.ports import Channel
from integrations.registry import PARTNERS, build, names


@pytest.mark.parametrize("name", PARTNERS)
async def test_every_partner_fulfils_its_port(name: str) -> None:
    async with httpx.AsyncClient() as http:
        assert isinstance(build(name, peer(name).settings("http://127.0.0.1:1"), http, real_clock), PARTNERS[name].port)


@pytest.mark.parametrize("name", PARTNERS)
def test_every_setting_is_described_and_frozen(name: str) -> None:
    model = PARTNERS[name].settings
    assert [field for field, about in model.model_fields.items() if not about.description] == []
    assert model.model_config["frozen"]
    assert name == "folder" or model.model_validate(peer(name).settings("http://127.0.0.1:1")).secrets()


@pytest.mark.parametrize("name", PARTNERS)
async def test_a_wrong_setting_is_named_and_not_shown(name: str) -> None:
    good = peer(name).settings("http://127.0.0.1:1")
    bad: list[tuple[str, dict[str, Any]]] = [
        (field, {key: value for key, value in good.items() if key != field})
        for field, about in PARTNERS[name].settings.model_fields.items()
        if about.is_required()
    ]
    bad.append(("surplus", good | {"surplus": "s3cret-word"}))
    bad += [(field, good | {field: [["s3cret-word"]]}) for field in good]
    async with httpx.AsyncClient() as http:
        for field, settings in bad:
            with pytest.raises(Misconfigured) as caught:
                build(name, settings, http, real_clock)
            assert field in str(caught.value)
            assert "s3cret-word" not in repr(caught.value)
            assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("shop", "secret", "whsec_not base64 at all!"),
        ("shop", "url", "shop.example"),
        ("alipay", "private_key", "-----BEGIN PRIVATE KEY-----\ns3cret\n-----END PRIVATE KEY-----"),
        ("alipay", "alipay_public_key", "no key"),
        ("qweather", "private_key", "no key"),
        ("slack", "webhook", "hooks.slack.example/s3cret"),
    ],
)
async def test_a_key_that_is_none_is_named_and_not_shown(name: str, field: str, value: str) -> None:
    async with httpx.AsyncClient() as http:
        with pytest.raises(Misconfigured) as caught:
            build(name, peer(name).settings("http://127.0.0.1:1") | {field: value}, http, real_clock)
    assert field in str(caught.value)
    assert value not in str(caught.value)


async def test_partners_are_listed_by_port_and_one_that_is_not_there_is_told_with_those_that_are() -> None:
    assert names(Channel)[:2] == ("taobao", "shop")
    async with httpx.AsyncClient() as http:
        with pytest.raises(Misconfigured, match="there is no such partner; there are: taobao, shop"):
            build("ebay", {}, http, real_clock)


@pytest.mark.parametrize("name", PARTNERS)
def test_every_partner_has_its_page_in_the_docs(name: str) -> None:
    page = (Path(__file__).parents[2] / "docs" / "partners" / f"{name}.md").read_text(encoding="utf-8")
    required = [f for f, about in PARTNERS[name].settings.model_fields.items() if about.is_required()]
    assert [setting for setting in required if f"`{setting}`" not in page] == []


@pytest.mark.parametrize("name", PARTNERS)
def test_every_secret_is_kept_as_one(name: str) -> None:
    fields = PARTNERS[name].settings.model_fields
    telling = ("secret", "token", "session", "private_key", "checkword", "webhook")
    assert [f for f, about in fields.items() if f.endswith(telling) and about.annotation is not SecretStr] == []
